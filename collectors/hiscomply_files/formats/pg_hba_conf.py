"""pg_hba.conf: one record a line, fields by blanks, quotes keep a word, a backslash continues a line.

Source: PostgreSQL 16 manual, 20.1 (the file and its ``include`` directives).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import ClassVar

from hiscomply.hookspecs import FormatError, Setting
from hiscomply.model import Text
from hiscomply_files.names import posix

WORD = re.compile(r'(?:"[^"\n]*+"|[^\s"#,]|,)++')
SKIP = re.compile(r"[ \t\f]*+(?:#.*)?")
TYPES = frozenset({"local", "host", "hostssl", "hostnossl", "hostgssenc", "hostnogssenc"})
INCLUDES = frozenset({"include", "include_if_exists", "include_dir"})
NOT_A_RECORD = Text(
    zh="不是 pg_hba.conf 的记录(类型 数据库 用户 [地址] 方法)",
    en="not a record of pg_hba.conf (type, database, user, address, method)",
)
OPEN_QUOTE = Text(zh="引号没有结束", en="a quote is not closed")


class PgHbaConf:
    """``pg_hba.conf`` and files named like it."""

    name: ClassVar[str] = "pg_hba_conf"

    def recognises(self, path: str, head: bytes) -> bool:
        """True for ``pg_hba.conf``, ``pg_hba.prod.conf``, ``pg_hba.conf.sample`` left out."""
        return re.fullmatch(r"pg_hba([._-][\w.-]+)?\.conf", posix(path).name.lower()) is not None

    def parse(self, text: str) -> Iterator[Setting]:
        """For each record ``rules[n].type``, ``.database``, ``.user``, ``.address``, ``.method``, ``.options``.

        An address and its mask in a field of its own are one value, ``10.0.0.0/255.0.0.0``. Include directives have
        their own name as key.

        Raises:
            FormatError: a line that is no record.
        """
        number = 0
        for words in _records(text):
            first = words[0][0]
            if first in INCLUDES and len(words) == 2:
                yield Setting(first, words[1][0], words[1][1], words[1][2])
                continue
            for name, (value, line, column) in _fields(words):
                yield Setting(f"rules[{number}].{name}", value, line, column)
            number += 1


Word = tuple[str, int, int]


def _records(text: str) -> Iterator[list[Word]]:
    words: list[Word] = []
    for number, line in enumerate(text.split("\n"), start=1):
        is_continued = line.endswith("\\")
        words += _words(line[:-1] if is_continued else line, number)
        if not is_continued and words:
            yield words
            words = []
    if words:
        yield words


def _words(line: str, number: int) -> Iterator[Word]:
    at = 0
    while True:
        skipped = SKIP.match(line, at)
        at = skipped.end() if skipped else at
        if at >= len(line):
            return
        match = WORD.match(line, at)
        if match is None:
            if line[at].isspace():
                at += 1
                continue
            raise FormatError(OPEN_QUOTE, number, at + 1)
        yield match.group().replace('"', ""), number, at + 1
        at = match.end()


def _fields(words: list[Word]) -> Iterator[tuple[str, Word]]:
    kind, line, column = words[0]
    names = ["type", "database", "user", *(["address"] if kind != "local" else []), "method"]
    rest = list(words)
    if kind != "local" and len(rest) > 5 and _is_mask(rest[4][0]):
        rest[3:5] = [(f"{rest[3][0]}/{rest[4][0]}", *rest[3][1:])]
    if kind not in TYPES or len(rest) < len(names):
        raise FormatError(NOT_A_RECORD, line, column)
    yield from zip(names, rest, strict=False)
    options = rest[len(names) :]
    if options:
        yield "options", (" ".join(word for word, _, _ in options), *options[0][1:])


def _is_mask(word: str) -> bool:
    return re.fullmatch(r"\d{1,3}(?:\.\d{1,3}){3}|[0-9a-fA-F]*:[0-9a-fA-F:]*", word) is not None
