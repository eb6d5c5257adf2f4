"""The packages of Alpine Linux, from apk's own database (a text file)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

APK_DATABASE = "/lib/apk/db/installed"
_FIELDS = {"P": "name", "V": "version", "A": "arch", "o": "origin"}


@dataclass(frozen=True, slots=True)
class ApkPackage:
    """One paragraph of the database; ``line`` is its first."""

    name: str
    version: str
    arch: str
    origin: str
    line: int


def parse_apk(text: str) -> Iterator[ApkPackage | int]:
    """Each package, or the number of the first line of a paragraph without name or version."""
    found: dict[str, str] = {}
    start = 0
    for number, line in enumerate([*text.split("\n"), ""], 1):
        if line:
            start = start or number
            key, colon, value = line.partition(":")
            if colon and key in _FIELDS:
                found.setdefault(_FIELDS[key], value)
        elif start:
            if found.get("name") and found.get("version"):
                yield ApkPackage(
                    found["name"], found["version"], found.get("arch", ""), found.get("origin", ""), start
                )
            else:
                yield start
            found, start = {}, 0
