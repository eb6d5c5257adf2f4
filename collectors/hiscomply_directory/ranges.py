"""Attributes of which a server gives a part at a time: Active Directory's ``member;range=0-1499``.

ldap3 would ask on too, and take what it has for all where a later part is refused.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

from hiscomply_directory.entry import Entry
from hiscomply_directory.words import only_part

_PART: Final = re.compile(r"[^;]+;range=\d+-(\d+|\*)", re.IGNORECASE)


def is_part(name: str) -> bool:
    """Whether an attribute of this name holds a part of the values."""
    return _PART.fullmatch(name) is not None


def whole(entry: Entry, ask: Callable[[str, str], Entry | None], where: str) -> Entry:
    """The entry with all values of such attributes.

    Args:
        ask: gives one attribute of the entry of this DN.

    Raises:
        CollectFailed: there are more values, and the server does not give them.
    """
    parts = [name for name in entry.values if is_part(name)]
    if not parts:
        return entry
    values = {name: found for name, found in entry.values.items() if name not in parts}
    for part in parts:
        name = part.partition(";")[0]
        values[name] = values.get(name, ()) + entry.values[part] + _rest(entry.dn, part, ask, where)
    return Entry(entry.dn, values)


def _rest(dn: str, part: str, ask: Callable[[str, str], Entry | None], where: str) -> tuple[bytes, ...]:
    found: tuple[bytes, ...] = ()
    name = part.partition(";")[0]
    while (last := part.rpartition("-")[2]) != "*":
        first = int(last) + 1
        answer = ask(dn, f"{name};range={first}-*")
        given = dict(answer.values) if answer is not None else {}
        part = next((one for one in given if one.startswith(f"{name};range={first}-")), "")
        if not part:
            raise only_part(f"{where}/{dn}", name, first)
        found += given[part]
    return found
