"""Which findings the page shows: a fair number from every group, within what a browser opens in a moment."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Final

from markupsafe import Markup

from hiscomply.model import Finding, FindingGroup
from hiscomply.report.html.text import shorten

MOST_PER_GROUP: Final = 25
MOST_ON_PAGE: Final = 4_000
MOST_BYTES: Final = 5_500_000
LONGEST_VALUE: Final = 240


@dataclass(frozen=True, slots=True)
class Shown:
    """The samples of one group as they are shown, and how many findings of it are not."""

    group: FindingGroup
    samples: tuple[Markup, ...]

    @property
    def left_out(self) -> int:
        """Findings of the group that are only in ``findings.parquet``."""
        return self.group.count - len(self.samples)


def show_samples(groups: Sequence[FindingGroup], render: Callable[[Finding], Markup]) -> list[Shown]:
    """The same cap for every group: the highest at which all of them fit the page."""
    cap = _cap([len(group.samples) for group in groups], MOST_ON_PAGE)
    rendered = [[render(sample) for sample in group.samples[:cap]] for group in groups]
    while cap and _size(rendered) > MOST_BYTES:
        cap -= 1
        rendered = [items[:cap] for items in rendered]
    return [Shown(group, tuple(items)) for group, items in zip(groups, rendered, strict=True)]


def short_values(finding: Finding, language: str) -> Finding:
    """The finding with long texts cut, so that its sentence keeps its end."""
    values = {
        name: shorten(value, LONGEST_VALUE, language) if isinstance(value, str) else value
        for name, value in finding.values.items()
    }
    return replace(finding, values=values)


def _cap(lengths: Sequence[int], most: int) -> int:
    for cap in range(MOST_PER_GROUP, 0, -1):
        if sum(min(cap, length) for length in lengths) <= most:
            return cap
    return 0


def _size(rendered: list[list[Markup]]) -> int:
    return sum(len(item.encode("utf-8")) for items in rendered for item in items)
