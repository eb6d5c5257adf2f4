"""Files of systemd: units and the configuration of its daemons, systemd.syntax(7)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import ClassVar

from hiscomply.hookspecs import FormatError, Setting
from hiscomply.model import Text
from hiscomply_files.names import posix

SUFFIXES = frozenset(
    {".service", ".socket", ".timer", ".mount", ".automount", ".path", ".slice", ".target", ".swap"}
)
DAEMONS = frozenset({"journald.conf", "logind.conf", "timesyncd.conf", "resolved.conf", "coredump.conf"})
HEADER = re.compile(r"\[(?P<name>[^\[\]]+)\]\s*")
NOT_AN_ASSIGNMENT = Text(zh="不是“键=值”的形式", en="not key=value")
NO_SECTION = Text(zh="第一个键之前没有 [节] 标题", en="a key stands before the first [section] header")


class SystemdUnit:
    """Units (``his.service``), their drop-ins (``his.service.d/*.conf``), ``journald.conf`` and its like."""

    name: ClassVar[str] = "systemd"

    def recognises(self, path: str, head: bytes) -> bool:
        """True by the file's suffix and a section at its beginning, or by the folder of drop-ins."""
        file = posix(path)
        folder = file.parent.name
        if file.suffix == ".conf" and folder.endswith(".d"):
            owner = folder[: -len(".d")]
            return (
                owner in DAEMONS or owner in ("service", "socket") or PurePosixPath(owner).suffix in SUFFIXES
            )
        return file.name in DAEMONS or (file.suffix in SUFFIXES and b"[" in head)

    def parse(self, text: str) -> Iterator[Setting]:
        """Keys as ``Section.Key``; all occurrences, since which one counts depends on the key."""
        section: str | None = None
        for text_, number, column in _joined(text):
            header = HEADER.fullmatch(text_)
            if header:
                section = header["name"]
                continue
            key, sign, value = text_.partition("=")
            if not sign or not key.strip():
                raise FormatError(NOT_AN_ASSIGNMENT, number, column)
            if section is None:
                raise FormatError(NO_SECTION, number, column)
            yield Setting(f"{section}.{key.strip()}", value.strip() or None, number, column, section=section)


def _joined(text: str) -> Iterator[tuple[str, int, int]]:
    """Lines joined where a backslash continues them; comments between are left out."""
    parts: list[str] = []
    place = (1, 1)
    for number, line in enumerate(text.split("\n"), start=1):
        stripped = line.strip()
        if stripped[:1] in ("#", ";") or (not stripped and not parts):
            continue
        if not parts:
            place = (number, len(line) - len(line.lstrip()) + 1)
        is_open = line.endswith("\\")
        parts.append(stripped[:-1].rstrip() if is_open else stripped)
        if not is_open:
            yield " ".join(parts), *place
            parts = []
    if parts:
        yield " ".join(parts), *place
