"""Formats of one setting a line, with ``#`` comments."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from hiscomply.hookspecs import FormatError
from hiscomply.model import Text


def matched_lines(text: str, pattern: re.Pattern[str], reason: Text) -> Iterator[tuple[int, re.Match[str]]]:
    """Number and match of each line that is neither blank nor a comment.

    Raises:
        FormatError: such a line does not match; with ``reason`` and the place of its first character.
    """
    for number, line in enumerate(text.split("\n"), start=1):
        stripped = line.strip()
        if not stripped or stripped[0] == "#":
            continue
        match = pattern.match(line)
        if match is None:
            raise FormatError(reason, number, len(line) - len(line.lstrip()) + 1)
        yield number, match


@dataclass(frozen=True, slots=True)
class Statement:
    """Text that a backslash at the end of a line may spread over several, with the place of its first character."""

    text: str
    line: int
    column: int


def statements(text: str, comments: str = "#", code: re.Pattern[str] | None = None) -> Iterator[Statement]:
    """All that is neither blank nor a comment; continued lines are joined by one blank.

    Args:
        comments: characters that begin a comment where a statement would begin.
        code: what stands before a comment at the end of a line; such a comment ends there, a backslash or not.
    """
    parts: list[str] = []
    place = (1, 1)
    for number, line in enumerate(text.split("\n"), start=1):
        stripped = line.strip()
        if not parts:
            if not stripped or stripped[0] in comments:
                continue
            place = (number, len(line) - len(line.lstrip()) + 1)
        is_open = stripped.endswith("\\") and (code is None or _is_code(stripped[:-1], code))
        parts.append(stripped[:-1].rstrip() if is_open else stripped)
        if not is_open:
            yield Statement(" ".join(parts), *place)
            parts = []
    if parts:
        yield Statement(" ".join(parts), *place)


def _is_code(line: str, code: re.Pattern[str]) -> bool:
    match = code.match(line)
    return match is not None and match.end() == len(line)
