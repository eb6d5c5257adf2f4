"""postgresql.conf: names without case, quoted values, the last one wins; units stay as they are written."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import ClassVar

from hiscomply.hookspecs import Setting
from hiscomply.model import Text
from hiscomply_files.formats.lines import matched_lines
from hiscomply_files.formats.precedence import last_wins
from hiscomply_files.formats.stating import if_read, with_line
from hiscomply_files.names import posix

LINE = re.compile(
    r"""\s*(?P<key>[A-Za-z_][\w$]*(?:\.[A-Za-z_][\w$]*)*)
    (?:\s*=\s*|\s+)
    (?:'(?P<quoted>(?:[^'\\]|''|\\.)*+)'|(?P<bare>[^\s'\#=]+))
    \s*(?:\#.*)?$""",
    re.X,
)
ESCAPE = re.compile(r"''|\\(.)")
ESCAPES = {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t"}
INCLUDES = frozenset({"include", "include_if_exists", "include_dir"})
NAMES = frozenset({"postgresql.conf", "postgresql.auto.conf", "postgresql.base.conf"})
NOT_A_SETTING = Text(zh="不是“参数 = 值”,或引号没有结束", en="not name = value, or a quote is not closed")


class PostgresqlConf:
    """``postgresql.conf``, ``postgresql.auto.conf``, fragments in a ``conf.d`` below ``postgresql``."""

    name: ClassVar[str] = "postgresql_conf"

    def recognises(self, path: str, head: bytes) -> bool:
        """True by the file's name or by ``postgresql/…/conf.d/*.conf``."""
        file = posix(path)
        if file.name in NAMES:
            return True
        return file.parent.name == "conf.d" and "postgresql" in file.parts and file.suffix == ".conf"

    def parse(self, text: str) -> Iterator[Setting]:
        """Parameters in lower case; the last occurrence is effective, includes add up."""
        yield from last_wins(list(_settings(text)), INCLUDES)

    def stated(self, text: str, key: str, value: str) -> str | None:
        """With a line at the end, where the last one wins."""
        return if_read(self, with_line(text, f"{key} = '{value}'"), key, value)


def _settings(text: str) -> Iterator[Setting]:
    for number, match in matched_lines(text, LINE, NOT_A_SETTING):
        quoted = match["quoted"]
        value = match["bare"] if quoted is None else ESCAPE.sub(_unescape, quoted)
        start = match.start("bare") if quoted is None else match.start("quoted") - 1
        yield Setting(match["key"].lower(), value, number, start + 1)


def _unescape(match: re.Match[str]) -> str:
    escaped = match[1]
    return "'" if escaped is None else ESCAPES.get(escaped, escaped)
