"""All input of the collector: files of one folder, never one outside of it."""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from fnmatch import fnmatchcase
from pathlib import Path
from typing import BinaryIO

from hiscomply.hookspecs import CollectDenied, CollectFailed
from hiscomply.model import Rejected, Text

_PIECE_BYTES = 1024 * 1024
_NEVER_LISTED = (".*", "~$*", "Thumbs.db", "desktop.ini")


class Unusable(Exception):
    """A file that an entry names cannot be its document; the reason is for people."""

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(en)
        self.reason = Text(zh, en)


class Folder:
    """The folder of the documents.

    Raises:
        CollectFailed: it is no folder.
    """

    def __init__(self, path: Path, limit_bytes: int) -> None:
        self.path = path.resolve()
        self._limit_bytes = limit_bytes
        if not self.path.is_dir():
            raise CollectFailed(Text(f"没有文件夹 {path}", f"there is no folder {path}"))

    def inside(self, name: str) -> Path:
        """The real path of a file, which may lie outside; ``opened`` refuses those."""
        return (self.path / name).resolve()

    @contextmanager
    def opened(self, name: str) -> Iterator[BinaryIO]:
        """A file of the folder.

        Raises:
            Unusable: it is not there, leads out of the folder, is no plain file, or too large.
            CollectDenied: it may not be read.
        """
        path = self.inside(name)
        if not path.is_relative_to(self.path):
            raise Unusable("文件指向文件夹之外,拒绝读取", "the file leads out of the folder and was not read")
        try:
            # Not blocking, or a pipe would hang us; no link, should one be put there in between.
            handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
        except (FileNotFoundError, NotADirectoryError):
            raise Unusable("索引中列出的文件不存在", "the file that the entry names does not exist") from None
        except PermissionError:
            raise CollectDenied(Text("没有读取权限", "not allowed to read it")) from None
        except OSError as error:
            raise Unusable(
                f"文件无法打开:{error.strerror}", f"the file cannot be opened: {error.strerror}"
            ) from None
        with os.fdopen(handle, "rb") as stream:
            status = os.fstat(handle)
            if not stat.S_ISREG(status.st_mode):
                raise Unusable("不是普通文件", "this is no plain file")
            if status.st_size > self._limit_bytes:
                limit = f"{self._limit_bytes >> 20} MiB"
                raise Unusable(
                    f"文件超过 {limit}(max_size_mb)", f"the file is larger than {limit} (max_size_mb)"
                )
            yield stream

    def unlisted(self, known: set[Path], ignore: Sequence[str], source: str) -> Iterator[Rejected]:
        """The files that no entry names, and the folders that cannot be looked into, set aside by name."""
        patterns = (*_NEVER_LISTED, *ignore)

        def is_passed_over(name: str, inner: str) -> bool:
            return any(fnmatchcase(name, one) or fnmatchcase(inner, one) for one in patterns)

        closed: list[OSError] = []
        for folder, folders, names in os.walk(self.path, onerror=closed.append):
            folders[:] = sorted(one for one in folders if not one.startswith("."))
            for name in sorted(names):
                path = Path(folder) / name
                inner = path.relative_to(self.path).as_posix()
                if path in known or path.resolve() in known:
                    continue
                if is_passed_over(name, inner):
                    continue
                reason = Text(
                    "文件夹中有此文件,但索引没有列出;请补充条目,或写入 ignore",
                    "the file is in the folder, but not in the index; add an entry, or name it in ignore",
                )
                yield Rejected("document", source, reason, pointer=inner, subject=inner)
        for error in closed:
            inner = Path(error.filename).relative_to(self.path).as_posix()
            if is_passed_over(Path(inner).name, inner):
                continue
            reason = Text(
                f"无法查看此文件夹,其中可能有未列入索引的文件:{error.strerror}",
                f"the folder cannot be looked into, and may hold files that the index does not list: {error.strerror}",
            )
            yield Rejected("document", source, reason, pointer=inner, subject=inner)


def stamp(stream: BinaryIO) -> tuple[int, int]:
    """Time of change in ns and size: another pair means that the file was written to."""
    status = os.fstat(stream.fileno())
    return status.st_mtime_ns, status.st_size


def sha256_of(stream: BinaryIO) -> str:
    """The hash of the whole file, ``sha256:<hex>``.

    Raises:
        Unusable: it was written to meanwhile, or cannot be read to its end.
    """
    before = os.fstat(stream.fileno())
    digest = hashlib.sha256()
    read = 0
    try:
        while read <= before.st_size and (piece := stream.read(_PIECE_BYTES)):
            digest.update(piece)
            read += len(piece)
    except OSError as error:
        raise Unusable(
            f"文件读取出错:{error.strerror}", f"the file cannot be read: {error.strerror}"
        ) from None
    if read != before.st_size or stamp(stream) != (before.st_mtime_ns, before.st_size):
        raise Unusable("读取期间文件被改动", "the file was changed while it was read")
    return f"sha256:{digest.hexdigest()}"
