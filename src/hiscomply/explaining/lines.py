"""The lines of a file around a finding, with its secrets covered."""

from __future__ import annotations

import difflib
import re
from collections.abc import Sequence

from hiscomply.explaining.evidence import COVER, Settings
from hiscomply.explaining.model import Line

AROUND = 3
"""Lines shown before and after."""
_TOLD = re.compile(
    r"(?i)((?:pass(?:word|wd|phrase)?|secret|token|key|credential|口令|密码|密钥)\S*\s*[=:： \t]\s*)\S.*"
)
"""What a comment may tell, where no format looks."""


def covered(lines: Sequence[str], settings: Settings) -> list[str]:
    """The lines without secrets: from where one begins to the end of its line, and what goes on below it.

    A comment that seems to tell one is covered as well. What follows a secret up to the next setting may belong to it
    (a key of several lines), so it is covered too.
    Where nothing of a file was read, the caller shows nothing of it.
    """
    shown: list[str] = []
    is_secret = False
    for number, line in enumerate(lines, start=1):
        if number in settings.lines:
            is_secret = number in settings.secrets
            column = settings.secrets.get(number)
            shown.append(line if column is None else line[: column - 1] + COVER)
        else:
            shown.append(COVER if is_secret and line.strip() else _TOLD.sub(rf"\1{COVER}", line))
    return shown


def around(lines: Sequence[str], line: int | None) -> list[Line]:
    """The lines near ``line``; the first ones where it is not known."""
    middle = line or 1
    count = len(lines) - 1 if lines and not lines[-1] else len(lines)
    first, last = max(1, middle - AROUND), min(count, middle + AROUND)
    return [Line(number, lines[number - 1]) for number in range(first, last + 1)]


def diff(file: str, before: Sequence[str], after: Sequence[str]) -> str:
    """A unified diff of lines without their ends; the empty one after the last end is none."""
    before, after = (side[:-1] if side and not side[-1] else side for side in (before, after))
    return "\n".join(difflib.unified_diff(before, after, f"a/{file}", f"b/{file}", n=AROUND, lineterm=""))
