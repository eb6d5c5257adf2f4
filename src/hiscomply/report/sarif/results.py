"""Findings as a stream of SARIF results, one JSON text each."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, Final

from sarif_om import Message, Result, ResultProvenance, Suppression

from hiscomply.model import AuditResult, Finding, PolicyInfo, Verdict, Waiver
from hiscomply.report.sarif.choice import Choice, Plan, cause_of
from hiscomply.report.sarif.form import blank, compile_form, quote
from hiscomply.report.sarif.identity import ResultGuids
from hiscomply.report.sarif.location import Shape, build_location, shape_of
from hiscomply.report.sarif.rules import LEVELS
from hiscomply.report.sarif.sentence import Sentences
from hiscomply.report.sarif.taxonomies import taxa_of
from hiscomply.shown_values import values_digest

KINDS: Final = {
    Verdict.PASS: "pass",
    Verdict.FAIL: "fail",
    Verdict.UNKNOWN: "open",
    Verdict.NOT_APPLICABLE: "notApplicable",
}
FINGERPRINT: Final = "hiscomply/v1"
VALUES_FINGERPRINT: Final = "hiscomply/values/v1"
_ORDER: Final = (
    "text", "guid", "subject", "uri", "column", "line", "fingerprint", "values", "observed_at", "due", "source",
    "pointer", "first_seen",
)  # fmt: skip
"""The blanks of a result in the order in which the object model writes them."""
_MAX_PLACES: Final = 20_000


class FindingStream:
    """The findings that the plan writes one by one.

    Attributes:
        left_out: findings outside every group for which there was no room; final when the stream has ended.
    """

    def __init__(self, result: AuditResult, choice: Choice, plan: Plan, sentences: Sentences) -> None:
        self.left_out = 0
        self._result = result
        self._choice = choice
        self._plan = plan
        self._sentences = sentences
        self._guids = ResultGuids(result.run.id)
        self._rules = {policy.info.id: (i, policy.info) for i, policy in enumerate(result.policies)}
        self._clauses = frozenset(clause.id for clause in result.clauses)
        self._waivers = {waiver.id: waiver for waiver in result.waivers}
        self._grouped = {cause_of(group) for policy in result.policies for group in policy.groups}
        self._forms: dict[tuple[Any, ...], list[str]] = {}
        self._places: dict[tuple[str | None, bool, bool], tuple[Shape, int, str]] = {}

    def __iter__(self) -> Iterator[str]:
        spare = self._plan.spare
        folded, grouped = self._plan.folded, self._grouped
        for finding in self._result.findings():
            if not self._choice.wants(finding):
                continue
            cause = cause_of(finding)
            if cause in folded:
                continue
            if spare is not None and cause not in grouped:
                if spare <= 0:
                    self.left_out += 1
                    continue
                spare -= 1
            yield self._write(finding)

    def _write(self, finding: Finding) -> str:
        shape, shape_key, uri = self._place(finding.source, finding.line, finding.column)
        key = (
            finding.policy_id,
            id(finding.verdict),  # members are singletons, and an enum's own hash is slow
            id(finding.state),
            finding.waiver,
            finding.reason,
            finding.missing,
            finding.collector,
            finding.pointer is None,
            finding.observed_at is None,
            finding.due is None,
            shape_key,
        )
        form = self._forms.get(key)
        if form is None:
            form = self._forms[key] = compile_form(self._build(finding, shape), _ORDER)
        parts = form.copy()
        parts[1::2] = (
            quote(self._sentences.of(finding)),
            quote(self._guids.of(finding.fingerprint)),
            quote(finding.subject),
            uri,
            str(finding.column) if shape.has_column else "",
            str(finding.line) if shape.has_line else "",
            quote(finding.fingerprint),
            self._values(finding),
            utc_json(finding.observed_at),
            utc_json(finding.due),
            quote(finding.source) if finding.source and not shape.is_of_source else "",
            "" if finding.pointer is None else quote(finding.pointer),
            utc_json(finding.first_seen),
        )
        return "".join(parts)

    def _values(self, finding: Finding) -> str:
        _, info = self._rules.get(finding.policy_id, (-1, None))
        return f'"{values_digest(info.message, finding.values)}"' if info else '""'

    def _place(self, source: str | None, line: int | None, column: int | None) -> tuple[Shape, int, str]:
        has_line = line is not None and line >= 1
        key = (source, has_line, has_line and column is not None and column >= 1)
        place = self._places.get(key)
        if place is None:
            if len(self._places) > _MAX_PLACES:
                self._places.clear()
            shape = shape_of(source, line, column, self._choice.anchor)
            place = self._places[key] = (shape, shape.key, quote(shape.uri) if shape.uri else "")
        return place

    def _build(self, finding: Finding, shape: Shape) -> Result:
        index, info = self._rules.get(finding.policy_id, (-1, None))
        has_baseline = self._result.run.previous is not None
        return Result(
            rule_id=finding.policy_id,
            rule_index=index,
            kind=KINDS[finding.verdict],
            level=level_of(info, finding.verdict),
            message=Message(text=blank("text")),
            locations=[build_location(shape, blank("subject"), info.subject_kind if info else "record")],
            guid=blank("guid"),
            taxa=taxa_of(info, self._clauses),
            partial_fingerprints={FINGERPRINT: blank("fingerprint"), VALUES_FINGERPRINT: blank("values")},
            baseline_state=finding.state.value if has_baseline else None,
            suppressions=self._suppressions(finding.waiver),
            provenance=ResultProvenance(first_detection_time_utc=blank("first_seen")),
            properties=_properties(finding, shape),
        )

    def _suppressions(self, waiver_id: str | None) -> list[Suppression] | None:
        if waiver_id is None:
            return None
        waiver = self._waivers.get(waiver_id)
        return [
            Suppression(
                kind="inSource" if waiver and waiver.is_inline else "external",
                state="accepted",
                justification=waiver.reason if waiver else waiver_id,
                properties=_waiver_properties(waiver) if waiver else {"waiver": waiver_id},
            )
        ]


def level_of(info: PolicyInfo | None, verdict: Verdict) -> str:
    """By severity for a failure; the standard allows nothing but ``none`` for every other kind."""
    if verdict is not Verdict.FAIL:
        return "none"
    return LEVELS[info.severity] if info else "note"


@lru_cache(maxsize=8192)
def utc_json(moment: datetime | None) -> str:
    """The moment in UTC with Z, as JSON; empty when there is none."""
    return "" if moment is None else f'"{utc_text(moment)}"'


def utc_text(moment: datetime) -> str:
    """The moment in UTC with Z, to the millisecond, which is as fine as the standard goes."""
    return moment.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="milliseconds") + "Z"


def _properties(finding: Finding, shape: Shape) -> dict[str, Any]:
    is_unknown = finding.verdict is Verdict.UNKNOWN
    given = {
        "reason": finding.reason,
        "missing": list(finding.missing) if is_unknown and finding.missing else None,
        "collector": finding.collector,
        "observed_at": finding.observed_at and blank("observed_at"),
        "due": finding.due and blank("due"),
        "source": blank("source") if finding.source and not shape.is_of_source else None,
        "pointer": None if finding.pointer is None else blank("pointer"),
    }
    return {name: value for name, value in given.items() if value is not None}


def _waiver_properties(waiver: Waiver) -> dict[str, Any]:
    return {
        "waiver": waiver.id,
        "compensating_control": waiver.compensating_control,
        "requested_by": waiver.requested_by,
        "approved_by": waiver.approved_by,
        "ticket": waiver.ticket,
        "from": waiver.starts,
        "until": waiver.until,
        "origin": waiver.origin,
        "file": waiver.file,
        "sha256": waiver.digest,
    }
