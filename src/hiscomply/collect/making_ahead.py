"""The other process: makes the units of a target from the end, and tells the first where they stand."""

from __future__ import annotations

import os
import time
import zlib
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from datetime import datetime
from pathlib import Path
from typing import IO, Any

from hiscomply.collect.ahead import MADE, PROMISED, READY, WITHHELD
from hiscomply.collect.border import Border
from hiscomply.collect.errand import context_of, is_of_this_program, target_of
from hiscomply.collect.kept_rows import packed
from hiscomply.collect.work import Work
from hiscomply.hookspecs import Collector
from hiscomply.kinds import Kind
from hiscomply.units import FromEnd, Unit

_SAYING_S = 0.05
"""So often, at most, the first process is spoken to: each time it has to let go of what it does, to listen."""


def make_ahead(
    told: Mapping[str, Any],
    collectors: Mapping[str, Collector],
    kinds: Mapping[str, Kind],
    say: Callable[[bytes], None],
    is_enough: Callable[[], bool],
) -> None:
    """Carries out an errand.

    Args:
        say: takes lines for the first process.
        is_enough: whether that one has come to what was made here.
    """
    target = target_of(told)
    collector = collectors[target.collector]
    if not isinstance(collector, FromEnd) or not is_of_this_program(told, collector, kinds):
        return

    def noted(_secret: str) -> str:
        # The unit is made again by the first process: only there secrets have their numbers.
        work.note_digest()
        return ""

    context = context_of(told, kinds, noted)
    work = _Nowhere(target, collector, context, Border(kinds, noted), Path(os.devnull), _quiet, context.now)
    with open(told["spool"], "ab", buffering=0) as spool, ExitStack() as stack:  # noqa: PTH123 - as it was given
        say(READY + b"\n")
        making = _Making(work, stack, spool, say, told["level"])
        files, together = collector.from_end(target, context)
        for unit in files:
            making.tell(unit)
            if is_enough():
                break
        groups = [*together()]
        making.promise(groups)
        for unit in groups:
            making.tell(unit)
        making.say_all()


class _Nowhere(Work):
    """Rows pass the border as in any collection, and are staged nowhere."""

    def _file(self, kind: str, stack: ExitStack) -> IO[bytes]:
        file = self.files.get(kind)
        if file is None:
            file = self.files[kind] = stack.enter_context(self.folder.open("wb"))
        return file

    def _write(
        self, kind: str, count: int, text: bytes, observed_at: datetime | None, stack: ExitStack
    ) -> None:
        """Blocks of rows are recorded as they are."""


class _Making:
    """Makes units, and leaves those with nothing to hide in the file that the two processes share."""

    def __init__(
        self, work: Work, stack: ExitStack, spool: IO[bytes], say: Callable[[bytes], None], level: int
    ) -> None:
        self._work = work
        self._stack = stack
        self._spool = spool
        self._say = say
        self._level = level
        self._offset = 0
        self._unsaid: list[bytes] = []
        self._said_at = time.monotonic()

    def promise(self, units: Sequence[Unit]) -> None:
        """Says what will be made."""
        self._unsaid += [
            b"%s %s\n" % (PROMISED, unit.name.encode()) for unit in units if unit.name is not None
        ]
        self.say_all()

    def say_all(self) -> None:
        """Says what was not said yet."""
        self._say(b"".join(self._unsaid))
        self._unsaid.clear()
        self._said_at = time.monotonic()

    def tell(self, unit: Unit) -> None:
        """Makes a unit, and says soon where it is."""
        self._unsaid += self._made(unit)
        if time.monotonic() - self._said_at >= _SAYING_S:
            self.say_all()

    def _made(self, unit: Unit) -> list[bytes]:
        made = self._work.make(unit, self._stack, is_recorded=True)
        if unit.name is None:
            return []
        name = unit.name.encode()
        if made is None:
            return [b"%s %s\n" % (WITHHELD, name)]
        blob = packed(made, self._level)
        if self._spool.write(blob) != len(blob):
            raise OSError("the file is full")
        offset, self._offset = self._offset, self._offset + len(blob)
        return [b"%s %s %d %d %d\n" % (MADE, name, offset, len(blob), zlib.crc32(blob))]


def _quiet(_name: str, _count: int, _status: object) -> None:
    """No progress."""
