"""Availability of a system in a calendar month. Pure.

Time without samples is neither up nor down. The value counts it as down, and there is a value only where that
matters little.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from hiscomply.model import Record, Rejected, Text
from hiscomply_prometheus.fetch import Series


@dataclass(frozen=True, slots=True)
class Month:
    """A calendar month in a time zone; ``end`` is the first moment after it."""

    start: datetime
    end: datetime

    @property
    def name(self) -> str:
        """As in ``2026-10``."""
        return f"{self.start:%Y-%m}"

    @property
    def last_day(self) -> date:
        """Its last day."""
        return (self.end - timedelta(days=1)).date()


@dataclass(frozen=True, slots=True)
class Measured:
    """Shares of a month, in percent: surely up, and without samples.

    ``is_share`` is False where a value is none between 0 and 1, so that the series tell of something else.
    """

    up: float
    unknown: float
    is_share: bool = True


def months_before(now: datetime, zone: str, count: int) -> list[Month]:
    """The last whole months, oldest first."""
    tz = ZoneInfo(zone)
    here = now.astimezone(tz)
    end = datetime(here.year, here.month, 1, tzinfo=tz)
    found = []
    for _ in range(count):
        before = end - timedelta(days=1)
        start = datetime(before.year, before.month, 1, tzinfo=tz)
        found.append(Month(start, end))
        end = start
    return found[::-1]


def measure(series: Sequence[Series], month: Month, step_s: int, needs: str) -> Measured:
    """How much of the month the series were up, slot by slot of ``step_s`` seconds.

    With ``all`` a slot is as good as its worst series, and unknown where one has no sample and none was down.
    With ``any`` it is as good as its best, and unknown where none was up and one has no sample.
    """
    slots = round((month.end.timestamp() - month.start.timestamp()) / step_s)
    # NaN, of a rule that divides by nothing, is no sample.
    columns = [
        {round(at / step_s): value for at, value in one.samples if not math.isnan(value)} for one in series
    ]
    first = round(month.start.timestamp() / step_s) + 1
    up = unknown = 0.0
    for slot in range(first, first + slots):
        values = [column[slot] for column in columns if slot in column]
        is_whole = len(values) == len(columns) and bool(columns)
        if needs == "all":
            low, high = (min(values) if is_whole else 0.0), min(values, default=1.0)
        else:
            low, high = max(values, default=0.0), (max(values) if is_whole else 1.0)
        up += low
        unknown += high - low
    is_share = all(0 <= value <= 1 for column in columns for value in column.values())
    return Measured(100 * up / slots, 100 * unknown / slots, is_share)


def availability_item(
    system: str, how: Mapping[str, Any], month: Month, got: Measured, blur: float, source: str, now: datetime
) -> Record | Rejected:
    """The month's value, or why there is none."""
    where = f"{source}/api/v1/query_range"
    if not got.is_share:
        reason = Text(
            "序列的值不在 0 与 1 之间,不能说明系统是否可用;请改用 probe_success、up 之类的序列",
            "the series has values other than from 0 to 1, which do not say whether the system is up; "
            "name one such as probe_success or up",
        )
        return Rejected("kpi", where, reason, subject=f"{system} {month.name}", pointer=how["series"])
    if got.unknown > blur:
        reason = Text(
            f"{month.name} 缺少样本:可用性在 {got.up:.3f} % 与 {got.up + got.unknown:.3f} % 之间,无法确定",
            f"{month.name} lacks samples: availability is between {got.up:.3f} % and "
            f"{got.up + got.unknown:.3f} %, which is no value",
        )
        return Rejected("kpi", where, reason, subject=f"{system} {month.name}", pointer=how["series"])
    fields = {
        "metric": "availability",
        "period": month.name,
        "period_kind": "month",
        "period_end": month.last_day,
        "system_id": system,
        "better": "higher",
        "value": round(got.up, 4),
        "method": f"{how['series']} = 1 ({how.get('needs', 'all')}), time without samples counted as down",
    }
    return Record("kpi", fields, where, now, pointer=how["series"])
