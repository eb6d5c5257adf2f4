"""What a mutant is, and what became of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from hiscomply.model import Text

if TYPE_CHECKING:
    from sqlglot import exp

    from hiscomply.policy.document import PolicyDocument
    from hiscomply.yaml_source import Path_

Trees = Mapping["Path_", "exp.Expr"]


class Fate(StrEnum):
    """What became of a mutant."""

    KILLED = "killed"
    """A case saw another verdict than it expects."""
    SURVIVED = "survived"
    EXPLAINED = "explained"
    """It survived, and its author says why no evidence can tell it from the policy."""
    INVALID = "invalid"
    """It is no policy: it does not compile, or the engine refuses it. That proves nothing about the cases."""


@dataclass(frozen=True, slots=True)
class Mutant:
    """One wrong version of a policy.

    Attributes:
        id: where and what was changed; stable while that piece of the policy is.
        place: file, line and column of the changed piece.
        change: what was changed, for people.
        advice: which case would tell it from the policy.
        document: the changed policy.
        trees: its conditions, parsed, by path.
        defaults: changed defaults of parameters, by name and profile.
    """

    id: str
    place: str
    change: Text
    advice: Text
    document: PolicyDocument
    trees: Trees
    defaults: Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Outcome:
    """A mutant without what it was run with.

    Attributes:
        by: the case that killed it, why it is invalid, or "".
        reason: why it is equivalent, if it is explained.
    """

    id: str
    place: str
    change: Text
    advice: Text
    fate: Fate
    by: str = ""
    reason: Text | None = None


@dataclass(frozen=True, slots=True)
class PolicyOutcome:
    """What became of all mutants of one policy.

    Attributes:
        problems: why nothing can be said, each with its place: the policy, its cases or explanations are wrong.
    """

    policy_id: str
    file: str
    section: str
    outcomes: tuple[Outcome, ...]
    problems: tuple[str, ...] = ()

    def count(self, fate: Fate) -> int:
        """How many met that fate."""
        return sum(one.fate is fate for one in self.outcomes)

    @property
    def mutants(self) -> int:
        """How many there are that are policies at all."""
        return len(self.outcomes) - self.count(Fate.INVALID)

    def survivors(self) -> tuple[Outcome, ...]:
        """Those that no case tells from the policy, without an explanation."""
        return tuple(one for one in self.outcomes if one.fate is Fate.SURVIVED)
