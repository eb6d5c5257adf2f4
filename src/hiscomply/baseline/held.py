"""What was known before is held back from what is reported and from the exit code; how much, is told."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from hiscomply.baseline.known import Known
from hiscomply.duck import shared
from hiscomply.findings.rollup import group_findings
from hiscomply.findings.waivers import WAIVER_POLICY
from hiscomply.model import (
    AuditResult,
    Collection,
    CollectionStatus,
    Finding,
    FindingGroup,
    HeldBack,
    PolicyResult,
    State,
    Verdict,
)


def is_held(finding: Finding) -> bool:
    """True if it was there before, the same in verdict, values and reason. What is wrong with a waiver never is."""
    return finding.state is State.UNCHANGED and finding.policy_id != WAIVER_POLICY


def hold_back(result: AuditResult, findings: Path, known: Known) -> AuditResult:
    """The result without what was known before; ``whole`` keeps all of it.

    A policy of which all findings are held back is left out, since it neither passes nor says anything new. The
    status of clauses stays that of the whole.

    Args:
        findings: the ``findings.parquet`` that the result was made of, judged against ``known``.
    """
    groups = group_findings(findings, is_new_only=True)
    policies = tuple(
        reported
        for policy in result.policies
        if (reported := _reported(policy, groups.get(policy.info.id, ()))) is not None
    )
    kept = {policy.info.id: policy for policy in policies}
    collections = tuple(_unless_known(one, known) for one in result.evidence.collections)
    refused = sum(
        one.rejected_count - other.rejected_count
        for one, other in zip(result.evidence.collections, collections, strict=True)
    )

    def reported_findings() -> Iterator[Finding]:
        return (one for one in result.findings() if not is_held(one))

    held = _count(findings, known, refused)
    return replace(
        result,
        clauses=tuple(
            replace(
                clause, policies=tuple(kept[one.info.id] for one in clause.policies if one.info.id in kept)
            )
            for clause in result.clauses
        ),
        policies=policies,
        evidence=replace(result.evidence, collections=collections),
        findings=reported_findings,
        findings_count=result.findings_count - held.failures - held.unknown,
        held_back=held,
        whole=replace(result, held_back=held),
    )


def with_exit_code(result: AuditResult, code: int) -> AuditResult:
    """The result, and the whole that it was narrowed from, with this exit code."""
    whole = result.whole and replace(result.whole, exit_code=code)
    return replace(result, exit_code=code, whole=whole)


def _reported(policy: PolicyResult, groups: tuple[FindingGroup, ...]) -> PolicyResult | None:
    if not policy.groups:
        return policy
    failures = [group for group in groups if group.verdict is Verdict.FAIL]
    unknown = sum(group.count for group in groups if group.verdict is Verdict.UNKNOWN)
    if not groups:
        return None
    return replace(
        policy,
        verdict=Verdict.FAIL if failures else Verdict.UNKNOWN,
        failed=sum(group.count for group in failures),
        unknown=unknown,
        waived=sum(group.waived for group in failures),
        groups=groups,
    )


def _unless_known(one: Collection, known: Known) -> Collection:
    """A collection that is partial only for what was refused before as well counts as before."""
    told = {(item.source, item.reason.en) for item in one.rejected}
    is_listed = one.rejected_count == len(one.rejected)
    if one.status is CollectionStatus.PARTIAL and is_listed and told and told <= known.refused:
        return replace(one, status=CollectionStatus.OK, reason=None, rejected=(), rejected_count=0)
    return one


def _count(findings: Path, known: Known, refused: int) -> HeldBack:
    row = (
        shared()
        .execute(
            "SELECT count(*) FILTER (state = 'unchanged' AND verdict = 'fail' AND policy_id <> $waivers), "
            "count(*) FILTER (state = 'unchanged' AND verdict = 'unknown' AND policy_id <> $waivers), "
            "count(*) FILTER (state = 'absent') FROM read_parquet($path)",
            {"waivers": WAIVER_POLICY, "path": str(findings)},
        )
        .fetchone()
    )
    failures, unknown, gone = row or (0, 0, 0)
    return HeldBack(known.name, failures, unknown, refused, gone)
