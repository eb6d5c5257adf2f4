"""How values look in the exports: headers, words, and the date styles of each source."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from generator.plan import Row

Show = Callable[[Any], Any]


def iso(value: Any) -> Any:
    """``2026-03-05 14:05:00``."""
    return value.strftime("%Y-%m-%d %H:%M:%S") if isinstance(value, datetime) else value


def slash(value: Any) -> Any:
    """``2026/3/5 14:05``."""
    if isinstance(value, datetime):
        return f"{value.year}/{value.month}/{value.day} {value.hour}:{value:%M}"
    return f"{value.year}/{value.month}/{value.day}" if isinstance(value, date) else value


def chinese(value: Any) -> Any:
    """``2026年3月5日 14:05``."""
    if isinstance(value, datetime):
        return f"{value.year}年{value.month}月{value.day}日 {value:%H:%M}"
    return f"{value.year}年{value.month}月{value.day}日" if isinstance(value, date) else value


def as_is(value: Any) -> Any:
    """Excel keeps dates as dates."""
    return value


def minutes(value: Any) -> Any:
    """``2小时`` or ``75分钟``."""
    if value is None:
        return None
    return f"{value // 60}小时" if value and value % 60 == 0 else f"{value}分钟"


def joined(value: Any) -> Any:
    return "、".join(value) if value else value


def words(mapping: Mapping[Any, str]) -> Show:
    """Words of the export for values of the field; None stays an empty cell."""
    return lambda value: None if value is None else mapping[value]


YES_NO = words({True: "是", False: "否"})
Y_N = words({True: "Y", False: "N"})
IN_USE = words({True: "启用", False: "停用"})


@dataclass(frozen=True)
class Columns:
    """The columns of an export: header, field, and how it is shown. Times not named take ``time``."""

    time: Show
    of: tuple[tuple[str, str, Show | None], ...]

    @property
    def headers(self) -> list[str]:
        return [header for header, _, _ in self.of]

    def row(self, row: Row) -> list[Any]:
        cells = []
        for _, field, show in self.of:
            value = row.get(field)
            if show is not None:
                value = show(value)
            elif isinstance(value, bool):
                value = YES_NO(value)
            elif isinstance(value, date):
                value = self.time(value)
            elif isinstance(value, list):
                value = joined(value)
            cells.append(value)
        return cells


def columns(time: Show, text: str, **shows: Show) -> Columns:
    """Columns from ``header=field`` pairs; fields of ``shows`` are shown in their own way."""
    pairs = [part.rsplit("=", 1) for part in text.split()]
    return Columns(time, tuple((header, field, shows.get(field)) for header, field in pairs))
