"""Units that another process makes from the end of the tree, while this one makes them from its start.

It is a source of kept units and no more: whatever becomes of it, a unit that it does not have is made here. What it
made stands in a file of the run's own folder; here is only where. See docs/adr/0031.
"""

from __future__ import annotations

import json
import os
import tempfile
import threading
import zlib
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Final

from hiscomply.collect.kept_rows import KeptUnit, unpacked
from hiscomply.processors import processors

if TYPE_CHECKING:
    import subprocess

AFTER: Final = 1_000
"""So many units are made here before another process is worth its start: it takes as long as making half of them."""
PATIENCE_S: Final = 5.0
"""From a process that says nothing for so long, while a unit that it promised is waited for, nothing more is taken."""
READY, PROMISED, MADE, WITHHELD = b"ready", b"will", b"made", b"none"
"""What it says, a word for each line: it has opened the file; it will make this unit; where the unit stands, and its
checksum; it saw the unit, and there is something in it that must not leave the process that stages it."""
ENOUGH: Final = b"\n"
"""What it is told when the two have met."""
_LONGEST_LINE = 1_000
_MOST_AT_ONCE = 1 << 16


class Ahead:
    """The other process, as one thread of this one asks it.

    Args:
        command: what starts it.
        errand: what it is told; None if it is not to be started.
        folder: for its file; nobody else's to read.
    """

    def __init__(
        self, command: Sequence[str], errand: Callable[[], Mapping[str, Any] | None], folder: Path
    ) -> None:
        self._command = command
        self._errand = errand
        self._folder = folder
        self._left = AFTER
        self._news = threading.Condition()
        self._thread: threading.Thread | None = None
        self._process: subprocess.Popen[bytes] | None = None
        self._spool: IO[bytes] | None = None
        self._promised: set[bytes] = set()
        self._made: dict[bytes, tuple[int, int, int] | None] = {}
        """Where each unit stands: offset, size, checksum; None for one that was withheld."""
        self._is_met = False
        self._is_over = False
        """It says nothing more."""
        self._is_closed = False

    def take(self, name: str) -> tuple[bytes, KeptUnit] | None:
        """A unit packed and unpacked, if the other process has it or is sure to have it soon; else it is made here."""
        if self._thread is None:
            self._start_when_due()
            return None
        key = name.encode()
        with self._news:
            while key in self._promised and key not in self._made and not self._is_over:
                if not self._news.wait(PATIENCE_S):
                    self._give_up()
            if key not in self._made or self._is_closed:
                return None
            self._meet()
            place = self._made.pop(key)
            return None if place is None else self._read(*place)

    def close(self) -> None:
        """Ends the other process, and removes its file."""
        with self._news:
            self._is_closed = True
            self._give_up()
        if self._thread is not None:
            self._thread.join()
        if self._spool is not None:
            self._spool.close()
            _remove(self._spool.name)

    def _start_when_due(self) -> None:
        self._left -= 1
        if self._left == 0 and processors() > 1 and not self._is_closed:
            self._thread = threading.Thread(target=self._serve, name="ahead", daemon=True)
            self._thread.start()

    def _serve(self) -> None:
        """From the start of the other process to its end; no failure of it is one of the collection."""
        try:
            errand = self._errand()
            if errand is not None:
                self._listen(errand)
        except Exception:  # noqa: BLE001, S110 - it costs time only: what is not taken is made here
            pass
        with self._news:
            self._is_over = True
            self._news.notify_all()

    def _listen(self, errand: Mapping[str, Any]) -> None:
        import subprocess  # no check of few files has a use for it

        # Not deleted when it is closed: Windows would not let the other process open it.
        self._spool = tempfile.NamedTemporaryFile(  # noqa: SIM115 - open until ``close``
            dir=self._folder, prefix="ahead-", delete=False
        )
        told = json.dumps({**errand, "spool": self._spool.name}).encode()
        process = subprocess.Popen(  # noqa: S603 - this Python, with a module of ours
            self._command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        )
        with self._news:
            self._process = process
            if self._is_over:
                process.kill()
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            process.stdin.write(told + b"\n")
            process.stdin.flush()
            rest = b""
            while part := os.read(process.stdout.fileno(), _MOST_AT_ONCE):
                *lines, rest = (rest + part).split(b"\n")
                if len(rest) > _LONGEST_LINE:
                    raise ValueError("no line")
                with self._news:
                    for line in lines:
                        self._hear(line)
                    self._news.notify_all()
        except ValueError:
            with self._news:
                self._made.clear()
        finally:
            process.kill()
            process.wait()
            process.stdout.close()
            with self._news, suppress(OSError):
                process.stdin.close()

    def _hear(self, line: bytes) -> None:
        """One line of what it says.

        Raises:
            ValueError: it is none.
        """
        word, *more = line.split()
        if word == MADE:
            name, *place = more
            offset, size, checksum = map(int, place)
            if offset < 0 or size < 0:
                raise ValueError("no place in a file")
            self._made[name] = offset, size, checksum
        elif word == WITHHELD:
            (name,) = more
            self._made[name] = None
        elif word == PROMISED:
            (name,) = more
            self._promised.add(name)
        elif word == READY and self._spool is not None:
            # Both have it open: where the system allows that, it is gone with them, however they end.
            _remove(self._spool.name)
        else:
            raise ValueError(f"unknown word {word!r}")

    def _meet(self) -> None:
        """Tells it that this process has come to where that one came from the other side."""
        if not self._is_met and self._process is not None and self._process.stdin is not None:
            self._is_met = True
            with suppress(OSError, ValueError):
                self._process.stdin.write(ENOUGH)
                self._process.stdin.flush()

    def _read(self, offset: int, size: int, checksum: int) -> tuple[bytes, KeptUnit] | None:
        assert self._spool is not None
        try:
            self._spool.seek(offset)
            blob = self._spool.read(size)
            if zlib.crc32(blob) != checksum:
                raise ValueError("not what it says")
            return blob, unpacked(blob)
        except (OSError, ValueError, OverflowError, MemoryError, zlib.error):
            self._made.clear()
            self._give_up()
            return None

    def _give_up(self) -> None:
        self._is_over = True
        if self._process is not None:
            self._process.kill()
        self._news.notify_all()


def _remove(file: str) -> None:
    with suppress(OSError):
        Path(file).unlink(missing_ok=True)
