"""The Chinese working-day calendar as rows: public holidays and shifted working days.

Source: the ``chinesecalendar`` library, which follows the State Council's yearly notices. A year without a notice
is not in the calendar, so a deadline that reaches into it is not known.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta


def calendar_rows(first: date, last: date) -> Iterator[tuple[date, int, int]]:
    """(day, 1 if it is a working day else 0, working days from ``first`` up to and including it).

    Stops at the last year that the library knows.
    """
    import chinese_calendar

    total, day = 0, first
    while day <= last:
        try:
            is_work = int(chinese_calendar.is_workday(day))
        except NotImplementedError:
            return
        total += is_work
        yield day, is_work, total
        day += timedelta(days=1)
