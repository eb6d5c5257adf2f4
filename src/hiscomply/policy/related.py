"""Aggregates over related records as bounds: what is sure, and what could still be.

A related record whose condition is NULL may belong or not; a NULL inside an aggregate may be anything; a gap
in the collection may hide records. So each aggregate has a lower and an upper bound, each of which may be
open, and a comparison is TRUE or FALSE only when both bounds agree.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from hiscomply.compiled import Only
from hiscomply.kinds import FieldType
from hiscomply.policy.typed import Typed, quote


@dataclass(frozen=True, slots=True)
class Bounds:
    """An aggregate between two pieces of SQL; ``*_known`` is SQL that says whether that bound is closed."""

    low: str
    low_known: str
    high: str
    high_known: str
    type: FieldType

    def exact(self) -> Typed:
        """The value where both bounds meet, else NULL."""
        condition = f"{self.low_known} AND {self.high_known} AND {self.low} = {self.high}"
        return Typed(f"(CASE WHEN {condition} THEN {self.low} END)", self.type)

    def sure(self) -> Typed:
        """The best value that is sure, for messages."""
        return Typed(f"coalesce({self.low}, {self.high})", self.type)

    def compare(self, operator: str, other: str) -> str:
        """SQL of ``aggregate <operator> other`` that is NULL while the bounds disagree."""
        low, high = f"{self.low_known} AND {self.low}", f"{self.high_known} AND {self.high}"
        match operator:
            case ">=":
                return f"(CASE WHEN {low} >= {other} THEN TRUE WHEN {high} < {other} THEN FALSE END)"
            case ">":
                return f"(CASE WHEN {low} > {other} THEN TRUE WHEN {high} <= {other} THEN FALSE END)"
            case "<=":
                return f"(CASE WHEN {high} <= {other} THEN TRUE WHEN {low} > {other} THEN FALSE END)"
            case "<":
                return f"(CASE WHEN {high} < {other} THEN TRUE WHEN {low} >= {other} THEN FALSE END)"
        meet = f"{self.low_known} AND {self.high_known} AND {self.low} = {self.high}"
        equal = (
            f"(CASE WHEN {meet} THEN {self.low} = {other} "
            f"WHEN ({high} < {other}) OR ({low} > {other}) THEN FALSE END)"
        )
        return equal if operator == "=" else f"(NOT {equal})"


@dataclass(slots=True)
class RelatedPlan:
    """What one related set must compute for its policy. Columns live in a CTE named ``rel_<alias>``."""

    alias: str
    kind: str
    join: str
    """SQL that joins a record ``r`` to its subject ``s``."""
    member: str
    """SQL of the condition over ``r`` (and ``s``): TRUE, FALSE, or NULL for perhaps."""
    gap: str
    """SQL, per subject: records of the set may be hidden from us."""
    unplaced: tuple[tuple[str, str, str], ...]
    """For each pair of the match: its column, the subject's, and SQL that says that its own is not known."""
    may_be_empty: bool
    only: Only = field(default_factory=dict)
    """Fields, each with the values without which a record surely does not belong."""
    columns: dict[str, str] = field(default_factory=dict)
    """Aggregates to compute, by output column."""
    fields: set[str] = field(default_factory=set)

    def column(self, name: str, sql: str) -> str:
        """Registers an aggregate and gives the reference to it in the outer query."""
        self.columns[name] = sql
        return f"{quote('rel_' + self.alias)}.{quote(name)}"

    def count_bounds(self) -> Bounds:
        """``count(alias)``."""
        low = f"coalesce({self.column('n_sure', 'count(*) FILTER (WHERE r._member)')}, 0)"
        high = f"coalesce({self.column('n_all', 'count(*)')}, 0)"
        return Bounds(low, "TRUE", high, f"NOT ({self.gap})", FieldType.INTEGER)

    def bounds(self, function: str, value: Typed, name: str, is_nonnegative: bool) -> Bounds:
        """``min``, ``max``, ``sum``, ``avg`` or ``distinct`` over one field of the set."""
        sure = f"FILTER (WHERE r._member AND {value.sql} IS NOT NULL)"
        count = self.count_bounds()
        # what a stale record says may have changed since
        is_open = f"{value.sql} IS NULL OR r._age IS NOT NULL"
        nulls = f"coalesce({self.column(f'nulls_{name}', f'count(*) FILTER (WHERE {is_open})')}, 0)"
        closed = f"(NOT ({self.gap}) AND {nulls} = 0)"
        if function == "distinct":
            low = self.column(f"distinct_sure_{name}", f"count(DISTINCT {value.sql}) {sure}")
            high = self.column(f"distinct_all_{name}", f"count(DISTINCT {value.sql})")
            return Bounds(f"coalesce({low}, 0)", "TRUE", f"coalesce({high}, 0)", closed, FieldType.INTEGER)
        low = self.column(f"{function}_sure_{name}", f"{function}({value.sql}) {sure}")
        high = self.column(f"{function}_all_{name}", f"{function}({value.sql})")
        some = f"{count.low} >= 1"
        if function == "max":
            return Bounds(low, f"{low} IS NOT NULL", high, f"({closed} AND {some})", value.type)
        if function == "min":
            return Bounds(high, f"({closed} AND {some})", low, f"{low} IS NOT NULL", value.type)
        settled = f"({closed} AND {count.low} = {count.high})"
        if function == "sum" and is_nonnegative:
            return Bounds(f"coalesce({low}, 0)", "TRUE", f"coalesce({high}, 0)", closed, value.type)
        if function == "sum":
            return Bounds(f"coalesce({low}, 0)", settled, f"coalesce({high}, 0)", settled, value.type)
        return Bounds(low, f"({settled} AND {some})", high, f"({settled} AND {some})", FieldType.NUMBER)

    def single(self, value: Typed, name: str) -> Typed:
        """The field's value when exactly one record belongs for sure, else NULL."""
        count = self.count_bounds()
        picked = self.column(f"one_{name}", f"max({value.sql}) FILTER (WHERE r._member)")
        condition = f"{count.high_known} AND {count.low} = 1 AND {count.high} = 1"
        return Typed(f"(CASE WHEN {condition} THEN {picked} END)", value.type, value.enum)
