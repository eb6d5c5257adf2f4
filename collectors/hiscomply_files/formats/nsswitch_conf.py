"""nsswitch.conf(5): for each database a colon and where it is looked up."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import ClassVar

from hiscomply.hookspecs import Setting
from hiscomply.model import Text
from hiscomply_files.formats.lines import matched_lines
from hiscomply_files.names import posix

LINE = re.compile(r"\s*+(?P<key>[^\s:#]++)\s*+:[ \t]*+(?P<value>[^#]*+)")
NOT_A_DATABASE = Text(zh="不是“数据库: 来源”的形式", en="not a database and its sources")


class NsswitchConf:
    """``nsswitch.conf``."""

    name: ClassVar[str] = "nsswitch_conf"

    def recognises(self, path: str, head: bytes) -> bool:
        """True for a file named ``nsswitch.conf``."""
        return posix(path).name == "nsswitch.conf"

    def parse(self, text: str) -> Iterator[Setting]:
        """The database in lower case, and its sources as written with one blank between them."""
        for number, match in matched_lines(text, LINE, NOT_A_DATABASE):
            value = " ".join(match["value"].split()) or None
            column = (match.start("value") if value else match.start("key")) + 1
            yield Setting(match["key"].lower(), value, number, column)
