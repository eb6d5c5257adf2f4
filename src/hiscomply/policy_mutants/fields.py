"""What the names in a condition stand for, as far as another name could stand there by mistake."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from sqlglot import exp

from hiscomply.kinds import Field, Kind
from hiscomply.policy.document import CasesDocument, CheckDocument
from hiscomply.policy.setting_form import SUBJECT, VALUES

MOST = 3
"""How many other fields stand in for one, each time it is named."""
Given = frozenset[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Names:
    """The fields that one condition can name.

    Attributes:
        near: the kind whose fields stand bare; None for the institution.
        far: kinds by what stands before the dot.
        given: kind and field of all that some case gives a value to: only these can mislead.
    """

    near: Kind | None
    far: Mapping[str, Kind]
    given: Given

    def owner(self, column: exp.Column) -> Kind | None:
        """The kind whose field a name is; None for a parameter, ``as_of`` and the like."""
        kind = self.far.get(column.table) if column.table else self.near
        return kind if kind is not None and column.name in kind.fields else None

    def field(self, node: exp.Expr) -> Field | None:
        """The field that an expression is, if it is a plain one."""
        while isinstance(node, exp.Paren):
            node = node.this
        owner = self.owner(node) if isinstance(node, exp.Column) else None
        return owner.fields[node.name] if owner else None

    def others(self, column: exp.Column) -> list[str]:
        """Other fields of the same kind and type that may stand where this one does."""
        owner = self.owner(column)
        if owner is None:
            return []
        words = _compared_words(column)
        return [
            name
            for name in similar(owner, column.name, self.given)
            if (owner.fields[name].none_means or not isinstance(column.parent, exp.Is))
            and (not owner.fields[name].enum or words <= set(owner.fields[name].enum))
        ][:MOST]


def similar(kind: Kind, name: str, given: Given) -> list[str]:
    """Other fields of the kind of the same type, those first that a case gives a value to."""
    own = kind.fields[name]
    found = [one.name for one in kind.fields.values() if one.type is own.type and one.name != name]
    return sorted(found, key=lambda one: (kind.name, one) not in given)


def given_fields(cases: CasesDocument) -> Given:
    """Kind and field of every value in the cases."""
    rows = [(kind, row) for case in cases.cases for kind, given in case.given.items() for row in given]
    rows += [(kind, row) for kind, row in cases.defaults.items()]
    return frozenset((kind, name) for kind, row in rows for name in row)


def names_of(check: CheckDocument, kinds: Mapping[str, Kind], given: Given) -> Iterator[tuple[str, Names]]:
    """The names of each condition of a check, by ``""`` for its own and by alias for a related set's."""
    if check.setting is not None:
        yield from _names_of_setting(kinds, given)
        return
    subject = kinds.get(check.each or "")
    related = {alias: one.from_ for alias, one in check.related.items()}
    if check.periodic is not None:
        related["done"] = check.periodic.done
    own = {check.each or "": subject} if subject else {}
    yield "", Names(subject, {**own, **{alias: kinds[kind] for alias, kind in related.items()}}, given)
    for alias, kind in related.items():
        yield alias, Names(kinds[kind], {**own, alias: kinds[kind]}, given)


def _names_of_setting(kinds: Mapping[str, Kind], given: Given) -> Iterator[tuple[str, Names]]:
    subject, value = kinds[SUBJECT], kinds[VALUES]
    yield "", Names(subject, {SUBJECT: subject}, given)
    yield "assert", Names(value, {SUBJECT: subject}, given)


def _compared_words(column: exp.Column) -> set[str]:
    """The words that a field is compared with, where it stands."""
    parent = column.parent
    if not isinstance(parent, exp.EQ | exp.NEQ | exp.In):
        return set()
    return {
        part.this
        for part in (*parent.iter_expressions(),)
        if isinstance(part, exp.Literal) and part.is_string
    }
