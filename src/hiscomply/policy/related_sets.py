"""Related records of a check: how they join their subject, which belong, and when some may be hidden."""

from __future__ import annotations

from hiscomply.compiled import Only
from hiscomply.errors import nearest
from hiscomply.kinds import Field, FieldType
from hiscomply.policy.document import RelatedDocument
from hiscomply.policy.draft import Draft
from hiscomply.policy.only import only_values
from hiscomply.policy.related import RelatedPlan
from hiscomply.policy.scope import Scope, Table
from hiscomply.policy.typed import Typed, quote
from hiscomply.yaml_source import Path_


def related_set(
    draft: Draft,
    alias: str,
    document: RelatedDocument,
    path: Path_,
    subject: Table,
    subject_key: list[str],
) -> tuple[RelatedPlan, Table]:
    """How the records of a related set join their subject and which of them belong, with the table of their fields.

    Raises:
        PolicyError: an unknown kind or field, types that do not fit, or a name that is taken.
    """
    kind = draft.kind(document.from_, (*path, "from" if path[1] == "related" else "done"))
    if alias in subject.fields or alias in draft.parameters:
        raise draft.error(path, f"the name {alias!r} is already taken / 名称已被占用")
    table = Table(alias, "r", kind.fields)
    pairs, hidden = [], []
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
    join = " AND ".join(pairs) or "TRUE"
    counted = draft.counted.setdefault((kind.name, join), alias) if document.total else alias
    hidden.insert(0, _hidden(draft, alias, counted, document, path, subject))
    scope = Scope(table, Table(subject.name, "s", subject.fields, subject.reads), {}, draft.parameters)
    member = "TRUE"
    only: Only = {}
    if document.where is not None:
        member = draft.translate(document.where, (*path, "where"), scope).sql
        only = only_values(draft.parsed(document.where, (*path, "where")), kind.fields)
    unplaced = [_not_known("r", kind.fields[name]) for name in document.match if name not in kind.key]
    if unplaced:
        hidden.append(f"coalesce({quote('unplaced_' + alias)}.n, 0) > 0")
    plan = RelatedPlan(
        alias=alias,
        kind=kind.name,
        join=join,
        member=member,
        gap=" OR ".join(hidden),
        unplaced=tuple(
            (f"r.{quote(theirs)}", ours_sql, _not_known("r", kind.fields[theirs]))
            for theirs, ours_sql in placed.items()
        ),
        may_be_empty=document.may_be_empty,
        only=only,
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


def _hidden(
    draft: Draft, alias: str, counted: str, document: RelatedDocument, path: Path_, subject: Table
) -> str:
    """SQL: records of the set may be hidden. The subject itself may say how many it has.

    Args:
        counted: the first set with the same records, which are counted once.
    """
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
    return f"coalesce({quote('total_' + counted)}.n, 0) <> coalesce({total}, -1)"


def _not_known(alias: str, known: Field) -> str:
    """SQL: the field is not known (an explicit none is known)."""
    column = f"{alias}.{quote(known.name)}"
    if known.none_means is None:
        return f"{column} IS NULL"
    return f"({column} IS NULL AND coalesce(list_contains({alias}._missing, '{known.name}'), FALSE))"
