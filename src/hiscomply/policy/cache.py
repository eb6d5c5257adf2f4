"""Things that are slow to make and depend on content alone, kept between runs by the digest of that content.

A cache that is absent, damaged, not writable or not ours alone costs time, never a result. Content is kept as Python
keeps its compiled modules (``marshal``), which is read in a third of the time of JSON; so each Python has files of its own.
"""

from __future__ import annotations

import marshal
import sys
from pathlib import Path
from typing import Any

from hiscomply.own_files import make_room, read_kept, write_kept
from hiscomply.paths import cache_dir


def read_cached(name: str, digest: str) -> Any | None:
    """What was kept under this digest, or None."""
    body = read_kept(_file(name, digest), digest)
    return None if body is None else marshal.loads(body)  # noqa: S302 - read_kept vouches for it


def write_cached(name: str, digest: str, content: Any) -> None:
    """Keeps content made of None, bool, int, float, str, list, tuple and dict, if there is a place for it."""
    write_kept(_file(name, digest), digest, marshal.dumps(content))


def keep_newest(name: str, digest: str, most_bytes: int) -> None:
    """Removes what was made under this name longest ago, where there is more than so much of it."""
    make_room(_file(name, digest), f"{name}-", most_bytes)


def _file(name: str, digest: str) -> Path:
    return cache_dir() / f"{name}-{digest[:32]}.{sys.implementation.name}-{sys.hexversion:x}"
