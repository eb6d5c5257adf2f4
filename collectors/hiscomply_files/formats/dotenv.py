"""``.env`` files as Docker Compose and the dotenv libraries read them; nothing is interpolated."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import ClassVar

from hiscomply.hookspecs import FormatError, Setting
from hiscomply.model import Text
from hiscomply_files.formats.precedence import last_wins
from hiscomply_files.names import posix

ENTRY = re.compile(
    r"""[ \t]*+(?:export[ \t]++)?(?P<key>[A-Za-z_][\w.-]*+)[ \t]*+
    (?:=[ \t]*+(?:'(?P<single>[^']*)'|"(?P<double>(?:[^"\\]|\\.)*+)"|(?P<bare>(?!['"])[^\n]*)))?
    [ \t]*+(?:\#[^\n]*+)?(?=\n|\Z)""",
    re.X | re.S,
)
SKIP = re.compile(r"[ \t]*(?:\#[^\n]*)?(?:\n|\Z)")
COMMENT = re.compile(r"(?:^\#(?=\s|$)|[ \t]\#).*$")
"""To Compose and systemd a # right behind the sign begins the value, to others a comment."""
ESCAPES = {"n": "\n", "r": "\r", "t": "\t"}


class DotEnv:
    """``KEY=value`` lines, optionally exported, quoted, with comments."""

    name: ClassVar[str] = "dotenv"

    def recognises(self, path: str, head: bytes) -> bool:
        """True for ``.env``, ``.env.production``, ``.env-prod`` and ``his.env``."""
        name = posix(path).name.lower()
        return name.endswith(".env") or name.startswith((".env.", ".env-", ".env_"))

    def parse(self, text: str) -> Iterator[Setting]:
        """Each variable; the last occurrence is effective."""
        yield from last_wins(list(_settings(text)))


def _settings(text: str) -> Iterator[Setting]:
    at, line = 0, 1
    while at < len(text):
        skipped = SKIP.match(text, at)
        if skipped and skipped.end() > at:
            line += skipped.group().count("\n")
            at = skipped.end()
            continue
        match = ENTRY.match(text, at)
        if match is None:
            reason = Text(
                zh="此行不是 KEY=value,或引号没有结束", en="not KEY=value, or a quote is not closed"
            )
            raise FormatError(reason, line, 1)
        value, start = _value(match)
        yield Setting(match["key"], value, line, (match.start("key") if start is None else start) - at + 1)
        line += match.group().count("\n")
        at = match.end()


def _value(match: re.Match[str]) -> tuple[str | None, int | None]:
    """The value and where it starts; quotes belong to its place, not to its text."""
    if match["single"] is not None:
        return match["single"], match.start("single") - 1
    if match["double"] is not None:
        text = re.sub(r"\\(.)", lambda found: ESCAPES.get(found[1], found[1]), match["double"], flags=re.S)
        return text, match.start("double") - 1
    if match["bare"] is None:
        return None, None
    bare = COMMENT.sub("", match["bare"]).strip()
    return bare, match.start("bare") if bare else None
