"""From a cell to text, a word or a boolean. Pure; what is ambiguous is refused, never guessed."""

from __future__ import annotations

import re
import unicodedata
from datetime import date, datetime, time, timedelta
from enum import Enum
from typing import Any, Final

from hiscomply.model import Text

EMPTY_VALUES: Final = ("", "-", "--", "—", "——", "/", "N/A", "无", "暂无", "NULL")
"""Cells that hold nothing, unless the project says otherwise."""
UNDECIDED: Final = "待定 待补 待补充 待填 待填写 待完善 待确定 待确认 待核实 未定 未知 不详 不清楚 TBD"
"""Words, apart by spaces, that stand in free text where a value is still to come: not known, unless the project says otherwise."""

_YES = "是 有 对 √ ✓ ✔ ☑ y yes true 1 on 启用 已启用 开启 已开启"
_NO = "否 无 没有 × ✗ ✘ n no false 0 off 停用 已停用 禁用 已禁用 关闭 已关闭 未启用 未开启"
_TRUE, _FALSE = frozenset(_YES.split()), frozenset(_NO.split())
_HALF_WIDTH = {
    **{
        code: code - 0xFEE0
        for code in (*range(0xFF10, 0xFF1A), *range(0xFF21, 0xFF3B), *range(0xFF41, 0xFF5B))
    },
    **dict.fromkeys((0x3000, 0x00A0, 0x2002, 0x2003, 0x202F), " "),
    **dict.fromkeys((0x200B, 0x200C, 0x200D, 0x2060, 0xFEFF)),
}
_SHORTENED = re.compile(r"\d(\.\d+)?E\+\d+")
_EXCEL_ERROR = re.compile(
    r"#(REF!|N/A|VALUE!|DIV/0!|NAME\?|NULL!|NUM!|SPILL!|CALC!|FIELD!|BLOCKED!|CONNECT!|UNKNOWN!|BUSY!|GETTING_DATA)"
)


class Missing(Enum):
    """What is no value: nothing is known, or there is no such cell in this row."""

    NOT_KNOWN = "not known"
    NO_CELL = "no cell"


class CellError(Enum):
    """A cell that its own program could not fill."""

    NO_STORED_VALUE = "formula without stored value"


class Percent(float):
    """A number that a worksheet shows as a percentage: 0.95 stands there as 95 %."""


class Unfit(Exception):
    """A cell that cannot become a value of its field."""

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(en)
        self.reason = Text(zh, en)


def shown(cell: object) -> str:
    """The cell for a message: short, and without long runs of digits, which may be personal."""
    text = re.sub(r"\d{9,}", lambda run: run.group()[:2] + "…", str(cell))
    return repr(text if len(text) <= 30 else text[:29] + "…")


def unwrapped(cell: str) -> str:
    """The text that a system wrote as ``="0012"``, so that Excel takes no number out of it; any other as it is."""
    return cell[2:-1] if cell.startswith('="') and cell.endswith('"') else cell


def word(cell: object) -> str:
    """The cell as a word to compare: trimmed, half-width, letter case folded."""
    text = unwrapped(cell) if isinstance(cell, str) else plain(cell)
    return unicodedata.normalize("NFKC", text).translate(_HALF_WIDTH).strip().casefold()


def header_word(cell: object) -> str:
    """The cell as a header to compare: as ``word``, with no space at all."""
    return "".join(word("" if cell is None else cell).split())


def plain(cell: object) -> str:
    """Any cell as plain text, without judging it; whole floats lose their ``.0``."""
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, float) and cell.is_integer():
        return f"{cell:.0f}"
    return cell.isoformat() if isinstance(cell, date | time) else str(cell)


def refuse_error(cell: object) -> None:
    """Raises Unfit for ``#REF!`` and its like, and for a formula without stored value."""
    if cell is CellError.NO_STORED_VALUE:
        raise Unfit(
            "公式没有保存计算结果,请用 Excel 打开并保存一次",
            "the formula has no stored result; open the file in Excel and save it once",
        )
    if isinstance(cell, str) and cell.startswith("#") and _EXCEL_ERROR.fullmatch(cell.strip()):
        raise Unfit(f"公式出错 {cell.strip()}", f"the formula gives the error {cell.strip()}")


def text(cell: Any) -> str:
    """The cell as text: trimmed, full-width letters, digits and spaces made half-width.

    Raises:
        Unfit: a date, a list, or a number of which Excel has lost digits.
    """
    if isinstance(cell, str):
        cleaned = cell.strip() if cell.isascii() else cell.translate(_HALF_WIDTH).strip()
        if "E+" in cleaned and _SHORTENED.fullmatch(cleaned):
            raise Unfit(
                "长编号被 Excel 缩写成科学记数,已丢失数字",
                "Excel has shortened a long number and lost its digits",
            )
        return cleaned
    if isinstance(cell, date | time | timedelta):
        raise Unfit("单元格是日期或时间,该字段是文本", "the cell is a date or time, the field is text")
    if isinstance(cell, bool):
        return plain(cell)
    if isinstance(cell, int | float):
        if not abs(cell) < 1e15:
            raise Unfit(
                "超过 15 位的数字,Excel 已丢失末位",
                "a number of more than 15 digits: Excel has lost the last ones",
            )
        return plain(cell)
    raise Unfit("不是文本", "not a text")


def boolean(cell: Any) -> bool:
    """True or False from 是/否, √/×, Y/N, 1/0, 启用/停用 and the like.

    Raises:
        Unfit: any other word, ``X`` included, which is a tick in one table and a cross in the next.
    """
    if isinstance(cell, bool):
        return cell
    if isinstance(cell, str | int | float):
        said = word(cell)
        if said in _TRUE:
            return True
        if said in _FALSE:
            return False
    raise Unfit(f"{shown(cell)} 不能确定是“是”还是“否”", f"{shown(cell)} is neither a sure yes nor a sure no")


def is_time_cell(cell: object) -> bool:
    """True for what Excel itself calls a date, a time or a span."""
    return isinstance(cell, datetime | date | time | timedelta)
