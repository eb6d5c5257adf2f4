"""Formats of one setting a line, with ``#`` comments."""

from __future__ import annotations

import re
from collections.abc import Iterator

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
