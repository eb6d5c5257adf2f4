"""login.defs(5) of shadow: a name, blanks, a value; the last one wins."""

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

LINE = re.compile(r"\s*+(?P<key>[A-Za-z_][A-Za-z0-9_]*)(?:\s++(?P<value>.*))?$")
NOT_A_SETTING = Text(zh="不是“名称 值”的形式", en="not a name and its value")


class LoginDefs:
    """``login.defs``."""

    name: ClassVar[str] = "login_defs"

    def recognises(self, path: str, head: bytes) -> bool:
        """True for a file named ``login.defs``."""
        return posix(path).name == "login.defs"

    def parse(self, text: str) -> Iterator[Setting]:
        """Names as written, which shadow tells apart by case; the last occurrence is effective."""
        yield from last_wins(list(_settings(text)))

    def stated(self, text: str, key: str, value: str) -> str | None:
        """With a line at the end, where the last one wins."""
        return if_read(self, with_line(text, f"{key} {value}"), key, value)


def _settings(text: str) -> Iterator[Setting]:
    for number, match in matched_lines(text, LINE, NOT_A_SETTING):
        value = (match["value"] or "").rstrip() or None
        column = (match.start("value") if value else match.start("key")) + 1
        yield Setting(match["key"], value.strip('"') if value else None, number, column)
