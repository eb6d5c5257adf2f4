"""All contact with the file system: walking a tree without leaving it, and reading files within limits."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator, Sequence
from fnmatch import fnmatch
from pathlib import Path

from hiscomply.frozen import dataclass
from hiscomply.model import Text

HEAD_BYTES = 4096
NEVER_ENTERED = frozenset({".git", ".hg", ".svn", ".hiscomply"})

OUTSIDE = Text(zh="符号链接指向目录之外,未读取", en="the symbolic link leads out of the tree, not read")
BROKEN = Text(zh="符号链接的目标不存在", en="the symbolic link leads nowhere")
ALIKE = Text(
    zh="其名称中无法显示的字节写出后与另一个文件同名,未读取",
    en="with the bytes that cannot be shown written out, its name is that of another file, not read",
)
NO_FILE = Text(zh="不是普通文件(管道、套接字或设备)", en="not a regular file (pipe, socket or device)")


@dataclass(frozen=True, slots=True)
class Found:
    """Something in the tree: a regular file to read, or an obstacle with its reason.

    Attributes:
        path: where it is.
        name: its path as records say it: relative to the project where it is inside, POSIX style.
        problem: why it cannot be read, else None.
        is_folder: True for a folder that could not be entered.
    """

    path: str
    name: str
    size_bytes: int = 0
    problem: Text | None = None
    is_folder: bool = False


@dataclass(frozen=True, slots=True)
class Tree:
    """A file or folder to walk: its place, its name in records, and what to leave out."""

    root: Path
    name: str
    exclude: Sequence[str] = ()

    def walk(self) -> Iterator[Found]:
        """Every file in the order of its name, folder by folder; raises OSError for an unreadable root."""
        if self.root.is_dir():
            home = Path(os.path.realpath(self.root))
            yield from self._folder("" if self.name == "." else self.name, home, _scan(str(self.root)))
        else:
            yield _file(str(self.root), self.name, self.root.stat())

    def _folder(self, name: str, home: Path, entries: list[os.DirEntry[str]]) -> Iterator[Found]:
        for entry in entries:
            path = entry.path
            entry_name = f"{name}/{entry.name}" if name else entry.name
            if self.exclude and self._is_excluded(entry_name, entry.name):
                continue
            if entry.is_symlink():
                yield from _link(path, entry_name, home)
            elif not entry.is_dir(follow_symlinks=False):
                yield _entry(entry, path, entry_name)
            elif entry.name not in NEVER_ENTERED:
                try:
                    below = _scan(path)
                except OSError as error:
                    yield Found(path, entry_name, problem=system_reason(error), is_folder=True)
                else:
                    yield from self._folder(entry_name, home, below)

    def _is_excluded(self, name: str, last: str) -> bool:
        return any(
            fnmatch(name, pattern) or fnmatch(f"/{name}", pattern) or fnmatch(last, pattern)
            for pattern in self.exclude
        )


def _scan(folder: str) -> list[os.DirEntry[str]]:
    with os.scandir(folder) as entries:
        return sorted(entries, key=lambda entry: entry.name)


def _entry(entry: os.DirEntry[str], path: str, name: str) -> Found:
    try:
        return _file(path, name, entry.stat(follow_symlinks=False))
    except OSError as error:
        return Found(path, name, problem=system_reason(error))


def _file(path: str, name: str, status: os.stat_result) -> Found:
    if not stat.S_ISREG(status.st_mode):
        return Found(path, name, problem=NO_FILE)
    return Found(path, name, status.st_size)


def _link(path: str, name: str, home: Path) -> Iterator[Found]:
    """A link to a file of the tree is read under its own name; a folder of the tree is read in its place."""
    target = Path(os.path.realpath(path))
    is_folder = target.is_dir()
    if not target.is_relative_to(home):
        yield Found(path, name, problem=OUTSIDE, is_folder=is_folder)
    elif is_folder:
        return
    else:
        try:
            yield _file(str(target), name, target.stat())
        except OSError:
            yield Found(path, name, problem=BROKEN)


def read_head(path: str) -> bytes:
    """The first 4096 bytes; raises OSError."""
    descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_BINARY", 0))
    try:
        return os.read(descriptor, HEAD_BYTES)
    finally:
        os.close(descriptor)


def read_all(path: str, limit: int) -> bytes:
    """At most ``limit`` + 1 bytes: a file that grows meanwhile is seen to be too large; raises OSError."""
    with open(path, "rb") as stream:  # noqa: PTH123 - a path that was never taken apart
        return stream.read(limit + 1)


def system_reason(error: OSError) -> Text:
    """What the operating system said, without the path."""
    if isinstance(error, PermissionError):
        return Text(zh="没有读取权限", en="no permission to read it")
    said = error.strerror or type(error).__name__
    return Text(zh=f"系统无法读取({said})", en=f"the system cannot read it ({said})")
