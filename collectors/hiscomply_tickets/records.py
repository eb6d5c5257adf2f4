"""Tickets to records, by what the target says that queues, statuses, priorities and fields mean. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from hiscomply.model import Record, Rejected, Text
from hiscomply_tickets import course
from hiscomply_tickets.native import Batch, Native
from hiscomply_tickets.values import UNKNOWN_WHEN_EMPTY, converted

OVER: Final = frozenset({"resolved", "closed"})
CLOSED: Final = frozenset({"closed"})


@dataclass(frozen=True, slots=True)
class Meaning:
    """The target's mapping.

    Attributes:
        queue: the entry of ``queues``: queue, record, set, fields.
        states: status to open, resolved, closed, approved, started.
        levels: priority to urgent, important, general, none.
        severities: priority to critical, warning, info.
        values: what a written value of a custom field stands for.
        is_level_chosen: a priority that nobody changed was chosen, and is no default.
    """

    url: str
    now: datetime
    zone: str
    queue: Mapping[str, Any]
    states: Mapping[str, str] = field(default_factory=dict)
    levels: Mapping[str, str] = field(default_factory=dict)
    severities: Mapping[str, str] = field(default_factory=dict)
    values: Mapping[str, str] = field(default_factory=dict)
    is_level_chosen: bool = False

    @property
    def record(self) -> str:
        """The kind of evidence that this queue gives."""
        return str(self.queue["record"])

    def refused(self, reason: Text, subject: str = "") -> Rejected:
        """Something that is missing, without a word of a ticket's text."""
        return Rejected(self.record, self.url, reason, pointer=self.queue["queue"], subject=subject)


def records(batch: Batch, meaning: Meaning) -> Iterator[Record | Rejected]:
    """The queue's records, and why it is not all of them where it is not."""
    make = {"ticket": ticket, "change": change, "alert": alert}[meaning.record]
    name = meaning.queue["queue"]
    for one in batch.tickets:
        fields = {"id": one.id, **meaning.queue.get("set", {}), **make(one, meaning)}
        if one.events is not None and not course.is_whole(one):
            yield meaning.refused(
                Text("历史不完整，未作推断", "its history has gaps, nothing was read from it"), one.id
            )
        for item in _custom(one, meaning):
            if isinstance(item, Rejected):
                yield item
            else:
                fields.update(item)
        yield Record(meaning.record, fields, f"{meaning.url}#{one.id}", meaning.now)
    yield from map(meaning.refused, batch.gaps)
    read = len({one.id for one in batch.tickets})
    if not batch.total:
        reason = Text(
            f"{name} 中一张单也没有，或账号无权查看",
            f"{name} holds nothing, or nothing that this account may see",
        )
        yield meaning.refused(reason)
    elif read != batch.total or len(batch.tickets) != read:
        reason = Text(
            f"{name}：服务器称有 {batch.total} 张，读到 {read} 张",
            f"{name}: the server states {batch.total}, {read} were read",
        )
        yield meaning.refused(reason)


def ticket(one: Native, meaning: Meaning) -> dict[str, Any]:
    """Fields of kind ``ticket``; what is not known is left out."""
    fields: dict[str, Any] = {"recorded": one.created, "resolver": one.owner}
    state = meaning.states.get(one.status or "")
    if state:
        fields["status"] = state if state in OVER else "open"
    level = meaning.levels.get(one.priority or "")
    if level:
        fields["level"] = None if level == "none" else level
    fields.update(one.times)
    if course.is_whole(one):
        fields.update(_course(one, meaning, level))
    if state and state not in OVER:
        fields |= {"resolved": None, "closed": None}
    elif state == "resolved":
        fields["closed"] = None
    return fields


def _course(one: Native, meaning: Meaning, level: str | None) -> dict[str, Any]:
    found: dict[str, Any] = {}
    if "acked" not in one.times:
        found["acked"] = course.first_step(one)
    if course.is_known(one, meaning.states):
        found["reopened"] = course.reopened(one, meaning.states)
        for name, wanted in (("resolved", OVER), ("closed", CLOSED)):
            step = course.reached(one, meaning.states, wanted, last=True)
            # one that was created in that state has no step into it: not known
            if name not in one.times and step is not None:
                found[name] = step.at
    if level == "none":
        found["classified"] = None
    elif level:
        chosen = course.last_priority(one) or (one.created if meaning.is_level_chosen else None)
        if chosen is not None:
            found["classified"] = chosen
        lowered = course.lowered(one, meaning.levels)
        if lowered is not None:
            found["level_lowered"] = lowered
    return found


def change(one: Native, meaning: Meaning) -> dict[str, Any]:
    """Fields of kind ``change``: approval and start are the first changes into the states that stand for them."""
    fields: dict[str, Any] = {"requested": one.created}
    if one.owner:
        fields["implementer"] = one.owner
    if not (course.is_whole(one) and course.is_known(one, meaning.states)):
        return fields
    used = set(meaning.states.values())
    if "approved" in used:
        step = course.reached(one, meaning.states, frozenset({"approved"}), last=False)
        fields["approved"] = step.at if step else None
        if step is None or step.by:
            fields["approver"] = step.by if step else None
    if "started" in used:
        step = course.reached(one, meaning.states, frozenset({"started"}), last=False)
        fields["started"] = step.at if step else None
    step = course.reached(one, meaning.states, OVER, last=True)
    is_over = meaning.states.get(one.status or "") in OVER
    if step is not None or not is_over:
        fields["ended"] = step.at if step and is_over else None
    return fields


def alert(one: Native, meaning: Meaning) -> dict[str, Any]:
    """Fields of kind ``alert``."""
    fields: dict[str, Any] = {"raised_at": one.created}
    if severity := meaning.severities.get(one.priority or ""):
        fields["severity"] = severity
    known = ticket(one, meaning)
    fields |= {f"{name}_at": known[name] for name in ("acked", "closed") if name in known}
    if one.events is not None and (noted := course.first_note(one)):
        fields["noted_at"] = noted
    return fields


def _custom(one: Native, meaning: Meaning) -> Iterator[dict[str, Any] | Rejected]:
    for name, source in meaning.queue.get("fields", {}).items():
        if source not in one.values:
            continue
        try:
            value = converted(name, one.values[source], meaning.zone, meaning.values)
            if value is not None or name not in UNKNOWN_WHEN_EMPTY:
                yield {name: value}
        except ValueError:
            reason = Text(f"{name} 的值不是预期的形式", f"the value of {name} has an unexpected form")
            yield meaning.refused(reason, one.id)
