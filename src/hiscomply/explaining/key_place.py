"""Where the key of a finding's value is written: looked for in the file, only when somebody asks (``docs/adr/0030``)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from hiscomply.explaining.model import Explanation, Line

_NAME = re.compile(r"[^.\[\]]+(?=(?:\[\d+\])*$)")
"""The last name of a key path, before the numbers of list elements."""


@dataclass(frozen=True, slots=True)
class KeyPlace:
    """Where the last name of a key is written; line and column count from 1."""

    line: int
    column: int
    length: int


def key_of(one: Explanation) -> KeyPlace | None:
    """The key of the value that a finding stands at; None where it is not among the lines that are shown."""
    finding = one.finding
    if finding.pointer is None or finding.line is None:
        return None
    return key_place(one.lines, finding.pointer, finding.line, finding.column)


def key_place(lines: Sequence[Line], key: str, line: int, column: int | None) -> KeyPlace | None:
    """Where the last name of a key is written; None where it is not in these lines.

    It is the last one before the value on the value's own line, else the one that begins a line above it: of an element
    of a list, or of a value on a line of its own.

    Args:
        lines: those around the value, in order.
        key: the key path (``services.db.cap_drop[0]``).
        line, column: of the value.
    """
    name = _NAME.search(key)
    if name is None:
        return None
    # option files and units write either dash
    word = re.sub(r"[-_]", "[-_]", re.escape(name[0]).replace(r"\-", "-"))
    inside = re.compile(rf"(?<![\w-]){word}(?![\w-])", re.I)
    leading = re.compile(rf"""[\s-]*["']?({word})["']?\s*(?:[:={{]|$)""", re.I)
    by_number = {one.number: one.text for one in lines}
    own = by_number.get(line, "")
    before = own if column is None else own[: max(column - 1, 0)]
    found = [*inside.finditer(before)] or ([*inside.finditer(own)][:1] if column in (None, 1) else [])
    if found:
        return KeyPlace(line, found[-1].start() + 1, len(name[0]))
    for number in sorted((one for one in by_number if one < line), reverse=True):
        match = leading.match(by_number[number])
        if match is not None:
            return KeyPlace(number, match.start(1) + 1, len(name[0]))
    return None
