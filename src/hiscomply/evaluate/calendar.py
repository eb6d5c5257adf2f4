"""The Chinese working-day calendar as rows: public holidays and shifted working days.

Source: the ``chinesecalendar`` library, which follows the State Council's yearly notices, and the days that the
project imported. A year without a notice is not in the calendar, so a deadline that reaches into it is not known.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, timedelta


def calendar_rows(
    first: date, last: date, imported: Mapping[date, bool] | None = None
) -> Iterator[tuple[date, int, int]]:
    """(day, 1 if it is a working day else 0, working days from ``first`` up to and including it).

    Stops at the first day that neither the library nor the project knows.

    Args:
        imported: days of the project, which win over the library's.
    """
    import chinese_calendar

    days = imported or {}
    total, day = 0, first
    while day <= last:
        is_work = days.get(day)
        if is_work is None:
            try:
                is_work = chinese_calendar.is_workday(day)
            except NotImplementedError:
                return
        total += int(is_work)
        yield day, int(is_work), total
        day += timedelta(days=1)


def known_years() -> tuple[int, int]:
    """The first and the last year of the library."""
    from chinese_calendar.constants import holidays

    years = {day.year for day in holidays}
    return min(years), max(years)
