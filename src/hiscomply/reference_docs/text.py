"""Markdown that no content can break out of."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

NOTICE = "<!-- made by `python -m hiscomply.reference_docs`; do not edit / 自动生成,请勿修改 -->\n"


def cell(value: object) -> str:
    """A value as the content of a table cell."""
    text = "" if value is None else str(value)
    return text.replace("&", "&amp;").replace("<", "&lt;").replace("|", "\\|").replace("\n", " ").strip()


def table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """A table."""
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    lines += ["| " + " | ".join(cell(value) for value in row) + " |" for row in rows]
    return "\n".join(lines) + "\n"


def page(title: str, *parts: str) -> str:
    """A page with its notice."""
    return "\n".join([f"# {title}\n", NOTICE, *parts]).rstrip() + "\n"
