"""What goes into a log one by one, and what is folded into groups."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from hiscomply.model import AuditResult, Finding, FindingGroup, Severity, State, Verdict

GITHUB_MAX_RESULTS: Final = 25_000
"""Results that GitHub accepts in a run; a larger file is refused as a whole."""
GITHUB_MAX_SHOWN: Final = 5_000
"""Results that GitHub shows of an upload, which may be 10 MB when compressed."""

Key = tuple[str, Verdict, str | None, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Choice:
    """What its reader can take.

    Attributes:
        max_results: results in a run, None for no limit.
        is_alerts_only: leave out passes, what does not apply, waived and absent findings.
        anchor: the file to show findings at that have none of their own, else None.
    """

    max_results: int | None = GITHUB_MAX_RESULTS
    is_alerts_only: bool = False
    anchor: str | None = None

    def wants(self, finding: Finding) -> bool:
        """True if the finding belongs into the log."""
        return not self.is_alerts_only or (finding.waiver is None and finding.state is not State.ABSENT)


@dataclass(frozen=True, slots=True)
class Plan:
    """Which causes are folded, and how many findings outside every group still find room (None: all)."""

    folded: frozenset[Key]
    spare: int | None


def cause_of(item: Finding | FindingGroup) -> Key:
    """What findings of one group share."""
    return (item.policy_id, item.verdict, item.reason, item.missing)


def plan_results(result: AuditResult, choice: Choice) -> Plan:
    """Folds the largest, least severe causes first, until the rest fits below the limit.

    Each group and each policy keeps at least one line, even where these alone are more than the limit.
    """
    if choice.max_results is None:
        return Plan(frozenset(), None)
    summaries = 0 if choice.is_alerts_only else sum(_summaries(result))
    groups = _ranked_groups(result)
    if summaries + result.findings_count <= choice.max_results:
        return Plan(frozenset(), choice.max_results - summaries - sum(count for count, _ in groups))
    room = choice.max_results - summaries - len(groups)
    folded: set[Key] = set()
    for count, key in groups:
        if count - 1 <= room:
            room -= count - 1
        else:
            folded.add(key)
    return Plan(frozenset(folded), max(0, room))


def _summaries(result: AuditResult) -> Iterator[int]:
    for policy in result.policies:
        yield (policy.passed > 0) + (policy.not_applicable > 0) + 1


def _ranked_groups(result: AuditResult) -> list[tuple[int, Key]]:
    """Counts and causes in the order in which they get room: failures, then the severe, then the small."""
    worst_first = list(Severity)
    severities = {policy.info.id: worst_first.index(policy.info.severity) for policy in result.policies}

    def rank(group: FindingGroup) -> tuple[bool, int, int, str, str, tuple[str, ...]]:
        is_unknown = group.verdict is Verdict.UNKNOWN
        severity = severities[group.policy_id]
        return (is_unknown, severity, group.count, group.policy_id, group.reason or "", group.missing)

    groups = (group for policy in result.policies for group in policy.groups)
    return [(group.count, cause_of(group)) for group in sorted(groups, key=rank)]


def count_folded(result: AuditResult, plan: Plan) -> int:
    """Findings that are written as groups."""
    groups = (group for policy in result.policies for group in policy.groups)
    return sum(group.count for group in groups if cause_of(group) in plan.folded)
