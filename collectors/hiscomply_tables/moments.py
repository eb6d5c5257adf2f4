"""From a cell to a date or a moment. Pure; day and month are never guessed."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import Any, Final

from hiscomply_tables.values import Unfit, shown

Local = Callable[[Any], datetime]

EPOCH_1900: Final = datetime(1899, 12, 30)
EPOCH_1904: Final = datetime(1904, 1, 1)
_EPOCHS = {"excel": EPOCH_1900, "excel-1904": EPOCH_1904}
_UNIX = {"unix": 1, "unix-ms": 1000}

_COLON = r"(?P<h>\d{1,2}):(?P<mi>\d{2})(?::(?P<s>\d{2})(?:[.,](?P<f>\d{1,9}))?)?"
_HANZI = r"(?P<h2>\d{1,2})[时点](?:(?P<mi2>\d{1,2})分?(?:(?P<s2>\d{1,2})秒)?)?"
_CLOCK = (
    rf"(?P<half>上午|下午|中午|晚上|凌晨|早上)?\s*(?:{_COLON}|{_HANZI})"
    r"\s*(?P<ampm>[AaPp][Mm])?\s*(?P<zone>Z|z|UTC|[+-]\d{2}:?\d{2})?"
)
_FULL = re.compile(
    r"(?P<y>\d{4})(?:(?P<sep>[-/.])(?P<m>\d{1,2})(?P=sep)(?P<d>\d{1,2})|年\s*(?P<m2>\d{1,2})\s*月\s*(?P<d2>\d{1,2})\s*日?)"
    r"(?:\s*(?:星期|周)[一二三四五六日天])?"
    rf"(?:(?:\s*T|\s*,\s*|\s+|(?<=[日一二三四五六天])|(?=上午|下午))(?P<clock>{_CLOCK}))?"
)
_ISO = re.compile(r"\d{4}-\d\d-\d\d(?:[ T](?:[01]\d|2[0-3]):\d\d(?::\d\d)?)?", re.ASCII)
"""The commonest way to write a moment, which needs no taking apart."""
_PACKED = re.compile(r"(\d{4})(\d{2})(\d{2})(?:T?(\d{2})(\d{2})(\d{2})?)?")
_SHORT_YEAR = re.compile(
    r"\d{2}([-/.年])\d{1,2}([-/.月])\d{1,2}\D.*|\d{2}([-/.年])\d{1,2}([-/.月])\d{1,2}日?"
)
_YEAR_LAST = re.compile(r"\d{1,2}([-/.])\d{1,2}([-/.])\d{4}\b.*")


def reader(formats: Sequence[str], epoch: datetime | None) -> Local:
    """A function from cell to a local or aware time, by the formats in their order.

    Args:
        formats: ``auto``, ``excel``, ``excel-1904``, ``unix``, ``unix-ms``, or strptime formats.
        epoch: where a worksheet's bare serial numbers count from; None for sources that have no such thing.
    """

    def read(cell: Any) -> datetime:
        if isinstance(cell, datetime):
            return _rounded(_in_years(cell, cell))
        if isinstance(cell, date):
            return _in_years(datetime(cell.year, cell.month, cell.day), cell)
        problem: Unfit | None = None
        for written_as in formats:
            try:
                return _in_years(_read_as(cell, written_as, epoch), cell)
            except Unfit as unfit:
                problem = problem or unfit
        raise problem or _unclear(cell)

    return read


def to_utc(moment: datetime, zone: tzinfo) -> datetime:
    """The moment in UTC; one without zone is in ``zone``. Unfit if the clocks skip or repeat it."""
    if moment.tzinfo is None:
        early, late = moment.replace(tzinfo=zone, fold=0), moment.replace(tzinfo=zone, fold=1)
        if early.utcoffset() != late.utcoffset():
            raise Unfit(
                f"{moment} 在本地时区不存在或出现两次",
                f"{moment} does not exist, or exists twice, in the local zone",
            )
        moment = early
    return moment.astimezone(UTC)


def to_day(moment: datetime, zone: tzinfo) -> str:
    """The day of the moment in ``zone``, as ISO 8601."""
    return (moment if moment.tzinfo is None else moment.astimezone(zone)).date().isoformat()


def _read_as(cell: Any, written_as: str, epoch: datetime | None) -> datetime:
    if written_as in _EPOCHS:
        return _from_serial(cell, _EPOCHS[written_as])
    if written_as in _UNIX:
        return _from_unix(cell, _UNIX[written_as])
    if isinstance(cell, int | float) and not isinstance(cell, bool):
        if written_as == "auto" and epoch is not None and cell < 100_000:
            return _from_serial(cell, epoch)
        cell = f"{cell:.0f}" if float(cell).is_integer() else str(cell)
    if not isinstance(cell, str) or len(cell) > 80:
        raise _unclear(cell)
    text = (cell if cell.isascii() else unicodedata.normalize("NFKC", cell)).strip()
    return _from_text(text) if written_as == "auto" else _from_pattern(text, written_as)


def _from_serial(cell: Any, epoch: datetime) -> datetime:
    try:
        days = float(cell)
    except (TypeError, ValueError):
        raise _unclear(cell) from None
    if not 367 <= days < 110_000:
        raise Unfit(
            f"{shown(cell)} 不是合理的 Excel 日期序号", f"{shown(cell)} is no plausible date serial of Excel"
        )
    return _rounded(epoch + timedelta(days=days))


def _from_unix(cell: Any, per_second: int) -> datetime:
    try:
        return datetime.fromtimestamp(float(cell) / per_second, UTC)
    except (TypeError, ValueError, OverflowError, OSError):
        raise _unclear(cell) from None


def _from_pattern(text: str, pattern: str) -> datetime:
    try:
        return datetime.strptime(text, pattern)
    except ValueError:
        raise Unfit(
            f"{shown(text)} 不符合日期格式 {pattern}", f"{shown(text)} is not written as {pattern}"
        ) from None


def _from_text(text: str) -> datetime:
    if _ISO.fullmatch(text):
        try:
            return datetime.fromisoformat(text)
        except ValueError:
            raise _no_such(text) from None
    if found := _FULL.fullmatch(text):
        part = found.groupdict()
        clock = _clock(part) if part["clock"] else (0, 0, 0, 0)
        return _made(
            text, (part["y"], part["m"] or part["m2"], part["d"] or part["d2"], *clock), part["zone"]
        )
    if found := _PACKED.fullmatch(text):
        return _made(text, tuple(item or 0 for item in found.groups()), None)
    if _YEAR_LAST.fullmatch(text):
        raise Unfit(
            f"{shown(text)} 日月顺序不明;请写 format",
            f"day or month first in {shown(text)}? say format on the column",
        )
    if _SHORT_YEAR.fullmatch(text):
        raise Unfit(f"{shown(text)} 的年份只有两位", f"the year of {shown(text)} has two digits only")
    raise _unclear(text)


def _clock(part: dict[str, Any]) -> tuple[int, int, int, int]:
    hour, half, ampm = int(part["h"] or part["h2"]), part["half"] or "", (part["ampm"] or "").lower()
    if half or ampm:
        if not (hour <= 12 and (not half or not ampm)) or (ampm and hour == 0):
            raise Unfit("上午/下午与小时数不符", "the hour does not go with its half of the day")
        if half in {"中午", "晚上"}:
            raise Unfit("“中午/晚上”不能确定是哪一点", "noon and evening do not say which hour")
        hour = hour % 12 + (12 if "下午" in half or ampm == "pm" else 0)
    minute, second = (int(part[name] or part[f"{name}2"] or 0) for name in ("mi", "s"))
    return hour, minute, second, int((part["f"] or "0").ljust(6, "0")[:6])


def _made(text: str, numbers: Sequence[Any], zone: str | None) -> datetime:
    try:
        moment = datetime(*(int(number) for number in numbers))  # type: ignore[arg-type]  # up to 7 integers
    except ValueError:
        raise _no_such(text) from None
    if zone is None:
        return moment
    if zone in {"Z", "z", "UTC"}:
        return moment.replace(tzinfo=UTC)
    try:
        return datetime.fromisoformat(moment.isoformat() + zone)
    except ValueError:
        raise Unfit(f"{shown(text)} 的时区不对", f"the zone of {shown(text)} is wrong") from None


def _no_such(text: str) -> Unfit:
    return Unfit(f"{shown(text)} 不是存在的日期时间", f"there is no such time as {shown(text)}")


def _in_years(moment: datetime, cell: object) -> datetime:
    if not 1901 <= moment.year <= 2200:
        raise Unfit(f"{shown(cell)} 的年份不合理", f"the year of {shown(cell)} is not plausible")
    return moment


def _rounded(moment: datetime) -> datetime:
    """To the millisecond: Excel keeps days as binary fractions."""
    up = moment + timedelta(microseconds=500)
    return up.replace(microsecond=up.microsecond // 1000 * 1000)


def _unclear(cell: object) -> Unfit:
    return Unfit(f"{shown(cell)} 不是明确的日期", f"{shown(cell)} is not a clear date")
