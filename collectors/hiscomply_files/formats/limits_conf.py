"""limits.conf(5) of pam_limits: domain, type, item and value on a line."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import ClassVar

from hiscomply.hookspecs import FormatError, Setting
from hiscomply.model import Text
from hiscomply_files.formats.lines import matched_lines
from hiscomply_files.formats.precedence import last_wins
from hiscomply_files.names import posix

LINE = re.compile(
    r"\s*+(?P<domain>[^\s#]++)\s++(?P<type>hard|soft|-)(?:\s++(?P<item>[a-z]++)\s++(?P<value>[^\s#]++))?\s*+(?:#.*)?$",
    re.I,
)
NOT_A_LIMIT = Text(zh="不是“对象 类型 项目 值”的形式", en="not a domain, a type, an item and a value")


class LimitsConf:
    """``limits.conf`` and the files in ``limits.d``."""

    name: ClassVar[str] = "limits_conf"

    def recognises(self, path: str, head: bytes) -> bool:
        """True for ``limits.d/*.conf``, and for a ``limits.conf`` that is no other program's drop-in."""
        file = posix(path)
        if file.parent.name == "limits.d":
            return file.suffix == ".conf"
        return file.name == "limits.conf" and not file.parent.name.endswith(".d")

    def parse(self, text: str) -> Iterator[Setting]:
        """Keys as ``hard.<item>`` and ``soft.<item>``, the domain as section; of one domain the last is effective.

        ``exempt`` stands for ``domain -`` alone, which takes a domain out of all limits.
        """
        settings = list(_settings(text))
        unique = [
            Setting(f"{one.section}\n{one.key}", one.value, one.line, one.column, True, one.section)
            for one in settings
        ]
        for one, ranked in zip(settings, last_wins(unique), strict=True):
            yield Setting(one.key, one.value, one.line, one.column, ranked.is_effective, one.section)


def _settings(text: str) -> Iterator[Setting]:
    for number, match in matched_lines(text, LINE, NOT_A_LIMIT):
        if match["item"] is None:
            if match["type"] != "-":
                raise FormatError(NOT_A_LIMIT, number, match.start("domain") + 1)
            yield Setting("exempt", "true", number, match.start("domain") + 1, section=match["domain"])
            continue
        both = ("hard", "soft") if match["type"] == "-" else (match["type"].lower(),)
        for kind in both:
            key = f"{kind}.{match['item'].lower()}"
            yield Setting(key, match["value"], number, match.start("value") + 1, section=match["domain"])
