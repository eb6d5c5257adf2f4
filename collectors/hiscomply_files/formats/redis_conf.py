"""redis.conf and sentinel.conf: a directive and its arguments a line, quoted as in C.

Source: the comments of redis.conf 7.0, and sdssplitargs of sds.c for quoting.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import ClassVar

from hiscomply.hookspecs import FormatError, Setting
from hiscomply.model import Text
from hiscomply_files.formats.precedence import last_wins
from hiscomply_files.names import posix

WORD = re.compile(
    r"""\s*+(?:"(?P<double>(?:[^"\\]|\\.)*+)"|'(?P<single>(?:[^'\\]|\\.)*+)'|(?P<bare>\S++))(?=\s|$)"""
)
ESCAPE = re.compile(r"\\(x[0-9a-fA-F]{2}|.)")
ESCAPES = {"n": "\n", "r": "\r", "t": "\t", "b": "\b", "a": "\a"}
NAME = re.compile(r"(?P<before>[\w.-]*[._-])?(redis|valkey|sentinel)\d*([._-][\w.-]+)?\.conf")
OTHERS = re.compile(r"\.d$")
DIRECTIVE = re.compile(
    rb"^[ \t]*(?:bind|port|protected-mode|requirepass|appendonly|daemonize|sentinel)[ \t]", re.M | re.I
)
FOLDERS = frozenset({"redis", "redis.conf.d", "valkey"})
CUMULATIVE = frozenset({"include", "loadmodule", "save", "rename-command", "client-output-buffer-limit"})
PAIRED = frozenset({"sentinel"})
"""Directives whose first argument says what they are about: ``sentinel.auth-pass``."""
OPEN_QUOTE = Text(zh="引号没有结束", en="a quote is not closed")


class RedisConf:
    """Redis, Valkey and Sentinel."""

    name: ClassVar[str] = "redis_conf"

    def recognises(self, path: str, head: bytes) -> bool:
        """True for ``redis.conf``, ``redis-6379.conf``, ``valkey.conf``, ``sentinel.conf``, ``redis/*.conf``, and for
        ``his-redis.conf`` with a directive that says so; what other programs have in a folder of theirs is not one.
        """
        file = posix(path.lower())
        name = NAME.fullmatch(file.name)
        if name and OTHERS.search(file.parent.name) and file.parent.name not in FOLDERS:
            return DIRECTIVE.search(head) is not None
        if name:
            return name["before"] is None or DIRECTIVE.search(head) is not None
        return file.suffix == ".conf" and file.parent.name in FOLDERS

    def parse(self, text: str) -> Iterator[Setting]:
        """Directives in lower case, arguments joined by a blank; the last occurrence is effective.

        ``user NAME …`` becomes ``user.NAME.rules`` and, for each password, ``user.NAME.password``.

        Raises:
            FormatError: a quote without end.
        """
        yield from last_wins(list(_settings(text)), CUMULATIVE)


def _settings(text: str) -> Iterator[Setting]:
    for number, line in enumerate(text.split("\n"), start=1):
        stripped = line.strip()
        if not stripped or stripped[0] == "#":
            continue
        words = list(_words(line, number))
        key, (value, column) = words[0][0].lower(), words[1] if len(words) > 1 else (None, words[0][1])
        arguments = [word for word, _ in words[1:]]
        if key == "user" and arguments:
            yield from _user(arguments, number, column)
        elif key in PAIRED and arguments:
            yield Setting(f"{key}.{arguments[0].lower()}", " ".join(arguments[1:]), number, column)
        else:
            yield Setting(key, None if value is None else " ".join(arguments), number, column)


def _user(arguments: list[str], number: int, column: int) -> Iterator[Setting]:
    name, rules = arguments[0], arguments[1:]
    secrets = [rule[1:] for rule in rules if rule[:1] in "><#!"]
    shown = " ".join(rule for rule in rules if rule[:1] not in "><#!")
    yield Setting(f"user.{name}.rules", shown, number, column)
    for index, secret in enumerate(secrets):
        ending = f"password{index + 1}" if index else "password"
        yield Setting(f"user.{name}.{ending}", secret, number, column)


def _words(line: str, number: int) -> Iterator[tuple[str, int]]:
    at, end = 0, len(line.rstrip())
    while at < end:
        match = WORD.match(line, at)
        if match is None or (match["bare"] or "")[:1] in ('"', "'"):
            raise FormatError(OPEN_QUOTE, number, at + 1 + (line[at : at + 1].isspace()))
        if match["double"] is not None:
            yield ESCAPE.sub(_unescape, match["double"]), match.start("double")
        elif match["single"] is not None:
            yield match["single"].replace("\\'", "'"), match.start("single")
        else:
            yield match["bare"], match.start("bare") + 1
        at = match.end()


def _unescape(match: re.Match[str]) -> str:
    escaped = match[1]
    if escaped[0] == "x" and len(escaped) == 3:
        return chr(int(escaped[1:], 16))
    return ESCAPES.get(escaped, escaped)
