"""The page of evidence kinds, from their schemas."""

from __future__ import annotations

from collections.abc import Mapping

from hiscomply.kinds import Field, Kind
from hiscomply.reference_docs.text import page, table


def evidence_page(kinds: Mapping[str, Kind]) -> str:
    """Every kind with its fields."""
    index = table(
        ("kind", "中文", "English", "key", "fresh for"),
        [
            (f"[`{name}`](#{name})", kind.title.zh, kind.title.en, ", ".join(kind.key), _age(kind))
            for name, kind in sorted(kinds.items())
        ],
    )
    return page("Evidence / 证据", index, *(_kind(kind) for _, kind in sorted(kinds.items())))


def _age(kind: Kind) -> str:
    seconds = int(kind.fresh.total_seconds())
    return f"{seconds // 86400} days" if seconds >= 86400 else f"{seconds // 60} minutes"


def _kind(kind: Kind) -> str:
    fields = table(
        ("field", "type", "中文", "English", "notes"),
        [
            (f"`{one.name}`", one.type.value, one.title.zh, one.title.en, _notes(kind, one))
            for one in kind.fields.values()
        ],
    )
    return f"## {kind.name}\n\n{kind.description.zh}\n\n{kind.description.en}\n\n{fields}"


def _notes(kind: Kind, field: Field) -> str:
    notes = []
    if field.name in kind.key:
        notes.append("key / 主键")
    if field.unit:
        notes.append(field.unit)
    if field.enum:
        notes.append(", ".join(field.enum))
    if field.is_past:
        notes.append("cannot lie in the future / 不能晚于审计时点")
    if field.none_means:
        notes.append(f"none: {field.none_means.en} / 空:{field.none_means.zh}")
    if field.is_personal:
        notes.append("personal / 涉及个人")
    return "; ".join(notes)
