"""What the audit did not see. It stands first, since the rest is only as good as this is short."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from hiscomply.model import (
    AuditResult,
    ClauseResult,
    ClauseStatus,
    Collection,
    CollectionStatus,
    EvidenceTable,
    FindingGroup,
    Text,
    Verdict,
)
from hiscomply.report.messages import reason_text

MOST_COLLECTIONS = 60
MOST_SENTENCES = 60


@dataclass(frozen=True, slots=True)
class Unseen:
    """Everything that is missing from the picture.

    Attributes:
        failed: collections that did not end ok, the first of them; ``failed_more`` are left out here.
        kinds: kinds that policies need and that are empty or incomplete, with the table if there is one.
        reasons: unknown subjects by reason, most first.
        open_clauses: clauses without enough evidence.
    """

    failed: tuple[Collection, ...]
    failed_more: int
    kinds: tuple[tuple[str, EvidenceTable | None, tuple[str, ...]], ...]
    reasons: tuple[tuple[Text, int], ...]
    unknown: int
    unknown_policies: int
    open_clauses: tuple[ClauseResult, ...]
    quality: tuple[Text, ...]
    quality_more: int

    @property
    def is_empty(self) -> bool:
        """True when nothing is missing."""
        return not (self.failed or self.kinds or self.unknown or self.open_clauses or self.quality)


def unseen(result: AuditResult) -> Unseen:
    """Gathers what is missing from collections, tables, policies and clauses."""
    failed = [item for item in result.evidence.collections if item.status is not CollectionStatus.OK]
    return Unseen(
        failed=tuple(failed[:MOST_COLLECTIONS]),
        failed_more=max(0, len(failed) - MOST_COLLECTIONS),
        kinds=_weak_kinds(result),
        reasons=_reasons(result),
        unknown=sum(policy.unknown for policy in result.policies),
        unknown_policies=sum(policy.unknown > 0 for policy in result.policies),
        open_clauses=tuple(clause for clause in result.clauses if clause.status is ClauseStatus.UNKNOWN),
        quality=result.quality[:MOST_SENTENCES],
        quality_more=max(0, len(result.quality) - MOST_SENTENCES),
    )


def _weak_kinds(result: AuditResult) -> tuple[tuple[str, EvidenceTable | None, tuple[str, ...]], ...]:
    users: dict[str, list[str]] = {}
    for policy in result.policies:
        for kind in policy.info.kinds:
            users.setdefault(kind, []).append(policy.info.id)
    tables = result.evidence.tables
    weak = [kind for kind in sorted(users) if kind not in tables or not tables[kind].is_complete]
    return tuple((kind, tables.get(kind), tuple(users[kind])) for kind in weak)


def _reasons(result: AuditResult) -> tuple[tuple[Text, int], ...]:
    found: Counter[str] = Counter()
    for policy in result.policies:
        for group in policy.groups:
            if group.verdict is Verdict.UNKNOWN and group.reason:
                found[group.reason] += group.count
    return tuple(
        (_sentence(reason), n) for reason, n in sorted(found.items(), key=lambda item: (-item[1], item[0]))
    )


def _sentence(reason: str) -> Text:
    bare = FindingGroup("", Verdict.UNKNOWN, reason, (), 0, 0, ())
    return Text(reason_text(bare, "zh"), reason_text(bare, "en"))
