"""From clause to policy to finding group: each policy stands once, its other clauses point there."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from hiscomply.model import AuditResult, ClauseResult, FindingGroup, PolicyResult
from hiscomply.report.html.samples import Shown

MOST_GROUPS: Final = 40


@dataclass(frozen=True, slots=True)
class PolicyView:
    """A policy with the groups that are shown; the others are counted."""

    result: PolicyResult
    groups: tuple[Shown, ...]
    more_groups: int
    more_findings: int
    states: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ClauseView:
    """A clause with the policies that stand at it, and those that stand at an earlier clause."""

    clause: ClauseResult
    here: tuple[PolicyView, ...]
    elsewhere: tuple[PolicyResult, ...]
    controls: str


def shown_groups(result: AuditResult) -> list[FindingGroup]:
    """The groups that the page shows, in the order of policies."""
    return [group for policy in result.policies for group in policy.groups[:MOST_GROUPS]]


def policy_views(result: AuditResult, shown: Iterable[Shown]) -> dict[str, PolicyView]:
    """A view for every policy, by id; ``shown`` is in the order of ``shown_groups``."""
    rest = iter(shown)
    return {
        policy.info.id: _policy_view(policy, tuple(next(rest) for _ in policy.groups[:MOST_GROUPS]))
        for policy in result.policies
    }


def clause_views(
    result: AuditResult, views: dict[str, PolicyView]
) -> tuple[list[ClauseView], list[PolicyView]]:
    """Every clause, and the policies that no clause of the pack holds."""
    left = dict(views)
    clauses = []
    for clause in result.clauses:
        here = [left.pop(policy.info.id) for policy in clause.policies if policy.info.id in left]
        ids = {view.result.info.id for view in here}
        elsewhere = tuple(policy for policy in clause.policies if policy.info.id not in ids)
        clauses.append(ClauseView(clause, tuple(here), elsewhere, search_controls(clause)))
    return clauses, list(left.values())


def search_controls(clause: ClauseResult) -> str:
    """What the filter for controls looks in: ``mlps:8.1.4.2 c|nist:AC-2``."""
    return "|".join(f"{framework}:{control}" for framework, control in _controls(clause))


def all_controls(result: AuditResult) -> list[str]:
    """Every control of the crosswalk once, as the filter takes it, by framework in the order of the clauses."""
    found = dict.fromkeys(pair for clause in result.clauses for pair in _controls(clause))
    order = list(dict.fromkeys(name for clause in result.clauses for name in clause.crosswalk))
    return [f"{name}:{control}" for name, control in sorted(found, key=lambda pair: order.index(pair[0]))]


def _controls(clause: ClauseResult) -> list[tuple[str, str]]:
    return [(framework, control) for framework, ids in clause.crosswalk.items() for control in ids]


def _policy_view(policy: PolicyResult, shown: tuple[Shown, ...]) -> PolicyView:
    hidden = policy.groups[MOST_GROUPS:]
    states = {sample.state.value for group in policy.groups[:MOST_GROUPS] for sample in group.samples}
    return PolicyView(policy, shown, len(hidden), sum(group.count for group in hidden), tuple(sorted(states)))
