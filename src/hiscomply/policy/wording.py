"""What a policy says of itself: the names in its messages, and its condition for people."""

from __future__ import annotations

import re

from hiscomply.errors import nearest
from hiscomply.policy.document import PolicyDocument
from hiscomply.policy.draft import Draft
from hiscomply.policy.scope import Table

_MESSAGE_NAME = re.compile(r"\{([a-z][a-z0-9_]*)\}")


def named_fields(draft: Draft, subject: Table) -> list[str]:
    """Fields of the subject that a message shows."""
    texts = draft.document.message.zh + draft.document.message.en
    return [name for name in _MESSAGE_NAME.findall(texts) if name in subject.fields]


def is_named(draft: Draft, name: str) -> bool:
    """Whether a message shows this value."""
    return f"{{{name}}}" in draft.document.message.zh + draft.document.message.en


def check_message(draft: Draft, known: frozenset[str]) -> None:
    """Looks at every name in the messages.

    Raises:
        PolicyError: a message names something unknown.
    """
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


def condition_text(document: PolicyDocument) -> str:
    """The check as its author wrote it, compactly, for people."""
    check, parts = document.check, []
    if check.setting is not None:
        software, key = (
            one if isinstance(one, str) else " | ".join(one)
            for one in (check.setting.software, check.setting.key)
        )
        parts.append(f"setting {software}: {key}" + (" (optional)" if check.setting.optional else ""))
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
