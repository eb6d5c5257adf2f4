"""Verdict rows to findings in memory, where they are few and there is nothing to compare them with."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from hiscomply.findings.finding import DUE_DAYS, to_finding
from hiscomply.model import Finding, FindingGroup, Severity, State, Verdict

FAIL = 3


def first_findings(
    rows: Sequence[Sequence[Any]], severities: Mapping[str, Severity], as_of: datetime
) -> tuple[Finding, ...]:
    """The findings of a first run without waivers, by policy, subject and fingerprint; of each subject the worst.

    Args:
        rows: of an evaluation.
        severities: by policy.
        as_of: when it was judged, aware.
    """
    worst: dict[str, Sequence[Any]] = {}
    for row in rows:
        fingerprint = hashlib.sha256(f"{row[0]}\x1f{row[2]}".encode("utf-8", "surrogatepass")).hexdigest()
        if fingerprint not in worst or _rank(row) < _rank(worst[fingerprint]):
            worst[fingerprint] = row
    ordered = sorted(worst.items(), key=lambda one: (one[1][0], one[1][2], one[0]))
    now = as_of.astimezone(UTC).replace(tzinfo=None)
    return tuple(_finding(row, fingerprint, severities, now) for fingerprint, row in ordered)


def _rank(row: Sequence[Any]) -> tuple[Any, ...]:
    """Among rows of one subject the least counts: a failure, then the first place, then what was read."""
    code, data, source, line = row[1], row[5], row[6], row[7]
    return (-code, source is None, source or "", line is None, line or 0, data or "")


def _finding(
    row: Sequence[Any], fingerprint: str, severities: Mapping[str, Severity], now: datetime
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
    return to_finding((*found, State.NEW.value, now, due, None))


def group(findings: Sequence[Finding], samples: int) -> dict[str, tuple[FindingGroup, ...]]:
    """Groups by policy id: one per verdict, reason and set of missing fields, fails first, largest first.

    Args:
        samples: how many findings of each group to show, the first by subject and fingerprint.
    """
    alike: dict[tuple[str, str, str | None, tuple[str, ...]], list[Finding]] = defaultdict(list)
    for one in findings:
        alike[one.policy_id, one.verdict.value, one.reason, one.missing].append(one)
    groups: dict[str, list[FindingGroup]] = defaultdict(list)
    for (policy, verdict, reason, missing), some in sorted(
        alike.items(),
        key=lambda one: (*one[0][:2], -len(one[1]), one[0][2] is None, one[0][2] or "", one[0][3]),
    ):
        some.sort(key=lambda one: one.subject + one.fingerprint)
        groups[policy].append(
            FindingGroup(policy, Verdict(verdict), reason, missing, len(some), 0, tuple(some[:samples]))
        )
    return {policy: tuple(found) for policy, found in groups.items()}
