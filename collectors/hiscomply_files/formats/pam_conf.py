"""pwquality.conf(5) and faillock.conf(5) of Linux-PAM: ``key = value`` and lone keys, the last one wins."""

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

LINE = re.compile(r"\s*+(?P<key>[A-Za-z_]\w*+)\s*+(?:=\s*+(?P<value>[^#]*+))?(?:#.*)?$")
NOT_A_SETTING = Text(zh="不是“键 = 值”的形式", en="not key = value")


class Pwquality:
    """``pwquality.conf`` and the files in ``pwquality.conf.d``."""

    name: ClassVar[str] = "pwquality"

    def recognises(self, path: str, head: bytes) -> bool:
        """True by the file's name, or its folder's."""
        file = posix(path)
        return file.name == "pwquality.conf" or (
            file.parent.name == "pwquality.conf.d" and file.suffix == ".conf"
        )

    def parse(self, text: str) -> Iterator[Setting]:
        """Keys as written; the last occurrence is effective."""
        yield from last_wins(list(_settings(text)))

    def stated(self, text: str, key: str, value: str) -> str | None:
        """With a line at the end, where the last one wins."""
        return if_read(self, with_line(text, f"{key} = {value}"), key, value)


class Faillock(Pwquality):
    """``faillock.conf``."""

    name: ClassVar[str] = "faillock"

    def recognises(self, path: str, head: bytes) -> bool:
        """True for a file named ``faillock.conf``."""
        return posix(path).name == "faillock.conf"


def _settings(text: str) -> Iterator[Setting]:
    for number, match in matched_lines(text, LINE, NOT_A_SETTING):
        value = None if match["value"] is None else match["value"].rstrip()
        column = (match.start("value") if value else match.start("key")) + 1
        yield Setting(match["key"], value, number, column)
