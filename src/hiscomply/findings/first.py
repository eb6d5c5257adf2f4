"""Verdict rows to findings in memory, where they are few, there is nothing to compare them with, and waivers are comments."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from hiscomply.findings.finding import DUE_DAYS, to_finding
from hiscomply.findings.waivers import WAIVER_POLICY, WAIVER_SEVERITY, WaiverProblem
from hiscomply.findings.waiving import COVERS_NOTHING, place, said
from hiscomply.model import Finding, FindingGroup, Severity, State, Verdict, Waiver

FAIL = 3


def first_findings(
    rows: Sequence[Sequence[Any]],
    severities: Mapping[str, Severity],
    as_of: datetime,
    waivers: Sequence[Waiver] = (),
    problems: Sequence[WaiverProblem] = (),
) -> tuple[tuple[Finding, ...], list[WaiverProblem]]:
    """The findings of a first run by policy, subject and fingerprint, of each subject the worst; and what is wrong with
    waivers, those included that cover nothing.

    Args:
        rows: of an evaluation.
        severities: by policy.
        as_of: when it was judged, aware.
        waivers: those in force, all of them comments.
        problems: what is wrong with others.
    """
    worst: dict[str, Sequence[Any]] = {}
    for row in rows:
        fingerprint = _fingerprint(row[0], row[2])
        if fingerprint not in worst or _rank(row) < _rank(worst[fingerprint]):
            worst[fingerprint] = row
    covering, unused = _weighed(waivers, worst)
    problems = [*problems, *(WaiverProblem(waiver, COVERS_NOTHING) for waiver in unused)]
    for problem in problems:
        source, line = place(problem.waiver)
        row = (WAIVER_POLICY, FAIL, problem.waiver.id, None, (), said(problem), source, line, *(None,) * 4)
        worst[_fingerprint(WAIVER_POLICY, problem.waiver.id)] = row
    ordered = sorted(worst.items(), key=lambda one: (one[1][0], one[1][2], one[0]))
    now = as_of.astimezone(UTC).replace(tzinfo=None)
    severities = {**severities, WAIVER_POLICY: WAIVER_SEVERITY}
    found = (_finding(row, name, severities, now, covering.get(name)) for name, row in ordered)
    return tuple(found), problems


def _weighed(
    waivers: Sequence[Waiver], rows: Mapping[str, Sequence[Any]]
) -> tuple[dict[str, str], list[Waiver]]:
    """For each row that a comment covers the first comment's id; and the comments that cover no failure, and could cover
    none of what is not known.

    Args:
        rows: by fingerprint.
    """
    by_place: dict[tuple[str, str], list[Waiver]] = defaultdict(list)
    for waiver in waivers:
        # a comment covers lines of the file that it stands in
        by_place[waiver.policy, waiver.origin.rpartition(":")[0]].append(waiver)
    covering: dict[str, str] = {}
    used: set[str] = set()
    unknown: set[str] = set()
    for fingerprint, row in rows.items():
        policy, code, subject, source, line = row[0], row[1], row[2], row[6], row[7]
        here = by_place.get((policy, source), ())
        if code == FAIL:
            ids = [one.id for one in here if one.line in (None, line)]
            used.update(ids)
            if ids:
                covering[fingerprint] = min(ids)
        elif subject == "*":
            unknown.add(policy)
        else:
            used.update(one.id for one in here)
    return covering, [one for one in waivers if one.id not in used and one.policy not in unknown]


def _fingerprint(policy: str, subject: str) -> str:
    return hashlib.sha256(f"{policy}\x1f{subject}".encode("utf-8", "surrogatepass")).hexdigest()


def _rank(row: Sequence[Any]) -> tuple[Any, ...]:
    """Among rows of one subject the least counts: a failure, then the first place, then what was read."""
    code, data, source, line = row[1], row[5], row[6], row[7]
    return (-code, source is None, source or "", line is None, line or 0, data or "")


def _finding(
    row: Sequence[Any],
    fingerprint: str,
    severities: Mapping[str, Severity],
    now: datetime,
    waiver: str | None,
) -> Finding:
    policy, code, subject, reason, missing, data, *place, collection, observed_at = row
    is_failure = code == FAIL
    verdict = Verdict.FAIL if is_failure else Verdict.UNKNOWN
    due = now + timedelta(days=DUE_DAYS[severities[policy]]) if is_failure else None
    found = (
        policy,
        subject,
        verdict.value,
        data,
        reason,
        missing,
        *place,
        collection,
        observed_at,
        fingerprint,
    )
    return to_finding((*found, State.NEW.value, now, due, waiver))


def group(findings: Sequence[Finding], samples: int) -> dict[str, tuple[FindingGroup, ...]]:
    """Groups by policy id: one per verdict, reason and set of missing fields, fails first, largest first.

    Args:
        samples: how many findings of each group to show, the first without a waiver, by subject and fingerprint.
    """
    alike: dict[tuple[str, str, str | None, tuple[str, ...]], list[Finding]] = defaultdict(list)
    for one in findings:
        alike[one.policy_id, one.verdict.value, one.reason, one.missing].append(one)
    groups: dict[str, list[FindingGroup]] = defaultdict(list)
    for (policy, verdict, reason, missing), some in sorted(
        alike.items(),
        key=lambda one: (*one[0][:2], -len(one[1]), one[0][2] is None, one[0][2] or "", one[0][3]),
    ):
        some.sort(key=lambda one: (one.waiver is not None, one.subject + one.fingerprint))
        waived = sum(one.waiver is not None for one in some)
        groups[policy].append(
            FindingGroup(policy, Verdict(verdict), reason, missing, len(some), waived, tuple(some[:samples]))
        )
    return {policy: tuple(found) for policy, found in groups.items()}
