"""Keys of formats made of named blocks: ``http.server[0].listen``.

A block has an index among its like, ``server[0]``, and a setting of its own whose value is what stands between its
name and its beginning. A directive has none: of several with one name each is a setting with the same key.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from hiscomply.hookspecs import FormatError, Setting
from hiscomply.model import Text
from hiscomply_files.formats.tree import MAX_DEPTH, too_deep

TOKEN = re.compile(r'"((?:[^"\\]|\\.)*+)"|(\S++)', re.S)
ESCAPE = re.compile(r"\\(.)", re.S)
NEEDS_QUOTES = re.compile(r'[\s"]|\\$')
OF_OTHERS = frozenset(
    {"tmpfiles.d", "rsyslog.d", "logrotate.d", "jail.d", "sysctl.d", "modprobe.d", "supervisor"}
)
INI = re.compile(rb"(?:\s++|[#;][^\n]*+\n)*+\[")


def is_of_another_program(file: PurePosixPath, head: bytes) -> bool:
    """True for a file that has a web server's name but is read by another program: a unit's drop-in, a log rule."""
    return bool(OF_OTHERS & set(file.parts[:-1])) or INI.match(head) is not None


class Places:
    """Line and column, from 1, of offsets into a text."""

    def __init__(self, text: str) -> None:
        self._starts = [0, *(match.end() for match in re.finditer("\n", text))]

    def __call__(self, offset: int) -> tuple[int, int]:
        """Those of one offset."""
        line = bisect_right(self._starts, offset)
        return line, offset - self._starts[line - 1] + 1


@dataclass(slots=True)
class _Open:
    name: str
    key: str
    line: int
    column: int
    counts: dict[str, int] = field(default_factory=dict)


class Blocks:
    """The blocks that are open at one place of a file."""

    def __init__(self) -> None:
        self._open = [_Open("", "", 1, 1)]

    @property
    def innermost(self) -> str:
        """The name of the block that a directive here stands in; empty at the top."""
        return self._open[-1].name

    def directive(self, name: str, words: Iterable[str], line: int, column: int) -> Setting:
        """The setting of a directive at this place."""
        return Setting(self._key(name), joined(words), line, column)

    def begin(self, name: str, words: Iterable[str], line: int, column: int) -> Setting:
        """Opens a block; raises FormatError where they are nested without bound."""
        if len(self._open) > MAX_DEPTH:
            raise too_deep(line, column)
        counts = self._open[-1].counts
        index = counts.get(name, 0)
        counts[name] = index + 1
        key = self._key(f"{name}[{index}]")
        self._open.append(_Open(name, key, line, column))
        return Setting(key, joined(words), line, column)

    def end(self) -> bool:
        """Closes the innermost block; False if none is open."""
        if len(self._open) == 1:
            return False
        self._open.pop()
        return True

    def finish(self) -> None:
        """Raises FormatError if a block is still open, with the place of its beginning."""
        last = self._open[-1]
        if last.name:
            reason = Text(f"块 {last.name} 没有结束", f"the block {last.name} is not closed")
            raise FormatError(reason, last.line, last.column)

    def _key(self, name: str) -> str:
        outer = self._open[-1].key
        return f"{outer}.{name}" if outer else name


def joined(words: Iterable[str]) -> str | None:
    """The words of a directive as one value: a word alone as it is, else those with blanks in double quotes.

    ``words`` takes them apart again.
    """
    given = list(words)
    if len(given) < 2:
        return given[0] if given else None
    return " ".join(_quoted(word) for word in given)


def words(value: str | None) -> list[str]:
    """The words that ``joined`` made a value of; a quote that is not closed is a character like any other."""
    return [*_words(value or "")]


def _words(value: str) -> Iterator[str]:
    for match in TOKEN.finditer(value):
        yield match[2] if match[1] is None else ESCAPE.sub(r"\1", match[1])


def _quoted(word: str) -> str:
    if word and NEEDS_QUOTES.search(word) is None:
        return word
    escaped = word.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
