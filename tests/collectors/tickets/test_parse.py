"""Tickets to records, on recorded answers of each product and on courses written down here."""

from __future__ import annotations

import itertools
import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

import hiscomply_tickets
from hiscomply.hookspecs import CollectDenied, CollectFailed
from hiscomply.model import Record, Rejected
from hiscomply_tickets import course, glpi, itop, redmine, request_tracker
from hiscomply_tickets.native import NOTE, PRIORITY, STATUS, Batch, Event, Native
from hiscomply_tickets.records import Meaning, records
from hiscomply_tickets.values import WRITTEN, converted

RECORDED = Path(hiscomply_tickets.__file__).parent / "recorded"
START = datetime(2026, 6, 1, tzinfo=UTC)
STATES = {"new": "open", "ok": "approved", "work": "started", "done": "resolved", "shut": "closed"}
LEVELS = {"1": "urgent", "2": "important", "3": "general", "-": "none"}
ZONE = "Asia/Shanghai"


def recorded(name: str) -> Any:
    return json.loads((RECORDED / name).read_text(encoding="utf-8"))


def at(hours: float) -> datetime:
    return START + timedelta(hours=hours)


def meaning(record: str = "ticket", **more: Any) -> Meaning:
    queue = {"queue": "Q", "record": record, **more.pop("queue", {})}
    severities = {"1": "critical"}
    return Meaning("http://desk", at(100), ZONE, queue, STATES, LEVELS, severities, {"是": "true"}, **more)


def native(
    status: str = "new", priority: str = "1", events: tuple[Event, ...] | None = (), **more: Any
) -> Native:
    return Native("7", status, priority, START, events=events, **more)


def fields(one: Native, what: Meaning | None = None) -> Mapping[str, Any]:
    items = list(records(Batch(1, [one]), what or meaning()))
    assert isinstance(items[-1], Record)
    return items[-1].fields


def steps(*names: str, what: str = STATUS) -> tuple[Event, ...]:
    return tuple(
        Event(at(n), what, old, new, "wang") for n, (old, new) in enumerate(itertools.pairwise(names), 1)
    )


def test_request_tracker_answers_become_a_course() -> None:
    events = request_tracker.course([recorded("request-tracker-5.0.3/transactions.json")], ZONE)
    (one,) = recorded("request-tracker-5.0.3/tickets.json")["items"]
    ticket = request_tracker.native(one, events, ZONE)
    assert [(e.what, e.old, e.new) for e in ticket.events or ()] == [
        (STATUS, "new", "open"), (STATUS, "open", "resolved"), (PRIORITY, "10", "90"), (STATUS, "resolved", "open"),
    ]  # fmt: skip
    assert course.is_whole(ticket)
    assert ticket.values["System"] == "PACS"
    assert not course.is_whole(request_tracker.native(one, {}, ZONE))


def test_a_ticket_that_was_worked_on_and_then_deleted_leaves_a_gap() -> None:
    def transaction(ticket: int, kind: str, new: str = "") -> dict[str, Any]:
        return {"ObjectId": ticket, "Type": kind, "NewValue": new, "Created": "2026-06-01T00:00:00Z"}

    courses = [
        *(transaction(one, "Create") for one in (1, 2, 3, 4)),
        *(transaction(one, "Status", "open") for one in (1, 2, 4)),
        *(transaction(one, "Status", "deleted") for one in (2, 3)),
    ]

    class Desk:
        def get(self, path: str, params: Any = None) -> Any:
            if path.endswith("/transactions"):
                return {"items": courses, "pages": 1}
            tickets = [{"id": one, "Created": "2026-06-01T00:00:00Z", "Status": "open"} for one in (1, 4)]
            return {"items": tickets, "pages": 1, "total": 2}

    batch = request_tracker.read(Desk(), {"queue": "Q"}, 100, history=True, zone=ZONE)  # type: ignore[arg-type]
    (gap,) = batch.gaps
    assert "1 that had been worked on (2)" in gap.en, "3 was deleted when new, as spam is"
    told = [
        one.reason
        for one in records(Batch(1, [native()], batch.gaps), meaning())
        if isinstance(one, Rejected)
    ]
    assert gap in told


@pytest.mark.parametrize(
    ("me", "roles", "is_gap"),
    [
        ({"admin": True}, {}, False),
        ({"admin": False, "memberships": []}, {}, True),
        ({"memberships": [{"project": {"id": 1}, "roles": [{"id": 6}]}]}, {6: "all"}, False),
        ({"memberships": [{"project": {"id": 1}, "roles": [{"id": 6}]}]}, {6: "default"}, True),
        ({"memberships": [{"project": {"id": 1}, "roles": [{"id": 6}]}]}, {6: None}, True),
        ({"memberships": [{"project": {"id": 1}, "roles": [{"id": 6}, {"id": 7}]}]}, {6: "own", 7: "all"}, False),
        ({"memberships": [{"project": {"id": 2}, "roles": [{"id": 6}]}]}, {6: "all"}, True),
        ({"memberships": [{"project": {"id": 1}, "roles": [{"id": 6}]}, {"project": {"id": 2}, "roles": [{"id": 7}]}]},
         {6: "all", 7: "own"}, False),
    ],
)  # fmt: skip
def test_what_a_role_of_redmine_hides_leaves_a_gap(
    me: dict[str, Any], roles: dict[int, str | None], is_gap: bool
) -> None:
    class Desk:
        def get(self, path: str, params: Any = None) -> Any:
            if path.startswith("/users/"):
                return {"user": me}
            if path.startswith("/projects/"):
                return {"project": {"id": 1}}
            return {"role": {"issues_visibility": roles[int(path.split("/")[2].removesuffix(".json"))]}}

    assert bool(list(redmine._hidden(Desk(), "ops"))) is is_gap  # type: ignore[arg-type]


def page_of(pages: int | None, *sizes: int) -> list[int]:
    """How many items each page that is asked for has, of an RT that hides some of them."""

    class Hiding:
        def get(self, path: str, params: Mapping[str, Any]) -> Any:
            at = params["page"]
            size = sizes[at - 1] if at <= len(sizes) else 0
            return {"items": [{}] * size, "page": at, "pages": pages, "total": None}

    found = request_tracker._pages(Hiding(), "/REST/2.0/transactions", {}, 3)  # type: ignore[arg-type]
    return [len(one["items"]) for one in found]


def test_a_short_page_of_request_tracker_need_not_be_the_last() -> None:
    assert page_of(None, 3, 1, 2) == [3, 1, 2, 0]
    assert page_of(2, 3, 1) == [3, 1]


def test_more_pages_than_are_read_are_a_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(request_tracker, "MAX_PAGES", 3)
    with pytest.raises(CollectFailed, match="not read to its end"):
        page_of(None, 3, 3, 3)


def test_redmine_answers_become_a_course_without_notes() -> None:
    names = {
        STATUS: redmine._names(recorded("redmine-5.0.4/statuses.json"), "issue_statuses"),
        PRIORITY: redmine._names(recorded("redmine-5.0.4/priorities.json"), "issue_priorities"),
    }
    (one,) = recorded("redmine-5.0.4/issues.json")["issues"]
    ticket = redmine.native(one, recorded("redmine-5.0.4/issue.json")["issue"], names, ZONE)
    assert [(e.what, e.new) for e in ticket.events or ()] == [
        (STATUS, "In Progress"), (NOTE, ""), (STATUS, "Resolved"), (NOTE, ""),
    ]  # fmt: skip
    assert course.is_whole(ticket)
    assert "(text)" not in repr(ticket)


def test_glpi_rows_lose_their_title() -> None:
    first, second = (glpi.native(row, {}, ZONE) for row in recorded("glpi-10-by-hand/search.json")["data"])
    assert (first.id, glpi.STATES[str(first.status)], glpi.STATES[str(second.status)]) == (
        "7",
        "closed",
        "open",
    )
    assert first.times["resolved"] == datetime(2026, 6, 1, 2, tzinfo=UTC)
    assert second.times == {"resolved": None, "closed": None}
    assert "欧阳" not in repr(first)


def test_itop_states_how_many_there_are() -> None:
    answer = recorded("itop-3-by-hand/incidents.json")
    found = itop.batch(answer, "start_date", itop.TIMES, ZONE)
    assert (found.total, [one.id for one in found.tickets]) == (2, ["I-000001", "I-000002"])
    assert found.tickets[0].times["closed"] == datetime(2026, 6, 2, 1, tzinfo=UTC)
    with pytest.raises(CollectDenied):
        itop.batch({"code": 1, "message": "Error: Invalid login"}, "start_date", {}, ZONE)
    for odd in (
        {"code": 100},
        [],
        {"code": 0, "message": "none"},
        {"code": 0, "message": "Found: 1", "objects": {"a": 1}},
    ):
        with pytest.raises(CollectFailed):
            itop.batch(odd, "start_date", {}, ZONE)


@pytest.mark.parametrize(
    "odd", [{}, {"id": 1}, {"id": 1, "Created": "1970-01-01T00:00:00Z", "created_on": "", "15": None, "2": 1}]
)
def test_a_ticket_without_id_or_time_is_a_failure(odd: dict[str, Any]) -> None:
    for parse in (
        lambda: request_tracker.native(odd, None, ZONE),
        lambda: redmine.native(odd, None, {}, ZONE),
        lambda: glpi.native(odd, {}, ZONE),
    ):
        with pytest.raises(CollectFailed):
            parse()


def test_a_course_says_when_it_was_taken_up_resolved_closed() -> None:
    found = fields(native("shut", events=steps("new", "work", "done", "shut")))
    assert (found["acked"], found["resolved"], found["closed"]) == (at(1), at(2), at(3))
    assert (found["status"], found["reopened"], found["level"]) == ("closed", 0, "urgent")


def test_reopened_is_neither_resolved_nor_closed() -> None:
    found = fields(native("work", events=steps("new", "done", "shut", "work")))
    assert (found["resolved"], found["closed"], found["reopened"]) == (None, None, 1)


@pytest.mark.parametrize(
    "ticket",
    [
        native("done", events=steps("new", "work")),
        native("work", events=(*steps("new", "done"), *steps("new", "work"))),
        native("work", events=steps("new", "work"), has_gaps=True),
    ],
)
def test_a_course_with_gaps_proves_nothing(ticket: Native) -> None:
    items = list(records(Batch(1, [ticket]), meaning()))
    assert isinstance(items[0], Rejected)
    assert isinstance(items[1], Record)
    assert not {"acked", "reopened", "classified"} & set(items[1].fields)


def test_without_history_moments_are_not_known() -> None:
    assert set(fields(native("done", events=None))) == {
        "id",
        "recorded",
        "resolver",
        "status",
        "level",
        "closed",
    }


def test_a_status_that_the_target_does_not_name_is_not_known() -> None:
    found = fields(native("odd", events=steps("new", "odd")))
    assert not {"status", "resolved", "closed", "reopened"} & set(found)


def test_a_priority_that_nobody_changed_may_be_a_default() -> None:
    assert "classified" not in fields(native())
    assert fields(native(), meaning(is_level_chosen=True))["classified"] == START
    assert fields(native("new", "1", steps("3", "1", what=PRIORITY)))["classified"] == at(1)
    none = fields(native(priority="-"))
    assert (none["level"], none["classified"]) == (None, None)
    assert "level" not in fields(native(priority="9"))


def test_a_level_that_went_down_is_seen() -> None:
    assert fields(native("new", "3", steps("1", "3", what=PRIORITY)))["level_lowered"] is True
    assert fields(native("new", "1", steps("3", "1", what=PRIORITY)))["level_lowered"] is False
    assert "level_lowered" not in fields(native("new", "1", steps("?", "1", what=PRIORITY)))


def test_a_change_knows_who_approved_it_and_when_it_began() -> None:
    found = fields(native("done", events=steps("new", "ok", "work", "done"), owner="li"), meaning("change"))
    assert (found["approved"], found["approver"], found["started"], found["ended"]) == (
        at(1),
        "wang",
        at(2),
        at(3),
    )
    assert found["implementer"] == "li"
    waiting = fields(native(), meaning("change"))
    assert (waiting["approved"], waiting["approver"], waiting["started"], waiting["ended"]) == (None,) * 4


def test_an_alert_has_severity_and_the_time_of_its_first_note() -> None:
    events = (*steps("new", "work"), Event(at(3), NOTE))
    found = fields(native("work", events=events), meaning("alert"))
    assert (found["raised_at"], found["severity"], found["acked_at"], found["noted_at"]) == (
        START,
        "critical",
        at(1),
        at(3),
    )
    assert found["closed_at"] is None


@pytest.mark.parametrize(
    ("total", "twice", "is_short"), [(1, False, False), (2, False, True), (0, False, True), (1, True, True)]
)
def test_what_the_server_states_must_be_what_was_read(total: int, twice: bool, is_short: bool) -> None:
    tickets = [native(), native()] if twice else [native()]
    items = list(records(Batch(total, tickets if total else []), meaning()))
    assert any(isinstance(one, Rejected) for one in items) is is_short


def test_free_text_is_only_there_or_not() -> None:
    assert converted("cause", "欧阳测试", ZONE, {}) == WRITTEN
    assert converted("cause", "  ", ZONE, {}) is None
    mapped = meaning(queue={"fields": {"outage_min": "O", "system_id": "S", "security": "B", "cause": "X"}})
    found = fields(native(values={"O": "12.5", "S": "", "B": "是"}), mapped)
    assert (found["outage_min"], found["security"]) == (12.5, True)
    assert not {"system_id", "cause"} & set(found)


@pytest.mark.parametrize(
    ("field", "text"),
    [
        ("system_id", "欧阳测试"), ("system_id", "11010519491231002X"), ("system_id", "13800138000"), ("change_id", "a b"),
        ("approver", "11010519491231002X"), ("approver", "x" * 41), ("outage_min", "long"), ("security", "maybe"),
        ("closed", "soon"), ("extension_until", "later"),
    ],
)  # fmt: skip
def test_what_may_not_stand_in_a_field_is_set_aside_without_its_text(field: str, text: str) -> None:
    one = native(values={"F": text})
    items = list(records(Batch(1, [one]), meaning(queue={"fields": {field: "F"}})))
    (refused,) = [item for item in items if isinstance(item, Rejected)]
    assert text not in repr(refused)
