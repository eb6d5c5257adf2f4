"""Things that are slow to make and depend on content alone, kept between runs by the digest of that content.

A cache that is absent, damaged, not writable or not ours alone costs time, never a result.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from hiscomply.own_files import read_kept, write_kept
from hiscomply.paths import cache_dir


def read_cached(name: str, digest: str) -> Any | None:
    """What was kept under this digest, or None."""
    body = read_kept(_file(name, digest), digest)
    return None if body is None else json.loads(body)


def write_cached(name: str, digest: str, content: Any) -> None:
    """Keeps JSON-able content, if there is a place for it."""
    write_kept(
        _file(name, digest), digest, json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()
    )


def _file(name: str, digest: str) -> Path:
    return cache_dir() / f"{name}-{digest[:32]}.json"
