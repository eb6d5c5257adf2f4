"""Runs a program of the institution's own: no shell, a bare environment, and never longer than it may."""

from __future__ import annotations

import atexit
import contextlib
import os
import shutil
import signal
import subprocess
import threading
from collections.abc import Generator, Sequence
from pathlib import Path
from typing import IO

from hiscomply.hookspecs import CollectDenied, CollectFailed
from hiscomply.model import Text
from hiscomply_records.complaints import last_words, with_complaint
from hiscomply_records.fetch import numbered_lines

PASSED_ON = ("PATH", "HOME", "LANG")
_KEPT_BYTES = 8192
_AFTERMATH_S = 0.5
"""The runner gives up at the time-out, and its word stands; the program is ended just after."""
_RUNNING: set[subprocess.Popen[bytes]] = set()


def environment(names: Sequence[str]) -> dict[str, str]:
    """What the program may see of ours.

    Raises:
        CollectFailed: a variable that is asked for is not set.
    """
    for name in names:
        if name not in os.environ:
            raise CollectFailed(
                Text(f"环境变量 {name} 未设置", f"the environment variable {name} is not set")
            )
    return {name: os.environ[name] for name in (*PASSED_ON, *names) if name in os.environ}


def program_lines(
    command: Sequence[str], project: Path, names: Sequence[str], timeout_s: float
) -> Generator[tuple[int, bytes | None]]:
    """The numbered lines of the program's output, as they come.

    Closing the iterator ends the program with its whole process group.

    Raises:
        CollectDenied: the program may not be run.
        CollectFailed: it does not exist, is ended by a signal, or its exit code is not 0.
    """
    given = environment(names)
    process = _start(command, project, given)
    tail = bytearray()
    drain = threading.Thread(target=_drain, args=(process.stderr, tail), daemon=True)
    watchdog = threading.Timer(timeout_s + _AFTERMATH_S, _end_group, (process,))
    watchdog.daemon = True
    drain.start()
    watchdog.start()
    try:
        assert process.stdout is not None
        yield from numbered_lines(process.stdout)
        _await_end(process)
        _end_group(process)
        code = process.returncode
        drain.join(_AFTERMATH_S)
        if code:
            complaint = last_words(bytes(tail), (given[name] for name in names))
            raise CollectFailed(_how_it_ended(code, complaint))
    finally:
        watchdog.cancel()
        _end_group(process)
        drain.join(_AFTERMATH_S)
        for pipe in (process.stdout, process.stderr):
            if pipe is not None and not (pipe is process.stderr and drain.is_alive()):
                pipe.close()
        _RUNNING.discard(process)


def _start(command: Sequence[str], project: Path, given: dict[str, str]) -> subprocess.Popen[bytes]:
    name = command[0]
    folder = project.resolve()
    program = str(folder / name) if os.sep in name else shutil.which(name, path=given.get("PATH", os.defpath))
    missing = Text(f"没有程序 {name!r}", f"there is no program {name!r}")
    if program is None:
        raise CollectFailed(missing)
    try:
        process = subprocess.Popen(  # noqa: S603 - the project file names the program; its owner trusts it
            [program, *command[1:]],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=given,
            cwd=folder,
            start_new_session=True,
        )
    except FileNotFoundError:
        raise CollectFailed(missing) from None
    except PermissionError:
        raise CollectDenied(
            Text(f"没有运行 {name!r} 的权限", f"not allowed to run {name!r}: is it executable?")
        ) from None
    except OSError as error:
        raise CollectFailed(
            Text(f"无法运行 {name!r}:{error.strerror}", f"cannot run {name!r}: {error.strerror}")
        ) from None
    _RUNNING.add(process)
    return process


def _drain(stream: IO[bytes], tail: bytearray) -> None:
    """Keeps the end of the error stream, so that a talkative program is never blocked."""
    with contextlib.suppress(ValueError):  # closed under us
        while piece := stream.read1(_KEPT_BYTES):  # type: ignore[attr-defined] # a pipe is a BufferedReader
            tail.extend(piece)
            del tail[:-_KEPT_BYTES]


def _how_it_ended(code: int, complaint: str) -> Text:
    if code > 0:
        return with_complaint(f"程序退出码为 {code}", f"the program ended with exit code {code}", complaint)
    try:
        name = signal.Signals(-code).name
    except ValueError:
        name = f"signal {-code}"
    return with_complaint(f"程序被信号 {name} 终止", f"the program was ended by {name}", complaint)


def _await_end(process: subprocess.Popen[bytes]) -> None:
    """Waits without reaping, so that the number of the process group cannot be another's when we end it."""
    with contextlib.suppress(ChildProcessError):  # reaped by the watchdog
        os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)


def _end_group(process: subprocess.Popen[bytes]) -> None:
    """Ends the program and what it started; those who left its process group are out of reach."""
    if process.returncode is None:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


@atexit.register
def _end_all() -> None:
    """No program outlives the audit, also where its collection was given up."""
    for process in list(_RUNNING):
        _end_group(process)
