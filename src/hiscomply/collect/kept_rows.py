"""Rows of an earlier check, kept by all that they follow from; only rows after the border, and none with a secret.

One file for each tree that is checked, below the user's cache. It holds the units of the last run, each compressed for
itself; whatever is wrong with it, it counts as absent. See docs/adr/0027.
"""

from __future__ import annotations

import hashlib
import json
import os
import zlib
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from hiscomply.own_files import make_room, read_kept, write_kept
from hiscomply.paths import cache_dir
from hiscomply.units import Making

FEW: Final = 8
"""So many units are made anew in every check: to learn what may be taken in their place would cost as much."""
MAX_BYTES: Final = 64 << 20
"""Of the units of one tree, compressed; what goes beyond is read anew each time."""
MAX_ALL_BYTES: Final = 256 << 20
"""Of all trees together; the files that were used longest ago go first."""
_PREFIX: Final = "rows-"
_PART: Final = b"\x01"
PLACE: Final = "\x02"
"""Stands between a row and its place."""
ROW: Final = "\n"
"""Ends a row. None of these stands in JSON."""


@dataclass(frozen=True, slots=True)
class KeptUnit:
    """What a unit gave.

    Attributes:
        note: for the collector.
        rows: by kind, how many and their text: each row, a mark, its place, and the end of the line.
    """

    note: str
    rows: Mapping[str, tuple[int, bytes]]


def packed(unit: KeptUnit, level: int = 1) -> bytes:
    """A unit as it is kept: compressed for itself; not at all with level 0, for what is not kept for long."""
    parts = [
        part for kind, (count, text) in unit.rows.items() for part in (kind.encode(), b"%d" % count, text)
    ]
    return zlib.compress(_PART.join([unit.note.encode(), *parts]), level)


def unpacked(blob: bytes) -> KeptUnit:
    """The unit that was packed.

    Raises:
        ValueError, zlib.error: it is none.
    """
    note, *parts = zlib.decompress(blob).split(_PART)
    by_three = zip(parts[::3], parts[1::3], parts[2::3], strict=True)
    return KeptUnit(note.decode(), {kind.decode(): (int(count), text) for kind, count, text in by_three})


def lines(text: bytes, between: bytes, end: bytes) -> bytes:
    """Rows with their marks as JSON Lines.

    Args:
        between: what stands between a row and its place, such as the name of the collection.
        end: what stands after its place, such as the time.
    """
    text = text.replace(PLACE.encode(), between).replace(ROW.encode(), end + b"}\n{")
    return b"{" + text[:-1]


@dataclass(slots=True)
class Recording:
    """Takes down the rows of the unit that is being made."""

    observed_at: datetime | None
    is_plain: bool = True
    """False once something came that is not to be kept: a secret, a value that was refused or dropped."""
    is_timed: bool = True
    """False once a row was not observed when the unit was."""
    rows: dict[str, tuple[int, list[bytes]]] = field(default_factory=dict)

    def add(self, kind: str, row: str, place: str, observed_at: datetime | None) -> None:
        """One row as it was staged."""
        self.add_all(kind, 1, f"{row}{PLACE}{place}{ROW}".encode("utf-8", "replace"), observed_at)

    def add_all(self, kind: str, count: int, text: bytes, observed_at: datetime | None) -> None:
        """Rows with their marks."""
        if observed_at is not self.observed_at:
            self.is_plain = self.is_timed = False
        if self.is_plain and count:
            before, texts = self.rows.get(kind, (0, []))
            texts.append(text)
            self.rows[kind] = before + count, texts

    def unit(self, note: str) -> KeptUnit:
        """What is to be kept of it."""
        return KeptUnit(note, {kind: (count, b"".join(texts)) for kind, (count, texts) in self.rows.items()})


class KeptRows:
    """The units of one tree.

    Args:
        tree: what tells it from other trees; the file is named after it.
        few: so many units are not asked for here; a tree without more has no file.
    """

    def __init__(self, tree: str, few: int = FEW) -> None:
        self.tree = hashlib.sha256(tree.encode()).hexdigest()[:32]
        self._file = cache_dir() / f"{_PREFIX}{self.tree}"
        self._few = few
        self._fingerprint: Callable[[], str | None] | None = None
        self._digest: str | None = None
        self._known: dict[str, bytes] = {}
        self._used: dict[str, bytes] = {}
        self._bytes = 0
        self._is_new = False
        self._asked: list[str] = []
        self._open: set[str] = set()
        """Names of units that were neither taken from here, nor handed in, nor told to be alike."""
        self._times: set[datetime | None] = set()
        self._is_whole = True

    def open(self, fingerprint: Callable[[], str | None]) -> None:
        """Makes ready for a run; what an earlier one kept is read once there are more than a few units.

        Args:
            fingerprint: all that rows follow from besides content: the program, the kinds, the target's options;
                None where that cannot be said, so that nothing is kept.
        """
        self._fingerprint = fingerprint

    def _read(self, fingerprint: str) -> None:
        self._digest = hashlib.sha256(fingerprint.encode("utf-8", "surrogatepass")).hexdigest()
        body = read_kept(self._file, self._digest)
        if body is None:
            self._is_new = True
            return
        index, _, blobs = body.partition(b"\n")
        at = 0
        for name, size in json.loads(index):
            self._known[name] = blobs[at : at + size]
            at += size

    def get(self, name: str, observed_at: datetime | None = None) -> KeptUnit | None:
        """A unit, if it is there.

        Args:
            observed_at: of its records in this run.
        """
        self._asked.append(name)
        self._open.add(name)
        self._times.add(observed_at)
        if self._few > 0:
            self._few -= 1
            return None
        if self._fingerprint is not None:
            asked, self._fingerprint = self._fingerprint(), None
            if asked is not None:
                self._read(asked)
        blob = self._known.pop(name, None) or self._used.get(name)
        if blob is None:
            return None
        self._keep(name, blob)
        self._open.discard(name)
        return unpacked(blob)

    def put(self, name: str, unit: KeptUnit) -> None:
        """Keeps a unit for the next run."""
        self._open.discard(name)
        if self._digest is not None:
            self.put_packed(name, packed(unit))

    def put_packed(self, name: str, blob: bytes) -> None:
        """The same, of a unit that ``packed`` has packed."""
        self._open.discard(name)
        if self._digest is not None:
            self._is_new = True
            self._keep(name, blob)

    def alike(self, name: str) -> None:
        """A unit gave what is not to be kept, but will give the same again while it has this name."""
        self._open.discard(name)

    def nameless(self, making: Making) -> Making:
        """What a unit gives that no name says; if that is anything, names do not say all of the run."""
        for item in making:
            self._is_whole = False
            yield item
        return ""

    def content(self) -> tuple[str, datetime] | None:
        """After a run: digest of all that its rows follow from, and when they were observed.

        That is the program, the options, and the names of all units in their order. None where it is not all: a unit
        gave something without having a name, was not made to its end, or the tree has no more units than a few.
        """
        if self._digest is None or self._open or not self._is_whole or len(self._times) != 1:
            return None
        (observed_at,) = self._times
        if observed_at is None:
            return None
        return hashlib.sha256("\n".join([self._digest, *self._asked]).encode()).hexdigest(), observed_at

    def _keep(self, name: str, blob: bytes) -> None:
        if name not in self._used and self._bytes + len(blob) <= MAX_BYTES:
            self._used[name] = blob
            self._bytes += len(blob)

    def save(self) -> None:
        """Writes the units that this run used, unless the file has just these."""
        if self._digest is None:
            return
        if self._is_new or self._known:
            index = json.dumps([[name, len(blob)] for name, blob in self._used.items()]).encode()
            write_kept(self._file, self._digest, b"\n".join([index, b"".join(self._used.values())]))
        else:
            with suppress(OSError):
                os.utime(self._file)
        make_room(self._file, _PREFIX, MAX_ALL_BYTES)
