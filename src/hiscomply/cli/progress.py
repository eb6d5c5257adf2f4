"""Progress on a terminal, quiet in a pipe."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from hiscomply.model import CollectionStatus, Text

_COLLECTING = Text("采集", "Collecting")
_EVALUATING = Text("评估", "Evaluating")


class Progress:
    """Two bars: targets collected, policies judged."""

    def __init__(self, bars: Any, targets: int, policies: int, language: str) -> None:
        self._bars = bars
        self._lock = threading.Lock()
        self._counts: dict[str, int] = {}
        self._targets, self._total = targets, 0
        self._labels = (_COLLECTING.to(language), _EVALUATING.to(language))
        self._collect = bars.add_task(self._labels[0], total=targets)
        self._evaluate = bars.add_task(self._labels[1], total=policies)

    def collecting(self, target: str, records: int, status: CollectionStatus | None) -> None:
        """A target has given so many records; with a status, it has ended."""
        with self._lock:
            self._total += records - self._counts.get(target, 0)
            self._counts[target] = records
            self._bars.update(
                self._collect,
                total=max(self._targets, len(self._counts)),
                advance=int(status is not None),
                description=f"{self._labels[0]} {target} ({self._total:,})",
            )

    def evaluating(self, policy: str) -> None:
        """A policy is being judged."""
        self._bars.update(self._evaluate, advance=1, description=f"{self._labels[1]} {policy}")


class Quiet:
    """No progress, where nobody watches."""

    def collecting(self, target: str, records: int, status: CollectionStatus | None) -> None:
        """Nothing."""

    def evaluating(self, policy: str) -> None:
        """Nothing."""


@contextmanager
def show_progress(targets: int, policies: int, language: str) -> Iterator[Progress | Quiet]:
    """Bars on stderr if it is a terminal."""
    if not sys.stderr.isatty():
        yield Quiet()
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn
    from rich.progress import Progress as Bars

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Bars(*columns, console=Console(stderr=True), transient=True) as bars:
        yield Progress(bars, targets, policies, language)
