"""Pages and tables of Markdown."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from hiscomply.model import Text
from hiscomply.reference_docs.text import Markup, escape

NOTE = "<!-- Made by `python -m hiscomply.reference_docs docs/reference`; do not edit. -->\n"


def page(title: Text, *parts: str) -> str:
    """A page with its title in both languages, its parts separated by blank lines."""
    return "\n\n".join([f"{NOTE}\n# {both(title)}", *(part.rstrip("\n") for part in parts)]) + "\n"


def table(header: Sequence[str], rows: Iterable[Sequence[object]]) -> Markup:
    """A table; cells that are not ``Markup`` are escaped."""
    lines = [_row(header), _row(["---"] * len(header)), *(_row([escape(one) for one in row]) for row in rows)]
    return Markup("\n".join(lines))


def both(text: Text) -> str:
    """Chinese, then English; once if they are the same."""
    return text.zh if text.zh == text.en else f"{text.zh} · {text.en}"


def _row(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cells) + " |"
