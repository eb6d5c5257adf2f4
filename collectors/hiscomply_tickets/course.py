"""What the course of a ticket says of its moments. Pure.

Everything here rests on the whole course: where a change is missing in it, the functions are not asked.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from itertools import pairwise
from typing import Final

from hiscomply_tickets.native import NOTE, PRIORITY, STATUS, Event, Native

RANK: Final = {"general": 1, "important": 2, "urgent": 3}


def is_whole(ticket: Native) -> bool:
    """Whether the changes follow on each other up to what the ticket says now."""
    if ticket.events is None or ticket.has_gaps:
        return False
    for what, now in ((STATUS, ticket.status), (PRIORITY, ticket.priority)):
        steps = [one for one in ticket.events if one.what == what]
        if any(earlier.new != later.old for earlier, later in pairwise(steps)):
            return False
        if steps and steps[-1].new != now:
            return False
    return True


def states(ticket: Native, meaning: Mapping[str, str]) -> Iterator[tuple[Event, str | None, str | None]]:
    """Each change of status with the states before and after it; None where the target does not name one."""
    for one in ticket.events or ():
        if one.what == STATUS:
            yield one, meaning.get(one.old), meaning.get(one.new)


def reached(
    ticket: Native, meaning: Mapping[str, str], wanted: frozenset[str], *, last: bool
) -> Event | None:
    """The first or last change into one of these states from another one."""
    found = [one for one, old, new in states(ticket, meaning) if new in wanted and old not in wanted]
    return (found[-1] if last else found[0]) if found else None


def reopened(ticket: Native, meaning: Mapping[str, str]) -> int:
    """How often it went back from resolved or closed."""
    over = {"resolved", "closed"}
    return sum(old in over and new not in over for _, old, new in states(ticket, meaning))


def first_step(ticket: Native) -> datetime | None:
    """When its status changed for the first time."""
    return next((one.at for one in ticket.events or () if one.what == STATUS), None)


def first_note(ticket: Native) -> datetime | None:
    """When somebody wrote a note for the first time."""
    return next((one.at for one in ticket.events or () if one.what == NOTE), None)


def last_priority(ticket: Native) -> datetime | None:
    """When its priority was changed for the last time."""
    times = [one.at for one in ticket.events or () if one.what == PRIORITY]
    return times[-1] if times else None


def lowered(ticket: Native, levels: Mapping[str, str]) -> bool | None:
    """Whether its level ever went down; None where a priority has no level."""
    steps = [one for one in ticket.events or () if one.what == PRIORITY]
    pairs = [(levels.get(one.old), levels.get(one.new)) for one in steps]
    if any(name is None for pair in pairs for name in pair):
        return None
    return any(RANK.get(str(new), 0) < RANK.get(str(old), 0) for old, new in pairs)


def is_known(ticket: Native, meaning: Mapping[str, str]) -> bool:
    """Whether the target says what each status of the course means."""
    named = {ticket.status, *(s for one, *_ in states(ticket, meaning) for s in (one.old, one.new))}
    return all(one in meaning for one in named)
