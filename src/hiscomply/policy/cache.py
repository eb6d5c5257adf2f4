"""Things that are slow to make and depend on content alone, kept between runs by the digest of that content.

A cache that is absent, damaged, not writable or not ours alone costs time, never a result. A kept file starts with the
digest of what it was made from and the digest of what it says, so that one that was cut or edited is made again. Whoever
can write as this user can still forge one, as they could the program itself.
"""

from __future__ import annotations

import hashlib
import json
import os
import stat
import tempfile
from pathlib import Path
from typing import Any

from hiscomply.paths import cache_dir

_HEAD = 2 * 64 + 1
"""Two digests in hexadecimal and the end of the line."""
_OTHERS_WRITE = stat.S_IWGRP | stat.S_IWOTH


def read_cached(name: str, digest: str) -> Any | None:
    """What was kept under this digest, or None."""
    try:
        raw = _read_own(_file(name, digest))
    except OSError:
        return None
    body = raw[_HEAD:]
    if raw[:_HEAD] != _head(digest, body):
        return None
    return json.loads(body)


def write_cached(name: str, digest: str, content: Any) -> None:
    """Keeps JSON-able content, if there is a place for it."""
    target = _file(name, digest)
    body = json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()
    try:
        target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with tempfile.NamedTemporaryFile(dir=target.parent, suffix=".tmp", delete=False) as file:
            file.write(_head(digest, body) + body)
        Path(file.name).replace(target)
    except OSError:
        return


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


def _file(name: str, digest: str) -> Path:
    return cache_dir() / f"{name}-{digest[:32]}.json"
