"""A file's text with one setting changed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from hiscomply.explaining.candidates import spelled
from hiscomply.hookspecs import FileFormat, Stating

_TOKEN = re.compile(r"[^\s#;,\]}]+")
_QUOTES = "'\""


@dataclass(frozen=True, slots=True)
class Edit:
    """A text to try; ``value`` is None where a line was taken out."""

    value: str | None
    text: str


def replaced(text: str, line: int, column: int, current: str | None, wanted: list[str]) -> Iterator[Edit]:
    """The text with another value at a place, for each value; at last without the line.

    Args:
        line, column: of the present value, from 1.
        current: the present value as the program reads it, which may be written otherwise.
    """
    lines = text.split("\n")
    if line > len(lines):
        return
    start, end = _span(lines[line - 1], column - 1, current)
    written = lines[line - 1][start:end]
    if written:
        for value in dict.fromkeys(word for one in wanted for word in spelled(one, written)):
            changed = f"{lines[line - 1][:start]}{value}{lines[line - 1][end:]}"
            yield Edit(value, "\n".join([*lines[: line - 1], changed, *lines[line:]]))
    yield Edit(None, "\n".join([*lines[: line - 1], *lines[line:]]))


def _span(line: str, start: int, current: str | None) -> tuple[int, int]:
    """Where the present value begins and ends, without its quotes."""
    if start < len(line) and line[start] in _QUOTES:
        end = line.find(line[start], start + 1)
        return (start + 1, end) if end > 0 else (start, start)
    if current and line.startswith(current, start):
        return start, start + len(current)
    match = _TOKEN.match(line, start)
    return (start, match.end()) if match else (start, start)


def added(text: str, one: FileFormat | None, key: str, wanted: list[str]) -> Iterator[Edit]:
    """The text with a line that states the setting, where the format knows for sure how to write it."""
    if not isinstance(one, Stating):
        return
    for value in wanted:
        changed = one.stated(text, key, value)
        if changed is not None:
            yield Edit(value, changed)
