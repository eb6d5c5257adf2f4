"""All input and output of the collector: reading files and running commands of this host."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from glob import glob, has_magic
from pathlib import Path
from typing import Protocol

from hiscomply_local.answers import ABSENT, MAX_FILE_BYTES, Answer, Answers, Ask, Command, Outcome

HEAD_BYTES = 4096
_WORKERS = 8
_PIECE_BYTES = 65_536
_SEARCH_PATH = "/usr/sbin:/usr/bin:/sbin:/bin"


class Host(Protocol):
    """Where facts come from; another transport implements these three."""

    def read(self, path: str, limit: int | None = None) -> Answer:
        """The file, or its first ``limit`` bytes."""
        ...

    def expand(self, pattern: str) -> tuple[list[str], Answer | None]:
        """The files of a pattern, and why its folder could not be listed."""
        ...

    def run(self, command: Command, timeout_s: float) -> Answer:
        """The output of a command."""
        ...


class LocalHost:
    """The host that this program runs on."""

    def read(self, path: str, limit: int | None = None) -> Answer:
        """Reads a file; never more than ``MAX_FILE_BYTES``, and says so when it is larger."""
        try:
            data = _read(path, MAX_FILE_BYTES + 1 if limit is None else limit)
        except (FileNotFoundError, NotADirectoryError):
            return ABSENT
        except PermissionError as error:
            return Answer(Outcome.DENIED, detail=error.strerror or "")
        except OSError as error:
            return Answer(Outcome.BROKEN, detail=error.strerror or "")
        if limit is None and len(data) > MAX_FILE_BYTES:
            return Answer(Outcome.BROKEN, detail=f"larger than {MAX_FILE_BYTES} bytes")
        return Answer(Outcome.OK, data)

    def expand(self, pattern: str) -> tuple[list[str], Answer | None]:
        """The regular files that match; a folder that refuses to be listed is an answer of its own."""
        folder = os.path.dirname(pattern)  # noqa: PTH120 - Path would lose what glob means
        if not has_magic(folder) and Path(folder).is_dir() and not os.access(folder, os.R_OK | os.X_OK):
            return [], Answer(Outcome.DENIED, detail="Permission denied")
        return sorted(path for path in glob(pattern) if Path(path).is_file()), None  # noqa: PTH207

    def run(self, command: Command, timeout_s: float) -> Answer:
        """Runs a command without a shell; on time-out its whole process group is ended."""
        program = self._program(command)
        if program is None:
            return ABSENT
        environment = {"LC_ALL": "C", "LANG": "C", "TZ": "UTC", "PATH": _SEARCH_PATH, "HOME": "/nonexistent"}
        try:
            process = subprocess.Popen(  # noqa: S603 - argument lists are constants of this package
                [program, *command.args],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                env=environment,
                cwd="/",
                start_new_session=True,
            )
        except PermissionError as error:
            return Answer(Outcome.DENIED, detail=error.strerror or "")
        except OSError as error:
            return Answer(Outcome.BROKEN, detail=error.strerror or "")
        return _wait(process, timeout_s)

    def _program(self, command: Command) -> str | None:
        """The path of its program; None on a host that counts as without the command."""
        if command.unless_file and self.read(command.unless_file, 1).data:
            return None
        if command.if_folder and not Path(command.if_folder).is_dir():
            return None
        if command.if_empty and not _is_empty(command.if_empty):
            return None
        if command.unless is not None and self._program(command.unless) is not None:
            return None
        return next((found for name in command.programs if (found := _find(name))), None)


def _is_empty(folder: str) -> bool:
    try:
        return not os.listdir(folder)  # noqa: PTH208 - a list says whether there is one
    except OSError:
        return False


def _read(path: str, limit: int) -> bytes:
    # In pieces: the kernel refuses large reads of /proc/sys with "cannot allocate memory".
    pieces: list[bytes] = []
    with Path(path).open("rb", buffering=0) as stream:
        while limit > 0 and (piece := stream.read(min(_PIECE_BYTES, limit))):
            pieces.append(piece)
            limit -= len(piece)
    return b"".join(pieces)


def _find(name: str) -> str | None:
    return shutil.which(name, path=_SEARCH_PATH)


def _wait(process: subprocess.Popen[bytes], timeout_s: float) -> Answer:
    try:
        output, errors = process.communicate(timeout=timeout_s)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
        return Answer(Outcome.TIMED_OUT, detail=f"{timeout_s:g} s")
    # chronyc and some others complain on standard output.
    complaint = errors.strip() or (output if process.returncode else b"")
    said = complaint.decode("utf-8", "replace").strip().splitlines()
    return Answer(Outcome.OK, output, process.returncode, said[-1][:200] if said else "")


def gather(host: Host, asks: Iterable[Ask], timeout_s: float) -> Answers:
    """Fetches the inputs of all facts at once, each input a single time.

    Args:
        timeout_s: for each command.
    """
    asks = tuple(asks)
    commands = list(dict.fromkeys(command for ask in asks for command in ask.commands))
    with ThreadPoolExecutor(_WORKERS) as pool:
        running = [pool.submit(host.run, command, timeout_s) for command in commands]
        files: dict[str, Answer] = {}
        for ask in asks:
            _read_all(host, ask.files, None, files)
            _read_all(host, ask.heads, HEAD_BYTES, files)
        outputs = [future.result() for future in running]
    return Answers(files, dict(zip(commands, outputs, strict=True)))


def _read_all(host: Host, paths: Iterable[str], limit: int | None, files: dict[str, Answer]) -> None:
    for path in paths:
        found, refusal = host.expand(path) if has_magic(path) else ([path], None)
        if refusal is not None:
            files[path] = refusal
        for name in found:
            if name not in files:
                files[name] = host.read(name, limit)
