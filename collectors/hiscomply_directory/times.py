"""The three ways in which directories write times, with their words for "never". Pure."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

_1601: Final = datetime(1601, 1, 1, tzinfo=UTC)
_NEVER: Final = 2**63 - 1
_GENERALIZED: Final = re.compile(r"(\d{14})(?:[.,]\d+)?(Z|[+-]\d{4})")
SKEW: Final = timedelta(minutes=10)
"""How far a server's clock may be ahead before its times are taken as they are."""


def is_never(ticks: int) -> bool:
    """Active Directory's two spellings of "never": zero and the largest number."""
    return ticks == 0 or ticks >= _NEVER


def from_ticks(ticks: int | None) -> datetime | None:
    """UTC of 100-nanosecond ticks since 1601; None where it is not given, "never", or no time of this calendar."""
    if ticks is None or ticks < 0 or is_never(ticks):
        return None
    try:
        return _1601 + timedelta(microseconds=ticks // 10)
    except OverflowError:
        return None


def seconds_of(ticks: int) -> int | None:
    """Seconds of an Active Directory interval, which is negative; None for "no end" (zero and the smallest number)."""
    return None if ticks == 0 or ticks <= -_NEVER else abs(ticks) // 10_000_000


def from_generalized(value: str | None) -> datetime | None:
    """UTC of ``20260630010203Z``; None where it is not given or no time, such as the year 0 of a lock without end."""
    match = _GENERALIZED.fullmatch(value or "")
    if match is None:
        return None
    zone = "+0000" if match[2] == "Z" else match[2]
    try:
        return datetime.strptime(match[1] + zone, "%Y%m%d%H%M%S%z").astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def last_day(moment: datetime, zone: str) -> date:
    """The last day on which something is valid that ends at this moment: midnight belongs to the day before."""
    return (moment - timedelta(microseconds=1)).astimezone(ZoneInfo(zone)).date()


def not_after(moment: datetime, now: datetime) -> datetime:
    """The moment, or now where the server's clock is a little ahead."""
    return now if now < moment <= now + SKEW else moment
