"""What an audit is compared with: ages and due dates rest on it, so nothing may restart them by the way."""

from __future__ import annotations

import json
from typing import Any

import pytest
from tests.acceptance.small_project import (
    BAD,
    GOOD,
    HEADER,
    OBSERVED,
    PROJECT,
    Ran,
    SmallProject,
    policy_text,
)

LATER = "2026-07-02T09:00:00+08:00"
EVEN_LATER = "2026-07-03T09:00:00+08:00"
OTHER = "accounts_are_known"


@pytest.fixture
def failing(project: SmallProject) -> SmallProject:
    """A project with one failure, found by a first audit."""
    project.export([BAD])
    assert project.audit().code == 1
    return project


def failure(ran: Ran) -> tuple[Any, ...]:
    """State (none when nothing is compared), first sight and verdict of the one failure."""
    (one,) = [one for one in ran.sarif_results() if one["kind"] in ("fail", "open")]
    return one.get("baselineState"), one["provenance"]["firstDetectionTimeUtc"], one["kind"]


def test_an_audit_of_another_policy_in_between_restarts_no_age(failing: SmallProject) -> None:
    failing.policy(policy_text(id_=OTHER), OTHER)
    failing.audit(only=OTHER)
    assert failure(failing.audit("--as-of", LATER)) == ("unchanged", "2026-06-30T01:00:00.000Z", "fail")


def test_where_no_audit_judged_all_the_few_that_were_judged_keep_their_age(failing: SmallProject) -> None:
    ran = failing.audit("--as-of", LATER, only=None)
    assert failure(ran) == ("unchanged", "2026-06-30T01:00:00.000Z", "fail")


def test_an_audit_of_an_earlier_moment_is_not_compared_with_a_later_one(failing: SmallProject) -> None:
    earlier = "2026-06-30T08:30:00+08:00"
    assert failure(failing.audit("--as-of", earlier)) == (None, "2026-06-30T00:30:00.000Z", "fail")


def test_nothing_was_first_seen_after_the_moment_that_is_judged(failing: SmallProject) -> None:
    earlier, later = "2026-06-30T08:30:00+08:00", failing.run("--version")
    ran = failing.audit("--as-of", earlier, "--previous", str(later.folder))
    assert failure(ran) == ("unchanged", "2026-06-30T00:30:00.000Z", "fail")


@pytest.mark.parametrize("content", [b"", None], ids=["altered", "missing"])
@pytest.mark.parametrize("is_named", [True, False])
def test_an_altered_earlier_run_dates_no_failure(
    failing: SmallProject, content: bytes | None, is_named: bool
) -> None:
    earlier = failing.run("--version").folder
    file = earlier / "findings.parquet"
    file.unlink() if content is None else file.write_bytes(content)
    named = ("--previous", earlier.name) if is_named else ()
    ran = failing.audit("--as-of", LATER, *named)
    assert ran.code == 2
    assert "missing or were altered" in ran.err
    assert failing.audit("--as-of", LATER, "--no-previous").code == 1


def test_evidence_alone_is_passed_over(failing: SmallProject) -> None:
    assert failing.run("collect", str(failing.root)).code in (0, 3)
    collected = failing.run("--version").folder
    assert failure(failing.audit("--as-of", LATER))[0] == "unchanged"
    ran = failing.audit("--previous", str(collected))
    assert (ran.code, "evidence only" in ran.err) == (2, True)


TWO = PROJECT + "".join(
    f"""{"" if number else "collect:"}
  - collector: tables
    name: {name}
    path: {name}.csv
    kind: account
    columns: {{system_id: system, login: login, enabled: enabled, last_login: last_login}}
    observed_at: {OBSERVED}"""
    for number, name in enumerate(("first", "second"))
)


@pytest.fixture
def two(project: SmallProject) -> SmallProject:
    """A project of two exports, with a failure in the first."""
    project.write("hiscomply.yaml", TWO + "\n")
    project.write("first.csv", f"{HEADER}\n{BAD}\n")
    project.write("second.csv", f"{HEADER}\n{GOOD}\n")
    assert project.audit().code == 1
    return project


@pytest.mark.parametrize("how", ["left out", "gone", "no table"])
def test_a_failure_of_a_target_that_was_not_read_is_not_gone_and_keeps_its_age(
    two: SmallProject, how: str
) -> None:
    first = two.root / "first.csv"
    if how == "gone":
        first.unlink()
    elif how == "no table":
        first.write_bytes(b"\0")
    unseen = two.audit("--as-of", LATER, *(("--only", "second") if how == "left out" else ()))
    assert unseen.code == 3
    assert unseen.sarif_subjects("baselineState") == {"*": "new", "HIS/li": "updated"}
    assert unseen.sarif_subjects("kind") == {"*": "open", "HIS/li": "open"}
    assert two.run("evaluate", str(unseen.folder)).code == 0
    two.write("first.csv", f"{HEADER}\n{BAD}\n")
    again = two.audit("--as-of", EVEN_LATER)
    assert again.sarif_subjects("provenance")["HIS/li"]["firstDetectionTimeUtc"] == "2026-06-30T01:00:00.000Z"


def test_a_failure_that_another_target_shows_to_be_mended_is_gone(two: SmallProject) -> None:
    two.write("second.csv", f"{HEADER}\n{GOOD}\nHIS,li,true,2026-06-29 08:00:00\n")
    ran = two.audit("--as-of", LATER, "--only", "second")
    assert ran.sarif_subjects("baselineState") == {"*": "new", "HIS/li": "absent"}


def test_a_failure_that_may_stand_in_a_refused_row_is_not_gone_and_keeps_its_age(two: SmallProject) -> None:
    two.write("first.csv", f"{HEADER}\nHIS,li,perhaps,2026-06-29 08:00:00\n")
    ran = two.audit("--as-of", LATER)
    assert ran.sarif_subjects("kind") == {"*": "open", "HIS/li": "open"}
    assert ran.sarif_subjects("baselineState")["HIS/li"] == "updated"
    assert two.run("evaluate", str(ran.folder)).code == 0
    two.write("first.csv", f"{HEADER}\n{BAD}\n")
    again = two.audit("--as-of", EVEN_LATER)
    assert again.sarif_subjects("provenance")["HIS/li"]["firstDetectionTimeUtc"] == "2026-06-30T01:00:00.000Z"


def test_a_failure_in_one_file_is_gone_though_a_row_of_another_was_refused(two: SmallProject) -> None:
    two.write("first.csv", f"{HEADER}\n{GOOD}\n")
    two.write("second.csv", f"{HEADER}\nHIS,wu,perhaps,2026-06-29 08:00:00\n")
    assert two.audit("--as-of", LATER).sarif_subjects("baselineState")["HIS/li"] == "absent"


def test_a_failure_is_gone_where_a_row_lacks_only_a_field(project: SmallProject) -> None:
    """Who that row is about is known."""
    records = """
  - collector: records
    name: first
    path: first.jsonl
    kinds: [account]"""
    project.write("hiscomply.yaml", PROJECT + "collect:" + records + "\n")

    def export(*accounts: dict[str, Any]) -> None:
        rows = [{"kind": "account", "system_id": "HIS", "_observed_at": OBSERVED, **one} for one in accounts]
        rows.append({"kind": "_end", "records": len(accounts)})
        project.write("first.jsonl", "\n".join(map(json.dumps, rows)))

    good = {"login": "zhang", "enabled": True, "last_login": "2026-06-29T08:00:00+08:00"}
    export({"login": "li", "enabled": True, "last_login": "2025-06-29T08:00:00+08:00"}, good)
    assert project.audit().code == 1
    export({"login": "wu", "enabled": "perhaps"}, good)
    ran = project.audit("--as-of", LATER)
    assert ran.sarif_subjects("baselineState") == {"HIS/li": "absent", "HIS/wu": "new", "*": "new"}
