"""Bars as inline SVG: length says how many, pattern says what, title and description say it in words."""

from __future__ import annotations

from collections.abc import Iterable

from markupsafe import Markup

from hiscomply.model import PolicyResult, Verdict
from hiscomply.report.words import VERDICTS

_WIDTH = 1000
_ORDER = (Verdict.FAIL, Verdict.UNKNOWN, Verdict.PASS)


def count_subjects(policies: Iterable[PolicyResult]) -> dict[Verdict, int]:
    """Subjects by verdict; those that do not apply are left out."""
    items = list(policies)
    return {
        Verdict.FAIL: sum(policy.failed for policy in items),
        Verdict.UNKNOWN: sum(policy.unknown for policy in items),
        Verdict.PASS: sum(policy.passed for policy in items),
    }


def subjects_bar(name: str, key: str, counts: dict[Verdict, int]) -> Markup:
    """A bar of fail, unknown (hatched) and pass. What is there at all is at least a sliver wide.

    Args:
        name: what the bar is about, for its title.
        key: makes the ids of title and description unique on the page.
        counts: subjects by verdict.
    """
    total = sum(counts.values())
    told = " · ".join(
        f"{VERDICTS[verdict].zh} {VERDICTS[verdict].en}: {counts[verdict]:,}" for verdict in _ORDER
    )
    return Markup(
        '<svg class="bar" role="img" viewBox="0 0 1000 12" preserveAspectRatio="none" '
        'aria-labelledby="{k}-t {k}-d">'
        '<title id="{k}-t">{name}</title><desc id="{k}-d">{told}</desc>'
        '<rect class="f-none" width="1000" height="12"/>{rects}</svg>'
    ).format(k=key, name=name, told=told, rects=_rects(counts, total))


def _rects(counts: dict[Verdict, int], total: int) -> Markup:
    parts: list[Markup] = []
    at = 0.0
    for verdict, width in _widths(counts, total):
        rect = Markup('<rect class="f-{}" x="{:.1f}" width="{:.1f}" height="12"/>')
        parts.append(rect.format(verdict.value, at, width))
        at += width
    return Markup("").join(parts)


def _widths(counts: dict[Verdict, int], total: int) -> list[tuple[Verdict, float]]:
    present = [(verdict, max(8.0, counts[verdict] / total * _WIDTH)) for verdict in _ORDER if counts[verdict]]
    scale = _WIDTH / sum(width for _, width in present) if present else 1.0
    return [(verdict, width * scale) for verdict, width in present]
