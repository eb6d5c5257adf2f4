"""The ``tickets`` collector against a real Request Tracker, in whole audits."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from tests.servers import desks
from tests.servers.audits import Audited, assert_nowhere, audit, command, write_project
from tests.servers.beside import assert_only_these, assert_troubled
from tests.servers.desks import NO_RIGHTS, PASSWORD, TEXT, RequestTracker
from tests.servers.pacs import tls_front
from tests.servers.running import certificate, free_port, needs, needs_root
from tests.servers.trouble import cut_off, endless_http, garbage, http_answer

from hiscomply.model import CollectionStatus

pytestmark = [needs(desks.RT_SERVER, package="request-tracker5 rt5-db-sqlite"), needs_root()]

OPEN, APPROVED, LEVEL = (
    "user_reports_not_left_open",
    "changes_approved_before_start",
    "incident_level_assigned",
)
ALL = (OPEN, APPROVED, LEVEL)


@pytest.fixture(scope="module")
def rt() -> Iterator[RequestTracker]:
    with desks.running(RequestTracker) as one:
        fields = {"System": "PACS", "Cause": TEXT, "Patient": TEXT}
        one.create("Incidents", 90, {}, CustomFields=fields)
        done = one.create("Incidents", 5, {"open": 4.99, "resolved": 4}, CustomFields=fields, Priority=90)
        assert done == "2"
        back = one.create("Incidents", 9, {"open": 8, "resolved": 7})
        one.api.put(f"/ticket/{back}", json={"Status": "open", "Priority": 90}).raise_for_status()
        one.api.post(f"/ticket/{back}/comment", json={"Content": TEXT, "ContentType": "text/plain"})
        one.create("Changes", 20, {"stalled": 10, "open": 9, "resolved": 8}, Owner="root")
        one.create("Changes", 20, {"open": 9})
        one.create("Hidden", 20, {})
        yield one


def target(
    port: int, name: str = "desk", login: tuple[str, str] = ("auditor", PASSWORD), queues: str = "",
    more: str = "", scheme: str = "http", step_s: float = 60,
) -> str:  # fmt: skip
    queues = (
        queues
        or """\
      - queue: Incidents
        record: ticket
        set: {kind: incident, source: user}
        fields: {system_id: System, cause: Cause, root_cause_report_at: RootCauseAt, extension_until: Extension}
      - queue: Changes
        record: change
        set: {type: normal, system_id: PACS}
"""
    )
    return f"""\
  - collector: tickets
    name: {name}
    product: request_tracker
    url: {scheme}://127.0.0.1:{port}
    user: {login[0]}
    password: {{command: [printf, '{login[1]}']}}
    states: {{stalled: approved}}
    levels: {{'90': urgent, '10': general}}
    page_size: 2
    step_timeout: {step_s}
{more}    queues:
{queues}"""


def statuses(audited: Audited) -> dict[str, str]:
    return {name: str(one.status) for name, one in audited.collections.items() if one.collector == "tickets"}


def test_the_course_of_tickets_and_changes_without_a_word_of_them(rt: RequestTracker, tmp_path: Path) -> None:
    before = rt.state("Tickets", "Transactions", "ObjectCustomFieldValues")
    found = audit(write_project(tmp_path, target(rt.port)), ALL)
    assert (statuses(found), found.collections["desk"].reason) == ({"desk": "ok"}, None)
    tickets = {one["id"]: one for one in found.rows("ticket")}
    assert set(tickets) == {"1", "2", "3"}
    assert [tickets[key]["status"] for key in "123"] == ["open", "resolved", "open"]
    assert [tickets[key]["level"] for key in "123"] == ["general", "urgent", "urgent"]
    assert [tickets[key]["reopened"] for key in "123"] == [0, 0, 1]
    assert tickets["1"]["system_id"] == "PACS"
    assert tickets["1"]["acked"] is None
    assert tickets["3"]["resolved"] is None
    assert (tickets["2"]["resolved"] - tickets["2"]["acked"]).total_seconds() == pytest.approx(
        0.99 * 86400, abs=60
    )
    assert tickets["3"]["classified"] > tickets["3"]["recorded"]
    assert "欧阳" not in str(tickets["1"]["cause"])
    assert [one["subject"] for one in found.findings(OPEN) if one["verdict"] == "fail"] == ["1"]
    assert found.code == 1
    assert rt.state("Tickets", "Transactions", "ObjectCustomFieldValues") == before
    assert_nowhere(desks.CANARIES, tmp_path / ".hiscomply", found.out, found.err)


def test_a_change_that_nobody_approved_is_found(rt: RequestTracker, tmp_path: Path) -> None:
    text = target(rt.port).replace("{stalled: approved}", "{stalled: approved, open: started}")
    found = audit(write_project(tmp_path, text), [APPROVED])
    # the fourth was approved by whoever carried it out, the fifth by nobody
    verdicts = [(one["subject"], one["verdict"]) for one in found.findings(APPROVED)]
    assert verdicts == [("4", "fail"), ("5", "fail")]
    first, second = found.rows("change", "id")
    assert first["approved"] < first["started"] < first["ended"]
    assert (second["approved"], second["approver"], second["ended"]) == (None, None, None)


@pytest.fixture
def trouble(rt: RequestTracker, tmp_path: Path) -> Iterator[dict[str, tuple[str, str, str]]]:
    """Targets that go wrong, with the status that each must get, and a word of the reason."""
    hidden = "      - {queue: Hidden, record: ticket}\n"
    (tmp_path / "other").mkdir()
    with ExitStack() as stack:
        ports = {
            "midway": cut_off(rt.port, 2500),
            "garbage": garbage(),
            "no-json": garbage(http_answer(TEXT.encode())),
            "other": garbage(http_answer(('{"items": "' + TEXT + '"}').encode())),
            "endless": endless_http(),
        }
        words = {
            "no-json": "no JSON",
            "other": "answers without what it always says",
            "endless": "more than 64,000,000 bytes",
        }
        found = {
            name: ("failed", words.get(name, "cannot be had"), target(stack.enter_context(port), name))
            for name, port in ports.items()
        }
        silent = stack.enter_context(cut_off(rt.port, 600, hang=True))
        found["silent"] = ("timed_out", "within 3 seconds", target(silent, "silent", step_s=3))
        wrong, blind = ("auditor", "wrong-pw-canary"), ("norights", NO_RIGHTS)
        found["wrong"] = ("denied", "HTTP 401", target(rt.port, "wrong", wrong))
        found["no-rights"] = (
            "denied",
            "check the account and its rights",
            target(rt.port, "no-rights", blind),
        )
        found["hidden"] = (
            "denied",
            "check the account and its rights",
            target(rt.port, "hidden", queues=hidden),
        )
        found["gone"] = ("failed", "cannot be had", target(free_port(), "gone"))
        odd = "      - {queue: Incidents, record: ticket, fields: {approver: System}}\n"
        found["no-field"] = ("failed", "approver", target(rt.port, "no-field", queues=odd))
        port = stack.enter_context(tls_front(rt.port, *certificate(tmp_path / "other")))
        found["untrusted"] = ("failed", "TLS failed", target(port, "untrusted", scheme="https"))
        yield found


def test_trouble_is_never_a_pass(
    trouble: dict[str, tuple[str, str, str]], rt: RequestTracker, tmp_path: Path
) -> None:
    good = target(
        rt.port, "good", queues="      - {queue: Incidents, record: ticket, set: {source: monitor}}\n"
    )
    bad = "".join(text for _, _, text in trouble.values())
    found = audit(write_project(tmp_path, bad + good), [OPEN])
    assert_only_these(found, OPEN, {name: (status, word) for name, (status, word, _) in trouble.items()})
    assert found.collections["good"].records == {"ticket": 3}
    assert_nowhere([*desks.CANARIES, "wrong-pw-canary"], tmp_path / ".hiscomply", found.out, found.err)


def test_a_server_that_hangs_times_out(rt: RequestTracker, tmp_path: Path) -> None:
    assert rt.server
    rt.server.send(signal.SIGSTOP)
    try:
        text = target(rt.port, "it", step_s=1)
        assert_troubled(tmp_path, text, OPEN, CollectionStatus.TIMED_OUT, reason="within 1 seconds")
    finally:
        rt.server.send(signal.SIGCONT)


def test_a_name_where_a_reference_belongs_is_set_aside(rt: RequestTracker, tmp_path: Path) -> None:
    queues = "      - {queue: Incidents, record: ticket, fields: {system_id: Patient}}\n"
    found = audit(write_project(tmp_path, target(rt.port, queues=queues)), [OPEN])
    assert statuses(found) == {"desk": "partial"}
    assert_nowhere(desks.CANARIES, tmp_path / ".hiscomply", found.out, found.err)


def test_a_dry_run_names_queue_and_account(tmp_path: Path) -> None:
    _, out, _ = command("collect", str(write_project(tmp_path, target(1))), "--dry-run")
    assert "everything in Changes, as auditor (`printf …`)" in out
