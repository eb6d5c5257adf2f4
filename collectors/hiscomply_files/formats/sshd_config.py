"""OpenSSH server configuration: the first value wins, Match blocks hold for some connections only.

Source: sshd_config(5) and servconf.c of OpenSSH 9.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import ClassVar

from hiscomply.hookspecs import FormatError, Setting
from hiscomply.model import Text
from hiscomply_files.formats.stating import if_read, with_line
from hiscomply_files.names import posix

LINE = re.compile(r"""\s*(?P<key>"[^"]*"|[^\s="]+)(?:[ \t]*=[ \t]*|[ \t]+|$)(?P<rest>.*)$""")
MATCH = re.compile(r"\s*\"?match\b", re.I)
OF_HOSTS = re.compile(r"sshd_config(?:[_-][\w-]+(?:\.(?:conf|j2))?)?")
"""Its own name, or that of one for some hosts."""
COMMENT = re.compile(r"(?:^|\s)#.*$")
TIME = re.compile(r"(?:\d++[smhdw]?+)++", re.I)
CUMULATIVE = frozenset(
    {"acceptenv", "allowgroups", "allowusers", "denygroups", "denyusers", "hostcertificate", "hostkey"}
    | {"include", "listenaddress", "permitlisten", "permitopen", "port", "setenv", "subsystem"}
)
TIMES = frozenset({"clientaliveinterval", "logingracetime"})
UNITS = {"": 1, "s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}
MATCH_ALL = "Match all"


class SshdConfig:
    """``sshd_config`` and the fragments in ``sshd_config.d``."""

    name: ClassVar[str] = "sshd_config"

    def recognises(self, path: str, head: bytes) -> bool:
        """True for ``sshd_config``, ``sshd_config.<suffix>``, ``sshd_config_prod`` and ``sshd_config.d/*.conf``."""
        file = posix(path)
        if file.parent.name == "sshd_config.d":
            return file.suffix == ".conf"
        return file.name.startswith("sshd_config.") or OF_HOSTS.fullmatch(file.name) is not None

    def parse(self, text: str) -> Iterator[Setting]:
        """Directives in lower case, times in seconds as ``sshd -T`` prints them.

        Effective are the first occurrence outside Match blocks, or the one in a ``Match all`` block,
        which overrides it. What other Match blocks say is never marked effective: it holds for some only.
        """
        settings = list(_settings(text))
        overriding = _first(settings, MATCH_ALL)
        leading = {**_first(settings, None), **overriding}
        for index, setting in enumerate(settings):
            if setting.section not in (None, MATCH_ALL):
                is_effective = False
            else:
                is_effective = setting.key in CUMULATIVE or leading[setting.key] == index
            yield replace(setting, is_effective=is_effective)

    def stated(self, text: str, key: str, value: str) -> str | None:
        """With a line before the first Match block, or at the end: the first one wins, and there is none yet."""
        starts = (index for index, line in enumerate(text.split("\n")) if MATCH.match(line))
        return if_read(self, with_line(text, f"{key} {value}", next(starts, None)), key, value)


def _first(settings: list[Setting], section: str | None) -> dict[str, int]:
    first: dict[str, int] = {}
    for index, setting in enumerate(settings):
        if setting.section == section:
            first.setdefault(setting.key, index)
    return first


def _settings(text: str) -> Iterator[Setting]:
    section: str | None = None
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        match = LINE.match(line)
        if match is None:
            column = len(line) - len(line.lstrip()) + 1
            raise FormatError(
                Text(zh="不是“指令 值”的形式", en="not a directive with its value"), number, column
            )
        key = match["key"].strip('"').lower()
        value = COMMENT.sub("", match["rest"]).strip()
        if key == "match":
            section = " ".join(("Match", *value.split()))
            section = MATCH_ALL if section.lower() == "match all" else section
            continue
        column = (match.start("rest") if value else match.start("key")) + 1
        yield Setting(key, _read(key, value), number, column, section=section)


def _read(key: str, value: str) -> str | None:
    if len(value) > 1 and value[0] == value[-1] == '"' and value.count('"') == 2:
        value = value[1:-1]
    if key in TIMES and TIME.fullmatch(value):
        parts = re.findall(r"(\d+)([smhdw]?)", value.lower())
        return str(sum(int(number[:12]) * UNITS[unit] for number, unit in parts))
    return value or None
