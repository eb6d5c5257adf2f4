"""What a folder holds, to be compared with what it holds later."""

from __future__ import annotations

import hashlib
from pathlib import Path


def state(folder: Path) -> dict[str, tuple[int, int, int, str]]:
    """Mode, size, time of change and hash of everything below a folder."""
    found = {}
    for one in [folder, *sorted(folder.rglob("*"))]:
        status = one.lstat()
        digest = hashlib.sha256(one.read_bytes()).hexdigest() if one.is_file() else ""
        found[str(one.relative_to(folder))] = (status.st_mode, status.st_size, status.st_mtime_ns, digest)
    return found
