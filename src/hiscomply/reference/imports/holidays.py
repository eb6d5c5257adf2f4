"""A year's notice of holidays, or single days, to calendar days.

dataset: calendar_day
years: [2027]                    # complete: every other day of the year follows its weekday
days_off: [2027-01-01, {day: 2027-02-05, reason: 春节}]
working_days: [2027-02-07]       # weekends that are worked in exchange
"""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Any

from hiscomply.errors import Place
from hiscomply.reference.imports.own import ReferenceProblem, parse_yaml
from hiscomply.reference.imports.parsed import Parsed, listing, mapping, wrong
from hiscomply.yaml_source import YamlDocument, load_yaml

_KEYS = ("years", "days_off", "working_days")
_FEWEST_DAYS_OFF = 7
"""A notice of the State Council has at least seven holidays; fewer is no whole year."""


def parse_calendar(path: Path, dataset: str) -> Parsed:
    """The days of a notice, or the rows of our own form.

    Raises:
        ReferenceDataError: a day is no date, stands in both lists, or lies outside the years given.
    """
    document = load_yaml(path, str(path), ReferenceProblem)
    head = mapping(document.value, document.place(), "document")
    if not any(key in head for key in _KEYS):
        return parse_yaml(path, dataset)
    unknown = set(head) - {"dataset", "source", "version", "as_of", *_KEYS}
    if unknown or head.get("dataset", dataset) != dataset:
        name = sorted(map(str, unknown))[0] if unknown else "dataset"
        raise wrong(document.key_place((name,)), f"此处不应有 {name}", f"{name} does not fit here")
    off = _days(document, "days_off")
    worked = _days(document, "working_days")
    years = {
        _year(value, document.place(("years", number)))
        for number, value in enumerate(listing(head.get("years") or [], document.place(("years",)), "years"))
    }
    for day, (_, place) in {**off, **worked}.items():
        if day in off and day in worked:
            raise wrong(place, f"{day} 既是休息日又是工作日", f"{day} is both a day off and a working day")
        if years and day.year not in years:
            raise wrong(place, f"{day} 不在所列年份中", f"{day} is in none of the years given")
    result = Parsed(str(head.get("source") or ""), version=str(head.get("version") or ""))
    if head.get("as_of"):
        result.as_of = date.fromisoformat(str(head["as_of"]))
    for year in sorted(years):
        if sum(day.year == year for day in off) < _FEWEST_DAYS_OFF:
            raise wrong(
                document.place(("years",)),
                f"{year} 年的休息日不足 {_FEWEST_DAYS_OFF} 天,不是完整的年度安排",
                f"{year} has fewer than {_FEWEST_DAYS_OFF} days off: this is no complete year",
                "leave years out to correct single days / 只修正个别日期时请不要写 years",
            )
        result.rows += _whole_year(year, off, worked, document.place(("years",)))
    if not years:
        listed = [(day, False, one) for day, one in off.items()] + [
            (day, True, one) for day, one in worked.items()
        ]
        for day, is_work, (reason, place) in sorted(listed, key=lambda one: one[0]):
            result.rows.append((_row(day, is_work, reason), place))
    return result


Days = dict[date, tuple[str, Place]]


def _days(document: YamlDocument, key: str) -> Days:
    days: Days = {}
    for number, value in enumerate(listing(document.value.get(key) or [], document.place((key,)), key)):
        place = document.place((key, number))
        written, reason = (
            (value.get("day"), str(value.get("reason") or "")) if isinstance(value, dict) else (value, "")
        )
        try:
            day = date.fromisoformat(str(written))
        except ValueError:
            raise wrong(place, f"{written!r} 不是日期", f"{written!r} is no date") from None
        if day in days:
            raise wrong(place, f"{day} 出现两次", f"{day} is there twice")
        days[day] = (reason, place)
    return days


def _year(value: Any, place: Place) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not 2000 <= value <= 2200:
        raise wrong(place, f"{value!r} 不是年份", f"{value!r} is no year")
    return value


def _whole_year(year: int, off: Days, worked: Days, place: Place) -> list[tuple[dict[str, Any], Place]]:
    rows, day = [], date(year, 1, 1)
    while day.year == year:
        is_work = day in worked or (day.weekday() < 5 and day not in off)
        reason, where = (off | worked).get(day, ("", place))
        rows.append((_row(day, is_work, reason), where))
        day += timedelta(days=1)
    return rows


def _row(day: date, is_work: bool, reason: str) -> dict[str, Any]:
    return {"day": day.isoformat(), "is_workday": is_work, **({"reason": reason} if reason else {})}
