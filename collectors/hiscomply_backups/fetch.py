"""Running the tools: no shell, a bare environment, a bounded answer, and never longer than they may."""

from __future__ import annotations

import atexit
import contextlib
import os
import re
import shutil
import signal
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from hiscomply.hookspecs import CollectDenied, CollectFailed, CollectTimedOut
from hiscomply.model import Text

MAX_OUTPUT_BYTES = 64 * 1024 * 1024
KEPT_BYTES = 65_536
_PIECE_BYTES = 65_536
_USUAL_PATH = "/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
_REFUSED_RETRY = re.compile(
    rb"(?:40[13]|Forbidden|Unauthorized)[^\n]*retrying|retrying[^\n]*(?:40[13]\b|Access Denied)"
)
"""restic logs in again and again after a refusal, for a quarter of an hour; one refusal is enough for us."""
_RUNNING: set[subprocess.Popen[bytes]] = set()


@dataclass(frozen=True, slots=True)
class Command:
    """What to run. ``environment`` may hold passwords, which are nowhere else."""

    program: str
    arguments: tuple[str, ...]
    environment: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Answer:
    """How a program ended, and what it said; of the error stream the last 64 KiB."""

    code: int
    output: bytes
    errors: bytes


@contextmanager
def scratch() -> Iterator[Path]:
    """A private folder for what a tool wants to write, gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="hiscomply-backups-", ignore_cleanup_errors=True) as folder:
        yield Path(folder)


def bare_environment(folder: Path) -> dict[str, str]:
    """The environment of every tool: UTC, no home of the caller's, caches in the scratch folder."""
    return {
        "PATH": os.environ.get("PATH", os.defpath) + ":" + _USUAL_PATH,
        "LC_ALL": "C.UTF-8",
        "TZ": "UTC",
        "HOME": str(folder),
        "TMPDIR": str(folder),
        "XDG_CACHE_HOME": str(folder),
    }


def run(command: Command, timeout_s: float) -> Answer:
    """Runs a tool until its end; its whole process group is ended with it.

    Raises:
        CollectDenied: it may not be run.
        CollectFailed: it is not installed, or says more than 64 MiB.
        CollectTimedOut: it does not end in time.
    """
    process = _start(command)
    output, tail = bytearray(), bytearray()
    is_over = threading.Event()
    readers = [
        threading.Thread(target=_read, args=(process, process.stdout, output, None, is_over), daemon=True),
        threading.Thread(
            target=_read, args=(process, process.stderr, tail, KEPT_BYTES, is_over), daemon=True
        ),
    ]
    ends = time.monotonic() + timeout_s
    try:
        for reader in readers:
            reader.start()
        for reader in readers:
            reader.join(max(0.0, ends - time.monotonic()))
        if any(reader.is_alive() for reader in readers):
            raise _timed_out(command.program, timeout_s)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(max(0.1, ends - time.monotonic()))
        if process.returncode is None:
            raise _timed_out(command.program, timeout_s)
    finally:
        _end(process)
        for reader in readers:
            reader.join(1.0)
    if is_over.is_set():
        raise _too_much(command.program)
    return Answer(process.returncode, bytes(output), bytes(tail))


def _start(command: Command) -> subprocess.Popen[bytes]:
    name = command.program
    program = shutil.which(name, path=command.environment["PATH"])
    if program is None:
        raise CollectFailed(Text(f"本机没有安装 {name}", f"{name} is not installed on this machine"))
    try:
        process = subprocess.Popen(  # noqa: S603 - one of three programs, arguments apart
            [program, *command.arguments],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=dict(command.environment),
            cwd="/",
            start_new_session=True,
        )
    except PermissionError:
        raise CollectDenied(Text(f"没有运行 {name} 的权限", f"not allowed to run {name}")) from None
    except OSError as error:
        raise CollectFailed(
            Text(f"无法运行 {name}:{error.strerror}", f"cannot run {name}: {error.strerror}")
        ) from None
    _RUNNING.add(process)
    return process


def _read(
    process: subprocess.Popen[bytes],
    stream: IO[bytes],
    kept: bytearray,
    keep_last: int | None,
    is_over: threading.Event,
) -> None:
    """Takes in a stream; ends the program when it says too much, or goes on after a refused login."""
    with contextlib.suppress(ValueError, OSError):  # closed under us
        while piece := os.read(stream.fileno(), _PIECE_BYTES):
            kept.extend(piece)
            if keep_last is None and len(kept) > MAX_OUTPUT_BYTES:
                is_over.set()
                _end_group(process)
                return
            if keep_last is not None:
                if _REFUSED_RETRY.search(kept):
                    _end_group(process)
                    return
                del kept[:-keep_last]


def _end_group(process: subprocess.Popen[bytes]) -> None:
    if process.returncode is None:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)


def _end(process: subprocess.Popen[bytes]) -> None:
    _end_group(process)
    process.wait()
    _RUNNING.discard(process)
    for pipe in (process.stdout, process.stderr):
        if pipe is not None:
            pipe.close()


@atexit.register
def _end_all() -> None:
    """No tool outlives the audit, also where its collection was given up."""
    for process in list(_RUNNING):
        _end_group(process)


def _timed_out(program: str, timeout_s: float) -> CollectTimedOut:
    return CollectTimedOut(
        Text(
            f"{program} 在 {timeout_s:g} 秒内没有结束,已终止;可调大 step_timeout 或 timeout",
            f"{program} did not end within {timeout_s:g} s and was ended; allow it more with step_timeout or timeout",
        )
    )


def _too_much(program: str) -> CollectFailed:
    return CollectFailed(
        Text(
            f"{program} 的输出超过 {MAX_OUTPUT_BYTES >> 20} MiB,已终止",
            f"{program} says more than {MAX_OUTPUT_BYTES >> 20} MiB and was ended",
        )
    )
