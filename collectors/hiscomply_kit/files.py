"""Files that a target names by path or pattern, and why one cannot be read."""

from __future__ import annotations

import glob
import os
from datetime import UTC, datetime
from pathlib import Path

from hiscomply.hookspecs import CollectDenied, CollectFailed
from hiscomply.model import Text


def find_files(project: Path, pattern: str) -> list[Path]:
    """The files of a path or glob, sorted; Excel's lock files are left out, a link that leads nowhere is not.

    Raises:
        CollectFailed: there is none.
        CollectDenied: its folder may not be looked into.
    """
    exact = project / pattern
    try:
        is_file = exact.is_file()
    except PermissionError as error:
        raise not_allowed(error) from None
    # Path.glob refuses absolute patterns, and exports often lie outside the project.
    names = [] if is_file else glob.glob(pattern, root_dir=project, recursive=True)  # noqa: PTH207  # as above
    if not is_file:
        _look_into(project, pattern)
    files = sorted({project / name for name in names} | ({exact} if is_file else set()))
    files = [file for file in files if _is_file(file) and not file.name.startswith("~$")]
    if not files:
        raise CollectFailed(Text(f"没有与 {pattern!r} 相符的文件", f"no file matches {pattern!r}"))
    return files


def _is_file(path: Path) -> bool:
    """Also of a link that leads nowhere, so that whoever opens it tells that it cannot be read."""
    return path.is_file() or (path.is_symlink() and not path.exists())


def _look_into(project: Path, pattern: str) -> None:
    """Makes sure that no folder of a pattern was passed over, as glob does with those that it may not look into.

    Raises:
        CollectDenied: there is such a folder; names it.
    """
    while glob.has_magic(pattern):
        folder, last = os.path.split(pattern)
        needed = os.X_OK | (os.R_OK if glob.has_magic(last) else 0)
        for name in glob.glob(folder, root_dir=project, recursive=True) if folder else ():  # noqa: PTH207  # as above
            path = project / name
            if path.is_dir() and path.name != "lost+found" and not os.access(path, needed):
                raise CollectDenied(
                    Text(f"没有权限查看文件夹 {name}", f"not allowed to look into the folder {name}")
                )
        pattern = folder


def modified(path: Path) -> datetime:
    """When the file was last written, UTC.

    Raises:
        CollectFailed: it has gone.
    """
    try:
        return datetime.fromtimestamp(path.stat().st_mtime, UTC)
    except OSError as error:
        raise unreadable(error) from None


def not_allowed(error: PermissionError) -> CollectDenied:
    """The account may not read it."""
    return CollectDenied(Text(f"没有读取权限:{error.strerror}", f"not allowed to read: {error.strerror}"))


def unreadable(error: OSError) -> CollectFailed:
    """It cannot be read for another reason."""
    return CollectFailed(Text(f"读取失败:{error.strerror}", f"cannot read: {error.strerror}"))
