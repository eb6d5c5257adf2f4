"""Names of hosts that stand for several: ``web[01:20]``, ``db-[a:f]``, ``rack[1:3]-[a:b]``. Pure."""

from __future__ import annotations

import re
from itertools import product
from string import ascii_letters

MAX_HOSTS = 100_000
_RANGE = re.compile(r"\[([0-9]+|[A-Za-z]):([0-9]+|[A-Za-z])(?::([0-9]+))?\]")


def expand_name(name: str) -> list[str]:
    """Every name that it stands for; leading zeros of the first bound give the width.

    >>> expand_name("web[08:10]")
    ['web08', 'web09', 'web10']

    Raises:
        ValueError: a range runs backwards, mixes letters and digits, or gives more than ``MAX_HOSTS`` names.
    """
    pieces: list[list[str]] = []
    end, total = 0, 1
    for match in _RANGE.finditer(name):
        values = _values(match[1], match[2], int(match[3] or 1))
        pieces += [[name[end : match.start()]], values]
        end = match.end()
        total *= len(values)
        if total > MAX_HOSTS:
            raise ValueError(f"more than {MAX_HOSTS} hosts")
    pieces.append([name[end:]])
    return ["".join(parts) for parts in product(*pieces)]


def _values(first: str, last: str, step: int) -> list[str]:
    if step < 1:
        raise ValueError("a step of 0")
    if first.isdecimal() and last.isdecimal():
        low, high = int(first), int(last)
        if high - low > MAX_HOSTS * step:
            raise ValueError(f"more than {MAX_HOSTS} hosts")
        width = len(first) if first.startswith("0") else 0
        values = [str(number).zfill(width) for number in range(low, high + 1, step)]
    elif first.isalpha() and last.isalpha() and first.islower() == last.islower():
        values = list(ascii_letters[ascii_letters.index(first) : ascii_letters.index(last) + 1 : step])
    else:
        raise ValueError("a range of letters and digits")
    if not values:
        raise ValueError("a range that runs backwards")
    return values
