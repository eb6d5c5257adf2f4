"""One entry as a directory gave it, and the few readings that every parser needs. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

_NUMBER = re.compile(r"-?\d{1,20}")
_COMMA, _PLUS = re.compile(r"(?<!\\),"), re.compile(r"(?<!\\)\+")
_ESCAPES = re.compile(r"(?:\\[0-9A-Fa-f]{2})+|\\(.)")
# Source: RFC 4519, for the attributes that names are made of
_SHORT = {
    "commonname": "cn",
    "2.5.4.3": "cn",
    "userid": "uid",
    "0.9.2342.19200300.100.1.1": "uid",
    "domaincomponent": "dc",
    "0.9.2342.19200300.100.1.25": "dc",
    "organizationalunitname": "ou",
    "2.5.4.11": "ou",
    "organizationname": "o",
    "2.5.4.10": "o",
}


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry of the directory.

    Attributes:
        values: by attribute name in lower case, as bytes. An attribute without values is not there, and that it is
            not there can mean two things: it was never set, or the reader may not see it.
    """

    dn: str
    values: Mapping[str, tuple[bytes, ...]]

    def texts(self, name: str) -> list[str]:
        """All values as text; none for an attribute that is not there."""
        return [one.decode("utf-8", "replace") for one in self.values.get(name.lower(), ())]

    def text(self, name: str) -> str | None:
        """The first value, None for an attribute that is not there."""
        return next(iter(self.texts(name)), None)

    def number(self, name: str) -> int | None:
        """The first value as a whole number, None for one that is not there or is no number."""
        value = self.text(name)
        return int(value) if value is not None and _NUMBER.fullmatch(value) else None

    def is_true(self, name: str) -> bool:
        """An LDAP boolean; one that is not there is false, as the standard schema has it."""
        return (self.text(name) or "").upper() == "TRUE"

    @property
    def classes(self) -> frozenset[str]:
        """Its object classes in lower case."""
        return frozenset(one.lower() for one in self.texts("objectClass"))


def same_dn(dn: str) -> str:
    """A form of a DN that is equal for all spellings of it.

    Case, blanks, the order within a part of several attributes, escapes and the long names of attributes do not count.
    """
    parts = _COMMA.split(dn)
    return ",".join("+".join(sorted(map(_pair, _PLUS.split(part)))) for part in parts)


def _pair(text: str) -> str:
    kind, _, value = text.partition("=")
    kind = kind.strip().casefold()
    if "\\" in value:
        value = _escaped_again(_ESCAPES.sub(_unescaped, value.strip()))
    return f"{_SHORT.get(kind, kind)}={' '.join(value.split()).casefold()}"


def _unescaped(match: re.Match[str]) -> str:
    """``\\E5\\BC\\A0`` and ``\\,`` as the characters that they stand for."""
    found = match[0]
    return bytes.fromhex(found.replace("\\", "")).decode("utf-8", "replace") if match[1] is None else match[1]


def _escaped_again(value: str) -> str:
    return re.sub(r"[,+\\]", lambda one: f"\\{ord(one[0]):02x}", value)


def is_below(dn: str, base: str) -> bool:
    """The entry is ``base`` or stands somewhere below it."""
    mine, theirs = same_dn(dn), same_dn(base)
    return mine == theirs or mine.endswith("," + theirs)


def sid_text(raw: bytes) -> str | None:
    """``S-1-5-…`` of a binary security identifier, None for bytes that are none."""
    if len(raw) < 8 or len(raw) != 8 + 4 * raw[1]:
        return None
    parts = [int.from_bytes(raw[8 + 4 * i : 12 + 4 * i], "little") for i in range(raw[1])]
    return "-".join(["S", str(raw[0]), str(int.from_bytes(raw[2:8], "big")), *map(str, parts)])
