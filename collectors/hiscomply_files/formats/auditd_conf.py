"""auditd.conf(5): ``key = value``, the last one wins."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import ClassVar

from hiscomply.hookspecs import Setting
from hiscomply.model import Text
from hiscomply_files.formats.lines import matched_lines
from hiscomply_files.formats.precedence import last_wins
from hiscomply_files.names import posix

LINE = re.compile(r"\s*+(?P<key>[A-Za-z_]\w*+)\s*+=\s*+(?P<value>.*)$")
NOT_A_SETTING = Text(zh="不是“键 = 值”的形式", en="not key = value")


class AuditdConf:
    """``auditd.conf``."""

    name: ClassVar[str] = "auditd_conf"

    def recognises(self, path: str, head: bytes) -> bool:
        """True for a file named ``auditd.conf``."""
        return posix(path).name == "auditd.conf"

    def parse(self, text: str) -> Iterator[Setting]:
        """Keys in lower case, values as written; the last occurrence is effective."""
        yield from last_wins(list(_settings(text)))


def _settings(text: str) -> Iterator[Setting]:
    for number, match in matched_lines(text, LINE, NOT_A_SETTING):
        value = match["value"].strip() or None
        column = (match.start("value") if value else match.start("key")) + 1
        yield Setting(match["key"].lower(), value, number, column)
