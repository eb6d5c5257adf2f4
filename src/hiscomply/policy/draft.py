"""A policy while it is being compiled."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlglot import exp

from hiscomply.compiled import GapFlag, Only
from hiscomply.errors import PolicyError, nearest
from hiscomply.kinds import FieldType, Kind
from hiscomply.parameters import ParameterSpec
from hiscomply.policy.document import PolicyDocument
from hiscomply.policy.expression import Translator, parse
from hiscomply.policy.scope import Scope
from hiscomply.policy.typed import Locator, Typed
from hiscomply.yaml_source import Path_, YamlDocument


@dataclass(slots=True)
class Draft:
    """A policy while it is being compiled.

    Attributes:
        trees: conditions that are parsed already, by their path.
        written_at: where a condition stands that a form of check wrote out from another.
        is_trial: a mutant, which may leave a parameter or a related set unused.
        counted: the related sets whose records are counted against a total, by kind and how they join.
    """

    document: PolicyDocument
    yaml: YamlDocument
    kinds: Mapping[str, Kind]
    trees: Mapping[Path_, exp.Expr] = field(default_factory=dict)
    written_at: Mapping[Path_, Path_] = field(default_factory=dict)
    is_trial: bool = False
    parameters: dict[str, ParameterSpec] = field(default_factory=dict)
    used: dict[str, None] = field(default_factory=dict)
    keyed_calls: dict[str, Typed] = field(default_factory=dict)
    counted: dict[tuple[str, str], str] = field(default_factory=dict)

    def error(self, path: Path_, what: str, hint: str = "") -> PolicyError:
        """An error about a value of the document."""
        return PolicyError(what, place=self.yaml.place(path), hint=hint)

    def kind(self, name: str, path: Path_) -> Kind:
        """The kind of that name, or an error with the nearest known one."""
        if name not in self.kinds:
            raise self.error(
                path, f"unknown evidence kind {name!r} / 未知的证据类型", nearest(name, self.kinds)
            )
        return self.kinds[name]

    def tree(self, text: str, path: Path_, locator: Locator) -> exp.Expr:
        """The expression at a path, parsed unless it is already."""
        return self.trees.get(path) or parse(text, locator.place_at)

    def parsed(self, text: Any, path: Path_) -> exp.Expr:
        """The condition at a path as a tree."""
        return self.tree(str(text), path, self._locator(path))

    def translate(self, text: Any, path: Path_, scope: Scope, *, is_condition: bool = True) -> Typed:
        """A condition or value of the document as SQL, checked."""
        if isinstance(text, bool):
            return Typed("TRUE" if text else "FALSE", FieldType.BOOLEAN)
        locator = self._locator(path)
        tree = self.tree(str(text), path, locator)
        translator = Translator(scope, locator)
        typed = Typed(translator.boolean(tree), FieldType.BOOLEAN) if is_condition else translator.visit(tree)
        self.used.update(scope.used)
        for name, call in translator.keyed_calls.items():
            self.keyed_calls.setdefault(name, call)
        return typed

    def _locator(self, path: Path_) -> Locator:
        written_at = self.written_at.get(path, path)
        return Locator(lambda offset: self.yaml.place(written_at, offset))


@dataclass(frozen=True, slots=True)
class Query:
    """What a form of check compiles to."""

    subject_kind: str
    kinds: tuple[str, ...]
    gaps: tuple[GapFlag, ...]
    concerned: str
    only: Only
    judged: str
    output: str
    is_materialised: bool
    names: frozenset[str]
    only_related: Mapping[str, tuple[str, Only]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class SubjectSource:
    """Where the subjects come from, as SQL after FROM."""

    sql: str
    is_kind: bool
