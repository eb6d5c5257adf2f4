"""What the names in a condition stand for."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from hiscomply.errors import nearest
from hiscomply.kinds import Field, FieldType, Kind
from hiscomply.parameters import ParameterSpec, bind_name
from hiscomply.policy.related import RelatedPlan
from hiscomply.policy.typed import Typed, quote

BUILT_IN: Mapping[str, Typed] = {
    "as_of": Typed("CAST($as_of AS TIMESTAMP)", FieldType.TIMESTAMP),
    "today": Typed("CAST($today AS DATE)", FieldType.DATE),
}


@dataclass(slots=True)
class Table:
    """Records that a condition may read: the subject ``s``, or a related set's ``r``.

    Attributes:
        name: how conditions may qualify its fields.
        reads: names of the fields that were read.
    """

    name: str
    alias: str
    fields: Mapping[str, Field]
    reads: dict[str, None] = field(default_factory=dict)

    def read(self, name: str) -> Typed:
        """The field as SQL; notes that it was read."""
        self.reads[name] = None
        found = self.fields[name]
        return Typed(f"{self.alias}.{quote(name)}", found.type, found.enum)

    def is_none(self, name: str) -> str:
        """SQL: known to be none; NULL when the source did not give the field at all."""
        value = self.read(name).sql
        missing = f"list_contains({self.alias}._missing, '{name}')"
        return f"(CASE WHEN {value} IS NOT NULL THEN FALSE WHEN {missing} THEN NULL ELSE TRUE END)"


def subject_table(kind: Kind) -> Table:
    """The subject of a check."""
    return Table(kind.name, "s", kind.fields)


@dataclass(slots=True)
class NamedValues:
    """The ``values`` of a check: each a column ``v_<name>`` of the judged rows, made once and read by name.

    Attributes:
        texts: what the author wrote, by name.
        translate: makes the SQL of one.
        made: those that are made, each after all that it reads: columns may only read earlier ones.
    """

    texts: Mapping[str, str]
    translate: Callable[[str], Typed]
    circle: Callable[[str], Exception]
    made: dict[str, Typed] = field(default_factory=dict)
    _under_way: set[str] = field(default_factory=set)

    def read(self, name: str) -> Typed:
        """The column of a value, which is made on first use.

        Raises:
            PolicyError: it is wrong, or needs itself.
        """
        if name not in self.made:
            if name in self._under_way:
                raise self.circle(name)
            self._under_way.add(name)
            self.made[name] = self.translate(name)
        typed = self.made[name]
        return Typed(quote(f"v_{name}"), typed.type, typed.enum)


@dataclass(slots=True)
class Scope:
    """All that one condition can name.

    Attributes:
        near: the table whose fields stand bare.
        far: a further table, reachable as ``<kind>.<field>`` only (the subject, inside a related set).
        related: related sets by alias, for aggregates; with their tables.
        used: names of the parameters that were used.
        named: the check's ``values``, which a condition may name; empty inside a related set.
    """

    near: Table
    far: Table | None
    related: Mapping[str, tuple[RelatedPlan, Table]]
    parameters: Mapping[str, ParameterSpec]
    used: dict[str, None] = field(default_factory=dict)
    named: NamedValues | None = None

    def value(self, name: str) -> Typed | None:
        """A named value of the check, or None if there is none of that name."""
        return self.named.read(name) if self.named is not None and name in self.named.texts else None

    def parameter(self, name: str) -> Typed | None:
        """A plain parameter as a placeholder, or None if there is none of that name."""
        spec = self.parameters.get(name)
        if spec is None or spec.keys:
            return None
        self.used[name] = None
        return placeholder(spec, None)

    def table(self, qualifier: str) -> Table | None:
        """The table that a qualifier names."""
        for table in (self.near, self.far):
            if table is not None and qualifier == table.name:
                return table
        return None

    def hint(self, name: str) -> str:
        """The nearest known names."""
        known: list[str] = [*self.near.fields, *self.parameters, *BUILT_IN, *self.related]
        known += self.named.texts if self.named is not None else ()
        return nearest(name, known) or _list("known / 可用", self.near.fields)


def placeholder(spec: ParameterSpec, number: int | None) -> Typed:
    """A bound value of a parameter."""
    from hiscomply.kinds import SQL_TYPES

    name = bind_name(spec.name, number)
    return Typed(f"CAST(${name} AS {SQL_TYPES[spec.field_type]})", spec.field_type)


def _list(label: str, known: Iterable[str]) -> str:
    return f"{label}: " + ", ".join(sorted(known))
