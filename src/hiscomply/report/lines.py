"""One finding as one line of safe text: its place, its message, its subject."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import tzinfo
from typing import Final

from hiscomply.kinds import INVENTORY_KIND
from hiscomply.model import (
    AuditResult,
    Finding,
    FindingGroup,
    HeldBack,
    PolicyInfo,
    PolicyResult,
    ScopeStatement,
    Severity,
    Text,
    Verdict,
    Waiver,
)
from hiscomply.patterns import late
from hiscomply.report.messages import reason_text, render_message

# Control characters, what turns the direction of text around, line separators, and halves of characters.
_UNSAFE: Final = late(
    "[\x00-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufff0-\ufffb\ufffe\uffff\ud800-\udfff]"
)
_WAIVER: Final = Text("{0}（至 {1}）：{2}", "{0} (until {1}): {2}")
WAIVED: Final = Text("例外 {}", "waived by {}")


def printable(text: str, limit: int = 500) -> str:
    """The text on one line, without anything that moves a cursor, hides or reorders; cut at ``limit``."""
    if len(text) > limit:
        text = text[: limit - 1] + "…"
    if text.isprintable():
        return text
    return _UNSAFE.sub(lambda match: " " if match[0] in "\t\n\r" else "\N{REPLACEMENT CHARACTER}", text)


def place_of(finding: Finding) -> str:
    """``path:line:column`` as far as it is known, else the subject."""
    if not finding.source:
        return printable(finding.subject)
    parts = [finding.source]
    if finding.line is not None and finding.line >= 1:
        parts.append(str(finding.line))
        if finding.column is not None and finding.column >= 1:
            parts.append(str(finding.column))
    return printable(":".join(parts))


def message_of(info: PolicyInfo, finding: Finding, language: str, zone: tzinfo) -> str:
    """The finding's sentence, and why it is not known if it is not."""
    told = render_message(info, finding, language, zone)
    colon = "：" if language == "zh" else ": "
    return printable(colon.join(filter(None, (told, reason_text(finding, language)))))


def group_message(
    info: PolicyInfo, group: FindingGroup, language: str, zone: tzinfo, finding: Finding | None
) -> str:
    """What a group is about: an example's sentence for a failure, the reason for an unknown."""
    if group.verdict is Verdict.UNKNOWN or finding is None:
        return printable(reason_text(group, language) or info.title.to(language))
    return message_of(info, finding, language, zone)


def held_back_text(held: HeldBack) -> Text:
    """How many findings are not told because they were known before."""
    return Text(
        f"与基线 {held.against} 相同而未列出：不符合 {held.failures}，证据不足 {held.unknown}，"
        f"无法读取 {held.refused}；已消失 {held.gone}。",
        f"Known from {held.against} and held back: {held.failures} failures, {held.unknown} unknown, "
        f"{held.refused} unreadable; {held.gone} are gone.",
    )


def worst_first(policies: Iterable[PolicyResult], verdict: Verdict) -> list[PolicyResult]:
    """The policies of which this verdict is left beside waivers: the severe first, then those with more subjects, then by id."""
    order = list(Severity)

    def rank(policy: PolicyResult) -> tuple[int, int, str]:
        return (order.index(policy.info.severity), -open_count(policy, verdict), policy.info.id)

    return sorted((policy for policy in policies if policy.open_verdict is verdict), key=rank)


def open_count(policy: PolicyResult, verdict: Verdict) -> int:
    """How many subjects failed without a waiver, or are not known."""
    return policy.failed - policy.waived if verdict is Verdict.FAIL else policy.unknown


def waivers_of(result: AuditResult) -> Mapping[str, Waiver]:
    """The waivers of a run by id."""
    return {one.id: one for one in result.waivers}


def waivers_told(policy: PolicyResult, waivers: Mapping[str, Waiver], language: str) -> list[str]:
    """The waivers that cover what is shown of a policy: id, last day and reason of each."""
    ids = {one.waiver for group in policy.groups for one in group.samples if one.waiver is not None}
    return [waiver_told(id_, waivers, language) for id_ in sorted(ids)]


def waiver_told(id_: str, waivers: Mapping[str, Waiver], language: str) -> str:
    """A waiver's id, last day and reason on one line; the id alone where the run does not hold the waiver."""
    one = waivers.get(id_)
    return printable(id_ if one is None else _WAIVER.to(language).format(id_, one.until, one.reason))


def example_of(policy: PolicyResult, verdict: Verdict) -> tuple[FindingGroup, Finding | None] | None:
    """The largest group of this verdict and a finding of it, one without waiver if there is one."""
    groups = [group for group in policy.groups if group.verdict is verdict]
    if not groups:
        return None
    group = max(groups, key=lambda item: item.count - item.waived)
    return group, next(iter(group.samples), None)


def statements_used(result: AuditResult) -> list[tuple[ScopeStatement, list[str]]]:
    """The signed statements that something rests on, each with the ids of those policies, by topic."""
    found: dict[ScopeStatement, list[str]] = {}
    for policy in result.policies:
        for statement in policy.statements:
            found.setdefault(statement, []).append(policy.info.id)
    return sorted(found.items(), key=lambda one: (one[0].topic, one[0].origin))


def kinds_without_evidence(result: AuditResult) -> Iterator[str]:
    """The kinds that a policy rests on and of which there is not a single record, by name.

    What does not apply here rests on no record.
    """
    asked = {
        kind
        for policy in result.policies
        if policy.verdict is not Verdict.NOT_APPLICABLE
        for kind in policy.info.kinds
    } - {INVENTORY_KIND}
    tables = result.evidence.tables
    for kind in sorted(asked):
        if kind not in tables or tables[kind].rows == 0:
            yield kind
