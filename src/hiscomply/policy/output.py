"""The outer layers of a compiled query: verdict rows from the judged rows of ``policy/judged.py``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from hiscomply.compiled import GapFlag
from hiscomply.kinds import FieldType
from hiscomply.policy.typed import Typed, quote

if TYPE_CHECKING:
    from hiscomply.policy.draft import Draft

_ROUNDING = "1e-9"
"""Shares are decimal fractions: 0.95 * 20 must be 19."""


@dataclass(frozen=True, slots=True)
class Shown:
    """What verdict rows carry besides the verdict.

    Attributes:
        key: natural key fields of the subject, empty for the institution.
        values: SQL by name over ``s`` and the related sets.
        missing: fields of the subject that the condition reads.
        per: fields that a rate groups by.
        named: values that conditions read by name, each after all that it reads.
    """

    key: tuple[str, ...]
    values: Mapping[str, Typed]
    missing: tuple[str, ...]
    per: tuple[str, ...]
    named: Mapping[str, Typed] = field(default_factory=dict)


def json_value(value: Typed, column: str) -> str:
    """A value as it goes into the JSON of a verdict row: times as ISO UTC, durations as PT<seconds>S.

    Of a truth value the type is said, which SQLite has not.
    """
    match value.type:
        case FieldType.TIMESTAMP:
            return f"strftime({column}, '%Y-%m-%d') || 'T' || strftime({column}, '%H:%M:%S') || 'Z'"
        case FieldType.DATE:
            return f"CAST(CAST({column} AS DATE) AS VARCHAR)"
        case FieldType.DURATION:
            return f"'PT' || CAST(epoch({column}) AS BIGINT) || 'S'"
        case FieldType.BOOLEAN:
            return f"CAST({column} AS BOOLEAN)"
    return column


def _json(pairs: Mapping[str, str]) -> str:
    if not pairs:
        return "CAST('{}' AS VARCHAR)"
    packed = ", ".join(f"{quote(name)} := {sql}" for name, sql in pairs.items())
    return f"CAST(to_json(struct_pack({packed})) AS VARCHAR)"


_REASON = """CASE WHEN j._code <> 2 THEN NULL WHEN j._age IS NOT NULL THEN j._age
  WHEN j._future THEN 'future' WHEN j._missing_fields IS NOT NULL THEN 'missing_field'
  WHEN j._gap THEN 'related_incomplete' WHEN j._unsure THEN 'related_uncertain' ELSE 'undetermined' END"""
_MISSING = """CASE WHEN j._code <> 2 THEN CAST([] AS VARCHAR[]) WHEN j._missing_fields IS NOT NULL
  THEN j._missing_fields ELSE coalesce(j._hidden_kinds, CAST([] AS VARCHAR[])) END"""


def row_output(
    shown: Shown,
    code: str = "j._code",
    suffix: str = "",
    figures: Mapping[str, str] | None = None,
    *,
    is_bare: bool = False,
) -> str:
    """Verdict rows from judged rows, one each.

    Args:
        figures: further values, as SQL by name.
        is_bare: code and subject only.
    """
    if is_bare:
        return f"SELECT {code} AS code, j._subject AS subject FROM {{judged}} j{suffix}"
    values = {name: json_value(value, f"j.{quote('v_' + name)}") for name, value in shown.values.items()}
    values |= figures or {}
    return f"""SELECT {code} AS code, j._subject AS subject, {_REASON} AS reason, {_MISSING} AS missing,
  CASE WHEN {code} > 1 THEN {_json(values)} END AS data, j._source AS source, j._line AS line, j._column AS "column",
  j._pointer AS pointer, j._collection AS collection, j._observed_at AS observed_at
  FROM {{judged}} j{suffix}"""


def rate_output(draft: Draft, shown: Shown, is_kind: bool) -> tuple[str, tuple[GapFlag, ...]]:
    """Verdict rows of a share: one per group, or the records of a group that is surely too small.

    A group has ``n_sure`` records for sure and at most ``n_most``. While the smallest population lies between
    the two, a share that fails is a failure either way (some record then fails by itself), and one that
    holds proves nothing.
    """
    rate = draft.document.check.rate
    assert rate is not None
    is_least = rate.at_least is not None
    share = _number(draft, rate.at_least if is_least else rate.at_most, "percent")
    smallest = _number(draft, rate.min_population, "integer")
    per = [quote("v_" + name) for name in shown.per]
    limit = f"{share} * g.n_most"
    if is_least:
        holds = f"g.p + {_ROUNDING} >= {limit}"
        fails = f"g.p + g.u + g.lost < {limit} - {_ROUNDING}"
        code, wrong = "j._code", "_code = 3"
    else:
        holds = f"g.p + g.u + g.lost <= {limit} + {_ROUNDING}"
        fails = f"g.p > {limit} + {_ROUNDING}"
        code, wrong = "CASE j._code WHEN 1 THEN 3 WHEN 3 THEN 1 ELSE j._code END", "_code = 1"
    gap = "$gap_each" if is_kind else "FALSE"
    undecided = f"{gap} OR g.is_lost" if per else gap
    code_sql = (
        f"CASE WHEN {undecided} THEN 2 WHEN {fails} THEN 3 "
        f"WHEN g.n_sure >= {smallest} AND {holds} THEN 1 ELSE 2 END"
    )
    grouped = "".join(f"{column}, " for column in per)
    group_by = f" GROUP BY {', '.join(per)}" if per else ""
    subject = ", ".join(f"coalesce(CAST(g.{column} AS VARCHAR), '?')" for column in per)
    figures = {
        "n": "g.n",
        "met": "g.p",
        "failed": "g.f",
        "not_known": "g.u",
        "share_met": "round(g.p / g.n, 4)",
    }
    values = {
        **{
            name: json_value(shown.values[name], f"g.{column}")
            for name, column in zip(shown.per, per, strict=True)
        },
        **figures,
        "examples": "g.examples",
    }
    matched = " AND ".join(f"j.{column} IS NOT DISTINCT FROM g.{column}" for column in per) or "TRUE"
    explained = f""",
  CASE WHEN g._code <> 2 THEN NULL WHEN {gap} THEN 'collection_incomplete' ELSE 'share_undetermined' END AS reason,
  CAST([] AS VARCHAR[]) AS missing, {_json(values)} AS data, NULL AS source, NULL AS line,
  NULL AS "column", NULL AS pointer, NULL AS collection, NULL AS observed_at"""
    groups = f"""WITH g0 AS (SELECT {grouped}count(*) FILTER (WHERE _code <> 0) AS n,
  count(*) FILTER (WHERE _code <> 0 AND _age IS NULL AND _w) AS n_sure,
  count(*) FILTER (WHERE _code = 1) AS p, count(*) FILTER (WHERE _code = 3) AS f,
  count(*) FILTER (WHERE _code = 2) AS u,
  array_slice(array_sort(list(_subject) FILTER (WHERE {wrong})), 1, 20) AS examples
  FROM {{judged}}{group_by}), {_with_lost(per)},
c AS (SELECT g.*, {code_sql} AS _code FROM g)
SELECT g._code AS code,
  {f"concat_ws('/', {subject})" if subject else "'*'"} AS subject{"" if draft.is_trial else explained}
  FROM c g WHERE g.n_most >= {smallest} AND g.n > 0"""
    alone = f" JOIN g ON {matched} WHERE g.n_most < {smallest}"
    small = row_output(shown, code, alone, {**figures, "examples": "[j._subject]"}, is_bare=draft.is_trial)
    flags = (GapFlag("gap_each", draft.document.check.each or "", may_be_empty=True),) if is_kind else ()
    return f"{groups} UNION ALL {small}", flags


def _with_lost(per: list[str]) -> str:
    """The layer ``g``: each group with how many records it may have besides its own.

    A record that does not say which group it is in may be in any, so a group of such records is as large as
    all records together might make it.
    """
    if not per:
        return "g AS (SELECT g0.*, 0 AS lost, g0.n AS n_most FROM g0)"
    nowhere = " OR ".join(f"{column} IS NULL" for column in per)
    return f"""g1 AS (SELECT g0.*, ({nowhere}) AS is_lost,
  (SELECT coalesce(sum(n), 0) FROM g0 WHERE {nowhere}) AS lost, (SELECT sum(n) FROM g0) AS n_all FROM g0),
g AS (SELECT g1.*, CASE WHEN is_lost THEN n_all ELSE n + lost END AS n_most FROM g1)"""


def _number(draft: Draft, written: int | str | None, type_: str) -> str:
    """A number of ``rate``: written out, or the name of a parameter of a type."""
    if isinstance(written, int):
        return str(written)
    spec = draft.parameters.get(str(written))
    if spec is None or spec.keys or spec.type != type_:
        raise draft.error(
            ("check", "rate"), f"{written!r} is no plain parameter of type {type_} / 该参数类型不正确"
        )
    draft.used[spec.name] = None
    return f"$p_{spec.name}"
