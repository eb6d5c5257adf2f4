"""A compiled query in Spark SQL: what sqlglot carries over by itself, and the few forms that it does not.

>>> to_spark("SELECT to_seconds(60) AS d FROM ev.t")
'SELECT MAKE_DT_INTERVAL(0, 0, 0, 60) AS d FROM ev.t'
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import sqlglot
from sqlglot import exp
from sqlglot.errors import ErrorLevel


@dataclass(frozen=True, slots=True)
class PortedForm:
    """A form of DuckDB that sqlglot alone does not carry to Spark.

    Attributes:
        duckdb, spark: the form as it is written on either side.
        reason: why the queries use it all the same.
        change: the tree in Spark's words, or None where the form does not occur.
    """

    duckdb: str
    spark: str
    reason: str
    change: Callable[[exp.Expr], exp.Expr | None]


def to_spark(sql: str) -> str:
    """The query in Spark SQL, on one line; placeholders become ``:name``.

    Raises:
        sqlglot.errors.UnsupportedError: a form has no counterpart.
    """
    tree = sqlglot.parse_one(sql, dialect="duckdb")
    # children first, so that what a change wraps has been changed already
    for node in reversed(list(tree.walk())):
        for one in PORTED_FORMS:
            changed = one.change(node)
            if changed is not None:
                tree = changed if node is tree else tree
                node.replace(changed)
                break
    return tree.sql(dialect="spark", unsupported_level=ErrorLevel.RAISE)


def _call(name: str, *arguments: exp.Expr | None) -> exp.Expr:
    given = [one.copy() for one in arguments if one is not None]
    return exp.Anonymous(this=name, expressions=given)


def _named(node: exp.Expr, name: str) -> list[exp.Expr] | None:
    is_it = isinstance(node, exp.Anonymous) and node.name.lower() == name
    return list(node.expressions) if is_it else None


def _row_number(node: exp.Expr) -> exp.Expr | None:
    is_it = isinstance(node, exp.Window) and isinstance(node.this, exp.RowNumber)
    return _call("MONOTONICALLY_INCREASING_ID") if is_it and not node.args.get("order") else None


def _timezone(node: exp.Expr) -> exp.Expr | None:
    outer = _named(node, "timezone")
    inner = _named(outer[1], "timezone") if outer else None
    if not outer or not inner:
        return None
    if inner[0].name == "UTC":
        return _call("FROM_UTC_TIMESTAMP", inner[1], outer[0])
    return _call("TO_UTC_TIMESTAMP", inner[1], inner[0]) if outer[0].name == "UTC" else None


def _to_seconds(node: exp.Expr) -> exp.Expr | None:
    arguments = _named(node, "to_seconds")
    zero = exp.Literal.number(0)
    return _call("MAKE_DT_INTERVAL", zero, zero, zero, arguments[0]) if arguments else None


def _epoch(node: exp.Expr) -> exp.Expr | None:
    if not isinstance(node, exp.TimeToUnix):
        return None
    seconds = exp.cast(node.this.copy(), exp.DataType.build("INTERVAL SECOND", dialect="spark", udt=True))
    number = exp.cast(seconds, exp.DataType.build("DECIMAL(20, 6)"))
    return exp.cast(number, exp.DataType.build("DOUBLE"))


def _interval(node: exp.Expr) -> exp.Expr | None:
    is_it = isinstance(node, exp.DataType) and node.is_type(exp.DataType.Type.INTERVAL)
    return exp.DataType.build("INTERVAL DAY TO SECOND", dialect="spark", udt=True) if is_it else None


def _has_all(node: exp.Expr) -> exp.Expr | None:
    arguments = _named(node, "list_has_all") or (
        [node.this, node.expression] if isinstance(node, exp.ArrayContainsAll) else None
    )
    if not arguments:
        return None
    missing = _call("ARRAY_SIZE", _call("ARRAY_EXCEPT", arguments[1], arguments[0]))
    return exp.paren(exp.EQ(this=missing, expression=exp.Literal.number(0)))


def _has_any(node: exp.Expr) -> exp.Expr | None:
    is_it = isinstance(node, exp.ArrayOverlaps)
    return _call("ARRAYS_OVERLAP", node.this, node.expression) if is_it else None


def _size(node: exp.Expr) -> exp.Expr | None:
    return _call("ARRAY_SIZE", node.this) if isinstance(node, exp.ArraySize) else None


PORTED_FORMS: tuple[PortedForm, ...] = (
    PortedForm(
        "row_number() OVER ()",
        "monotonically_increasing_id()",
        "Records have no number of their own, and two may share a natural key; Spark numbers rows only within an order, "
        "which would cost DuckDB a sort in every query.",
        _row_number,
    ),
    PortedForm(
        "timezone(zone, timezone('UTC', t))",
        "from_utc_timestamp(t, zone), and to_utc_timestamp(t, zone) the other way round",
        "Times are stored in UTC and judged in the project's zone; sqlglot leaves the function's name as it is.",
        _timezone,
    ),
    PortedForm(
        "to_seconds(n)",
        "make_dt_interval(0, 0, 0, n)",
        "A duration from a number that a record holds; sqlglot has no name for it.",
        _to_seconds,
    ),
    PortedForm(
        "epoch(interval)",
        "CAST(CAST(CAST(i AS INTERVAL SECOND) AS DECIMAL(20, 6)) AS DOUBLE)",
        "Durations are multiplied, divided and shown in seconds; sqlglot takes the argument for a time.",
        _epoch,
    ),
    PortedForm(
        "CAST(x AS INTERVAL)",
        "CAST(x AS INTERVAL DAY TO SECOND)",
        "DuckDB has one type of interval, and Spark compares only those without months.",
        _interval,
    ),
    PortedForm(
        "list_has_all(a, b)",
        "array_size(array_except(b, a)) = 0",
        "Spark has no such function; array_size keeps NULL as NULL, which size does not always.",
        _has_all,
    ),
    PortedForm(
        "list_has_any(a, b)",
        "arrays_overlap(a, b)",
        "sqlglot writes the operator &&, which Spark does not know.",
        _has_any,
    ),
    PortedForm(
        "array_length(a)",
        "array_size(a)",
        "sqlglot writes size, which is -1 for NULL unless a setting says otherwise: not known would pass for a number.",
        _size,
    ),
)
"""Every form that needs more than sqlglot; tests/policies/test_spark.py fails when another one appears."""
