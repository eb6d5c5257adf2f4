"""What finished targets gave, kept on disk while others are still being collected: an interruption costs only those."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import IO

from hiscomply import __version__
from hiscomply.errors import ConfigError, Place, RunError
from hiscomply.kinds import Kind
from hiscomply.model import Collection, CollectionStatus, Target
from hiscomply.run_folder import read_collections, write_collections

_TAKEN_OVER = frozenset({CollectionStatus.OK, CollectionStatus.PARTIAL})


class Keeper:
    """One folder per target below the staging folder, named by all that decides what is in it.

    Args:
        zone: in which times are read that do not say theirs.
    """

    def __init__(self, staging: Path, kinds: Mapping[str, Kind], zone: str) -> None:
        self._staging = staging
        shape = repr(sorted((name, sorted(kind.columns().items())) for name, kind in kinds.items()))
        self._shape = f"{__version__} {zone} {hashlib.sha256(shape.encode()).hexdigest()}"

    def folder(self, target: Target) -> Path:
        """Where a target's rows stand, once there are any."""
        asked = json.dumps(
            [self._shape, target.collector, target.name, target.options, target.kinds],
            ensure_ascii=False,
            sort_keys=True,
            default=str,
        )
        return self._staging / hashlib.sha256(asked.encode()).hexdigest()[:24]

    def fresh(self, target: Target) -> Path:
        """An empty folder for what the target gives."""
        folder = self.folder(target)
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        return folder

    def keep(self, outcome: Collection, folder: Path) -> None:
        """Marks the target as finished; without this its folder counts for nothing in a later run."""
        part = folder / "outcome"
        part.mkdir()
        write_collections(part, [outcome])
        part.replace(folder / "finished")

    def finished(self, target: Target) -> Collection | None:
        """The outcome that an interrupted run kept, if it is one to go on with and all its rows are still there."""
        folder = self.folder(target)
        if not (folder / "finished").is_dir():
            return None
        try:
            (outcome,) = read_collections(folder / "finished")
            is_whole = all(_lines(folder / f"{kind}.jsonl") == n for kind, n in outcome.records.items())
        except (RunError, OSError):  # a machine that lost its power keeps names without what was written
            return None
        return outcome if is_whole and outcome.status in _TAKEN_OVER else None

    def forget_others(self, targets: Sequence[Target]) -> None:
        """Removes what targets gave that are no longer asked for, or no longer in the same way."""
        wanted = {self.folder(target).name for target in targets}
        for folder in self._staging.glob("*"):
            if folder.is_dir() and folder.name not in wanted:
                shutil.rmtree(folder, ignore_errors=True)


def _lines(file: Path) -> int:
    with file.open("rb") as rows:
        return sum(1 for _ in rows)


_LOCK = "lock"


@contextmanager
def staging_folder(below: Path, *, resume: bool) -> Iterator[Path]:
    """Where targets put what they give. It is gone once all is done, and stays when the work is cut off.

    Args:
        below: the folder of such folders, ``.hiscomply/collecting``.
        resume: go on in the newest one that an interrupted run left behind.

    Raises:
        ConfigError: there is none to go on with, or another run goes on with it.
        RunError: none can be made.
    """
    left = unfinished(below)
    if resume and not left:
        raise ConfigError(
            "no interrupted collection is there to go on with / 没有可继续的中断采集",
            place=Place(str(below)),
            hint="run it again without --resume / 请去掉 --resume 重新运行",
        )
    folder = left[-1] if resume else below / f"{datetime.now(UTC):%Y-%m-%dT%H%M%S.%fZ}-{os.getpid()}"
    try:
        _make(folder)
        with (folder / _LOCK).open("w") as lock:
            _hold(lock)
            yield folder
            for one in [folder, *(one for one in left if not _is_in_use(one))]:
                shutil.rmtree(one, ignore_errors=True)
    except BlockingIOError:
        raise ConfigError(
            "another run goes on with this collection already / 另一次运行正在继续该采集",
            place=Place(str(folder)),
        ) from None
    finally:
        if not _has_finished_targets(folder):
            shutil.rmtree(folder, ignore_errors=True)
        with suppress(OSError):
            below.rmdir()


def _make(folder: Path) -> None:
    """Makes it, also where another run that ends takes the empty folder above it away in the same moment.

    Raises:
        RunError: it cannot be made.
    """
    for attempts_left in reversed(range(8)):
        try:
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            return
        except OSError as error:
            if attempts_left and isinstance(error, FileNotFoundError):
                continue
            raise RunError(
                f"what is collected cannot be written: {error.strerror} / 无法写入采集内容",
                place=Place(str(folder)),
                hint="check free space and permissions / 请检查磁盘空间与权限",
            ) from error


def unfinished(below: Path) -> list[Path]:
    """The folders that interrupted runs left behind with at least one finished target, oldest first."""
    return [
        folder
        for folder in sorted(below.glob("*"))
        if _has_finished_targets(folder) and not _is_in_use(folder)
    ]


def finished_targets(folder: Path) -> int:
    """How many targets a run had finished in its staging folder."""
    return sum(1 for _ in folder.glob("*/finished"))


def _has_finished_targets(folder: Path) -> bool:
    return next(folder.glob("*/finished"), None) is not None


def _hold(lock: IO[str]) -> None:
    """Takes the lock until the file is closed, on systems that have such locks; BlockingIOError if it is taken."""
    try:
        import fcntl
    except ImportError:
        return
    fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)


def _is_in_use(folder: Path) -> bool:
    try:
        with (folder / _LOCK).open("r+") as lock:
            _hold(lock)
    except BlockingIOError:
        return True
    except OSError:
        return False
    return False
