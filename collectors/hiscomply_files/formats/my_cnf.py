"""my.cnf: groups of options, dashes and underscores alike, values in quotes, ``!include`` and ``!includedir``.

Source: MySQL 8.0 reference manual, 4.2.2.2 (using option files).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import ClassVar

from hiscomply.hookspecs import FormatError, Setting
from hiscomply.model import Text
from hiscomply_files.formats.precedence import last_wins
from hiscomply_files.names import posix

GROUP = re.compile(r"\[(?P<name>[^\]\s]+)\]\s*(?:[#;].*)?$")
OPTION = re.compile(
    r"""(?P<key>[A-Za-z][\w.-]*+)[ \t]*+
    (?:=[ \t]*+(?:'(?P<single>(?:[^'\\]|\\.)*+)'|"(?P<double>(?:[^"\\]|\\.)*+)"|(?P<bare>[^'"\#][^\#]*)?))?
    [ \t]*+(?:\#.*)?$""",
    re.X,
)
INCLUDE = re.compile(r"!(?P<how>include|includedir)\s+(?P<target>\S.*)")
ESCAPE = re.compile(r"\\(.)")
ESCAPES = {"b": "\b", "t": "\t", "n": "\n", "r": "\r", "s": " "}
SERVER = re.compile(rb"^[ \t]*\[(?:mysqld|mariadbd?|client-server|galera)(?:-\d+\.\d+)?\]", re.M)
FOLDERS = frozenset({"mysql", "mariadb", "my.cnf.d", "mysql.conf.d", "mariadb.conf.d"})
INCLUDES = frozenset({"!include", "!includedir"})
NO_GROUP = Text(zh="第一个选项之前没有 [组] 标题", en="an option stands before the first [group]")
NOT_AN_OPTION = Text(zh="不是“选项 = 值”,或引号没有结束", en="not option = value, or a quote is not closed")


class MyCnf:
    """Option files of MySQL and MariaDB."""

    name: ClassVar[str] = "my_cnf"

    def recognises(self, path: str, head: bytes) -> bool:
        """True for ``my.cnf``, ``.my.cnf``, ``mysqld.cnf``, ``my.ini``, and any ``.cnf`` in a folder of theirs
        or with a group that only their servers read."""
        file = posix(path.lower())
        if re.fullmatch(r"\.?my([._-][\w-]+)?\.(cnf|ini)|(mysqld?|mariadbd?|server)\.cnf", file.name):
            return True
        is_theirs = not FOLDERS.isdisjoint(file.parts[:-1]) or SERVER.search(head) is not None
        return file.suffix == ".cnf" and is_theirs

    def parse(self, text: str) -> Iterator[Setting]:
        """Keys as ``group.option_name``; the last occurrence is effective.

        Raises:
            FormatError: a line that is none of group, option, include and comment.
        """
        yield from last_wins(list(_settings(text)), INCLUDES)


def _settings(text: str) -> Iterator[Setting]:
    group: str | None = None
    for number, line in enumerate(text.split("\n"), start=1):
        stripped = line.strip()
        if not stripped or stripped[0] in "#;":
            continue
        column = len(line) - len(line.lstrip()) + 1
        header, include = GROUP.match(stripped), INCLUDE.fullmatch(stripped)
        if header:
            group = header["name"].lower()
        elif include:
            yield Setting(f"!{include['how']}", include["target"], number, column)
        elif group is None:
            raise FormatError(NO_GROUP, number, column)
        else:
            yield _option(stripped, group, number, column)


def _option(stripped: str, group: str, number: int, column: int) -> Setting:
    match = OPTION.match(stripped)
    if match is None:
        raise FormatError(NOT_AN_OPTION, number, column)
    value, start = None, 0
    for name in ("single", "double", "bare"):
        if match[name] is not None:
            value, start = match[name].rstrip(), match.start(name) - (name != "bare")
    if value is None and "=" in stripped.partition("#")[0]:
        value = ""
    if value is not None:
        value = ESCAPE.sub(lambda found: ESCAPES.get(found[1], found[1]), value)
    key = match["key"].lower().replace("-", "_")
    return Setting(f"{group}.{key}", value, number, column + start, section=group)
