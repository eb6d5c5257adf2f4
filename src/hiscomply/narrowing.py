"""An audit's result narrowed to the clauses that some controls concern, for a report about those alone."""

from __future__ import annotations

import fnmatch
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from difflib import get_close_matches

from hiscomply.controls import CLAUSE, ControlQuery, concerns, parse_query
from hiscomply.errors import ConfigError
from hiscomply.model import AuditResult, Finding

Crosswalk = Mapping[str, Sequence[str]]


def is_concerned(clause_id: str, crosswalk: Crosswalk, query: ControlQuery) -> bool:
    """Whether the query asks for this clause: by its own id, or by a control that it corresponds to."""
    listed = (clause_id,) if query.framework == CLAUSE else crosswalk.get(query.framework, ())
    return concerns(query, listed)


def concerned_clauses(clauses: Mapping[str, Crosswalk], query: ControlQuery) -> list[str]:
    """Ids of the clauses that the query asks for, in their order.

    Args:
        clauses: the crosswalk of every clause, by id.

    Raises:
        ConfigError: no clause corresponds to it; names the nearest controls.
    """
    found = [id_ for id_, crosswalk in clauses.items() if is_concerned(id_, crosswalk, query)]
    if found:
        return found
    if query.framework == CLAUSE:
        known = list(clauses)
    else:
        known = sorted({id_ for crosswalk in clauses.values() for id_ in crosswalk.get(query.framework, ())})
    near = [f"{query.framework}:{one}" for one in get_close_matches(query.control, known, n=5, cutoff=0.5)]
    raise ConfigError(
        f"no clause corresponds to {query} / 没有条款对应该控制项",
        hint="near it / 相近的有: " + ", ".join(near)
        if near
        else "`hiscomply policy coverage` lists the clauses / 可用 hiscomply policy coverage 查看条款",
    )


def narrow(result: AuditResult, only: Iterable[str]) -> AuditResult:
    """The result with the clauses, policies, waivers and findings of these controls; all of it for none.

    A policy stays whole, so no clause looks better than it is. Collections, evidence and the exit code are
    those of the whole run.

    Raises:
        ConfigError: a control is malformed, or no clause corresponds to it.
    """
    crosswalks = {clause.id: clause.crosswalk for clause in result.clauses}
    frameworks = dict.fromkeys(name for crosswalk in crosswalks.values() for name in crosswalk)
    queries = [parse_query(text, frameworks) for text in only]
    if not queries:
        return result
    kept = {id_ for query in queries for id_ in concerned_clauses(crosswalks, query)}
    clauses = tuple(clause for clause in result.clauses if clause.id in kept)
    ids = frozenset(policy.info.id for clause in clauses for policy in clause.policies)

    def findings() -> Iterator[Finding]:
        return (finding for finding in result.findings() if finding.policy_id in ids)

    return replace(
        result,
        clauses=clauses,
        policies=tuple(policy for policy in result.policies if policy.info.id in ids),
        waivers=tuple(waiver for waiver in result.waivers if fnmatch.filter(ids, waiver.policy)),
        findings=findings,
        findings_count=sum(1 for _ in findings()),
        only=tuple(str(query) for query in queries),
    )
