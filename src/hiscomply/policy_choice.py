"""Which policies a person asks for: by control, clause, class of check, or kind of evidence."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from hiscomply.compiled import CompiledPolicy
from hiscomply.controls import CLAUSE, at_level_2, parse_query
from hiscomply.errors import ConfigError, nearest
from hiscomply.kinds import Kind
from hiscomply.narrowing import concerned_clauses
from hiscomply.paths import policies_dir
from hiscomply.policy.clauses import ClauseMap, load_clauses


@dataclass(frozen=True, slots=True)
class PolicyChoice:
    """What is asked for; an empty sort asks nothing.

    Attributes:
        controls: ``nist:AC-2``; MLPS by the numbers of level 2 or 3.
        clauses: ids of the specification; ``4.3`` means all below it.
        classes: A, S, M.
        kinds: evidence kinds.
    """

    controls: Sequence[str] = ()
    clauses: Sequence[str] = ()
    classes: Sequence[str] = ()
    kinds: Sequence[str] = ()


def choose(
    policies: Iterable[CompiledPolicy], choice: PolicyChoice, kinds: Mapping[str, Kind]
) -> tuple[CompiledPolicy, ...]:
    """The policies that fit one of each sort that is asked for, in the order given.

    Raises:
        ConfigError: a control, clause or kind that nothing knows, with the nearest that are known.
    """
    found = tuple(policies)
    for kind in choice.kinds:
        if kind not in kinds:
            raise ConfigError(
                f"there is no evidence kind {kind!r} / 没有该证据类型", hint=nearest(kind, kinds)
            )
    if choice.controls or choice.clauses or choice.classes:
        clauses = load_clauses(policies_dir() / "clauses.yaml")
        found = _of_clauses(found, choice.controls, clauses)
        found = _of_clauses(found, [f"{CLAUSE}:{one}" for one in choice.clauses], clauses)
        found = _of_classes(found, choice.classes, clauses)
    return tuple(one for one in found if not choice.kinds or set(choice.kinds) & set(one.kinds))


def controls_by_clause(clauses: ClauseMap) -> dict[str, dict[str, tuple[str, ...]]]:
    """The crosswalk of every clause with the MLPS numbers of both levels."""
    return {
        clause.id: {
            name: (*ids, *at_level_2(ids)) if name == "mlps" else tuple(ids)
            for name, ids in clause.crosswalk.items()
        }
        for clause in clauses.clauses
    }


def _of_clauses(
    policies: tuple[CompiledPolicy, ...], controls: Sequence[str], clauses: ClauseMap
) -> tuple[CompiledPolicy, ...]:
    if not controls:
        return policies
    known = controls_by_clause(clauses)
    queries = [parse_query(text, clauses.frameworks) for text in controls]
    wanted = {id_ for query in queries for id_ in concerned_clauses(known, query)}
    return tuple(one for one in policies if wanted & set(one.clauses))


def _of_classes(
    policies: tuple[CompiledPolicy, ...], classes: Sequence[str], clauses: ClauseMap
) -> tuple[CompiledPolicy, ...]:
    if not classes:
        return policies
    checks = {
        check.id for clause in clauses.clauses for check in clause.checks if check.check_class in classes
    }
    return tuple(one for one in policies if checks & set(one.checks))
