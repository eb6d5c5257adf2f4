"""Results that stand for many subjects: what passed, what does not apply, and folded causes."""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import sha256
from typing import Any, Final

from sarif_om import Message, Result

from hiscomply.model import AuditResult, FindingGroup, PolicyResult, State, Text, Verdict
from hiscomply.report.sarif.choice import Choice, Plan, cause_of
from hiscomply.report.sarif.identity import ResultGuids
from hiscomply.report.sarif.location import locate
from hiscomply.report.sarif.results import KINDS, level_of
from hiscomply.report.sarif.sentence import Sentences
from hiscomply.report.sarif.taxonomies import taxa_of

GROUP_FINGERPRINT: Final = "hiscomply/group/v1"
_PASSED: Final = Text("{} 个对象符合。", "{} subjects pass.")
_NOT_APPLICABLE: Final = Text("{} 个对象不适用。", "{} subjects are outside this policy.")
_NOTHING: Final = Text(
    "没有任何可判定的对象，不能视为符合。", "There was nothing to judge, and nothing is not a pass."
)
_LIKE_IT: Final = Text("共 {} 个对象同此原因，例如：", "{} subjects share this cause; one of them: ")


class Summaries:
    """Results per policy and per folded group of one run."""

    def __init__(self, result: AuditResult, choice: Choice, sentences: Sentences, language: str) -> None:
        self._result = result
        self._choice = choice
        self._sentences = sentences
        self._language = language
        self._guids = ResultGuids(result.run.id)
        self._clauses = frozenset(clause.id for clause in result.clauses)

    def of_policies(self) -> Iterator[Result]:
        """At most one result per policy and verdict, with its count."""
        for index, policy in enumerate(self._result.policies):
            if not self._choice.is_alerts_only:
                if policy.passed:
                    yield self._count(index, policy, Verdict.PASS, policy.passed, _PASSED)
                if policy.not_applicable:
                    count = policy.not_applicable
                    yield self._count(index, policy, Verdict.NOT_APPLICABLE, count, _NOT_APPLICABLE)
            if policy.verdict is Verdict.UNKNOWN and not policy.unknown and not policy.groups:
                yield self._count(index, policy, Verdict.UNKNOWN, 0, _NOTHING)

    def of_groups(self, plan: Plan) -> Iterator[Result]:
        """One result per folded cause, with how often it occurs."""
        for index, policy in enumerate(self._result.policies):
            for group in policy.groups:
                is_waived = group.waived >= group.count and self._choice.is_alerts_only
                if cause_of(group) in plan.folded and not is_waived:
                    yield self._group(index, policy, group)

    def _count(self, index: int, policy: PolicyResult, verdict: Verdict, count: int, text: Text) -> Result:
        info = policy.info
        return Result(
            rule_id=info.id,
            rule_index=index,
            kind=KINDS[verdict],
            level="none",
            message=Message(text=text.to(self._language).format(f"{count:,}")),
            locations=[locate(None, None, None, "*", info.subject_kind, anchor=self._choice.anchor)],
            guid=self._guids.of(f"{info.id} {verdict.value}"),
            taxa=taxa_of(info, self._clauses),
            occurrence_count=count or None,
            properties={
                "passed": policy.passed,
                "failed": policy.failed,
                "unknown": policy.unknown,
                "not_applicable": policy.not_applicable,
                "waived": policy.waived,
            },
        )

    def _group(self, index: int, policy: PolicyResult, group: FindingGroup) -> Result:
        info, anchor = policy.info, self._choice.anchor
        fingerprint = _fingerprint(group)
        locations = [
            locate(item.source, item.line, item.column, item.subject, info.subject_kind, anchor=anchor)
            for item in group.samples
        ] or [locate(None, None, None, "*", info.subject_kind, anchor=anchor)]
        return Result(
            rule_id=info.id,
            rule_index=index,
            kind=KINDS[group.verdict],
            level=level_of(info, group.verdict),
            message=Message(text=self._group_text(group)),
            locations=locations[:1],
            related_locations=_unique(locations[1:]) or None,
            guid=self._guids.of(fingerprint),
            taxa=taxa_of(info, self._clauses),
            occurrence_count=group.count,
            partial_fingerprints={GROUP_FINGERPRINT: fingerprint},
            baseline_state=self._state(group),
            properties={"reason": group.reason, "missing": list(group.missing), "waived": group.waived},
        )

    def _group_text(self, group: FindingGroup) -> str:
        lead = _LIKE_IT.to(self._language).format(f"{group.count:,}")
        if group.samples:
            return lead + self._sentences.of(group.samples[0])
        return self._sentences.end(lead + self._sentences.of_reason(group))

    def _state(self, group: FindingGroup) -> str | None:
        if self._result.run.previous is None:
            return None
        states = {sample.state for sample in group.samples}
        return (states.pop() if len(states) == 1 else State.UPDATED).value


def _fingerprint(group: FindingGroup) -> str:
    parts = (group.policy_id, group.verdict.value, group.reason or "", *group.missing)
    return sha256("\0".join(parts).encode("utf-8", "replace")).hexdigest()


def _unique(locations: list[Any]) -> list[Any]:
    """The standard asks for distinct related locations; sarif-om objects compare by value."""
    kept: list[Any] = []
    for location in locations:
        if location not in kept:
            kept.append(location)
    return kept
