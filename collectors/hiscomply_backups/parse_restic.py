"""``restic snapshots --json`` and ``restic check`` to copies. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from hiscomply.model import Rejected
from hiscomply_backups.copies import Copy, moment, not_understood, parsed, set_aside


def read_snapshots(output: bytes, source: str, *, ended_at_start: bool = False) -> Iterator[Copy | Rejected]:
    """The snapshots; each is complete in itself, hence of type full.

    restic writes a snapshot only at the end of a run, so each is a success. Its end is recorded since 0.17. One
    without a single byte was taken of an empty folder, for want of a mount perhaps: whether it is any good is not known.

    Args:
        ended_at_start: take the start for the end where none is recorded.

    Raises:
        CollectFailed: the output is no list.
    """
    found = parsed("restic", output)
    if found is None:
        found = []
    if not isinstance(found, list):
        raise not_understood("restic")
    for number, one in enumerate(found, 1):
        try:
            yield _copy(one, ended_at_start)
        except (KeyError, TypeError, ValueError, AttributeError):
            yield set_aside(source, number, "restic")


def _copy(one: dict[str, Any], ended_at_start: bool) -> Copy:
    summary = one.get("summary") or {}
    started = moment(one["time"])
    ended = moment(summary["backup_end"]) if "backup_end" in summary else None
    host = str(one.get("hostname", ""))
    tags = tuple(map(str, one.get("tags") or ()))
    size = summary.get("total_bytes_processed")
    return Copy(
        id=str(one["id"])[:8],
        job=" ".join((host, *sorted(tags))).strip() or "restic",
        started=started,
        ended=started if ended is None and ended_at_start else ended,
        status=None if size == 0 else "success",
        type="full",
        encrypted=True,
        size_bytes=size if isinstance(size, int) else None,
        host=host,
        tags=tags,
        paths=tuple(map(str, one.get("paths") or ())),
    )


def is_damaged(code: int, errors: bytes) -> bool | None:
    """What ``restic check`` found; None where it did not get to the end."""
    if code == 0:
        return False
    if b"retrying" in errors or b"repository contains errors" not in errors:
        return None  # a storage that is out of reach leads to the same last line
    return True
