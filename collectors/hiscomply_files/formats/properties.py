"""Java properties: escapes, continuation lines, three kinds of separator."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import ClassVar

from hiscomply.hookspecs import FormatError, Setting
from hiscomply.model import Text
from hiscomply_files.formats.precedence import last_wins

PAIR = re.compile(r"(?P<key>(?:[^\\ \t\f=:]|\\.)*+)(?P<gap>[ \t\f]*+(?:[=:][ \t\f]*+)?)(?P<value>.*)", re.S)
ESCAPE = re.compile(r"\\(u[0-9a-fA-F]{4}|.)", re.S)
BLANKS = " \t\f"
LETTERS = {"n": "\n", "r": "\r", "t": "\t", "f": "\f"}


class Properties:
    """Java properties, as ``java.util.Properties`` loads them."""

    name: ClassVar[str] = "properties"

    def recognises(self, path: str, head: bytes) -> bool:
        """True for ``.properties``."""
        return path.lower().endswith(".properties")

    def parse(self, text: str) -> Iterator[Setting]:
        """Each key with its unescaped value; the last occurrence is effective."""
        yield from last_wins([_setting(*logical) for logical in _logical_lines(text)])


def _logical_lines(text: str) -> Iterator[tuple[str, int, int]]:
    """(joined line without leading blanks, line, column) of each line that is neither blank nor a comment."""
    parts: list[str] = []
    start = (0, 0)
    for number, line in enumerate(text.split("\n"), start=1):
        content = line.lstrip(BLANKS)
        if not parts:
            if not content or content[0] in "#!":
                continue
            start = (number, len(line) - len(content) + 1)
        trailing = len(content) - len(content.rstrip("\\"))
        if trailing % 2:
            parts.append(content[:-1])
            continue
        parts.append(content)
        yield "".join(parts), *start
        parts = []
    if any(parts):
        yield "".join(parts), *start


def _setting(line: str, number: int, column: int) -> Setting:
    match = PAIR.match(line)
    if match is None:
        raise FormatError(Text(zh="行尾的反斜杠不完整", en="an unfinished escape at the end"), number, column)
    key, value = (_unescape(match[name], number, column) for name in ("key", "value"))
    has_value = bool(value) or bool(match["gap"].strip(BLANKS))
    return Setting(
        key, value if has_value else None, number, column + match.start("value") if value else column
    )


def _unescape(text: str, number: int, column: int) -> str:
    def replacement(match: re.Match[str]) -> str:
        escape = match[1]
        if escape[0] == "u":
            if len(escape) == 1:
                raise FormatError(Text(zh="\\u 转义不正确", en="a malformed \\u escape"), number, column)
            return chr(int(escape[1:], 16))
        return LETTERS.get(escape, escape)

    if "\\" not in text:
        return text
    # a pair of surrogate escapes is one character
    joined = ESCAPE.sub(replacement, text).encode("utf-16", "surrogatepass")
    return joined.decode("utf-16", "replace")
