"""Markdown, as plain as it gets."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from hiscomply.model import Text

NOTE = "<!-- Made by `python -m hiscomply.reference_docs docs/reference`; do not edit. -->\n"


def page(title: Text, *parts: str) -> str:
    """A page with its title in both languages, its parts separated by blank lines."""
    return "\n\n".join([f"{NOTE}\n# {both(title)}", *(part.rstrip("\n") for part in parts)]) + "\n"


def table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table; bars and line breaks in cells are escaped."""
    lines = [_row(header), _row(["---"] * len(header)), *(_row([cell(one) for one in row]) for row in rows)]
    return "\n".join(lines)


def both(text: Text) -> str:
    """Chinese, then English; once if they are the same."""
    return text.zh if text.zh == text.en else f"{text.zh} · {text.en}"


def cell(text: str) -> str:
    """Text that cannot end its cell."""
    return " ".join(text.split()).replace("|", "\\|")


def code(text: str) -> str:
    """Text as code, or nothing."""
    return f"`{text}`" if text else ""


def _row(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cells) + " |"
