"""chrony.conf(5) and ntp.conf(5): a directive and its words on a line."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import ClassVar

from hiscomply.hookspecs import Setting
from hiscomply.model import Text
from hiscomply_files.formats.lines import matched_lines
from hiscomply_files.names import posix

LINE = re.compile(r"\s*+(?P<key>[A-Za-z]\w*+)(?:\s++(?P<value>.*))?$")
NOT_A_DIRECTIVE = Text(zh="不是“指令 参数”的形式", en="not a directive with its words")


class ChronyConf:
    """``chrony.conf``, fragments below ``chrony``, and ``*.sources``."""

    name: ClassVar[str] = "chrony_conf"

    def recognises(self, path: str, head: bytes) -> bool:
        """True for ``chrony.conf``, ``chrony/conf.d/*.conf``, ``chrony.d/*.conf`` and ``sources.d/*.sources``."""
        file = posix(path)
        folder = file.parent
        if file.suffix == ".sources":
            return folder.name == "sources.d" and "chrony" in path
        return file.name == "chrony.conf" or (
            file.suffix == ".conf"
            and (folder.name == "chrony.d" or (folder.name == "conf.d" and folder.parent.name == "chrony"))
        )

    def parse(self, text: str) -> Iterator[Setting]:
        """Directives in lower case with all of their words; all are effective."""
        yield from _settings(text)


class NtpConf:
    """``ntp.conf``."""

    name: ClassVar[str] = "ntp_conf"

    def recognises(self, path: str, head: bytes) -> bool:
        """True for a file named ``ntp.conf``."""
        return posix(path).name == "ntp.conf"

    def parse(self, text: str) -> Iterator[Setting]:
        """As for chrony."""
        yield from _settings(text)


def _settings(text: str) -> Iterator[Setting]:
    for number, match in matched_lines(_without_comments(text), LINE, NOT_A_DIRECTIVE):
        words = (match["value"] or "").partition(" #")[0].split()
        column = (match.start("value") if words else match.start("key")) + 1
        yield Setting(match["key"].lower(), " ".join(words) or None, number, column)


def _without_comments(text: str) -> str:
    """Chrony also takes ``!``, ``;`` and ``%`` at the start of a line for a comment."""
    return re.sub(r"(?m)^[ \t]*+[!;%][^\n]*+$", "", text)
