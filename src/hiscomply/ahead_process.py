"""A process of its own that reads files from the end of a tree while ``hiscomply check`` reads from its start.

Its standard input is the errand, a line of JSON, then one byte once enough is read; when it ends, so does the process.
Its standard output is what ``collect.ahead`` hears. Nothing else is written there, nor on standard error.
"""

from __future__ import annotations

import gc
import json
import os
import sys
import threading

MODULE = "hiscomply.ahead_process"
_GARBAGE = 100_000
"""As in ``cli.check``."""


def ahead_command() -> list[str]:
    """What starts it: this Python with what it was told itself, and nothing from the folder that is checked.

    Empty where the program is not run by a Python that can be started again.
    """
    if not sys.executable or getattr(sys, "frozen", False):
        return []
    told = {"-I": sys.flags.isolated, "-E": sys.flags.ignore_environment, "-s": sys.flags.no_user_site}
    return [sys.executable, "-P", *(flag for flag, is_set in told.items() if is_set), "-m", MODULE]


def main() -> None:
    """Does what it is told; an error is silent, for the first process then does the work itself."""
    import signal  # not for the first process, which only asks for the command

    # The terminal sends an interruption to both; the first one ends this one by closing its input.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    says = os.dup(1)
    nothing = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nothing, 1)
    os.dup2(nothing, 2)
    code = 1
    try:
        _do(says)
        code = 0
    finally:
        os._exit(code)


def _do(says: int) -> None:
    from hiscomply.collect.making_ahead import make_ahead
    from hiscomply.plugins import evidence_kinds, files_collector

    gc.set_threshold(_GARBAGE)
    told = json.loads(_first_line())
    enough = threading.Event()
    threading.Thread(target=_watch, args=(enough,), daemon=True).start()

    def say(lines: bytes) -> None:
        while lines:
            lines = lines[os.write(says, lines) :]

    make_ahead(told, files_collector(), evidence_kinds(), say, enough.is_set)


def _first_line() -> bytes:
    line = b""
    while not line.endswith(b"\n"):
        part = os.read(0, 1 << 16)
        if not part:
            os._exit(1)
        line += part
    return line


def _watch(enough: threading.Event) -> None:
    """Notes that enough is read; ends the process when the first one closes its end, in whatever way."""
    while os.read(0, 16):
        enough.set()
    os._exit(0)


if __name__ == "__main__":
    main()
