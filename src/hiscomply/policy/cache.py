"""Things that are slow to make and depend on content alone, kept between runs by the digest of that content.

A cache that is absent, damaged or not writable costs time, never a result.
"""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Any

from hiscomply.paths import cache_dir


def read_cached(name: str, digest: str) -> Any | None:
    """What was kept under this digest, or None."""
    try:
        data = json.loads(_file(name, digest).read_text(encoding="utf-8"))
        return data["content"] if data["digest"] == digest else None
    except (OSError, ValueError, KeyError, TypeError):
        return None


def write_cached(name: str, digest: str, content: Any) -> None:
    """Keeps JSON-able content, if there is a place for it."""
    target = _file(name, digest)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(
            "w", encoding="utf-8", dir=target.parent, suffix=".tmp", delete=False
        ) as file:
            json.dump({"digest": digest, "content": content}, file, ensure_ascii=False)
        Path(file.name).replace(target)
    except OSError:
        return


def _file(name: str, digest: str) -> Path:
    return cache_dir() / f"{name}-{digest[:32]}.json"
