"""From a cell to a number: separators, 万, percent, and amounts with a unit. Pure."""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Callable
from datetime import datetime, time, timedelta
from decimal import Decimal
from typing import Any, Final

from hiscomply_tables.values import Percent, Unfit, shown

Number = Callable[[Any], Decimal]

TIME: Final = {"second": 1, "minute": 60, "hour": 3600, "day": 86400, "week": 604800}
CALENDAR: Final = {"month": 1, "year": 12}
SIZE: Final = {"byte": 1, "kb": 2**10, "mb": 2**20, "gb": 2**30, "tb": 2**40}
FAMILIES: Final = (TIME, CALENDAR, SIZE)
UNITS: Final = (*TIME, *CALENDAR, *SIZE, "percent", "fraction")

_MAGNITUDE = {"": 1, "千": 10**3, "万": 10**4, "百万": 10**6, "千万": 10**7, "亿": 10**8}
_DIGITS = r"(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?"
_PLAIN = re.compile(rf"([+-]?{_DIGITS}(?:[eE][+-]?\d{{1,2}})?)\s*(千万|百万|千|万|亿)?\s*(%|[^\W\d_]*)")
_AMOUNT = re.compile(rf"({_DIGITS})\s*([^\W\d_]+)\s*")
_CLOCK = re.compile(r"(\d{1,4}):([0-5]\d):([0-5]\d)")
_PAIR = re.compile(r"(\d{1,4}):([0-5]\d)")
_COUNTED = frozenset(["次", "个", "台", "条", "份", "套", "起", "项", "件", "人", "名", "人次"])
_WORDS = {
    "second": "秒 秒钟 s sec secs second seconds",
    "minute": "分 分钟 min mins minute minutes",
    "hour": "时 小时 个小时 钟头 h hr hrs hour hours",
    "day": "天 日 d day days",
    "week": "周 星期 个星期 w week weeks",
    "month": "个月 月 month months",
    "year": "年 year years",
    "byte": "b byte bytes 字节",
    "kb": "k kb kib",
    "mb": "mb mib",
    "gb": "g gb gib",
    "tb": "t tb tib",
}
_UNIT_OF = {name: unit for unit, names in _WORDS.items() for name in names.split()}


def whole(value: Decimal, cell: object) -> int:
    """The number as an integer; Unfit if it has a fraction."""
    if value != value.to_integral_value():
        raise Unfit(f"{shown(cell)} 不是整数", f"{shown(cell)} is not a whole number")
    return int(value)


def real(value: Decimal, _cell: object) -> int | float:
    """The number as an int if it is whole, else as a float."""
    return int(value) if value == value.to_integral_value() else float(value)


def reader(unit: str | None, bare: str | None, written_as: str | None) -> Number:
    """A function from cell to number in ``unit``.

    Args:
        unit: unit of the field, None for a mere number.
        bare: unit of cells that are a number alone; None if nobody said.
        written_as: ``h:mm`` or ``m:ss`` for such texts in a duration.
    """
    family = family_of(unit)
    if family is not None:
        return lambda cell: _amount(cell, family, family[str(unit)], bare, written_as)
    if unit == "fraction":
        return lambda cell: _percent(cell, "fraction") / 100
    if unit == "percent":
        return lambda cell: _percent(cell, bare)
    return lambda cell: _count(cell, unit)


def family_of(unit: str | None) -> dict[str, int] | None:
    """The units that ``unit`` can be converted from, None if it is no such unit."""
    return next((family for family in FAMILIES if unit in family), None)


def _split(cell: Any) -> tuple[Decimal, str]:
    """A cell as number and what stands behind it."""
    if isinstance(cell, bool) or not isinstance(cell, str | int | float):
        raise Unfit(f"{shown(cell)} 不是数字", f"{shown(cell)} is not a number")
    if not isinstance(cell, str):
        if not math.isfinite(cell) or abs(cell) >= 10**18:
            raise Unfit("数字过大", "the number is too large")
        return Decimal(repr(cell)), ""
    found = _PLAIN.fullmatch(_narrow(cell))
    if found is None:
        raise Unfit(f"{shown(cell)} 不是明确的数字", f"{shown(cell)} is not a clear number")
    value = Decimal(found[1].replace(",", "")) * _MAGNITUDE[found[2] or ""]
    if abs(value) >= 10**18:
        raise Unfit("数字过大", "the number is too large")
    return value, found[3]


def _narrow(text: str) -> str:
    if len(text) > 80:
        raise Unfit("文字太长,不是数字", "too long for a number")
    return unicodedata.normalize("NFKC", text).strip()


def _count(cell: Any, unit: str | None) -> Decimal:
    value, tail = _split(cell)
    if not tail or tail in (("元",) if unit == "yuan" else _COUNTED):
        return value
    if tail == "%":
        raise Unfit(f"{shown(cell)} 是百分比,该字段不是", f"{shown(cell)} is a percentage, the field is not")
    raise Unfit(f"{shown(cell)} 的单位不认识", f"the unit of {shown(cell)} is not known")


def _percent(cell: Any, bare: str | None) -> Decimal:
    value, tail = _split(cell)
    if tail == "%":
        return value
    if isinstance(cell, Percent):
        return value * 100
    if tail:
        raise Unfit(f"{shown(cell)} 不是百分比", f"{shown(cell)} is not a percentage")
    if bare is None and 0 < abs(value) <= 1:
        raise Unfit(
            f"{shown(cell)} 可能是百分数,也可能是小数;请写 unit: percent 或 unit: fraction",
            f"{shown(cell)} may be percent or a fraction; say unit: percent or unit: fraction",
        )
    return value * 100 if bare == "fraction" else value


def _amount(
    cell: Any, family: dict[str, int], size: int, bare: str | None, written_as: str | None
) -> Decimal:
    """A duration or a size, in units of ``size``."""
    if family is TIME and isinstance(cell, time | timedelta) and not isinstance(cell, datetime):
        return Decimal(str(_span_s(cell))) / size
    if isinstance(cell, str):
        total = _clock_s(_narrow(cell), written_as) if family is TIME else None
        total = _sum(_narrow(cell), family) if total is None else total
        if total is not None:
            return total / size
    value, tail = _split(cell)
    if tail:
        raise Unfit(
            f"{shown(cell)} 的单位不能换算成该字段的单位",
            f"the unit of {shown(cell)} does not convert to the field's unit",
        )
    if bare is None:
        raise Unfit(
            f"{shown(cell)} 没有单位;请在列上写 unit", f"{shown(cell)} has no unit; say unit on the column"
        )
    return value * family[bare] / size


def _span_s(cell: time | timedelta) -> float:
    if isinstance(cell, timedelta):
        return cell.total_seconds()
    return cell.hour * 3600 + cell.minute * 60 + cell.second + cell.microsecond / 1e6


def _clock_s(text: str, written_as: str | None) -> Decimal | None:
    if found := _CLOCK.fullmatch(text):
        return Decimal(int(found[1]) * 3600 + int(found[2]) * 60 + int(found[3]))
    if found := _PAIR.fullmatch(text):
        if written_as not in {"h:mm", "m:ss"}:
            raise Unfit(
                f"{shown(text)} 可能是时:分,也可能是分:秒;请写 format",
                f"{shown(text)} may be h:mm or m:ss; say format",
            )
        step = 60 if written_as == "h:mm" else 1
        return Decimal((int(found[1]) * 60 + int(found[2])) * step)
    return None


def _sum(text: str, family: dict[str, int]) -> Decimal | None:
    """``1小时30分`` in base units; None if the text is not amounts of the family, largest unit first."""
    total, place, last = Decimal(0), 0, None
    while place < len(text):
        found = _AMOUNT.match(text, place)
        unit = _unit(found[2]) if found else None
        if found is None or unit not in family or (last is not None and family[unit] >= last):
            return None
        last = family[unit]
        total += Decimal(found[1].replace(",", "")) * last
        place = found.end()
    return total if last is not None and total < 10**18 else None


def _unit(name: str) -> str | None:
    """A unit by its word; ``m`` is a minute, ``M`` is nothing sure."""
    return "minute" if name == "m" else _UNIT_OF.get(name.casefold())
