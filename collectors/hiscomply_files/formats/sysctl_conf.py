"""sysctl.conf(5): kernel parameters, the last one wins."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import ClassVar

from hiscomply.hookspecs import FormatError, Setting
from hiscomply.model import Text
from hiscomply_files.formats.precedence import last_wins
from hiscomply_files.formats.stating import if_read, with_line
from hiscomply_files.names import posix

LINE = re.compile(r"\s*+(?:-\s*+)?(?P<key>[^\s=]++)\s*+=\s*+(?P<value>.*)$")


class SysctlConf:
    """``sysctl.conf`` and the files in ``sysctl.d``."""

    name: ClassVar[str] = "sysctl_conf"

    def recognises(self, path: str, head: bytes) -> bool:
        """True for ``sysctl.conf`` and ``sysctl.d/*.conf``."""
        file = posix(path)
        return file.name == "sysctl.conf" or (file.parent.name == "sysctl.d" and file.suffix == ".conf")

    def parse(self, text: str) -> Iterator[Setting]:
        """Keys with dots, also where the file writes slashes; the last occurrence is effective."""
        yield from last_wins(list(_settings(text)))

    def stated(self, text: str, key: str, value: str) -> str | None:
        """With a line at the end, where the last one wins."""
        return if_read(self, with_line(text, f"{key} = {value}"), key, value)


def _settings(text: str) -> Iterator[Setting]:
    for number, line in enumerate(text.split("\n"), start=1):
        stripped = line.strip()
        if not stripped or stripped[0] in "#;":
            continue
        match = LINE.match(line)
        if match is None:
            if stripped.startswith("-"):
                continue  # "-net.ipv4.x" excludes a key from a glob and sets nothing
            column = len(line) - len(line.lstrip()) + 1
            raise FormatError(Text(zh="不是“键 = 值”的形式", en="not key = value"), number, column)
        value = match["value"].rstrip()
        column = (match.start("value") if value else match.start("key")) + 1
        yield Setting(_dotted(match["key"]), value, number, column)


def _dotted(key: str) -> str:
    """The key with dots; in a key written with slashes a dot is part of a name, and both are swapped."""
    dot, slash = key.find("."), key.find("/")
    if slash >= 0 and (dot < 0 or slash < dot):
        return key.translate(str.maketrans("./", "/."))
    return key
