"""Markdown that no content can break out of.

Plain text is escaped on its way into a page; what is Markdown already says so by being ``Markup``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

_ENTITIES = {"&": "&amp;", "<": "&lt;", ">": "&gt;", "|": "&#124;"}
_ACTIVE = re.compile(r"[\\`*\[\]~$]|(?<![^\W_])_|_(?![^\W_])")
_BLOCK_START = re.compile(r"^([#+=-]|\d+(?=[.)]))")
_SPECIAL = frozenset("\\`*_[]<>&|~$!")
_NO_CODE_SPAN = re.compile(r"[`|\\]")
_FENCE = re.compile(r"`+")
_LITERAL = re.compile(r"``(.+?)``", re.S)


class Markup(str):
    """Markdown that is safe as it stands."""

    __slots__ = ()


def escape(value: object) -> Markup:
    """Plain text as one line of Markdown that shows exactly that text."""
    if isinstance(value, Markup):
        return value
    text = " ".join(str(value).split()) if value is not None else ""
    text = _ACTIVE.sub(lambda found: f"\\{found[0]}", text)
    return Markup("".join(_ENTITIES.get(one, one) for one in text))


def paragraph(value: object) -> Markup:
    """Plain text as a paragraph: nothing at its start makes it a heading or a list."""
    return Markup(_BLOCK_START.sub(lambda found: f"&#{ord(found[0][0])};{found[0][1:]}", escape(value)))


def code(value: object) -> Markup:
    """Text in code type, safe in a table cell too."""
    text = " ".join(str(value).split())
    if not text:
        return Markup("")
    if not _NO_CODE_SPAN.search(text):
        return Markup(f"`{text}`")
    # Renderers disagree on a backslash before a pipe in a code span of a table; entities mean one thing to all.
    inside = "".join(f"&#{ord(one)};" if one in _SPECIAL else one for one in text)
    return Markup(f"<code>{inside}</code>")


def codes(values: Iterable[object]) -> Markup:
    """Several pieces of code with commas between."""
    return Markup(", ".join(code(value) for value in values))


def block(value: str) -> Markup:
    """Lines as they stand, in a fence that none of them can close."""
    longest = max((len(run) for run in _FENCE.findall(value)), default=0)
    fence = "`" * max(3, longest + 1)
    return Markup(f"{fence}text\n{value.rstrip()}\n{fence}\n")


def docstring(value: str | None) -> Markup:
    """The first paragraph of a docstring, its literals as code."""
    parts = _LITERAL.split((value or "").strip().split("\n\n")[0])
    return Markup("".join(code(one) if at % 2 else escape_inside(one) for at, one in enumerate(parts)))


def escape_inside(text: str) -> str:
    """``escape`` that leaves the space to a neighbouring piece of code."""
    return f"{' ' * text[:1].isspace()}{escape(text)}{' ' * (text[-1:].isspace() and bool(text.strip()))}"
