"""What every benchmark is told: where to work, where the peers are, how often to run."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from benchmarks.measure import ROOT

HOSPITAL = ROOT / "examples/hospital"


@dataclass(frozen=True, slots=True)
class Setting:
    """One invocation of the benchmarks.

    Attributes:
        scratch: a folder that is deleted at the end.
        runs: how many runs make a median.
        is_quick: less data and fewer runs; the targets are meant for the full size.
        is_full: the largest data of ``scale``.
    """

    scratch: Path
    peers: Path
    runs: int
    is_quick: bool = False
    is_full: bool = False

    def folder(self, name: str) -> Path:
        """An empty folder for one benchmark."""
        folder = self.scratch / name
        folder.mkdir()
        return folder

    def has_peer(self, module: str) -> bool:
        """A peer's package is installed."""
        return (self.peers / module).exists()

    def environment(self, cache: str = "cache") -> Mapping[str, str]:
        """A pack cache of our own, the same language everywhere."""
        return {"HISCOMPLY_CACHE": str(self.scratch / cache), "LC_ALL": "C.UTF-8"}


def hiscomply() -> str:
    """The installed command."""
    return str(Path(sys.executable).with_name("hiscomply"))
