"""Columns of a terminal, where a Chinese character takes two."""

from __future__ import annotations


def padded(text: str, width: int) -> str:
    """The text, filled with spaces to so many columns."""
    from rich.cells import cell_len

    return text + " " * (width - cell_len(text))
