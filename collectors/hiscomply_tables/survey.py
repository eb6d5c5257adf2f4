"""A first pass over one worksheet's XML, for what openpyxl's streaming reader does not tell.

That reader gives no merged ranges, and a formula without stored value looks like an empty cell to it, which
must not happen here: an empty cell may mean "has not left". Programs that write workbooks without calculating store 0.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import IO
from xml.parsers import expat

from hiscomply.hookspecs import CollectFailed
from hiscomply.model import Text

MAX_MERGES = 200_000
MAX_UNSTORED = 2_000_000
_RANGE = re.compile(r"([A-Z]{1,3})(\d{1,7}):([A-Z]{1,3})(\d{1,7})")
_CELL = re.compile(r"([A-Z]{1,3})(\d{1,7})")


@dataclass(frozen=True, slots=True)
class Merge:
    """A merged range; rows and columns from 1, ends included."""

    top: int
    left: int
    bottom: int
    right: int


@dataclass(slots=True)
class Survey:
    """What one worksheet has besides its values.

    Attributes:
        merges: by top row.
        unstored: by row, the columns (from 1) of formulas without stored value.
    """

    merges: list[Merge] = field(default_factory=list)
    unstored: dict[int, list[int]] = field(default_factory=dict)


def survey_sheet(stream: IO[bytes], *, is_zero_stored: bool = True) -> Survey:
    """Reads the sheet once, in bounded memory.

    Args:
        is_zero_stored: the 0 of a formula is its result; False where it may stand for one that nobody has worked out.

    Raises:
        CollectFailed: broken XML, a document type, rows out of order, or more merges than any table has.
    """
    parser = expat.ParserCreate()
    pass_over = _Pass(parser, is_zero_stored)
    parser.StartElementHandler = pass_over.start
    parser.EndElementHandler = pass_over.end
    parser.StartDoctypeDeclHandler = _refuse_doctype
    try:
        parser.ParseFile(stream)
    except expat.ExpatError as error:
        raise CollectFailed(
            Text(f"工作表的 XML 已损坏:{error}", f"the worksheet's XML is broken: {error}")
        ) from None
    pass_over.found.merges.sort(key=lambda merge: merge.top)
    return pass_over.found


class _Pass:
    def __init__(self, parser: expat.XMLParserType, is_zero_stored: bool) -> None:
        self.found = Survey()
        self._is_zero_stored = is_zero_stored
        self._parser = parser
        self._row = self._column = self._unstored_count = 0
        self._is_formula = self._has_value = False

    def start(self, name: str, attributes: dict[str, str]) -> None:
        tag = name.rpartition(":")[2]
        if tag == "c":
            self._column = self._column_of(attributes.get("r"))
            # An empty text is a stored result too: =IF(A1="","",…). Any other <v/> is none.
            self._is_formula, self._has_value = False, attributes.get("t") == "str"
        elif tag == "v":
            if self._is_formula:
                self._parser.CharacterDataHandler = self._stored
        elif tag == "f":
            self._is_formula = True
        elif tag == "row":
            self._start_row(attributes.get("r"))
        elif tag == "mergeCell":
            self._merge(attributes.get("ref", ""))

    def _stored(self, text: str) -> None:
        if self._is_zero_stored or text != "0":
            self._has_value = True
            self._parser.CharacterDataHandler = None

    def end(self, name: str) -> None:
        if self._is_formula and name.rpartition(":")[2] == "c":
            self._is_formula = False
            self._parser.CharacterDataHandler = None
            if not self._has_value:
                self._unstored_count += 1
                _limit(self._unstored_count, MAX_UNSTORED)
                self.found.unstored.setdefault(self._row, []).append(self._column)

    def _start_row(self, number: str | None) -> None:
        row = int(number) if number is not None and number.isdigit() else self._row + 1
        if row <= self._row:
            raise CollectFailed(Text(f"第 {row} 行次序错乱", f"row {row} is out of order"))
        self._row, self._column = row, 0

    def _column_of(self, reference: str | None) -> int:
        found = _CELL.fullmatch(reference) if reference else None
        return column_number(found[1]) if found else self._column + 1

    def _merge(self, reference: str) -> None:
        if found := _RANGE.fullmatch(reference):
            left, right = column_number(found[1]), column_number(found[3])
            self.found.merges.append(Merge(int(found[2]), left, int(found[4]), right))
            _limit(len(self.found.merges), MAX_MERGES)


def column_number(letters: str) -> int:
    """``A`` is 1, ``AA`` is 27."""
    number = 0
    for letter in letters.upper():
        number = number * 26 + ord(letter) - 64
    return number


def _limit(count: int, limit: int) -> None:
    if count > limit:
        raise CollectFailed(
            Text(
                f"工作表异常:合并单元格或未计算公式超过 {limit} 个",
                f"odd worksheet: over {limit} merges or formulas",
            )
        )


def _refuse_doctype(*_: object) -> None:
    raise CollectFailed(
        Text("工作簿含有 DOCTYPE,拒绝读取", "the workbook has a document type declaration; refused")
    )
