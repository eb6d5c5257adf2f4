"""INI in the dialect of Python's configparser, which also reads MySQL and systemd-like files."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import ClassVar

from hiscomply.hookspecs import FormatError, Setting
from hiscomply.model import Text
from hiscomply_files.formats.precedence import last_wins

HEADER = re.compile(r"\[(?P<name>.+)\]")
DELIMITER = re.compile("[=:]")
FIRST_LINE = re.compile(
    rb"\A(?:\xef\xbb\xbf)?(?:[ \t]*(?:[#;][^\n]*)?\r?\n)*\[[A-Za-z0-9_ .:@/\x80-\xff-]+\][ \t]*\r?$", re.M
)


class Ini:
    """Sections of ``key = value`` or ``key: value``; keys alone and indented continuation lines too."""

    name: ClassVar[str] = "ini"

    def recognises(self, path: str, head: bytes) -> bool:
        """True for ``.ini``, ``.cnf`` and ``.udl`` (a connection of OLE DB), and for ``.cfg`` and ``.conf`` that
        begin with a section header.
        """
        lower = path.lower()
        if lower.endswith((".ini", ".cnf", ".udl")):
            return True
        return lower.endswith((".cfg", ".conf")) and FIRST_LINE.match(head) is not None

    def parse(self, text: str) -> Iterator[Setting]:
        """Keys as ``section.option``, the option in lower case; the last occurrence is effective."""
        yield from last_wins(_settings(text))


def _settings(text: str) -> list[Setting]:
    settings: list[Setting] = []
    section: str | None = None
    indent = 0
    is_open = False  # whether an indented line would continue the last option
    for number, line in enumerate(text.split("\n"), start=1):
        stripped = line.strip()
        if not stripped or stripped[0] in "#;":
            continue
        column = len(line) - len(line.lstrip()) + 1
        if is_open and column - 1 > indent and settings[-1].value is not None:
            settings[-1] = replace(settings[-1], value=f"{settings[-1].value}\n{stripped}".strip("\n"))
            continue
        indent = column - 1
        header = HEADER.match(stripped)
        if header:
            section, is_open = header["name"], False
        elif stripped.startswith("!include"):
            directive, _, target = stripped.partition(" ")
            settings.append(Setting(directive, target.strip() or None, number, column))
            is_open = False
        else:
            settings.append(_option(stripped, section, number, column))
            is_open = True
    return settings


def _option(stripped: str, section: str | None, number: int, column: int) -> Setting:
    if section is None:
        reason = Text(zh="第一个键之前没有 [节] 标题", en="a key stands before the first [section] header")
        raise FormatError(reason, number, column)
    delimiter = DELIMITER.search(stripped)
    key = (stripped[: delimiter.start()] if delimiter else stripped).rstrip().lower()
    if not key:
        raise FormatError(Text(zh="此行没有键名", en="a line without a key"), number, column)
    value = stripped[delimiter.end() :].lstrip() if delimiter else None
    if value:
        column += len(stripped) - len(value)
    return Setting(f"{section}.{key}", value, number, column, section=section)
