"""Typed pieces of SQL, and how to say that one does not fit."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from hiscomply.errors import Place, PolicyError
from hiscomply.kinds import FieldType

NUMERIC = frozenset({FieldType.INTEGER, FieldType.NUMBER})
TIMES = frozenset({FieldType.TIMESTAMP, FieldType.DATE})


@dataclass(frozen=True, slots=True)
class Typed:
    """A piece of DuckDB SQL with its type.

    Attributes:
        enum: the only words a text can be, empty if any.
        literal: the text of a text literal.
    """

    sql: str
    type: FieldType
    enum: tuple[str, ...] = ()
    literal: str | None = None


def quote(name: str) -> str:
    """An identifier for SQL."""
    return '"' + name.replace('"', '""') + '"'


def text_literal(value: str) -> str:
    """A text literal for SQL. A dollar sign is written apart: ``$name`` in a query is a placeholder."""
    quoted = "'" + value.replace("'", "''") + "'"
    return "(" + quoted.replace("$", "' || chr(36) || '") + ")" if "$" in value else quoted


@dataclass(frozen=True, slots=True)
class Locator:
    """Finds the place in the policy file of a node of one expression."""

    place_at: Callable[[int], Place]

    def place(self, node: Any) -> Place:
        """The place of the first token below a node that knows where it is."""
        starts = [
            part.meta["start"] for part in node.walk() if hasattr(part, "meta") and "start" in part.meta
        ]
        return self.place_at(min(starts, default=0))

    def error(self, node: Any, what: str, hint: str = "") -> PolicyError:
        """An error about a node."""
        return PolicyError(what, place=self.place(node), hint=hint)


def comparable(left: Typed, right: Typed) -> bool:
    """Whether two pieces can be compared without a cast."""
    return left.type == right.type or {left.type, right.type} <= NUMERIC


def names(types: Iterable[FieldType]) -> str:
    """Types as words."""
    return ", ".join(sorted(type_.value for type_ in types))
