"""The grammar of logrotate's files, as far as it decides how long a log stays."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace

_PERIOD_DAYS = {"hourly": 1 / 24, "daily": 1, "weekly": 7, "yearly": 365}
_PERIODS = {*_PERIOD_DAYS, "monthly"}
_MONTH_DAYS = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
_SCRIPTS = {"prerotate", "postrotate", "firstaction", "lastaction", "preremove"}


@dataclass(slots=True)
class Rotation:
    """The directives that decide how long a log stays; None where none was given.

    Attributes:
        is_by_size: a size stands in the place of the period, until a period is given again.
        has_max_size: a size ends the log before the period does, whichever of the two is given first.
    """

    period: str | None = None
    rotate: int | None = None
    max_age: int | None = None
    is_by_size: bool = False
    has_max_size: bool = False
    paths: tuple[str, ...] = ()
    line: int = 0

    def copy(self) -> Rotation:
        """What a block starts from: the directives before it."""
        return replace(self, paths=(), line=0)

    @property
    def retention_days(self) -> int | None:
        """At least this many days are kept; None when size decides or nothing is said.

        ``rotate`` full periods are sure; of months, the shortest such row of a common year.
        """
        if self.is_by_size or self.has_max_size or self.rotate is None or self.rotate < 0:
            return None
        if self.period is None:
            return None
        months = self.period == "monthly"
        kept = _days_of_months(self.rotate) if months else int(self.rotate * _PERIOD_DAYS[self.period])
        return kept if self.max_age is None else min(kept, self.max_age)


def _days_of_months(count: int) -> int:
    years, rest = divmod(count, 12)
    around = _MONTH_DAYS * 2
    return years * 365 + min(sum(around[start : start + rest]) for start in range(12))


@dataclass(slots=True)
class Logrotate:
    """The blocks of one file, and the directives outside of them, which later files inherit.

    Attributes:
        includes: files and folders that it reads as well, each with its line.
        is_whole: all braces are closed.
    """

    outside: Rotation = field(default_factory=Rotation)
    blocks: list[Rotation] = field(default_factory=list)
    includes: list[tuple[str, int]] = field(default_factory=list)
    is_whole: bool = True


def parse_logrotate(text: str, start: Rotation) -> Logrotate:
    """The blocks of one logrotate file.

    Args:
        start: the directives of ``logrotate.conf`` that hold before the file begins.
    """
    found = Logrotate(start.copy())
    block: Rotation | None = None
    paths: list[str] = []
    script = False
    for number, raw in enumerate(text.split("\n"), 1):
        line = raw.strip()
        if script or line in _SCRIPTS:
            script = line != "endscript"
            continue
        line = re.sub(r"(^|\s)#.*$", "", line).strip()
        if block is None and (line.startswith(("/", '"', "'")) or paths or "{" in line):
            names, brace, line = line.partition("{")
            paths += re.findall(r'"[^"]+"|\'[^\']+\'|\S+', names)
            if not brace:
                continue
            block = found.outside.copy()
            block.paths, block.line = tuple(path.strip("\"'") for path in paths), number
            paths = []
        body, closed, _ = line.partition("}")
        words = body.replace("=", " ", 1).split()
        if len(words) == 2 and words[0] == "include":
            found.includes.append((words[1].rstrip("/"), number))
        _direct(words, block or found.outside)
        if closed and block is not None:
            found.blocks.append(block)
            block = None
    found.is_whole = block is None and not paths
    return found


def _direct(words: list[str], rotation: Rotation) -> None:
    name, value = (words[0], words[-1]) if words else ("", "")
    if name in _PERIODS:
        rotation.period, rotation.is_by_size = name, False
    elif name == "rotate" and re.fullmatch(r"-?\d+", value):
        rotation.rotate = int(value)
    elif name == "maxage" and value.isdecimal():
        rotation.max_age = int(value)
    elif name == "size":
        rotation.is_by_size = True
    elif name == "maxsize":
        rotation.has_max_size = True
