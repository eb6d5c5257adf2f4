"""A duty that is done again and again: the condition it stands for, and what messages may say of it."""

from __future__ import annotations

from hiscomply.kinds import FieldType
from hiscomply.policy.document import RelatedDocument
from hiscomply.policy.draft import Draft
from hiscomply.policy.scope import BUILT_IN, Scope
from hiscomply.policy.typed import Typed, quote


def periodic_as_related(draft: Draft) -> RelatedDocument:
    """The records that prove the duty done, as a related set."""
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


def periodic_condition(draft: Draft, scope: Scope) -> tuple[str, dict[str, Typed]]:
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
