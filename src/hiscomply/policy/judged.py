"""The inner layers of a compiled query: judged rows.

They have the columns ``_code _subject _reason _missing_fields`` and provenance, and one column
``v_<name>`` for each value to show.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING

from hiscomply.kinds import FieldType
from hiscomply.policy.output import Shown
from hiscomply.policy.related import RelatedPlan
from hiscomply.policy.scope import Table
from hiscomply.policy.typed import Typed, quote, text_literal

if TYPE_CHECKING:
    from hiscomply.policy.draft import SubjectSource

PROVENANCE = ("_source", "_line", "_column", "_pointer", "_collection", "_observed_at")
_NO_PROVENANCE = ", ".join(
    f"CAST(NULL AS {type_}) AS {name}"
    for name, type_ in zip(
        PROVENANCE, ("VARCHAR", "INTEGER", "INTEGER", "VARCHAR", "VARCHAR", "TIMESTAMP"), strict=True
    )
)
_OF_RELATED = re.compile(r'"((?:rel|total|unplaced)_[a-z0-9_]+)"\."?([A-Za-z0-9_]+)"?')


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
