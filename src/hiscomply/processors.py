"""How many processors this process may use: by its affinity, and on Linux by the quota of its control group.

A container of a CI server often sees all processors of its machine and may use one. Sources: cgroups(7), and of the
Linux kernel's documentation "Control Group v2" (``cpu.max``) and "CFS Bandwidth Control" (``cpu.cfs_quota_us``).
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path, PurePosixPath

_MOUNTED = Path("/sys/fs/cgroup")
_MINE = Path("/proc/self/cgroup")


def processors(mounted: Path = _MOUNTED, mine: Path = _MINE) -> int:
    """At least one; a part of a processor is none.

    Args:
        mounted: where the control groups are mounted.
        mine: the file that says in which of them this process is.
    """
    count = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return max(1, min([count, *(int(share) for share in _shares(mounted, mine))]))


def _shares(mounted: Path, mine: Path) -> Iterator[float]:
    """Processors that each group around this process may use in all; a group without a limit gives nothing."""
    for folder in _folders(mounted, mine):
        with suppress(OSError, ValueError, ZeroDivisionError):
            yield _share(folder)


def _folders(mounted: Path, mine: Path) -> Iterator[Path]:
    """The process's groups for processors with all above them, innermost first; in a container they may be the root."""
    try:
        lines = mine.read_text(encoding="utf-8", errors="surrogateescape").splitlines()
    except OSError:
        return
    for line in lines:
        _, controllers, group, *_ = *line.split(":", 2), "", ""
        if not controllers or "cpu" in controllers.split(","):
            at = PurePosixPath(group.lstrip("/"))
            for inner in (at, *at.parents):
                yield mounted / controllers / inner


def _share(folder: Path) -> float:
    """Of one group, in the form of version 2 or of version 1.

    Raises:
        OSError: it has neither.
        ValueError, ZeroDivisionError: it has no limit.
    """
    if (folder / "cpu.max").exists():
        quota, _, period = (folder / "cpu.max").read_text(encoding="ascii").partition(" ")
    else:
        quota = (folder / "cpu.cfs_quota_us").read_text(encoding="ascii")
        period = (folder / "cpu.cfs_period_us").read_text(encoding="ascii")
    if int(quota) <= 0:
        raise ValueError(quota)
    return int(quota) / int(period)
