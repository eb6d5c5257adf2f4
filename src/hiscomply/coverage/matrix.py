"""The pack as a matrix: only what clauses.yaml, the policies and the collectors themselves state."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from hiscomply.compiled import CompiledPolicy
from hiscomply.errors import ConfigError, nearest
from hiscomply.hookspecs import Collector
from hiscomply.kinds import Kind
from hiscomply.model import Text
from hiscomply.policy.clauses import Check, Clause, ClauseMap

CLASSES: Final[Mapping[str, Text]] = {
    "A": Text("系统自动取得", "automatic from a system"),
    "S": Text("取自记录系统", "from a record system"),
    "M": Text("文件或声明", "document or attestation"),
}
"""What the class of a check says of where its evidence comes from."""


@dataclass(frozen=True, slots=True)
class CoveredCheck:
    """A check with the policies that judge it, in order of id."""

    check: Check
    policies: tuple[CompiledPolicy, ...]

    @property
    def is_open(self) -> bool:
        """True when it has neither a policy nor a reason why not."""
        return not self.policies and self.check.reason is None


@dataclass(frozen=True, slots=True)
class CoveredClause:
    """A clause with its checks, and the policies that serve it without naming one of them."""

    clause: Clause
    checks: tuple[CoveredCheck, ...]
    others: tuple[CompiledPolicy, ...]

    @property
    def policies(self) -> tuple[CompiledPolicy, ...]:
        """Each policy of the clause once, in the order of its checks."""
        found = {one.id: one for check in self.checks for one in check.policies}
        return tuple((found | {one.id: one for one in self.others}).values())

    @property
    def kinds(self) -> dict[str, int]:
        """How many of its policies read each kind of evidence, by name."""
        counted = Counter(kind for policy in self.policies for kind in policy.kinds)
        return {kind: counted[kind] for kind in sorted(counted)}

    def share(self, letter: str) -> tuple[int, int]:
        """Checks of a class that have a policy, and all of that class."""
        mine = [one for one in self.checks if one.check.check_class == letter]
        return sum(bool(one.policies) for one in mine), len(mine)


@dataclass(frozen=True, slots=True)
class Coverage:
    """The whole matrix.

    Attributes:
        collectors: names of the collectors that always give a kind, by kind.
        any_kind: names of the collectors that give whatever kind their target names.
        kinds: the kinds that a policy of these clauses reads.
    """

    map: ClauseMap
    clauses: tuple[CoveredClause, ...]
    kinds: Mapping[str, Kind]
    collectors: Mapping[str, tuple[str, ...]]
    any_kind: tuple[str, ...]

    @property
    def checks(self) -> tuple[CoveredCheck, ...]:
        """All checks in order."""
        return tuple(check for clause in self.clauses for check in clause.checks)

    @property
    def policies(self) -> dict[str, CompiledPolicy]:
        """Each policy once, by id."""
        found = {one.id: one for clause in self.clauses for one in clause.policies}
        return {id_: found[id_] for id_ in sorted(found)}

    def share(self, letter: str) -> tuple[int, int]:
        """Checks of a class that have a policy, and all of that class."""
        shares = [clause.share(letter) for clause in self.clauses]
        return sum(served for served, _ in shares), sum(total for _, total in shares)

    def users(self, kind: str) -> int:
        """How many policies read a kind."""
        return sum(kind in policy.kinds for policy in self.policies.values())


def cover(
    clauses: ClauseMap,
    policies: Iterable[CompiledPolicy],
    kinds: Mapping[str, Kind],
    collectors: Mapping[str, Collector],
    only: Iterable[str] = (),
) -> Coverage:
    """The matrix of all clauses, or of those in ``only``, each with all clauses below it.

    A policy belongs to a check if one names the other, so that a stranger's pack is seen too.

    Raises:
        ConfigError: there is no such clause; names the nearest.
    """
    wanted = list(only)
    known = [clause.id for clause in clauses.clauses]
    for name in wanted:
        if not any(_is_below(id_, name) for id_ in known):
            raise ConfigError(f"there is no clause {name!r} / 没有该条款", hint=nearest(name, known))
    given = sorted(policies, key=lambda one: one.id)
    covered = tuple(
        _clause(clause, given)
        for clause in clauses.clauses
        if not wanted or any(_is_below(clause.id, name) for name in wanted)
    )
    read = sorted({kind for clause in covered for kind in clause.kinds})
    fixed, any_kind = _givers(collectors)
    return Coverage(
        map=clauses,
        clauses=covered,
        kinds={kind: kinds[kind] for kind in read},
        collectors={kind: tuple(fixed.get(kind, ())) for kind in read},
        any_kind=any_kind,
    )


def _is_below(clause_id: str, name: str) -> bool:
    return clause_id == name or clause_id.startswith(f"{name}.")


def _clause(clause: Clause, policies: list[CompiledPolicy]) -> CoveredClause:
    checks = tuple(
        CoveredCheck(
            check, tuple(one for one in policies if one.id in check.policies or check.id in one.checks)
        )
        for check in clause.checks
    )
    seen = {one.id for check in checks for one in check.policies}
    others = tuple(one for one in policies if clause.id in one.clauses and one.id not in seen)
    return CoveredClause(clause, checks, others)


def _givers(collectors: Mapping[str, Collector]) -> tuple[dict[str, list[str]], tuple[str, ...]]:
    """Collectors by the kinds that they give without being told which; and those that have to be told."""
    fixed: dict[str, list[str]] = {}
    told: list[str] = []
    for name in sorted(collectors):
        options = collectors[name].options_schema.get("properties", {})
        try:
            kinds = collectors[name].kinds({})
        except (LookupError, TypeError, ValueError):  # it needs options to know
            kinds = tuple(options.get("kinds", {}).get("items", {}).get("enum", ()))
        if not kinds and ("kind" in options or "kinds" in options):
            told.append(name)
        for kind in kinds:
            fixed.setdefault(kind, []).append(name)
    return fixed, tuple(told)
