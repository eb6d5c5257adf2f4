"""GUIDs that follow from content: the same audit gives the same file, byte for byte."""

from __future__ import annotations

from hashlib import sha1
from typing import Final
from uuid import UUID, uuid5

_SPACE: Final = UUID("7d0f9f2c-6b1e-5a43-9c55-3f0a8d2b6e11")
_VARIANT: Final = {digit: "89ab"[int(digit, 16) & 3] for digit in "0123456789abcdef"}


def guid_of(name: str) -> str:
    """The GUID of a run, a taxonomy or another named thing."""
    return str(uuid5(_SPACE, name))


class ResultGuids:
    """GUIDs of the results of one run: ``uuid5(guid of the run, fingerprint)``, made 3 times as fast."""

    def __init__(self, run_id: str) -> None:
        self._run = sha1(UUID(guid_of(run_id)).bytes, usedforsecurity=False)

    def of(self, fingerprint: str) -> str:
        """The GUID of the result with this fingerprint."""
        digest = self._run.copy()
        digest.update(fingerprint.encode())
        text = digest.hexdigest()
        return f"{text[:8]}-{text[8:12]}-5{text[13:16]}-{_VARIANT[text[16]]}{text[17:20]}-{text[20:32]}"
