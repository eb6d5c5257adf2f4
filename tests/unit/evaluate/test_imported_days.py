"""Days that a project imports extend and correct the built-in calendar."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from hiscomply.evaluate.calendar import calendar_rows, known_years
from hiscomply.evaluate.engine import Engine
from hiscomply.evaluate.evaluator import Moment
from hiscomply.model import EvidenceTable
from hiscomply.plugins import evidence_kinds

LAST = date(known_years()[1], 12, 31)


def day_after(days: int) -> date:
    return LAST + timedelta(days=days)


def working(first: date, last: date, imported: dict[date, bool]) -> dict[date, int]:
    return {day: is_work for day, is_work, _ in calendar_rows(first, last, imported)}


def test_the_calendar_ends_with_the_last_year_that_is_known() -> None:
    assert max(working(LAST, day_after(9), {})) == LAST


def test_imported_days_extend_it_as_far_as_they_reach_without_a_hole() -> None:
    days = {day_after(1): False, day_after(2): True, day_after(4): True}
    found = working(LAST, day_after(9), days)
    assert (max(found), found[day_after(1)], found[day_after(2)]) == (day_after(2), 0, 1)


def test_an_imported_day_wins_over_the_built_in_one() -> None:
    monday = date(2026, 6, 29)
    assert working(monday, monday, {}) == {monday: 1}
    assert working(monday, monday, {monday: False}) == {monday: 0}


def calendar_days(gaps: tuple[str, ...], rows: list[tuple[date, bool]]) -> int:
    """How many days a policy's calendar holds."""
    engine = Engine(evidence_kinds(), Moment(datetime(2026, 6, 30, tzinfo=UTC)))
    engine.add_empty("calendar_day")
    engine.set_table(EvidenceTable("calendar_day", Path(), len(rows), not gaps, gaps, None, None))
    for day, is_work in rows:
        engine.connection.execute(
            'INSERT INTO ev."calendar_day" (day, is_workday) VALUES (?, ?)', [day, is_work]
        )
    engine._add_calendar()
    found = engine.connection.execute("SELECT count(*) FROM ev.calendar").fetchone()
    return int(found[0]) if found else 0


def test_the_engine_takes_them_from_the_evidence() -> None:
    assert calendar_days((), [(day_after(1), True)]) == calendar_days((), []) + 1


def test_when_they_could_not_be_read_no_working_day_is_known() -> None:
    assert calendar_days(("reference",), []) == 0
