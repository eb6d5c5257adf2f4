"""What an audit is compared with: ages and due dates rest on it, so nothing may restart them by the way."""

from __future__ import annotations

from typing import Any

import pytest
from tests.acceptance.small_project import BAD, Ran, SmallProject, policy_text

LATER = "2026-07-02T09:00:00+08:00"
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
