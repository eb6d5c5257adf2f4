"""One policy document to one checked query.

The query is built in three layers: ``s`` the subjects with their condition, ``rel_<alias>`` what related
records add up to, and ``j`` the judged rows; ``output`` turns those into verdict rows.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from sqlglot import exp

from hiscomply.compiled import CompiledPolicy, GapFlag
from hiscomply.errors import nearest
from hiscomply.kinds import Field, FieldType, Kind, parse_duration
from hiscomply.model import Source, Text
from hiscomply.parameters import PROFILES, ParameterSpec, bindings, keyed_rows
from hiscomply.policy.document import CheckDocument, ParameterDocument, PolicyDocument, RelatedDocument
from hiscomply.policy.draft import Draft, Query, SubjectSource
from hiscomply.policy.expression import is_plain_word
from hiscomply.policy.free_sql import compile_free_sql
from hiscomply.policy.output import Shown, concerned_rows, judged_rows, rate_output, row_output
from hiscomply.policy.related import RelatedPlan
from hiscomply.policy.scope import BUILT_IN, NamedValues, Scope, Table, subject_table
from hiscomply.policy.typed import Typed, quote
from hiscomply.yaml_source import Path_, YamlDocument

_PLACEHOLDER = re.compile(r"\$([a-z_][a-z0-9_]*)")
_MESSAGE_NAME = re.compile(r"\{([a-z][a-z0-9_]*)\}")
_RATE_NAMES = ("n", "met", "share_met", "examples")
_KEY_TYPES: Mapping[str, type] = {"integer": int, "text": str, "boolean": bool}
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
    draft.parameters = {name: _parameter_spec(draft, name, one) for name, one in document.parameters.items()}
    query = compile_free_sql(draft) if document.check.sql is not None else _compile_check(draft)
    if not draft.is_trial:
        _check_everything_used(draft)
        _check_message(draft, query.names)
    sql = query.concerned + query.judged + query.output
    return CompiledPolicy(
        id=document.id,
        clauses=tuple(document.clauses),
        checks=tuple(document.checks),
        title=_text(document.title),
        severity=document.severity,
        message=_text(document.message),
        remediation=_text(document.remediation),
        rationale=_text(document.rationale) if document.rationale else Text("", ""),
        condition=_condition_text(document),
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
    )


# -------------------------------------------------------------------- parameters


def _parameter_spec(draft: Draft, name: str, document: ParameterDocument) -> ParameterSpec:
    path: Path_ = ("parameters", name)
    if not is_plain_word(name):
        raise draft.error(
            path, f"{name!r} is a word of SQL, choose another name / 该名称是 SQL 关键字,请换一个名称"
        )
    defaults = _by_profile(document.default)
    if "tertiary" not in defaults:
        raise draft.error(
            (*path, "default"), "a default for the profile tertiary is missing / 缺少 tertiary 默认值"
        )
    if document.type in ("duration", "number", "integer", "percent") and document.tighter is None:
        raise draft.error(path, "say which direction asks more: tighter: lower or higher / 请注明 tighter")
    spec = ParameterSpec(
        name=name,
        type=document.type,
        keys=tuple(document.key),
        defaults=defaults,
        minimum=document.min,
        maximum=document.max,
        tighter=document.tighter,
        source=Source(document.source.id, document.source.ref, document.source.strength),
        title=_text(document.title) if document.title else None,
        place=str(draft.yaml.place(path)),
    )
    for profile in defaults:
        try:
            _check_keys(spec, defaults[profile])
            bindings(spec, defaults[profile])
        except ValueError as error:
            raise draft.error((*path, "default", profile), f"{error} / 默认值不正确") from error
    return spec


def _check_keys(spec: ParameterSpec, written: Any) -> None:
    for key in keyed_rows(written) if spec.keys else ():
        if [type(part) for part in key] != [_KEY_TYPES[type_] for type_ in spec.keys]:
            raise ValueError(f"the key {'/'.join(map(str, key))} is not of the types {', '.join(spec.keys)}")


def _by_profile(default: Any) -> dict[str, Any]:
    if isinstance(default, dict) and default and set(default) <= set(PROFILES):
        return dict(default)
    return {"tertiary": default}


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
    where = "TRUE"
    if check.where is not None and not is_late:
        where = draft.translate(check.where, ("check", "where"), scope).sql
    condition_reads = dict(subject.reads)

    documents: dict[str, tuple[RelatedDocument, Path_]] = {
        alias: (one, ("check", "related", alias)) for alias, one in check.related.items()
    }
    if check.periodic is not None:
        documents["done"] = (_periodic_as_related(draft), ("check", "periodic"))
    plans = {
        alias: _related(draft, alias, one, path, subject, key) for alias, (one, path) in documents.items()
    }
    scope = Scope(subject, None, plans, draft.parameters)
    scope.named = _named_values(draft, scope)
    late = draft.translate(check.where, ("check", "where"), scope).sql if is_late else "s._w"
    if check.periodic is not None:
        asserted, extra = _periodic(draft, scope)
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
    for name in (*key, *per, *_named_fields(draft, subject)):
        if name in subject.fields:
            extra.setdefault(name, subject.read(name))
    for name in condition_reads:
        extra.setdefault(name, subject.read(name))
    for name, call in draft.keyed_calls.items():
        if _is_named(draft, name) and not _reads_related_row(call):
            extra.setdefault(name, call)
    locate = _locate(draft, plans)
    shown = Shown(
        key=tuple(key),
        values={name: one for name, one in extra.items() if name in per} if draft.is_trial else extra,
        missing=tuple(name for name in condition_reads),
        per=per,
        named=needed,
    )
    judged = judged_rows(subject, source, where, late, asserted, plans, shown, locate, is_bare=draft.is_trial)
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
        concerned=concerned_rows(subject, source, where) if source.is_kind and where != "TRUE" else "",
        judged=judged,
        output=output,
        is_materialised=bool(plans) or check.rate is not None,
        names=frozenset(names),
    )


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


def _related(
    draft: Draft,
    alias: str,
    document: RelatedDocument,
    path: Path_,
    subject: Table,
    subject_key: list[str],
) -> tuple[RelatedPlan, Table]:
    kind = draft.kind(document.from_, (*path, "from" if path[1] == "related" else "done"))
    if alias in subject.fields or alias in draft.parameters:
        raise draft.error(path, f"the name {alias!r} is already taken / 名称已被占用")
    table = Table(alias, "r", kind.fields)
    pairs, hidden = [], [_hidden(draft, alias, document, path, subject)]
    placed: dict[str, str] = {}
    for theirs, ours in document.match.items():
        left, (right, reads) = _theirs(draft, theirs, path, table), _ours(draft, theirs, ours, path, subject)
        if left.type is not right.type:
            raise draft.error(
                (*path, "match", theirs), "the two fields have different types / 字段类型不一致"
            )
        pairs.append(f"{left.sql} = {right.sql}")
        placed[theirs] = right.sql
        hidden += [_not_known("s", subject.fields[name]) for name in reads if name not in subject_key]
    scope = Scope(table, Table(subject.name, "s", subject.fields, subject.reads), {}, draft.parameters)
    member = "TRUE"
    if document.where is not None:
        member = draft.translate(document.where, (*path, "where"), scope).sql
    unplaced = [_not_known("r", kind.fields[name]) for name in document.match if name not in kind.key]
    if unplaced:
        hidden.append(f"coalesce({quote('unplaced_' + alias)}.n, 0) > 0")
    plan = RelatedPlan(
        alias=alias,
        kind=kind.name,
        join=" AND ".join(pairs) or "TRUE",
        member=member,
        gap=" OR ".join(hidden),
        unplaced=tuple(
            (f"r.{quote(theirs)}", ours_sql, _not_known("r", kind.fields[theirs]))
            for theirs, ours_sql in placed.items()
        ),
        may_be_empty=document.may_be_empty,
    )
    return plan, table


def _theirs(draft: Draft, name: str, path: Path_, table: Table) -> Typed:
    """The related record's side of a match: one of its fields."""
    if name not in table.fields:
        raise draft.error(
            (*path, "match", name), f"its field {name!r} is unknown / 未知的字段", nearest(name, table.fields)
        )
    return table.read(name)


def _ours(draft: Draft, theirs: str, ours: str, path: Path_, subject: Table) -> tuple[Typed, list[str]]:
    """The subject's side of a match, and the fields that it reads: a field, or an expression over fields."""
    place = (*path, "match", theirs)
    if ours in subject.fields:
        return subject.read(ours), [ours]
    if ours.isidentifier():
        raise draft.error(
            place, f"the subject's field {ours!r} is unknown / 未知的字段", nearest(ours, subject.fields)
        )
    own = Table(subject.name, subject.alias, subject.fields)
    typed = draft.translate(ours, place, Scope(own, None, {}, draft.parameters), is_condition=False)
    if not own.reads:
        raise draft.error(place, "a match reads a field of the subject / 匹配须读取主体的字段")
    subject.reads.update(own.reads)
    return typed, list(own.reads)


def _hidden(draft: Draft, alias: str, document: RelatedDocument, path: Path_, subject: Table) -> str:
    """SQL: records of the set may be hidden. The subject itself may say how many it has."""
    if document.total is None:
        return f"$gap_{alias}"
    known = subject.fields.get(document.total)
    if known is None or known.type is not FieldType.INTEGER:
        raise draft.error(
            (*path, "total"),
            f"{document.total!r} is no whole number of the subject / 不是主体的整数字段",
            nearest(document.total, subject.fields),
        )
    total = subject.read(document.total).sql
    return f"coalesce({quote('total_' + alias)}.n, 0) <> coalesce({total}, -1)"


def _names_a_related_set(check: CheckDocument) -> bool:
    """Whether ``where`` reads related records, so that it can be judged only once they are joined."""
    words = set(re.findall(r"[a-z][a-z0-9_]*", check.where if isinstance(check.where, str) else ""))
    return bool(words & {*check.related, *check.values})


def _not_known(alias: str, known: Field) -> str:
    """SQL: the field is not known (an explicit none is known)."""
    column = f"{alias}.{quote(known.name)}"
    if known.none_means is None:
        return f"{column} IS NULL"
    return f"({column} IS NULL AND coalesce(list_contains({alias}._missing, '{known.name}'), FALSE))"


def _periodic_as_related(draft: Draft) -> RelatedDocument:
    periodic = draft.document.check.periodic
    assert periodic is not None
    return RelatedDocument.model_validate(
        {
            "from": periodic.done,
            "match": periodic.match,
            "where": periodic.where,
            "may_be_empty": periodic.may_be_empty,
        }
    )


def _periodic(draft: Draft, scope: Scope) -> tuple[str, dict[str, Typed]]:
    """The condition of a periodic duty, and what messages may say of it."""
    periodic = draft.document.check.periodic
    assert periodic is not None
    kind = draft.kinds[periodic.done]
    at = kind.fields.get(periodic.at)
    if at is None or at.type not in (FieldType.TIMESTAMP, FieldType.DATE):
        times = [
            name for name, one in kind.fields.items() if one.type in (FieldType.TIMESTAMP, FieldType.DATE)
        ]
        raise draft.error(
            ("check", "periodic", "at"),
            f"{periodic.at!r} is no time of {kind.name} / 不是该类型的时间字段",
            "known / 可用: " + ", ".join(times),
        )
    if not at.is_past:
        raise draft.error(
            ("check", "periodic", "at"),
            f"{periodic.at!r} may lie in the future, which proves nothing done / 该时间可在将来,不能证明已完成",
            "its schema must say x-past / 其模式须标注 x-past",
        )
    every = _duration(draft, "every", periodic.every, scope)
    if periodic.grace is not None:
        _duration(draft, "grace", periodic.grace, scope)
    now = "as_of" if at.type is FieldType.TIMESTAMP else "today"
    allowed = periodic.every + (f" + {periodic.grace}" if periodic.grace else "")
    condition = draft.translate(
        f"count(done) >= 1 and max(done.{periodic.at}) >= {now} - ({allowed})",
        ("check", "periodic", "every"),
        scope,
    )
    reference = f"rel_done.{quote(f'max_sure_{periodic.at}')}"
    due, moment = f"({reference} + {every.sql})", BUILT_IN[now].sql
    extra = {
        "last_done": Typed(reference, at.type),
        "next_due": Typed(f"CAST({due} AS {'DATE' if now == 'today' else 'TIMESTAMP'})", at.type),
        "days_overdue": Typed(
            f"(CASE WHEN {due} < {moment} THEN date_diff('day', {due}, {moment}) "
            f"WHEN {due} IS NOT NULL THEN 0 END)",
            FieldType.INTEGER,
        ),
    }
    return condition.sql, extra


def _duration(draft: Draft, name: str, text: str, scope: Scope) -> Typed:
    """``every`` or ``grace``, each an expression of its own before they are added up."""
    path = ("check", "periodic", name)
    typed = draft.translate(text, path, scope, is_condition=False)
    if typed.type is not FieldType.DURATION:
        raise draft.error(path, f"{name} is {typed.type.value}, not a duration / 该值不是时长")
    return typed


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


# -------------------------------------------------------------------- messages and left-overs


def _named_fields(draft: Draft, subject: Table) -> list[str]:
    texts = draft.document.message.zh + draft.document.message.en
    return [name for name in _MESSAGE_NAME.findall(texts) if name in subject.fields]


def _is_named(draft: Draft, name: str) -> bool:
    return f"{{{name}}}" in draft.document.message.zh + draft.document.message.en


def _reads_related_row(call: Typed) -> bool:
    """A keyed parameter used inside a related set has no single value for the subject."""
    return re.search(r"\br\.", call.sql) is not None


def _check_everything_used(draft: Draft) -> None:
    for name in draft.parameters:
        if name not in draft.used:
            raise draft.error(("parameters", name), f"parameter {name!r} is never used / 参数未被使用")


def _check_message(draft: Draft, known: frozenset[str]) -> None:
    allowed = known | set(draft.parameters) | {"as_of", "subject"}
    for language in ("zh", "en"):
        text = getattr(draft.document.message, language)
        for name in _MESSAGE_NAME.findall(text):
            if name not in allowed:
                raise draft.error(
                    ("message", language),
                    f"the message names {name!r}, which is unknown / 消息引用了未知名称",
                    nearest(name, allowed) or "known / 可用: " + ", ".join(sorted(allowed)),
                )


def _freshness(draft: Draft, kind: str, text: str) -> timedelta:
    known = draft.kind(kind, ("evidence", kind))
    fresh = parse_duration(text)
    if fresh is None or fresh > known.fresh:
        raise draft.error(
            ("evidence", kind, "fresh"),
            f"freshness must be a duration of at most {known.fresh.days} days / 时效不能宽于证据类型的规定",
        )
    return fresh


def _condition_text(document: PolicyDocument) -> str:
    """The check as its author wrote it, compactly, for people."""
    check, parts = document.check, []
    if check.each:
        parts.append(f"each {check.each}")
    if check.where is not None:
        parts.append(f"where {check.where}")
    for alias, related in check.related.items():
        match = ", ".join(f"{theirs} = {ours}" for theirs, ours in related.match.items())
        parts.append(
            f"{alias} = {related.from_}"
            + (f" on {match}" if match else "")
            + (f" where {related.where}" if related.where is not None else "")
        )
    if check.periodic is not None:
        periodic = check.periodic
        parts.append(
            f"{periodic.done}"
            + (f" where {periodic.where}" if periodic.where is not None else "")
            + f" every {periodic.every}"
            + (f" (+ {periodic.grace})" if periodic.grace else "")
        )
    if check.assert_ is not None:
        parts.append(f"assert {check.assert_}")
    if check.rate is not None:
        per = f" per {', '.join(check.rate.per)}" if check.rate.per else ""
        limit = f"at least {check.rate.at_least}" if check.rate.at_least else f"at most {check.rate.at_most}"
        parts.append(f"rate {limit}{per} (n >= {check.rate.min_population})")
    if check.sql is not None:
        parts.append(check.sql.strip())
    return "\n".join(parts)


def _text(document: Any) -> Text:
    return Text(zh=document.zh, en=document.en)
