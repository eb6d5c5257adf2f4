"""``evidence.md``: every kind of evidence, from its schema."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import timedelta

from hiscomply.kinds import Field, Kind
from hiscomply.model import Text
from hiscomply.reference_docs.tables import both, page, table
from hiscomply.reference_docs.text import Markup, code, codes, escape, paragraph

_TITLE = Text("证据类型", "Evidence kinds")
_INTRO = """\
One table per kind. A field that is left out is *not known*; an explicit `null` is allowed only where a meaning of *none* is given.
字段不写表示“不知道”;只有注明“无”之含义的字段可以写 `null`。

*key*: part of the natural key 主键 · *past*: a time after the audit is treated as not known 不得晚于评估时点 · *personal*: names a
person 涉及个人 · *free text*: typed by people 人工填写."""


def kinds_page(kinds: Mapping[str, Kind]) -> str:
    """The whole page."""
    named = [kinds[name] for name in sorted(kinds)]
    overview = table(
        ("kind", "类型", "", "key", "fresh"),
        (
            (
                Markup(f"[`{kind.name}`](#{kind.name})"),
                kind.title.zh,
                kind.title.en,
                codes(kind.key),
                span(kind.fresh),
            )
            for kind in named
        ),
    )
    return page(_TITLE, _INTRO, overview, *(part for kind in named for part in _kind(kind)))


def _kind(kind: Kind) -> Iterator[str]:
    yield f"## {kind.name}"
    yield (
        f"**{escape(both(kind.title))}**\n\n{paragraph(kind.description.zh)}\n\n{paragraph(kind.description.en)}\n\n"
        f"key 主键: {codes(kind.key)} · fresh for 有效期: {span(kind.fresh)}"
    )
    yield table(
        ("field", "type", "字段", "", "values", "none / 无", "notes"),
        (_field(one, kind) for one in kind.fields.values()),
    )


def _field(field: Field, kind: Kind) -> tuple[object, ...]:
    notes = {
        "key": field.name in kind.key,
        "past": field.is_past,
        "personal": field.is_personal,
        "free text": field.is_free_text,
    }
    kind_of_value = f"{field.type.value} ({field.unit})" if field.unit else field.type.value
    return (
        code(field.name),
        kind_of_value,
        field.title.zh,
        field.title.en,
        codes(field.enum),
        both(field.none_means) if field.none_means else "",
        ", ".join(note for note, is_set in notes.items() if is_set),
    )


def span(duration: timedelta) -> str:
    """A freshness in the largest unit that divides it."""
    seconds = int(duration.total_seconds())
    for unit, size in (("day", 86400), ("hour", 3600), ("minute", 60)):
        if seconds % size == 0:
            count = seconds // size
            return f"{count} {unit}{'s' if count != 1 else ''}"
    return f"{seconds} seconds"
