"""The path of a file as formats look at it."""

from __future__ import annotations

from functools import lru_cache
from pathlib import PurePosixPath


@lru_cache(maxsize=16)
def posix(path: str) -> PurePosixPath:
    """The path in its parts: every format asks for those of the same file, one after the other."""
    return PurePosixPath(path)
