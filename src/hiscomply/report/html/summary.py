"""The result in one sentence, and chapter by chapter."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from markupsafe import Markup

from hiscomply.model import AuditResult, ClauseResult, ClauseStatus, CollectionStatus, Text, Verdict
from hiscomply.report.html.charts import count_subjects, subjects_bar
from hiscomply.report.html.text import percent, slug
from hiscomply.report.words import CLAUSE_STATUSES, chapter_name

WORST_FIRST = (
    ClauseStatus.FAIL,
    ClauseStatus.PARTIAL,
    ClauseStatus.UNKNOWN,
    ClauseStatus.PASS,
    ClauseStatus.NOT_APPLICABLE,
)
_IN_ENGLISH = {ClauseStatus.UNKNOWN: "without enough evidence"}


@dataclass(frozen=True, slots=True)
class Conclusion:
    """The overall verdict: its status, what it is in a word, and why."""

    status: ClauseStatus
    word: Text
    why: Text


@dataclass(frozen=True, slots=True)
class Chapter:
    """A chapter's clauses, the bar of their subjects, and the share of subjects that was judged."""

    id: str
    name: Text
    clauses: tuple[ClauseResult, ...]
    counts: dict[Verdict, int]
    bar: Markup
    judged: str


def count_statuses(result: AuditResult) -> dict[ClauseStatus, int]:
    """Clauses by status, worst first, zeroes included."""
    found = Counter(clause.status for clause in result.clauses)
    return {status: found[status] for status in WORST_FIRST}


def conclude(result: AuditResult) -> Conclusion:
    """Not compliant over not enough evidence over compliant; a gap anywhere is never compliant."""
    counts = count_statuses(result)
    told = Text(
        "、".join(f"{CLAUSE_STATUSES[status].zh} {n} 条" for status, n in counts.items() if n),
        ", ".join(
            f"{n} {_IN_ENGLISH.get(status, CLAUSE_STATUSES[status].en.lower())}"
            for status, n in counts.items()
            if n
        ),
    )
    why = Text(f"共 {len(result.clauses)} 条：{told.zh}。", f"Of {len(result.clauses)} clauses: {told.en}.")
    if counts[ClauseStatus.FAIL] or counts[ClauseStatus.PARTIAL] or _has(result, Verdict.FAIL):
        return Conclusion(ClauseStatus.FAIL, Text("不符合", "Not compliant"), why)
    if counts[ClauseStatus.UNKNOWN] or _has(result, Verdict.UNKNOWN) or _has_gap(result):
        return Conclusion(
            ClauseStatus.UNKNOWN, Text("证据不足，尚不能判定", "Undecided: not enough evidence"), why
        )
    if not counts[ClauseStatus.PASS]:
        return Conclusion(ClauseStatus.UNKNOWN, Text("没有可判定的条款", "No clause could be judged"), why)
    return Conclusion(ClauseStatus.PASS, Text("符合", "Compliant"), why)


def chapters(result: AuditResult) -> list[Chapter]:
    """The chapters in the order of their clauses."""
    grouped: dict[str, list[ClauseResult]] = {}
    for clause in result.clauses:
        grouped.setdefault(clause.chapter, []).append(clause)
    return [_chapter(name, tuple(clauses)) for name, clauses in grouped.items()]


def judged_share(clause: ClauseResult) -> str:
    """The share of its subjects that was judged, ``—`` when there was none to judge."""
    counts = count_subjects(clause.policies)
    return percent(clause.share_judged) if sum(counts.values()) else "—"


def _chapter(chapter: str, clauses: tuple[ClauseResult, ...]) -> Chapter:
    unique = {policy.info.id: policy for clause in clauses for policy in clause.policies}
    counts = count_subjects(unique.values())
    total = sum(counts.values())
    name = chapter_name(chapter)
    return Chapter(
        id=chapter,
        name=name,
        clauses=clauses,
        counts=counts,
        bar=subjects_bar(f"{chapter} {name.zh} {name.en}", f"bar-{slug(chapter)}", counts),
        judged=percent((total - counts[Verdict.UNKNOWN]) / total) if total else "—",
    )


def _has(result: AuditResult, verdict: Verdict) -> bool:
    return any(policy.verdict is verdict for policy in result.policies)


def _has_gap(result: AuditResult) -> bool:
    return any(item.status is not CollectionStatus.OK for item in result.evidence.collections)
