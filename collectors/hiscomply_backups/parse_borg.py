"""``borg list --json``, ``borg config`` and ``borg check`` to copies. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from hiscomply.model import Rejected
from hiscomply_backups.copies import Copy, moment, not_understood, parsed, set_aside

_STAMP = re.compile(r"(?:(?:^|[-_.:+ @])[-_.:+ @]*\d|\d{8})[\dT:.\-_+Z]*$")
_DATE_DIGITS = 6
_CHECKPOINT = re.compile(r"\.checkpoint(\.\d+)?$")
_ENCRYPTED = {
    "none": False,
    "authenticated": False,
    "authenticated-blake2": False,
    "repokey": True,
    "keyfile": True,
    "repokey-blake2": True,
    "keyfile-blake2": True,
}


def read_archives(output: bytes, source: str, *, is_locked: bool | None) -> Iterator[Copy | Rejected]:
    """The archives, oldest first; each is complete in itself, hence of type full.

    A checkpoint is what an unfinished run left. It failed if another run came after it, since Borg lets only one
    run write at a time, or if nobody holds the lock; else it may still be running, and its status is not known.

    Args:
        is_locked: whether somebody writes to the repository; None if that cannot be seen.

    Raises:
        CollectFailed: the output is no list of archives.
    """
    found = parsed("borg", output)
    if not isinstance(found, dict) or not isinstance(found.get("archives"), list):
        raise not_understood("borg")
    encryption = found.get("encryption")
    mode = str(encryption.get("mode")) if isinstance(encryption, dict) else ""
    archives = found["archives"]
    starts = [str(one.get("start")) for one in archives if isinstance(one, dict)]
    for number, one in enumerate(archives, 1):
        try:
            is_last = str(one["start"]) == max(starts)
            yield _copy(one, _ENCRYPTED.get(mode), is_over=not is_last or is_locked is False)
        except (KeyError, TypeError, ValueError, AttributeError):
            yield set_aside(source, number, "borg")


def _copy(one: dict[str, Any], encrypted: bool | None, *, is_over: bool) -> Copy:
    name = str(one["name"])
    is_checkpoint = _CHECKPOINT.search(name) is not None
    whole = _CHECKPOINT.sub("", name)
    status = "success" if not is_checkpoint else "failed" if is_over else None
    return Copy(
        id=name,
        job=_series(whole),
        started=moment(one["start"]),
        ended=moment(one["end"]) if status is not None and "end" in one else None,
        status=status,
        type="full",
        encrypted=encrypted,
        name=whole,
        host=str(one.get("hostname", "")),
    )


def _series(name: str) -> str:
    """The name without the date at its end; a shorter number may well tell two hosts apart, so it stays."""
    found = _STAMP.search(name)
    if found is None or sum(map(str.isdigit, found.group())) < _DATE_DIGITS:
        return name
    return name[: found.start()] or "borg"


def is_append_only(output: bytes) -> bool | None:
    """The answer of ``borg config REPOSITORY append_only``; None for any that is neither 0 nor 1."""
    return {b"0": False, b"1": True}.get(output.strip())


def is_damaged(code: int, errors: bytes) -> bool | None:
    """What ``borg check`` found; None where it did not get to the end."""
    if code == 0:
        return False
    told = (b"errors found", b"problems found", b"Data integrity error", b"IntegrityError")
    return True if any(one in errors for one in told) else None
