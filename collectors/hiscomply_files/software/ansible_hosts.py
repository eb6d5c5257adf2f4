"""Ranges in the names of an inventory's hosts: ``web[01:20]``, ``db-[a:f]``.

Source: ansible-core 2.19, plugins/inventory/__init__.py, expand_hostname_range.
"""

from __future__ import annotations

import re
import string
from collections.abc import Sequence
from itertools import product

from hiscomply.model import Text

MAX_HOSTS = 100_000
"""Of one inventory, counted with the ranges."""
TOO_MANY = Text(f"主机超过 {MAX_HOSTS} 台", f"more than {MAX_HOSTS} hosts")
BAD_RANGE = Text("主机名中的范围无效", "a range of hosts is not valid")
_RANGE = re.compile(r"\[([^\[\]]*)\]")


class RangeError(ValueError):
    """A pattern that Ansible refuses, or one of more hosts than are read."""

    def __init__(self, reason: Text) -> None:
        super().__init__(reason.en)
        self.reason = reason


def expanded(pattern: str, left: int) -> list[str]:
    """The hosts that a pattern names.

    Args:
        left: how many they may be.

    Raises:
        RangeError: there are more, or the range is not valid.
    """
    if "[" not in pattern:
        return [pattern]
    parts = _RANGE.split(pattern)
    if any("[" in one or "]" in one for one in parts[::2]):
        raise RangeError(BAD_RANGE)
    ranges: list[Sequence[str]] = []
    total = 1
    for one in parts[1::2]:
        found = _members(one)
        total *= len(found)
        if total > left:
            raise RangeError(TOO_MANY)
        ranges.append(found)
    fixed = parts[::2]
    return ["".join(map("".join, zip(fixed, (*row, ""), strict=True))) for row in product(*ranges)]


def _members(text: str) -> list[str]:
    bounds = text.split(":")
    if len(bounds) not in (2, 3) or not all(re.fullmatch(r"[0-9A-Za-z]{1,9}", one) for one in bounds[1:]):
        raise RangeError(BAD_RANGE)
    first, last, step = bounds[0] or "0", bounds[1], bounds[2] if len(bounds) == 3 else "1"
    if not step.isdecimal() or not int(step):
        raise RangeError(BAD_RANGE)
    letters = string.ascii_letters
    if len(first) == len(last) == 1 and first in letters and last in letters:
        found = letters[letters.index(first) : letters.index(last) + 1 : int(step)]
        if not found:
            raise RangeError(BAD_RANGE)
        return [*found]
    if not (first.isascii() and first.isdecimal() and last.isdecimal()):
        raise RangeError(BAD_RANGE)
    width = len(first) if first[0] == "0" and len(first) > 1 else 0
    if width and width != len(last):
        raise RangeError(BAD_RANGE)
    numbers = range(int(first), int(last) + 1, int(step))
    if len(numbers) > MAX_HOSTS:
        raise RangeError(TOO_MANY)
    return [str(one).zfill(width) for one in numbers]
