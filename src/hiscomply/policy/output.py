"""The outer layers of a compiled query: judged rows, and verdict rows from them.

Judged rows have the columns ``_code _subject _reason _missing_fields`` and provenance, and one column
``v_<name>`` for each value to show.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from hiscomply.compiled import GapFlag
from hiscomply.kinds import FieldType
from hiscomply.policy.related import RelatedPlan
from hiscomply.policy.scope import Table
from hiscomply.policy.typed import Typed, quote, text_literal

if TYPE_CHECKING:
    from hiscomply.policy.draft import Draft, SubjectSource

PROVENANCE = ("_source", "_line", "_column", "_pointer", "_collection", "_observed_at")
_NO_PROVENANCE = ", ".join(
    f"CAST(NULL AS {type_}) AS {name}"
    for name, type_ in zip(
        PROVENANCE, ("VARCHAR", "INTEGER", "INTEGER", "VARCHAR", "VARCHAR", "TIMESTAMP"), strict=True
    )
)
_OF_RELATED = re.compile(r'"((?:rel|total|unplaced)_[a-z0-9_]+)"\."?([A-Za-z0-9_]+)"?')
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


def age_reason(kind: str, row: str) -> str:
    """SQL of why a row's time disqualifies it, NULL when it is fresh."""
    observed = f"{row}._observed_at"
    return (
        f"CASE WHEN {observed} IS NULL THEN 'no_time' WHEN {observed} > $skew THEN 'future' "
        f"WHEN {observed} < $from_{kind} THEN 'stale' END"
    )


def masked(table: Table, row: str) -> str:
    """The read fields of a table, those from after the audit's time made NULL."""
    parts = []
    for name in table.reads:
        known = table.fields[name]
        column = f"{row}.{quote(name)}"
        if known.is_past:
            column = f"CASE WHEN {_future(table, name, row)} THEN NULL ELSE {column} END"
        parts.append(f"{column} AS {quote(name)}")
    return ", ".join(parts)


def _future(table: Table, name: str, row: str) -> str:
    """SQL: the field lies after the audit's time, which its schema rules out."""
    known = table.fields[name]
    limit = "CAST($today AS DATE)" if known.type is FieldType.DATE else "$skew"
    return f"{row}.{quote(name)} > {limit}"


def missing_column(table: Table, row: str) -> str:
    """SQL of ``_missing``: a value that was masked is not known, not "none"."""
    masked_away = [
        f"CASE WHEN {_future(table, name, row)} THEN '{name}' END"
        for name in table.reads
        if table.fields[name].is_past and table.fields[name].none_means is not None
    ]
    if not masked_away:
        return f"{row}._missing"
    gone = _kept(", ".join(masked_away))
    return f"list_concat(coalesce({row}._missing, []), coalesce({gone}, [])) AS _missing"


def judged_rows(
    subject: Table,
    source: SubjectSource,
    where: str,
    late_where: str,
    asserted: str,
    plans: Mapping[str, tuple[RelatedPlan, Table]],
    shown: Shown,
    locate: str | None,
    *,
    is_topic: bool = False,
    is_bare: bool = False,
) -> str:
    """SQL of one row per subject with its code.

    Args:
        is_bare: the code and what a rate groups by, without anything that explains it.
        where: the condition on the subject alone, judged before related records are joined.
        late_where: what says at last whether the check concerns the subject, ``s._w`` or a condition over
            related records too.
        is_topic: the subject is a topic that a signed statement may declare absent.
    """
    located = "" if is_bare else f", {_located(plans, locate)}"
    ctes = _subject_layers(subject, source, where, shown, needs_rid=bool(plans))
    for alias, (plan, table) in plans.items():
        ctes += _related_layers(alias, plan, table)
    joins = "".join(f" LEFT JOIN {quote('rel_' + alias)} USING (_rid)" for alias in plans)
    joins += "".join(
        f" LEFT JOIN {quote('total_' + alias)} USING (_rid)"
        for alias, (plan, _) in plans.items()
        if _counts_all(alias, plan)
    )
    joins += "".join(
        f" LEFT JOIN {quote('unplaced_' + alias)} USING (_rid)"
        for alias, (plan, _) in plans.items()
        if _is_misplaced(alias, plan)
    )
    gaps = " OR ".join(f"({plan.gap})" for plan, _ in plans.values()) or "FALSE"
    unsure = " OR ".join(
        f"{quote('rel_' + alias)}.n_all <> {quote('rel_' + alias)}.n_sure" for alias in plans
    )
    hidden = ", ".join(
        f"CASE WHEN {plan.gap} THEN {text_literal(plan.kind)} END" for plan, _ in plans.values()
    )
    missing = ", ".join(_missing(subject, name) for name in shown.missing)
    explained = (
        ""
        if is_bare
        else f""", s._future, ({gaps}) AS _gap, coalesce({unsure or "FALSE"}, FALSE) AS _unsure,
  {_kept(missing)} AS _missing_fields, {_kept(hidden)} AS _hidden_kinds"""
    )
    values = "".join(
        f", {value.sql} AS {quote('v_' + name)}"
        for name, value in shown.values.items()
        if name not in shown.named
    )
    values += "".join(f", {quote('v_' + name)}" for name in shown.named if name in shown.values)
    declared = "WHEN list_contains(CAST($scoped AS VARCHAR[]), _subject) THEN 0 " if is_topic else ""
    key = ", ".join(f"CAST(s.{quote(name)} AS VARCHAR)" for name in shown.key)
    raw = f"""SELECT {f"concat_ws('/', {key})" if key else "'*'"} AS _subject, s._age, ({late_where}) AS _w,
  ({asserted}) AS _a{explained}{located}{values}"""
    source_ = f"s{joins}"
    if shown.named:
        layers, source_ = _named_layers(shown.named, plans, joins)
        ctes, raw = ctes + layers, _flat(raw)
    return f"""WITH {", ".join(ctes)},
raw AS ({raw}
  FROM {source_})
SELECT *, CASE {declared}WHEN _age IS NOT NULL OR _w IS NULL THEN 2 WHEN NOT _w THEN 0
  WHEN _a IS NULL THEN 2 WHEN _a THEN 1 ELSE 3 END AS _code FROM raw"""


def _named_layers(
    named: Mapping[str, Typed], plans: Mapping[str, tuple[RelatedPlan, Table]], joins: str
) -> tuple[list[str], str]:
    """One layer for each named value, over subjects with what their related records add up to; and the last.

    In one SELECT the engine writes a value out wherever it is named, and one that names others doubles with
    each step: four seconds to plan what takes milliseconds in layers.
    """
    columns = [
        f"{quote('rel_' + alias)}.{quote(name)}"
        for alias, (plan, _) in plans.items()
        for name in plan.columns
    ]
    columns += [
        f"{quote('total_' + alias)}.n" for alias, (plan, _) in plans.items() if _counts_all(alias, plan)
    ]
    columns += [
        f"{quote('unplaced_' + alias)}.n" for alias, (plan, _) in plans.items() if _is_misplaced(alias, plan)
    ]
    joined = "".join(f", {one} AS {_flat(one).removeprefix('s.')}" for one in columns)
    layers, last = [f"m AS (SELECT s.*{joined} FROM s{joins})"], "m"
    for name, value in named.items():
        layer = quote("m_" + name)
        layers.append(f"{layer} AS (SELECT s.*, {_flat(value.sql)} AS {quote('v_' + name)} FROM {last} s)")
        last = layer
    return layers, f"{last} s"


def _flat(sql: str) -> str:
    """References to a related set's columns as those to columns of the subject's row."""
    return _OF_RELATED.sub(r's."\1.\2"', sql)


def concerned_rows(subject: Table, source: SubjectSource, where: str) -> str:
    """SQL of 1 if any subject is not surely outside the check, else 0: cheap, since it stops at the first."""
    layers = _subject_layers(subject, source, where, Shown((), {}, (), ()), needs_rid=False)
    return (
        f"WITH {', '.join(layers)} SELECT count(*) FROM (SELECT 1 FROM s "
        "WHERE s._w IS NOT FALSE OR s._age IS NOT NULL LIMIT 1)"
    )


def _kept(items: str) -> str:
    """A list of words without its NULLs."""
    return f"string_split(nullif(concat_ws(',', {items}), ''), ',')" if items else "CAST(NULL AS VARCHAR[])"


def _missing(subject: Table, name: str) -> str:
    column = f"s.{quote(name)}"
    absent = f"{column} IS NULL"
    if subject.fields[name].none_means is not None:
        absent += f" AND coalesce(list_contains(s._missing, '{name}'), FALSE)"
    return f"CASE WHEN {absent} THEN '{name}' END"


def _subject_layers(
    subject: Table, source: SubjectSource, where: str, shown: Shown, *, needs_rid: bool
) -> list[str]:
    fields = masked(subject, "k")
    fields = f"{fields}, " if fields else ""
    rid = "row_number() OVER () AS _rid, " if needs_rid else ""
    if source.is_kind:
        provenance = ", ".join([*(f"k.{name}" for name in PROVENANCE), missing_column(subject, "k")])
        age = age_reason(subject.name, "k")
        past = [name for name in shown.missing if subject.fields[name].is_past]
        future = " OR ".join(_future(subject, name, "k") for name in past) or "FALSE"
    else:
        provenance, age, future = f"{_NO_PROVENANCE}, CAST(NULL AS VARCHAR[]) AS _missing", "NULL", "FALSE"
    return [
        f"s0 AS (SELECT {rid}{fields}{provenance}, {age} AS _age, coalesce({future}, FALSE) AS _future "
        f"FROM {source.sql} k)",
        f"s AS (SELECT s.*, ({where}) AS _w FROM s0 s)",
    ]


def _related_layers(alias: str, plan: RelatedPlan, table: Table) -> list[str]:
    name, source = quote("rel_" + alias), f"src_{alias}"
    fields = masked(table, "k")
    fields = f"{fields}, " if fields else ""
    layers = [
        f"{source} AS (SELECT {fields}{missing_column(table, 'k')}, k._source, k._line, k._column, k._pointer, "
        f"{age_reason(plan.kind, 'k')} AS _age FROM ev.{quote(plan.kind)} k)"
    ]
    member = f"CASE WHEN r._age IS NULL THEN {plan.member} END"
    plan.count_bounds()
    aggregates = ", ".join(f"{sql} AS {quote(column)}" for column, sql in plan.columns.items())
    layers.append(
        f"{name} AS (SELECT _rid, {aggregates} FROM (SELECT s._rid, r.*, {member} AS _member "
        f"FROM s JOIN {source} r ON {plan.join} WHERE s._w IS NOT FALSE) r "
        f"WHERE r._member IS NOT FALSE GROUP BY _rid)"
    )
    if _counts_all(alias, plan):
        layers.append(
            f"{quote('total_' + alias)} AS (SELECT s._rid, count(*) AS n FROM s JOIN {source} r "
            f"ON {plan.join} GROUP BY s._rid)"
        )
    if _is_misplaced(alias, plan):
        layers.append(_unplaced_layer(alias, plan, source))
    return layers


def _is_misplaced(alias: str, plan: RelatedPlan) -> bool:
    """Records may lack the field that says whom they belong to."""
    return f"unplaced_{alias}" in plan.gap


def _unplaced_layer(alias: str, plan: RelatedPlan, source: str) -> str:
    """How many records might belong to a subject: what they say fits, and something is not known."""
    condition = plan.member if "s." not in plan.member else "TRUE"
    somewhere = " OR ".join(f"({unknown})" for _, _, unknown in plan.unplaced)
    columns = ", ".join(
        f"{theirs} AS k{number}, coalesce({unknown}, FALSE) AS u{number}"
        for number, (theirs, _, unknown) in enumerate(plan.unplaced)
    )
    fits = " AND ".join(
        f"(r.u{number} OR r.k{number} = {ours})" for number, (_, ours, _) in enumerate(plan.unplaced)
    )
    return (
        f"{quote('unplaced_' + alias)} AS (SELECT s._rid, count(*) AS n FROM s JOIN (SELECT DISTINCT {columns} "
        f"FROM {source} r WHERE ({somewhere}) AND (({condition}) IS NOT FALSE OR r._age IS NOT NULL)) r ON {fits} GROUP BY s._rid)"
    )


def _counts_all(alias: str, plan: RelatedPlan) -> bool:
    """The subject says how many records it has, so all of them are counted."""
    return f"total_{alias}" in plan.gap


def _located(plans: Mapping[str, tuple[RelatedPlan, Table]], locate: str | None) -> str:
    """Provenance columns of a judged row: the subject's, or those of a related record."""
    if locate is None:
        return ", ".join(f"s.{name}" for name in PROVENANCE)
    plan, _ = plans[locate]
    place = plan.column(
        "_place",
        "min(struct_pack(a := r._source, b := r._line, c := r._column, d := r._pointer)) "
        "FILTER (WHERE r._member)",
    )
    parts = [
        f"CASE WHEN {place} IS NULL THEN s.{name} ELSE {place}.{letter} END AS {name}"
        for name, letter in zip(PROVENANCE[:4], "abcd", strict=True)
    ]
    return ", ".join([*parts, "s._collection", "s._observed_at"])


# -------------------------------------------------------------------- verdict rows


def json_value(value: Typed, column: str) -> str:
    """A value as it goes into the JSON of a verdict row: times as ISO UTC, durations as PT<seconds>S."""
    match value.type:
        case FieldType.TIMESTAMP:
            return f"strftime({column}, '%Y-%m-%d') || 'T' || strftime({column}, '%H:%M:%S') || 'Z'"
        case FieldType.DATE:
            return f"CAST(CAST({column} AS DATE) AS VARCHAR)"
        case FieldType.DURATION:
            return f"'PT' || CAST(epoch({column}) AS BIGINT) || 'S'"
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
  {_json(values)} AS data, j._source AS source, j._line AS line, j._column AS "column",
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
