"""Request Tracker 5, REST 2.0."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any, Final

from hiscomply.hookspecs import CollectFailed
from hiscomply.model import Text
from hiscomply_kit.http import Api
from hiscomply_tickets.moments import moment
from hiscomply_tickets.native import (
    MAX_PAGES,
    PRIORITY,
    STATUS,
    Batch,
    Event,
    Native,
    items,
    number,
    shape,
    told,
)

FIELDS: Final = "Type,Priority,Status,Created,Started,Resolved,Owner,CustomFields"
EVENT_FIELDS: Final = "ObjectId,Type,Field,Created,OldValue,NewValue,Creator"
STATES: Final = {
    "new": "open",
    "open": "open",
    "stalled": "open",
    "resolved": "resolved",
    "rejected": "closed",
}
_KINDS: Final = "(Type = 'Create' OR Type = 'Status' OR Type = 'Set')"


def read(api: Api, queue: Mapping[str, Any], size: int, *, history: bool, zone: str) -> Batch:
    """Every ticket of a queue, and its changes of status and priority. Raises as ``Api.get``."""
    name = quoted(queue["queue"])
    api.get(f"/REST/2.0/queue/{queue['queue']}")  # a queue that is not seen is refused, not empty
    params = {"query": f"Queue = {name}", "fields": FIELDS, "orderby": "id", "order": "ASC"}
    pages = list(_pages(api, "/REST/2.0/tickets", params, size))
    events: dict[str, list[Event]] | None = None
    if history:
        query = f"ObjectType = 'RT::Ticket' AND TicketQueue = {name} AND {_KINDS}"
        wanted = {"query": query, "fields": EVENT_FIELDS, "orderby": "id", "order": "ASC"}
        events = course(list(_pages(api, "/REST/2.0/transactions", wanted, size)), zone)
    tickets = [
        native(one, events, zone) for page in pages for one in items(page, "items", "/REST/2.0/tickets")
    ]
    total = number(pages[-1], "total", "/REST/2.0/tickets")
    return Batch(total, tickets, gaps=tuple(_deleted(events or {}, {one.id for one in tickets})))


def _deleted(events: Mapping[str, list[Event]], listed: set[str]) -> Iterator[Text]:
    """Tickets that somebody worked on and then deleted: RT lists them to nobody. What was deleted when new is spam."""
    steps = {
        ticket: [one for one in found if one.what == STATUS]
        for ticket, found in events.items()
        if ticket not in listed and len(found) > 1
    }
    gone = sorted((ticket for ticket, one in steps.items() if one and one[-1].new == "deleted"), key=int)
    if gone:
        shown = ", ".join(gone[:5])
        yield Text(
            f"有 {len(gone)} 张处理过的单被删除({shown}),RT 不再列出,未能判断",
            f"not judged, for RT lists deleted tickets to nobody: {len(gone)} that had been worked on ({shown})",
        )


def quoted(text: str) -> str:
    """A name in a query."""
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"


def native(one: Mapping[str, Any], events: Mapping[str, list[Event]] | None, zone: str) -> Native:
    """One item of ``/tickets``.

    Raises:
        CollectFailed: it has no id or no time of creation.
    """
    number_, created = told(one, "id"), moment(told(one, "Created"), zone)
    if number_ is None or created is None:
        raise shape("/REST/2.0/tickets")
    owner = told(one, "Owner", "id")
    fields = one.get("CustomFields")
    return Native(
        id=number_,
        status=told(one, "Status"),
        priority=told(one, "Priority"),
        created=created,
        owner=None if owner == "Nobody" else owner,
        times={
            field: moment(told(one, key), zone)
            for field, key in (("acked", "Started"), ("resolved", "Resolved"))
            if told(one, key) is not None
        },
        values={
            str(field.get("name")): " ".join(str(value) for value in field.get("values") or ())
            for field in (fields if isinstance(fields, list) else [])
        },
        events=None if events is None else tuple(events.get(number_, ())),
        has_gaps=events is not None and number_ not in events,
    )


def course(pages: list[dict[str, Any]], zone: str) -> dict[str, list[Event]]:
    """Changes of status and priority, by ticket; a ticket of which the creation is not shown is not in it.

    Raises:
        CollectFailed: a transaction has no ticket or no time.
    """
    found: dict[str, list[Event]] = defaultdict(list)
    begun: set[str] = set()
    for page in pages:
        for one in items(page, "items", "/REST/2.0/transactions"):
            ticket, at = told(one, "ObjectId"), moment(told(one, "Created"), zone)
            if ticket is None or at is None:
                raise shape("/REST/2.0/transactions")
            if one.get("Type") == "Create":
                begun.add(ticket)
            elif one.get("Type") == "Status" or one.get("Field") == "Priority":
                what = STATUS if one.get("Type") == "Status" else PRIORITY
                old, new = told(one, "OldValue") or "", told(one, "NewValue") or ""
                found[ticket].append(Event(at, what, old, new, told(one, "Creator", "id")))
    return {ticket: found[ticket] for ticket in begun}


def _pages(api: Api, path: str, params: Mapping[str, Any], size: int) -> Iterator[dict[str, Any]]:
    for page in range(1, MAX_PAGES):
        answer = api.get(path, {**params, "per_page": size, "page": page})
        found = items(answer, "items", path)
        yield answer
        # What the account may not see is missing in its page, so a short page need not be the last one.
        if not found or answer.get("pages") == page:
            return
    raise CollectFailed(
        Text(
            f"{path} 超过 {MAX_PAGES} 页,未读完",
            f"{path} has more than {MAX_PAGES} pages and was not read to its end",
        )
    )
