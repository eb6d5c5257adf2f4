"""One policy document to one checked query.

The query is built in three layers: ``s`` the subjects with their condition, ``rel_<alias>`` what related
records add up to, and ``j`` the judged rows; ``output`` turns those into verdict rows.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

from sqlglot import exp

from hiscomply.compiled import EACH_TOPIC, CompiledPolicy, GapFlag, Only
from hiscomply.errors import nearest
from hiscomply.kinds import Field, FieldType, Kind, parse_duration
from hiscomply.model import Text
from hiscomply.policy.declared import parameter_spec
from hiscomply.policy.document import CheckDocument, PolicyDocument, RelatedDocument
from hiscomply.policy.draft import Draft, Query, SubjectSource
from hiscomply.policy.free_sql import compile_free_sql
from hiscomply.policy.in_sqlite import in_sqlite
from hiscomply.policy.judged import concerned_rows, judged_rows
from hiscomply.policy.only import is_all_said, only_values
from hiscomply.policy.output import Shown, rate_output, row_output
from hiscomply.policy.periodic import periodic_as_related, periodic_condition
from hiscomply.policy.related import RelatedPlan
from hiscomply.policy.related_sets import related_set
from hiscomply.policy.scope import NamedValues, Scope, Table, subject_table
from hiscomply.policy.setting_form import written_out
from hiscomply.policy.typed import Typed, quote
from hiscomply.policy.wording import check_message, condition_text, is_named, named_fields
from hiscomply.yaml_source import Path_, YamlDocument

_PLACEHOLDER = re.compile(r"\$([a-z_][a-z0-9_]*)")
_WORD = re.compile(r"\w+")
_RATE_NAMES = ("n", "met", "share_met", "examples")
_FORMAT = "format"
_VALUE = Text(zh="取值", en="Value")


def compile_policy(
    document: PolicyDocument,
    yaml: YamlDocument,
    kinds: Mapping[str, Kind],
    digest: str,
    trees: Mapping[Path_, exp.Expr] | None = None,
) -> CompiledPolicy:
    """The document as a checked query.

    Args:
        trees: conditions that are parsed already, by path. Given for a mutant of a policy only, which may
            leave a parameter or a related set unused.

    Raises:
        PolicyError: unknown kind, field, function, parameter or key; a type that does not fit; an
            unused parameter or related set; a message that names something unknown.
    """
    draft = Draft(document, yaml, kinds, trees or {}, is_trial=trees is not None)
    if document.check.setting is not None:
        draft.document, draft.trees, draft.written_at = written_out(draft)
    draft.parameters = {name: parameter_spec(draft, name, one) for name, one in document.parameters.items()}
    query = compile_free_sql(draft) if document.check.sql is not None else _compile_check(draft)
    if not draft.is_trial:
        _check_everything_used(draft)
        check_message(draft, query.names)
    sql = query.concerned + query.judged + query.output
    compiled = CompiledPolicy(
        id=document.id,
        clauses=tuple(document.clauses),
        checks=tuple(document.checks),
        title=_text(document.title),
        severity=document.severity,
        message=_text(document.message),
        remediation=_text(document.remediation),
        rationale=_text(document.rationale) if document.rationale else Text("", ""),
        condition=condition_text(document),
        parameters=tuple(draft.parameters.values()),
        subject_kind=query.subject_kind,
        kinds=query.kinds,
        fresh={kind: _freshness(draft, kind, one.fresh) for kind, one in sorted(document.evidence.items())},
        gaps=query.gaps,
        concerned=query.concerned,
        judged=query.judged,
        output=query.output,
        is_materialised=query.is_materialised,
        placeholders=tuple(sorted(set(_PLACEHOLDER.findall(sql)))),
        file=yaml.name,
        digest=digest,
        applies_to=_topics(draft, query),
        may_be_empty=draft.document.check.may_be_empty,
        formats=_formats(draft, query),
        only=query.only,
        only_related=query.only_related,
    )
    if draft.is_trial:
        return compiled
    small = in_sqlite(compiled.query)
    reads = {name for kind in query.kinds for name in kinds[kind].columns()}
    if document.check.sql is None:  # whose author may say *, or write a name in capitals
        reads &= set(_WORD.findall(small))
    return replace(compiled, small=small, reads=tuple(sorted(reads)))


def _formats(draft: Draft, query: Query) -> tuple[str, ...]:
    """The formats of settings that the condition ``where`` is limited to, if it is."""
    if draft.document.check.each != "setting" or draft.is_trial:
        return ()
    return tuple(map(str, query.only.get(_FORMAT, ())))


def _topics(draft: Draft, query: Query) -> tuple[str, ...]:
    """What a signed statement may declare absent; ``each`` is for a list, topics are for records."""
    topics, is_list = draft.document.applies_to, draft.document.check.each in draft.parameters
    if topics == "each":
        if not is_list:
            raise draft.error(("applies_to",), "applies_to: each needs a list / 仅用于列表参数")
        return (EACH_TOPIC,)
    if topics and not query.subject_kind:
        raise draft.error(("applies_to",), "topics are for policies on records / 主题仅用于逐条记录的策略")
    return tuple(topics)


# -------------------------------------------------------------------- each, related, periodic, rate


def _compile_check(draft: Draft) -> Query:
    check = draft.document.check
    if check.each is None:
        raise draft.error(("check",), "say what is judged: each / 缺少 each")
    if (check.assert_ is None) == (check.periodic is None):
        raise draft.error(("check",), "give either assert or periodic / assert 与 periodic 必须且只能有一个")
    subject, key, source = _subject(draft, check.each)
    scope = Scope(subject, None, {}, draft.parameters)
    is_late = _names_a_related_set(check)
    where, only, concerned = _where(draft, subject, source, scope) if not is_late else ("TRUE", {}, "")
    condition_reads = dict(subject.reads)

    documents: dict[str, tuple[RelatedDocument, Path_]] = {
        alias: (one, ("check", "related", alias)) for alias, one in check.related.items()
    }
    if check.periodic is not None:
        documents["done"] = (periodic_as_related(draft), ("check", "periodic"))
    plans = {
        alias: related_set(draft, alias, one, path, subject, key) for alias, (one, path) in documents.items()
    }
    scope = Scope(subject, None, plans, draft.parameters)
    scope.named = _named_values(draft, scope)
    late = draft.translate(check.where, ("check", "where"), scope).sql if is_late else "s._w"
    if check.periodic is not None:
        asserted, extra = periodic_condition(draft, scope)
    else:
        asserted, extra = draft.translate(check.assert_, ("check", "assert"), scope).sql, {}
    condition_reads.update(subject.reads)
    used_aliases = {alias for alias, (plan, _) in plans.items() if plan.columns}
    needed = dict(scope.named.made)
    for name in check.values:
        scope.named.read(name)
    extra = {**scope.named.made, **extra}
    for alias in plans:
        if alias not in used_aliases and alias != check.locate and not draft.is_trial:
            raise draft.error(
                ("check", "related", alias), f"related set {alias!r} is never used / 该 related 集合未被使用"
            )
    if not condition_reads and not plans and not draft.is_trial:
        raise draft.error(("check", "assert"), "the condition reads no evidence / 条件未读取任何证据")

    per = _per_fields(draft, subject)
    for name in (*key, *per, *named_fields(draft, subject)):
        if name in subject.fields:
            extra.setdefault(name, subject.read(name))
    for name in condition_reads:
        extra.setdefault(name, subject.read(name))
    for name, call in draft.keyed_calls.items():
        if is_named(draft, name) and not _reads_related_row(call):
            extra.setdefault(name, call)
    locate = _locate(draft, plans)
    shown = Shown(
        key=tuple(key),
        values={name: one for name, one in extra.items() if name in per} if draft.is_trial else extra,
        missing=tuple(name for name in condition_reads),
        per=per,
        named=needed,
    )
    is_topic = draft.document.applies_to == "each" and check.each in draft.parameters
    judged = judged_rows(
        subject,
        source,
        where,
        late,
        asserted,
        plans,
        shown,
        locate,
        is_topic=is_topic,
        is_bare=draft.is_trial,
    )
    gaps = tuple(
        GapFlag(f"gap_{alias}", plan.kind, plan.may_be_empty, draft.kinds[plan.kind].is_whole_list)
        for alias, (plan, _) in sorted(plans.items())
    )
    kinds = tuple(dict.fromkeys([*([subject.name] if source.is_kind else []), *(gap.kind for gap in gaps)]))
    if check.rate is not None:
        output, rate_gaps = rate_output(draft, shown, source.is_kind)
        names = {*extra, *_RATE_NAMES, *per}
        gaps += rate_gaps
    else:
        output, names = row_output(shown, is_bare=draft.is_trial), {*extra}
    return Query(
        subject_kind=subject.name if source.is_kind else "",
        kinds=kinds,
        gaps=gaps,
        concerned=concerned,
        only=only,
        judged=judged,
        output=output,
        is_materialised=bool(plans) or check.rate is not None,
        names=frozenset(names),
        only_related={alias: (plan.kind, plan.only) for alias, (plan, _) in plans.items() if plan.only},
    )


def _where(draft: Draft, subject: Table, source: SubjectSource, scope: Scope) -> tuple[str, Only, str]:
    """The condition as SQL, the values that it limits subjects to, and the question whether it concerns any."""
    where, path = draft.document.check.where, ("check", "where")
    if where is None:
        return "TRUE", {}, ""
    sql = draft.translate(where, path, scope).sql
    if not source.is_kind or isinstance(where, bool):
        return sql, {}, ""
    tree = draft.parsed(where, path)
    only = only_values(tree, subject.fields)
    return sql, only, "" if is_all_said(tree, only) else concerned_rows(subject, source, sql)


def _named_values(draft: Draft, scope: Scope) -> NamedValues:
    """The check's ``values``: for messages, and for conditions to name."""
    texts = draft.document.check.values
    return NamedValues(
        texts,
        translate=lambda name: draft.translate(
            texts[name], ("check", "values", name), scope, is_condition=False
        ),
        circle=lambda name: draft.error(
            ("check", "values", name),
            f"the value {name!r} needs itself, directly or by way of another / 循环引用",
        ),
    )


def _subject(draft: Draft, each: str) -> tuple[Table, list[str], SubjectSource]:
    if each == "institution":
        return Table("institution", "s", {}), [], SubjectSource("(SELECT 1 AS _one)", False)
    spec = draft.parameters.get(each)
    if spec is not None:
        if spec.type != "list" or spec.keys:
            raise draft.error(("check", "each"), f"{each} is not a list / 该参数不是列表")
        draft.used[each] = None
        value = Field("value", FieldType.TEXT, _VALUE, False, None, False, False, None, (), False)
        return (
            Table(each, "s", {"value": value}),
            ["value"],
            SubjectSource(f"(SELECT unnest(CAST($p_{each} AS VARCHAR[])) AS value)", False),
        )
    kind = draft.kind(each, ("check", "each"))
    return subject_table(kind), list(kind.key), SubjectSource(f"ev.{quote(kind.name)}", True)


def _names_a_related_set(check: CheckDocument) -> bool:
    """Whether ``where`` reads related records, so that it can be judged only once they are joined."""
    words = set(re.findall(r"[a-z][a-z0-9_]*", check.where if isinstance(check.where, str) else ""))
    return bool(words & {*check.related, *check.values})


def _per_fields(draft: Draft, subject: Table) -> tuple[str, ...]:
    rate = draft.document.check.rate
    if rate is None:
        return ()
    if (rate.at_least is None) == (rate.at_most is None):
        raise draft.error(
            ("check", "rate"), "give either at_least or at_most / at_least 与 at_most 必须且只能有一个"
        )
    for name in rate.per:
        if name not in subject.fields:
            raise draft.error(
                ("check", "rate", "per"),
                f"unknown field {name!r} / 未知的字段",
                nearest(name, subject.fields),
            )
    return tuple(rate.per)


def _locate(draft: Draft, plans: Mapping[str, tuple[RelatedPlan, Table]]) -> str | None:
    alias = draft.document.check.locate
    if alias is not None and alias not in plans:
        raise draft.error(
            ("check", "locate"),
            f"there is no related set {alias!r} / 没有该 related 集合",
            nearest(alias, plans),
        )
    return alias


def _reads_related_row(call: Typed) -> bool:
    """A keyed parameter used inside a related set has no single value for the subject."""
    return re.search(r"\br\.", call.sql) is not None


def _check_everything_used(draft: Draft) -> None:
    for name in draft.parameters:
        if name not in draft.used:
            raise draft.error(("parameters", name), f"parameter {name!r} is never used / 参数未被使用")


def _freshness(draft: Draft, kind: str, text: str) -> timedelta:
    known = draft.kind(kind, ("evidence", kind))
    fresh = parse_duration(text)
    if fresh is None or fresh > known.fresh:
        raise draft.error(
            ("evidence", kind, "fresh"),
            f"freshness must be a duration of at most {known.fresh.days} days / 时效不能宽于证据类型的规定",
        )
    return fresh


def _text(document: Any) -> Text:
    return Text(zh=document.zh, en=document.en)
