"""The ``tickets`` collector against a real Redmine, in whole audits."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from tests.servers import desks
from tests.servers.audits import Audited, assert_nowhere, audit, write_project
from tests.servers.desks import TEXT, Redmine
from tests.servers.running import needs, needs_root
from tests.servers.trouble import cut_off, garbage, http_answer

pytestmark = [needs("puma", desks.REDMINE_DATA, package="redmine redmine-sqlite sqlite3 puma"), needs_root()]

CLOSED = "resolved_incidents_closed"


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


def target(port: int, key: str, name: str = "desk", queues: str = "") -> str:
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
    step_timeout: 5
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


@pytest.fixture
def trouble(redmine: Redmine) -> Iterator[dict[str, tuple[str, str]]]:
    """Targets that go wrong, with the status that each must get."""
    rubbish = http_answer(('{"issue_statuses": [{"name": "' + TEXT + '"}]}').encode())
    unknown = "      - {queue: Nope, record: ticket}\n"
    with ExitStack() as stack:
        midway = stack.enter_context(cut_off(redmine.port, 3000))
        other = stack.enter_context(garbage(rubbish))
        yield {
            "midway": ("failed", target(midway, redmine.key, "midway")),
            "other": ("failed", target(other, redmine.key, "other")),
            "wrong": ("denied", target(redmine.port, "wrong-key-canary", "wrong")),
            "no-rights": ("denied", target(redmine.port, redmine.norights_key, "no-rights")),
            "unknown": ("failed", target(redmine.port, redmine.key, "unknown", unknown)),
        }


def test_trouble_is_never_a_pass(
    trouble: dict[str, tuple[str, str]], redmine: Redmine, tmp_path: Path
) -> None:
    bad = "".join(text for _, text in trouble.values())
    queues = "      - {queue: Support, record: ticket, set: {kind: request}}\n"
    found = audit(write_project(tmp_path, bad + target(redmine.port, redmine.key, "good", queues)), [CLOSED])
    assert statuses(found) == {name: status for name, (status, _) in trouble.items()} | {"good": "ok"}
    assert (found.policy(CLOSED)["verdict"], found.code) == ("unknown", 3)
    assert_nowhere(
        [*desks.CANARIES, redmine.key, "wrong-key-canary"], tmp_path / ".hiscomply", found.out, found.err
    )


def test_an_empty_tracker_proves_nothing(redmine: Redmine, tmp_path: Path) -> None:
    queues = "      - {queue: Feature, record: ticket}\n"
    found = audit(write_project(tmp_path, target(redmine.port, redmine.key, queues=queues)), [CLOSED])
    assert (statuses(found), found.code) == ({"desk": "partial"}, 3)
