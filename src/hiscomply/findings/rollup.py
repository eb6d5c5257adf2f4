"""Findings to results: groups for people, policies, clauses, the exit code."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from hiscomply.duck import shared
from hiscomply.findings.finding import COLUMNS, to_finding
from hiscomply.findings.first import group
from hiscomply.findings.judge import Judgement
from hiscomply.findings.waivers import WAIVER_POLICY, WAIVER_SEVERITY
from hiscomply.model import (
    ClauseResult,
    ClauseStatus,
    Collection,
    CollectionStatus,
    FindingGroup,
    PolicyCount,
    PolicyInfo,
    PolicyResult,
    ScopeStatement,
    Severity,
    Text,
    Verdict,
)

SAMPLES = 25
RANK = (Severity.LOW, Severity.MEDIUM, Severity.HIGH, Severity.CRITICAL)


def groups_of(judgement: Judgement) -> dict[str, tuple[FindingGroup, ...]]:
    """The groups of a judgement, as ``group_findings`` makes them."""
    return group_findings(judgement.path) if judgement.held is None else group(judgement.held, SAMPLES)


def group_findings(path: Path, *, is_new_only: bool = False) -> dict[str, tuple[FindingGroup, ...]]:
    """Groups by policy id: one per verdict, reason and set of missing fields, fails first, largest first.

    Args:
        is_new_only: without what is unchanged, but for what is wrong with waivers.
    """
    wanted = "state <> 'absent'"
    if is_new_only:
        wanted += f" AND (state <> 'unchanged' OR policy_id = '{WAIVER_POLICY}')"
    columns = [name.strip() for name in COLUMNS.replace("\n", " ").split(",")]
    packed = ", ".join(f"c{number} := {name}" for number, name in enumerate(columns))
    rows = (
        shared()
        .execute(
            f"""SELECT policy_id, verdict, reason, missing, count(*), count(waiver),
  min_by(struct_pack({packed}), (waiver IS NOT NULL)::INTEGER || subject || fingerprint, {SAMPLES})
  FROM read_parquet(?) WHERE {wanted} GROUP BY policy_id, verdict, reason, missing
  ORDER BY policy_id, verdict, count(*) DESC, reason, missing""",
            [str(path)],
        )
        .fetchall()
    )
    groups: dict[str, list[FindingGroup]] = defaultdict(list)
    for policy_id, verdict, reason, missing, count, waived, samples in rows:
        groups[policy_id].append(
            FindingGroup(
                policy_id=policy_id,
                verdict=Verdict(verdict),
                reason=reason,
                missing=tuple(missing or ()),
                count=count,
                waived=waived,
                samples=tuple(to_finding(list(sample.values())) for sample in samples),
            )
        )
    return {policy_id: tuple(found) for policy_id, found in groups.items()}


def policy_results(
    infos: Sequence[PolicyInfo],
    counts: Sequence[PolicyCount],
    groups: Mapping[str, tuple[FindingGroup, ...]],
    judgement: Judgement,
    waivers_total: int,
    statements: Sequence[ScopeStatement] = (),
) -> tuple[PolicyResult, ...]:
    """Every policy's outcome, in order of id; with waivers, also whether those are in order."""
    by_id = {count.policy_id: count for count in counts}
    results = [
        PolicyResult(
            info=info,
            verdict=by_id[info.id].verdict,
            passed=by_id[info.id].passed,
            failed=by_id[info.id].failed,
            unknown=max(by_id[info.id].unknown, _unknown_found(groups.get(info.id, ()))),
            not_applicable=by_id[info.id].not_applicable,
            waived=sum(group.waived for group in groups.get(info.id, ())),
            groups=groups.get(info.id, ()),
            statements=tuple(one for one in statements if one.topic in by_id[info.id].topics),
        )
        for info in infos
    ]
    if waivers_total:
        broken = len(judgement.problems)
        results.append(
            PolicyResult(
                info=waiver_policy(),
                verdict=Verdict.FAIL if broken else Verdict.PASS,
                passed=waivers_total - broken,
                failed=broken,
                unknown=0,
                not_applicable=0,
                waived=0,
                groups=groups.get(WAIVER_POLICY, ()),
            )
        )
    return tuple(sorted(results, key=lambda one: one.info.id))


def _unknown_found(groups: Iterable[FindingGroup]) -> int:
    """Unknown findings, those included that an earlier run saw and this one could not look at."""
    return sum(group.count for group in groups if group.verdict is Verdict.UNKNOWN)


def waiver_policy() -> PolicyInfo:
    """The rule that waivers themselves are held to."""
    return PolicyInfo(
        id=WAIVER_POLICY,
        clauses=("6.1.1",),
        checks=(),
        title=Text(
            "例外均有效、由他人批准且未超期",
            "Waivers are valid, approved by another person, and not too long",
        ),
        severity=WAIVER_SEVERITY,
        message=Text("例外 {waiver}(策略 {policy}):{what_zh}", "waiver {waiver} for {policy}: {what_en}"),
        remediation=Text("更正、续批或删除该例外。", "Correct, renew or remove the waiver."),
        rationale=Text("失效的例外不能掩盖问题。", "A waiver that is not in order must not hide a finding."),
        condition="until >= today and approved_by <> requested_by and term <= longest and it covers a finding",
        kinds=(),
        parameters=(),
        subject_kind="",
        file="",
        digest="",
    )


def clause_status(policies: Iterable[PolicyResult]) -> ClauseStatus:
    """The roll-up: no policy at all is 证据不足; a failure beside passes, or waived, is 部分符合."""
    results = list(policies)
    failed = [one for one in results if one.failed > one.waived]
    if failed:
        return (
            ClauseStatus.PARTIAL if any(one.verdict is Verdict.PASS for one in results) else ClauseStatus.FAIL
        )
    if not results or any(one.unknown or one.verdict is Verdict.UNKNOWN for one in results):
        return ClauseStatus.UNKNOWN
    if any(one.waived for one in results):
        return ClauseStatus.PARTIAL
    if any(one.verdict is Verdict.PASS for one in results):
        return ClauseStatus.PASS
    return ClauseStatus.NOT_APPLICABLE


def exit_code(
    policies: Sequence[PolicyResult],
    clauses: Sequence[ClauseResult],
    collections: Sequence[Collection],
    *,
    fail_on: str,
    allow_unknown: bool,
    held_back: int = 0,
) -> int:
    """1 a fail at or above ``fail_on``; 3 undecided; 0 only when something was judged and nothing is left to say.

    Args:
        held_back: findings that a baseline holds back; they were judged.

    That the waivers are in order is no judgement of the institution's systems.
    """
    worst = RANK.index(Severity(fail_on))
    if any(one.failed > one.waived and RANK.index(one.info.severity) >= worst for one in policies):
        return 1
    is_undecided = (
        any(one.unknown or one.verdict is Verdict.UNKNOWN for one in policies)
        or any(one.status is not CollectionStatus.OK for one in collections)
        or any(clause.status is ClauseStatus.UNKNOWN for clause in clauses)
    )
    if is_undecided and not allow_unknown:
        return 3
    return 0 if held_back or any(one.judged for one in policies if one.info.id != WAIVER_POLICY) else 3
