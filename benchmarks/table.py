"""The one table: on a terminal as aligned columns, in a file as Markdown."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from unicodedata import east_asian_width

from benchmarks.measure import Cost

HEAD = ("benchmark", "what", "CPU s", "wall s", "peak MiB", "runs", "remark")
_RIGHT = range(2, 6)


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table.

    Attributes:
        cost: None when it was not measured; the remark says why.
    """

    benchmark: str
    what: str
    cost: Cost | None
    remark: str = ""

    def cells(self) -> tuple[str, ...]:
        """The line as text, in the order of ``HEAD``."""
        if self.cost is None:
            return (self.benchmark, self.what, "", "", "", "", self.remark)
        cost = self.cost
        peak = f"{cost.peak_mib:.0f}" if cost.peak_mib else ""
        runs = str(cost.runs)
        return (self.benchmark, self.what, _short(cost.cpu_s), _short(cost.seconds), peak, runs, self.remark)


def times(peer: Cost, ours: Cost, target: float | None = None) -> str:
    """How many times our wall and processor time a peer takes, and whether that is enough."""
    wall, cpu = peer.seconds / ours.seconds, peer.cpu_s / ours.cpu_s
    said = f"{wall:.1f} × hiscomply's wall, {cpu:.1f} × its CPU"
    return said if target is None else f"{said}; {aim(f'≥ {target:g} ×', wall >= target)}"


def aim(text: str, is_met: bool) -> str:
    """A target, and whether it is met."""
    return f"target {text}: {'met' if is_met else 'MISSED'}"


def aligned(rows: Iterable[Row]) -> str:
    """The table for a terminal."""
    lines = [HEAD, *(row.cells() for row in rows)]
    widths = [max(_width(line[column]) for line in lines) for column in range(len(HEAD))]
    return "\n".join("  ".join(_padded(line, widths)).rstrip() for line in lines)


def markdown(rows: Iterable[Row]) -> str:
    """The table as Markdown."""
    rule = ["---:" if column in _RIGHT else "---" for column in range(len(HEAD))]
    lines: list[Sequence[str]] = [HEAD, rule, *(row.cells() for row in rows)]
    return "\n".join(f"| {' | '.join(cell.replace('|', '/') for cell in line)} |" for line in lines)


def _padded(line: Sequence[str], widths: Sequence[int]) -> list[str]:
    cells = []
    for column, (cell, width) in enumerate(zip(line, widths, strict=True)):
        space = " " * (width - _width(cell))
        cells.append(space + cell if column in _RIGHT else cell + space)
    return cells


def _width(text: str) -> int:
    return sum(2 if east_asian_width(letter) in "WF" else 1 for letter in text)


def _short(seconds: float) -> str:
    return f"{seconds:.3f}" if seconds < 1 else f"{seconds:.2f}" if seconds < 10 else f"{seconds:.1f}"
