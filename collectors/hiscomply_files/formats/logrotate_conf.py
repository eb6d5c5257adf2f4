"""logrotate.conf(5): directives for all logs, and blocks of them for some."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from typing import ClassVar

from hiscomply.hookspecs import FormatError, Setting
from hiscomply.model import Text
from hiscomply_files.names import posix

SCRIPTS = frozenset({"prerotate", "postrotate", "firstaction", "lastaction", "preremove"})
DIRECTIVE = re.compile(r"(?P<key>[a-z]++)(?:\s*+=\s*+|\s++|$)(?P<value>.*)$")
NOT_A_DIRECTIVE = Text(zh="不是 logrotate 的指令", en="not a directive of logrotate")
UNBALANCED = Text(zh="括号或脚本没有结束", en="a block or script that does not end")


class LogrotateConf:
    """``logrotate.conf`` and the files in ``logrotate.d``."""

    name: ClassVar[str] = "logrotate_conf"

    def recognises(self, path: str, head: bytes) -> bool:
        """True for ``logrotate.conf`` and any file in ``logrotate.d``."""
        file = posix(path)
        return file.name == "logrotate.conf" or file.parent.name == "logrotate.d"

    def parse(self, text: str) -> Iterator[Setting]:
        """Directives with their words; the paths of a block as section, and as ``block`` where it begins."""
        section: str | None = None
        script: tuple[int, int] | None = None
        pending: list[str] = []
        place = (1, 1)
        for number, line in enumerate(text.split("\n"), start=1):
            stripped, column = line.strip(), len(line) - len(line.lstrip()) + 1
            if script is not None:
                script = None if stripped == "endscript" else script
            elif not stripped or stripped[0] == "#":
                continue
            elif section is not None and stripped.startswith("}"):
                section = None
            elif section is None and (stripped[0] in "/\"'~*" or stripped == "{"):
                place = place if pending else (number, column)
                is_open = stripped.endswith("{") or "{ " in stripped
                names, _, inline = stripped.partition("{")
                pending.append(names)
                if is_open:
                    section = _paths(" ".join(pending), place)
                    pending = []
                    yield Setting("block", section, *place, section=section)
                    if inline.strip():
                        raise FormatError(NOT_A_DIRECTIVE, number, column)
            elif stripped in SCRIPTS:
                script = (number, column)
            else:
                yield _directive(stripped, number, column, section)
        if script is not None or section is not None or pending:
            raise FormatError(UNBALANCED, *(script or place))


def _paths(text: str, place: tuple[int, int]) -> str:
    try:
        words = shlex.split(text)
    except ValueError as error:
        raise FormatError(NOT_A_DIRECTIVE, *place) from error
    if not words:
        raise FormatError(NOT_A_DIRECTIVE, *place)
    return " ".join(words)


def _directive(text: str, line: int, column: int, section: str | None) -> Setting:
    match = DIRECTIVE.match(text)
    if match is None:
        raise FormatError(NOT_A_DIRECTIVE, line, column)
    value = match["value"].partition(" #")[0].strip()
    return Setting(match["key"], value or None, line, column, section=section)
