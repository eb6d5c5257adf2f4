"""The ``tickets`` collector against a real Redmine, in whole audits."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack
from pathlib import Path

import pytest
from tests.servers import desks
from tests.servers.audits import Audited, assert_nowhere, audit, write_project
from tests.servers.beside import assert_only_these, assert_troubled
from tests.servers.desks import TEXT, Redmine
from tests.servers.pacs import tls_front
from tests.servers.running import certificate, free_port, needs, needs_root
from tests.servers.trouble import cut_off, endless_http, garbage, http_answer

from hiscomply.model import CollectionStatus

pytestmark = [needs("puma", desks.REDMINE_DATA, package="redmine redmine-sqlite sqlite3 puma"), needs_root()]

CLOSED = "resolved_incidents_closed"
SUPPORT = "      - {queue: Support, record: ticket, set: {kind: request}}\n"


@pytest.fixture(scope="module")
def redmine() -> Iterator[Redmine]:
    with desks.running(Redmine) as one:
        priorities = one.names("/enumerations/issue_priorities.json", "issue_priorities")
        fields = one.names("/custom_fields.json", "custom_fields")
        values = [{"id": fields["System"], "value": "PACS"}, {"id": fields["Cause"], "value": TEXT}]
        filled = {"custom_fields": values, "priority_id": priorities["Immediate"]}
        one.create("Bug", 60, {"In Progress": 59.5, "Resolved": 59}, **filled)
        one.create("Bug", 50, {"In Progress": 49, "Resolved": 48, "Closed": 47})
        one.create("Bug", 40, {"Resolved": 39, "In Progress": 38}, **filled)
        one.create("Support", 3, {})
        yield one


def target(port: int, key: str, name: str = "desk", queues: str = "", timeout_s: float = 60) -> str:
    queues = (
        queues
        or """\
      - queue: Bug
        project: ops
        record: ticket
        set: {kind: incident, source: user}
        fields: {system_id: System, cause: Cause}
"""
    )
    return f"""\
  - collector: tickets
    name: {name}
    product: redmine
    url: http://127.0.0.1:{port}
    token: {{command: [printf, '{key}']}}
    states: {{New: open, In Progress: open, Resolved: resolved, Closed: closed, Feedback: open, Rejected: closed}}
    levels: {{Immediate: urgent, Normal: general}}
    page_size: 2
    step_timeout: {timeout_s:g}
    queues:
{queues}"""


def statuses(audited: Audited) -> dict[str, str]:
    return {name: str(one.status) for name, one in audited.collections.items() if one.collector == "tickets"}


def test_the_course_of_issues_without_a_word_of_them(redmine: Redmine, tmp_path: Path) -> None:
    before = redmine.state("issues", "journals", "journal_details", "custom_values")
    found = audit(write_project(tmp_path, target(redmine.port, redmine.key)), [CLOSED])
    assert (statuses(found), found.collections["desk"].reason) == ({"desk": "ok"}, None)
    first, second, third = found.rows("ticket", "id")
    assert [one["status"] for one in (first, second, third)] == ["resolved", "closed", "open"]
    assert [one["level"] for one in (first, second, third)] == ["urgent", "general", "urgent"]
    assert [one["reopened"] for one in (first, second, third)] == [0, 0, 1]
    assert first["recorded"] < first["acked"] < first["resolved"]
    assert second["resolved"] < second["closed"]
    assert (first["closed"], third["resolved"], first["system_id"]) == (None, None, "PACS")
    assert first["cause"] == "written / 已填写"
    # a priority that nobody changed may be Redmine's default
    assert first["classified"] is None
    assert [(one["subject"], one["verdict"]) for one in found.findings(CLOSED)] == [("1", "fail")]
    assert found.code == 1
    assert redmine.state("issues", "journals", "journal_details", "custom_values") == before
    assert_nowhere([*desks.CANARIES, redmine.key], tmp_path / ".hiscomply", found.out, found.err)


@pytest.mark.parametrize("visibility", ["default", "own"])
def test_a_role_that_hides_issues_leaves_a_gap(redmine: Redmine, tmp_path: Path, visibility: str) -> None:
    change = "UPDATE roles SET issues_visibility = ? WHERE name = 'Audit'"
    (number,) = [one["id"] for one in redmine.api.get("/issues.json?limit=1").json()["issues"]]
    redmine.api.put(f"/issues/{number}.json", json={"issue": {"is_private": True}}).raise_for_status()
    redmine.sql((change, (visibility,)))
    try:
        found = audit(write_project(tmp_path, target(redmine.port, redmine.key)), [CLOSED])
    finally:
        redmine.sql((change, ("all",)))
    assert "All issues" in found.collections["desk"].rejected[0].reason.en
    assert found.policy(CLOSED)["verdict"] != "pass"


def test_an_administrator_sees_every_issue(redmine: Redmine, tmp_path: Path) -> None:
    found = audit(write_project(tmp_path, target(redmine.port, redmine.admin_key)), [CLOSED])
    assert statuses(found) == {"desk": "ok"}


@pytest.fixture
def trouble(redmine: Redmine) -> Iterator[dict[str, tuple[str, str, str]]]:
    """Targets that go wrong, with the status that each must get, and a word of the reason."""
    rubbish = http_answer(('{"issue_statuses": [{"name": "' + TEXT + '"}]}').encode())
    unknown = "      - {queue: Nope, record: ticket}\n"
    with ExitStack() as stack:
        midway = stack.enter_context(cut_off(redmine.port, 3000))
        other = stack.enter_context(garbage(rubbish))
        yield {
            "midway": ("failed", "cannot be had", target(midway, redmine.key, "midway")),
            "other": ("failed", "answers without what it always says", target(other, redmine.key, "other")),
            "wrong": ("denied", "HTTP 401", target(redmine.port, "wrong-key-canary", "wrong")),
            "no-rights": (
                "denied",
                "check the account and its rights",
                target(redmine.port, redmine.norights_key, "no-rights"),
            ),
            "unknown": ("failed", "Nope", target(redmine.port, redmine.key, "unknown", unknown)),
        }


def test_trouble_is_never_a_pass(
    trouble: dict[str, tuple[str, str, str]], redmine: Redmine, tmp_path: Path
) -> None:
    bad = "".join(text for _, _, text in trouble.values())
    good = target(redmine.port, redmine.key, "good", SUPPORT)
    found = audit(write_project(tmp_path, bad + good), [CLOSED])
    assert_only_these(found, CLOSED, {name: (status, word) for name, (status, word, _) in trouble.items()})
    assert found.collections["good"].records == {"ticket": 1}
    assert_nowhere(
        [*desks.CANARIES, redmine.key, "wrong-key-canary"], tmp_path / ".hiscomply", found.out, found.err
    )


@pytest.mark.parametrize(
    ("trouble", "status", "reason"),
    [
        (lambda port: cut_off(port, 600, hang=True), CollectionStatus.TIMED_OUT, "within 2 seconds"),
        (lambda port: cut_off(port, 3000, hang=True), CollectionStatus.TIMED_OUT, "within 2 seconds"),
        (lambda _: endless_http(), CollectionStatus.FAILED, "more than 64,000,000 bytes"),
        (lambda _: garbage(), CollectionStatus.FAILED, "cannot be had"),
        (lambda _: garbage(http_answer(TEXT.encode())), CollectionStatus.FAILED, "no JSON"),
    ],
    ids=["silent", "silent midway", "endless", "garbage", "no JSON"],
)
def test_what_answers_badly_gives_no_pass(
    trouble: Callable[[int], AbstractContextManager[int]], status: CollectionStatus, reason: str,
    redmine: Redmine, tmp_path: Path,
) -> None:  # fmt: skip
    with trouble(redmine.port) as port:
        timeout_s = 2 if status is CollectionStatus.TIMED_OUT else 60
        bad = target(port, redmine.key, "it", timeout_s=timeout_s)
        good = target(redmine.port, redmine.key, "good", SUPPORT)
        found = assert_troubled(tmp_path, bad + good, CLOSED, status, reason=reason)
    assert statuses(found)["good"] == "ok"
    assert_nowhere([*desks.CANARIES, redmine.key], found.run, found.out, found.err)


def test_a_server_that_hangs_times_out(redmine: Redmine, tmp_path: Path) -> None:
    assert redmine.server
    redmine.server.send(signal.SIGSTOP)
    try:
        text = target(redmine.port, redmine.key, "it", timeout_s=1)
        assert_troubled(tmp_path, text, CLOSED, CollectionStatus.TIMED_OUT, reason="within 1 seconds")
    finally:
        redmine.server.send(signal.SIGCONT)


def test_a_server_that_is_not_there_fails(redmine: Redmine, tmp_path: Path) -> None:
    text = target(free_port(), redmine.key, "it")
    assert_troubled(tmp_path, text, CLOSED, CollectionStatus.FAILED, reason="cannot be had")


@pytest.mark.parametrize(
    ("tls", "reason"),
    [
        ("", "self-signed certificate"),
        ("{ca_file: cert.pem, server_name: desk.example}", "Hostname mismatch"),
    ],
)
def test_a_certificate_of_nobody_or_of_another_is_refused(
    tls: str, reason: str, redmine: Redmine, tmp_path: Path
) -> None:
    cert, key = certificate(tmp_path)

    def secured(port: int, name: str, tls: str) -> str:
        text = target(port, redmine.key, name, SUPPORT).replace("url: http:", "url: https:")
        return text + (f"    tls: {tls}\n" if tls else "")

    with tls_front(redmine.port, cert, key) as port:
        bad, good = secured(port, "it", tls), secured(port, "good", "{ca_file: cert.pem}")
        found = assert_troubled(tmp_path, bad + good, CLOSED, CollectionStatus.FAILED, reason=reason)
    assert statuses(found)["good"] == "ok"
    assert_nowhere([redmine.key], found.run, found.out, found.err)


def test_an_empty_tracker_proves_nothing(redmine: Redmine, tmp_path: Path) -> None:
    queues = "      - {queue: Feature, record: ticket}\n"
    found = audit(write_project(tmp_path, target(redmine.port, redmine.key, queues=queues)), [CLOSED])
    assert (statuses(found), found.code) == ({"desk": "partial"}, 3)
