"""Every compiled query of the pack has a counterpart in Spark SQL, form by form and function by function."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
import sqlglot
from sqlglot import exp

from hiscomply.compiled import CompiledPolicy
from hiscomply.paths import policies_dir
from hiscomply.plugins import evidence_kinds
from hiscomply.policy.functions import FUNCTIONS
from hiscomply.policy.pack import load_pack
from hiscomply.policy.spark import PORTED_FORMS, to_spark

DOCUMENT = Path(__file__).parents[2] / "docs/portability.md"

# fmt: off
BUILT_IN = frozenset({
    "abs", "array", "array_contains", "array_except", "array_size", "array_sort", "arrays_overlap", "avg",
    "bool_and", "bool_or", "cast", "ceil", "chr", "coalesce", "collect_list", "concat", "concat_ws", "contains", "count",
    "date_format", "datediff", "date_add", "endswith", "exists", "explode", "floor", "from_utc_timestamp", "greatest",
    "hour", "if", "lag", "lead", "least", "length", "lower", "make_dt_interval", "max", "min", "minute",
    "monotonically_increasing_id", "month", "nullif", "rlike", "round", "row_number", "second", "slice",
    "split", "startswith", "struct", "sum", "to_date", "to_json", "to_utc_timestamp", "trim", "try_cast", "upper",
    "year",
})
"""Functions of Spark 3.5: https://spark.apache.org/docs/3.5.0/api/sql/"""
OTHER_NAMES: dict[str, str] = {
    "TsOrDsToDate": "to_date", "TimeStrToTime": "cast", "JSONFormat": "to_json", "ArrayAgg": "collect_list",
    "TimeToStr": "date_format", "RegexpSplit": "split", "LogicalOr": "bool_or", "LogicalAnd": "bool_and",
    "ArraySlice": "slice", "RegexpLike": "rlike", "ArrayOverlaps": "arrays_overlap", "ArrayExcept": "array_except",
    "ArraySort": "array_sort", "SortArray": "array_sort", "DateDiff": "datediff",
    "FromUTCTimestamp": "from_utc_timestamp", "EndsWith": "endswith",
    "StartsWith": "startswith", "FromTimeZone": "to_utc_timestamp", "AtTimeZone": "from_utc_timestamp",
    "ConcatWs": "concat_ws", "ArrayContains": "array_contains",
    "RowNumber": "row_number", "TryCast": "try_cast", "UtcTimestamp": "to_utc_timestamp",
}
"""sqlglot's name of a function where it is not the function's own."""
FORMS: tuple[type[exp.Expr], ...] = (
    exp.Select, exp.From, exp.Join, exp.Where, exp.Group, exp.Having, exp.Order, exp.Ordered, exp.Limit,
    exp.With, exp.CTE, exp.TableAlias, exp.Subquery, exp.Alias, exp.Table, exp.Identifier, exp.Column, exp.Star,
    exp.Literal, exp.Boolean, exp.Null, exp.Placeholder, exp.Parameter, exp.Paren, exp.Neg, exp.Not, exp.And, exp.Or,
    exp.EQ, exp.NEQ, exp.LT, exp.LTE, exp.GT, exp.GTE, exp.NullSafeEQ, exp.Between, exp.In, exp.Is, exp.Like,
    exp.Add, exp.Sub, exp.Mul, exp.Div, exp.Mod, exp.DPipe, exp.Case, exp.If, exp.Filter, exp.Distinct,
    exp.DataType, exp.DataTypeParam, exp.PropertyEQ, exp.Var, exp.Union, exp.Window, exp.WindowSpec, exp.Dot, exp.Interval,
    exp.IntervalSpan, exp.Tuple,
)
"""What is no function: clauses, operators, names and literals that Spark SQL knows as they stand."""
# fmt: on


@cache
def pack() -> dict[str, CompiledPolicy]:
    return {policy.id: policy for policy in load_pack([policies_dir()], evidence_kinds()).policies}


def queries(policy: CompiledPolicy) -> Iterator[str]:
    yield policy.query
    if policy.concerned:
        yield policy.concerned


def strangers(sql: str) -> set[str]:
    """Functions and forms of a Spark query that are not on the lists."""
    found: set[str] = set()
    for node in sqlglot.parse_one(sql, dialect="spark").walk():
        if isinstance(node, exp.Anonymous):
            name = node.name.lower()
        elif type(node).__name__ in OTHER_NAMES:
            name = OTHER_NAMES[type(node).__name__]
        elif isinstance(node, exp.Func) and not isinstance(node, FORMS):
            name = node.sql_name().lower()
        else:
            is_numbered_without_order = isinstance(node, exp.Window) and not node.args.get("order")
            if not isinstance(node, FORMS) or is_numbered_without_order:
                found.add(type(node).__name__)
            continue
        if name not in BUILT_IN:
            found.add(name)
    return found


@pytest.mark.parametrize("policy_id", sorted(pack()))
def test_every_query_of_a_policy_can_be_said_in_spark_sql(policy_id: str) -> None:
    found = {name for sql in queries(pack()[policy_id]) for name in strangers(to_spark(sql))}
    assert found == set()


def test_every_function_of_the_language_can_be_said_in_spark_sql() -> None:
    found = {}
    for name, function in FUNCTIONS.items():
        sql = function.sql(*"abc"[: len(function.takes)])
        strange = strangers(to_spark(f"SELECT {sql} AS x FROM t"))
        if strange:
            found[name] = strange
    assert found == {}


@pytest.mark.parametrize(
    ("duckdb", "spark"),
    [
        ("row_number() OVER ()", "MONOTONICALLY_INCREASING_ID()"),
        ("timezone($zone, timezone('UTC', t))", "FROM_UTC_TIMESTAMP(t, :zone)"),
        ("timezone('UTC', timezone($zone, t))", "TO_UTC_TIMESTAMP(t, :zone)"),
        ("to_seconds(n)", "MAKE_DT_INTERVAL(0, 0, 0, n)"),
        ("epoch(i)", "CAST(CAST(CAST(i AS INTERVAL SECOND) AS DECIMAL(20, 6)) AS DOUBLE)"),
        ("CAST($p AS INTERVAL)", "CAST(:p AS INTERVAL DAY TO SECOND)"),
        ("list_has_all(a, b)", "(ARRAY_SIZE(ARRAY_EXCEPT(b, a)) = 0)"),
        ("list_has_any(a, b)", "ARRAYS_OVERLAP(a, b)"),
        ("array_length(a)", "ARRAY_SIZE(a)"),
    ],
)
def test_a_ported_form_is_written_in_the_words_of_spark(duckdb: str, spark: str) -> None:
    assert to_spark(f"SELECT {duckdb} AS x FROM ev.t") == f"SELECT {spark} AS x FROM ev.t"


@pytest.mark.parametrize(
    "form", ["list_reverse(a)", "a[1:2]", "row_number() OVER ()", "epoch_ms(t)", "to_days(3)"]
)
def test_a_form_without_a_counterpart_is_found(form: str) -> None:
    assert strangers(sqlglot.transpile(f"SELECT {form} AS x FROM t", read="duckdb", write="spark")[0])


@pytest.mark.skipif(not DOCUMENT.exists(), reason="the pages are not in the wheel")
def test_the_page_on_portability_lists_every_ported_form_and_no_other() -> None:
    written = [line for line in DOCUMENT.read_text(encoding="utf-8").splitlines() if line.startswith("| `")]
    forms = [f"| `{one.duckdb}` | `{one.spark}` | {one.reason} |" for one in PORTED_FORMS]
    assert written[: len(forms)] == forms
    assert all(line.startswith("| `spark.sql.") for line in written[len(forms) :])


def test_no_ported_form_is_listed_in_vain() -> None:
    """Each is used by some query of the pack or by some function of the language."""
    written = [sql for policy in pack().values() for sql in queries(policy)]
    written += [
        f"SELECT {function.sql(*'abc'[: len(function.takes)])} AS x" for function in FUNCTIONS.values()
    ]
    trees = [sqlglot.parse_one(sql, dialect="duckdb") for sql in written]
    idle = [
        one.duckdb
        for one in PORTED_FORMS
        if not any(one.change(node) is not None for tree in trees for node in tree.walk())
    ]
    assert idle == []
