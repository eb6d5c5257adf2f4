"""Files of the user's cache: whole, unaltered and this user's alone, or they count as absent.

A kept file starts with the digest of what it was made from and the digest of what it says, so that one that was cut or
edited is made again. Whoever can write as this user can still forge one, as they could the program itself.
"""

from __future__ import annotations

import hashlib
import os
import stat
import tempfile
import time
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

_HEAD = 2 * 64 + 1
"""Two digests in hexadecimal and the end of the line."""
_PART = ".tmp"
_ABANDONED_S = 3600.0
"""A file that is still being written after so long was left behind by a run that was killed."""
_OTHERS_WRITE = stat.S_IWGRP | stat.S_IWOTH


def read_kept(file: Path, digest: str) -> bytes | None:
    """What was kept in this file under this digest, or None."""
    try:
        raw = _read_own(file)
    except OSError:
        return None
    body = raw[_HEAD:]
    return body if raw[:_HEAD] == _head(digest, body) else None


def write_kept(file: Path, digest: str, body: bytes) -> None:
    """Keeps it, if there is a place for it: written beside, then renamed."""
    try:
        file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with tempfile.NamedTemporaryFile(dir=file.parent, suffix=_PART, delete=False) as part:
            try:
                part.write(_head(digest, body) + body)
            except OSError:
                with suppress(OSError):
                    Path(part.name).unlink()
                raise
        Path(part.name).replace(file)
    except OSError:
        return


def make_room(newest: Path, prefix: str, most_bytes: int) -> None:
    """Removes the files that were used longest ago, and what killed runs left behind.

    Args:
        newest: a file that stays.
        prefix: of the names of its like, which together may have ``most_bytes``.
    """
    left = most_bytes
    found: list[tuple[float, int, Path]] = []
    with suppress(OSError):
        for one in newest.parent.iterdir():
            if one.suffix == _PART or one.name.startswith(prefix):
                with suppress(OSError):
                    status = one.stat()
                    found.append((status.st_mtime, status.st_size, one))
    for used, size, file in sorted(found, reverse=True):
        is_abandoned = file.suffix == _PART and used < time.time() - _ABANDONED_S
        left -= 0 if file.suffix == _PART else size
        if is_abandoned or (left < 0 and file.suffix != _PART and file != newest):
            with suppress(OSError):
                file.unlink()


def code_digest(folders: Iterable[Path], beside: Iterable[str] = ()) -> str | None:
    """Digest of the source of all modules below the folders, and of those named in the folder above each.

    None where they cannot be read: run from an archive, or compiled only.
    """
    digest = hashlib.sha256()
    try:
        for folder in folders:
            files = [*sorted(folder.rglob("*.py")), *(folder.parent / name for name in beside)]
            if not files:
                return None
            for file in files:
                content = file.read_bytes()
                digest.update(f"{file.relative_to(folder.parent).as_posix()} {len(content)}\n".encode())
                digest.update(content)
    except OSError:
        return None
    return digest.hexdigest()


def _head(digest: str, body: bytes) -> bytes:
    return f"{digest}{hashlib.sha256(body).hexdigest()}\n".encode()


def _read_own(file: Path) -> bytes:
    """The bytes of a file that nobody but this user (or root) can have written.

    Raises:
        OSError: there is none, it is a link, or it or its folder belongs to or can be written by others.
    """
    _check_own(os.stat(file.parent), file.parent)  # noqa: PTH116 - one call for both kinds of argument
    descriptor = os.open(file, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0))
    with os.fdopen(descriptor, "rb") as opened:
        _check_own(os.fstat(descriptor), file)
        return opened.read()


def _check_own(found: os.stat_result, path: Path) -> None:
    if not hasattr(os, "getuid"):
        return  # Windows: the folder of the user's profile is closed to others by its access list
    if found.st_uid not in (0, os.getuid()) or found.st_mode & _OTHERS_WRITE:
        raise PermissionError(f"{path} is not this user's alone")
