"""HAProxy: sections that begin with a keyword, one statement a line, quotes, backslashes, ``#`` comments.

Source: the configuration manual of HAProxy 2.6, chapters 2.1 to 2.4.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import ClassVar

from hiscomply.hookspecs import FormatError, Setting
from hiscomply.model import Text
from hiscomply_files.formats.blocks import Blocks, is_of_another_program
from hiscomply_files.names import posix

SECTIONS = frozenset(
    {"global", "defaults", "frontend", "backend", "listen", "userlist", "peers", "resolvers", "mailers"}
    | {"cache", "program", "http-errors", "ring", "log-forward", "fcgi-app", "crt-store", "traces"}
    | {"log-profile", "acme"}
)
FAMILIES = frozenset({"option", "timeout", "stats"})
"""Keywords of which the next word is part of the name: ``timeout client`` is ``timeout.client``."""
CONDITIONS = frozenset({".if", ".elif", ".else", ".endif"})
WORD = re.compile(
    r"""[ \t\r]*+(?P<word>(?:\\.|"(?:[^"\\]|\\.)*+"|'[^']*+'|[^\s\\"'#])++)""",
    re.X,
)
PART = re.compile(r"""\\(?P<escaped>.)|"(?P<weak>(?:[^"\\]|\\.)*+)"|'(?P<strong>[^']*+)'""")
TAIL = re.compile(r"[ \t\r]*+(?:\#.*)?")
ESCAPES = {"t": "\t", "r": "\r", "n": "\n"}
SECTION = re.compile(rb"^(?:frontend|backend|listen)[ \t]+\S", re.M)
CONTEXT = re.compile(rb"^(?:global|defaults)\b|^[ \t]+(?:bind|server|mode|timeout)[ \t]", re.M)


class HaproxyCfg:
    """``haproxy.cfg`` and the fragments of a folder given to HAProxy."""

    name: ClassVar[str] = "haproxy_cfg"

    def recognises(self, path: str, head: bytes) -> bool:
        """By name, by a folder of HAProxy, or a ``.cfg`` that begins like one."""
        file = posix(path)
        if file.suffix not in (".cfg", ".conf") or is_of_another_program(file, head):
            return False
        is_alike = bool(SECTION.search(head) and CONTEXT.search(head))
        if file.suffix == ".conf":
            return file.name.startswith("haproxy") and is_alike
        return is_alike or any("haproxy" in part.lower() for part in file.parts)

    def parse(self, text: str) -> Iterator[Setting]:
        """Statements in order, in the keys of their sections (``frontend[0].bind``); the section's value is its name.

        ``no`` and ``default`` before a keyword stand in its key (``no.option.httplog``). A password is a key of its own
        (``stats.auth.password``, ``user.insecure-password``). What stands in ``.if`` has the condition as section.
        """
        blocks, conditions = Blocks(), list[str]()
        for number, line in enumerate(text.split("\n"), start=1):
            words = _words(line, number)
            if not words:
                continue
            keyword, column = words[0]
            if keyword.startswith("."):
                _condition(conditions, [word for word, _ in words], number, column)
                continue
            if keyword in SECTIONS:
                blocks.end()
                yield blocks.begin(keyword, [word for word, _ in words[1:]], number, column)
            elif not blocks.innermost:
                reason = Text(f"{keyword} 不在任何节内", f"{keyword} stands outside of any section")
                raise FormatError(reason, number, column)
            else:
                section = " ".join(conditions)[:200] or None
                yield from (replace(one, section=section) for one in _statement(words, number, blocks))
        if conditions:
            raise FormatError(Text(".if 没有以 .endif 结束", "an .if without .endif"), number)


def _words(line: str, number: int) -> list[tuple[str, int]]:
    """The words of a line with the columns where they begin."""
    words: list[tuple[str, int]] = []
    at = 0
    while match := WORD.match(line, at):
        words.append((PART.sub(_read, match["word"]), match.start("word") + 1))
        at = match.end()
    if TAIL.fullmatch(line, at) is None:
        reason = Text(
            "引号没有结束,或行末的反斜杠无对象", "a quote is not closed, or a backslash ends the line"
        )
        raise FormatError(reason, number, at + len(line[at:]) - len(line[at:].lstrip()) + 1)
    return words


def _read(match: re.Match[str]) -> str:
    if match["escaped"] is not None:
        return ESCAPES.get(match["escaped"], match["escaped"])
    if match["strong"] is not None:
        return match["strong"]
    return re.sub(r'\\([\\"$\'# trn])', lambda found: ESCAPES.get(found[1], found[1]), match["weak"])


def _condition(conditions: list[str], words: list[str], number: int, column: int) -> None:
    if words[0] not in CONDITIONS:
        return
    if words[0] == ".if":
        conditions.append(" ".join(words))
    elif not conditions:
        raise FormatError(Text(f"{words[0]} 没有对应的 .if", f"{words[0]} without .if"), number, column)
    elif words[0] == ".endif":
        conditions.pop()
    else:
        conditions[-1] = " ".join(words)


def _statement(words: list[tuple[str, int]], number: int, blocks: Blocks) -> Iterator[Setting]:
    names = [words[0][0]]
    for keyword in (("no", "default"), FAMILIES):
        if names[-1] in keyword and len(names) < len(words):
            names.append(words[len(names)][0])
    name, rest = ".".join(names), words[len(names) :]
    column = rest[0][1] if rest else words[0][1]
    values = [word for word, _ in rest]
    if name == "stats.auth" and values:
        user, _, password = values[0].partition(":")
        yield blocks.directive(name, [user], number, column)
        yield blocks.directive(f"{name}.password", [password], number, column)
    elif name == "user" and len(values) > 2 and values[1] in ("password", "insecure-password"):
        yield blocks.directive(name, [values[0], *values[3:]], number, column)
        yield blocks.directive(f"user.{values[1]}", [values[2]], number, rest[2][1])
    else:
        yield blocks.directive(name, values, number, column)
