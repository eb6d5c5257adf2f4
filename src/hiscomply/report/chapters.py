"""Clauses counted by chapter, and a chapter as a bar that needs no colour."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Final

from hiscomply.frozen import dataclass
from hiscomply.model import AuditResult, ClauseStatus

_MAX_CELLS: Final = 16
_BLOCKS: Final = dict(zip(ClauseStatus, "█▓▒░·", strict=True))
_ASCII: Final = dict(zip(ClauseStatus, "#+x?-", strict=True))


@dataclass(frozen=True, slots=True)
class Chapter:
    """A chapter's id and how many of its clauses have each status."""

    id: str
    counts: Mapping[ClauseStatus, int]


def summarise_chapters(result: AuditResult) -> list[Chapter]:
    """Every chapter of the pack, in the order of its clauses."""
    counts: dict[str, Counter[ClauseStatus]] = {}
    for clause in result.clauses:
        counts.setdefault(clause.chapter, Counter())[clause.status] += 1
    return [Chapter(name, counter) for name, counter in counts.items()]


def glyphs(is_unicode: bool) -> Mapping[ClauseStatus, str]:
    """A glyph per status, from dense to thin; plain ASCII for terminals that have no more."""
    return _BLOCKS if is_unicode else _ASCII


def draw_bar(chapter: Chapter, is_unicode: bool) -> str:
    """A glyph per clause; chapters with more than 16 are drawn to scale, and no status is rounded away."""
    drawn = glyphs(is_unicode)
    total = sum(chapter.counts.values())
    scale = min(1.0, _MAX_CELLS / total) if total else 1.0
    return "".join(
        drawn[status] * max(1, round(chapter.counts[status] * scale))
        for status in ClauseStatus
        if chapter.counts.get(status)
    )
