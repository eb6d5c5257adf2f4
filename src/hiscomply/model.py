"""What crosses the border between two stages: frozen records, nothing else.

All times are aware UTC ``datetime`` objects unless a name says otherwise.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import field
from datetime import datetime, tzinfo
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hiscomply.frozen import dataclass

if TYPE_CHECKING:
    import sqlite3

Scalar = str | int | float | bool | None


@dataclass(frozen=True, slots=True)
class Text:
    """One sentence in Chinese and in English."""

    zh: str
    en: str

    def to(self, language: str) -> str:
        """The sentence in ``language``, which is ``zh`` or ``en``."""
        return self.zh if language == "zh" else self.en


class Verdict(StrEnum):
    """What is known of one subject of one policy."""

    PASS = "pass"
    FAIL = "fail"
    UNKNOWN = "unknown"
    NOT_APPLICABLE = "not_applicable"


class ClauseStatus(StrEnum):
    """The roll-up of a clause: 符合, 部分符合, 不符合, 证据不足, 不适用."""

    PASS = "pass"
    PARTIAL = "partial"
    FAIL = "fail"
    UNKNOWN = "unknown"
    NOT_APPLICABLE = "not_applicable"


class Severity(StrEnum):
    """How bad a failed policy is, worst first."""

    CRITICAL = "critical"
    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


class CollectionStatus(StrEnum):
    """How one collector ended on one target. Everything but OK makes what rests on it unknown."""

    OK = "ok"
    PARTIAL = "partial"
    FAILED = "failed"
    DENIED = "denied"
    TIMED_OUT = "timed_out"
    SKIPPED = "skipped"


class State(StrEnum):
    """A finding against the previous run; the values of SARIF's baselineState."""

    NEW = "new"
    UNCHANGED = "unchanged"
    UPDATED = "updated"
    ABSENT = "absent"


# ---------------------------------------------------------------- collect -> store


@dataclass(frozen=True, slots=True)
class Record:
    """One row of an evidence kind, as a collector found it.

    A field that is missing from ``fields`` is *not known*. A field that is present with the value
    None is *known to be empty*, which only fields with ``x-none`` in their schema may be.

    Attributes:
        kind: evidence kind, for example ``account``.
        fields: values by field name: str, int, float, bool, None, list[str], or an aware datetime.
        source: URI or path of where it came from; relative to the project where it is a file of it.
        observed_at: when it was true at the source (for an export: when it was made).
        line, column: position in a text source or worksheet, from 1.
        pointer: JSON pointer, worksheet name or command, where a line says too little.
    """

    kind: str
    fields: Mapping[str, Any]
    source: str
    observed_at: datetime | None
    line: int | None = None
    column: int | None = None
    pointer: str | None = None


@dataclass(frozen=True, slots=True)
class Rejected:
    """Something that could not become a record: kept aside with its reason, never dropped in silence.

    One rejected item makes its collection ``partial``.

    Attributes:
        kind: the kind that it would have been, or None when that is not known.
        subject: a short name for people (a cell, a key), never a secret value.
    """

    kind: str | None
    source: str
    reason: Text
    line: int | None = None
    column: int | None = None
    pointer: str | None = None
    subject: str = ""


@dataclass(frozen=True, slots=True)
class Target:
    """What a collector is pointed at.

    Attributes:
        collector: the collector's name.
        name: unique in a project; names the collection in every report.
        options: the target's keys from ``hiscomply.yaml``, already checked by the collector's schema.
        kinds: evidence kinds that this target is expected to give. If it gives none of one of them,
            or fails, what rests on that kind is unknown.
        origin: ``file:line`` of the target in the project file.
    """

    collector: str
    name: str
    options: Mapping[str, Any]
    kinds: tuple[str, ...]
    timeout_s: float = 120.0
    origin: str = ""


@dataclass(frozen=True, slots=True)
class Collection:
    """The outcome of one collector on one target; itself evidence (kind ``collection``)."""

    collector: str
    collector_version: str
    target: str
    kinds: tuple[str, ...]
    status: CollectionStatus
    reason: Text | None
    started: datetime
    ended: datetime
    records: Mapping[str, int] = field(default_factory=dict)
    rejected: tuple[Rejected, ...] = ()
    rejected_count: int = 0
    affected: tuple[str, ...] = ()
    """Kinds of which records may be missing: all of them unless it ended ok or only some rows were refused."""
    dropped_fields: Mapping[str, int] = field(default_factory=dict)
    """Counts by ``kind.field: why`` of values that the border dropped: unlisted, patient data, secret."""


# ---------------------------------------------------------------- store -> evaluate


@dataclass(frozen=True, slots=True)
class EvidenceTable:
    """What the store holds of one kind.

    Attributes:
        path: the Parquet file; a kind nobody collected has an empty one.
        is_complete: at least one collection was to give it, and all of those ended ok.
        gaps: names of collections that should have given it and did not end ok.
    """

    kind: str
    path: Path
    rows: int
    is_complete: bool
    gaps: tuple[str, ...]
    oldest: datetime | None
    newest: datetime | None
    superseded: int = 0


@dataclass(frozen=True, slots=True)
class Evidence:
    """All that a run knows: tables by kind and the collections they came from.

    Attributes:
        held: a connection of SQLite that holds the tables as ``ev.<kind>``, where they are few and stand in no file.
        recalled: verdicts on the same records from an earlier check; the records are staged then, and in no table.
    """

    folder: Path
    tables: Mapping[str, EvidenceTable]
    collections: tuple[Collection, ...]
    held: sqlite3.Connection | None = None
    recalled: Recalled | None = None


# ---------------------------------------------------------------- policies, as every later stage sees them


@dataclass(frozen=True, slots=True)
class Source:
    """Where a number comes from: id of the source register, reference, strength."""

    id: str
    ref: Text
    strength: str

    def to(self, language: str) -> str:
        """Id and reference in ``language``."""
        return f"{self.id} {self.ref.to(language)}".rstrip()


@dataclass(frozen=True, slots=True)
class ParameterValue:
    """A parameter as it was used in this run.

    Attributes:
        value: text as written (``45 days``), or a mapping for a keyed parameter.
        default: the profile's default, as written.
        origin: ``default (tertiary)`` or ``hiscomply.yaml:12:7``.
        is_looser: True when the override asks less than the default; None when that cannot be said.
    """

    name: str
    type: str
    value: Any
    default: Any
    source: Source
    origin: str
    is_overridden: bool = False
    is_looser: bool | None = None
    key_sources: Mapping[str, Source] = field(default_factory=dict)
    """Where single values of a keyed parameter have another source than the rest, by key."""


@dataclass(frozen=True, slots=True)
class PolicyInfo:
    """A policy without its machinery: what reports say of it."""

    id: str
    clauses: tuple[str, ...]
    checks: tuple[str, ...]
    title: Text
    severity: Severity
    message: Text
    remediation: Text
    rationale: Text
    condition: str
    """The condition as its author wrote it, for people."""
    kinds: tuple[str, ...]
    parameters: tuple[ParameterValue, ...]
    subject_kind: str
    file: str
    digest: str
    """sha256 of policy.yaml."""
    conflicts: tuple[Text, ...] = ()
    """Where the sources of its thresholds disagree."""


# ---------------------------------------------------------------- evaluate -> judge


@dataclass(frozen=True, slots=True)
class ScopeStatement:
    """A signed statement in force that something does not exist here.

    Attributes:
        topic: a system category, or a topic that policies name.
        signed_on, until: dates in the project's zone, ISO; ``until`` is inclusive.
        origin: ``file:line``.
    """

    topic: str
    reason: str
    signed_by: str
    signed_on: str
    until: str
    origin: str


@dataclass(frozen=True, slots=True)
class PolicyCount:
    """Subjects of one policy by verdict, and why it could not be judged as a whole, if so."""

    policy_id: str
    passed: int
    failed: int
    unknown: int
    not_applicable: int
    elapsed_s: float
    topics: tuple[str, ...] = ()
    """What is not applicable because a signed statement says that it does not exist here."""

    @property
    def verdict(self) -> Verdict:
        """fail over unknown over pass over not applicable; nothing at all is unknown."""
        if self.failed:
            return Verdict.FAIL
        if self.unknown:
            return Verdict.UNKNOWN
        if self.passed:
            return Verdict.PASS
        return Verdict.NOT_APPLICABLE if self.not_applicable else Verdict.UNKNOWN


@dataclass(frozen=True, slots=True)
class Evaluation:
    """Verdict rows (fail and unknown) as a Parquet file, and the counts of all four verdicts.

    Attributes:
        rows: the verdict rows themselves, where the evidence is held; there is no file then.
    """

    path: Path
    counts: tuple[PolicyCount, ...]
    as_of: datetime
    statements: tuple[ScopeStatement, ...] = ()
    rows: tuple[tuple[Any, ...], ...] | None = None


@dataclass(frozen=True, slots=True)
class Recalled:
    """What an earlier check found in the same content, by the same policies and parameters.

    Attributes:
        files: path and sha256 of each configuration file whose content is evidence, by path.
        counts: of each policy that is asked for.
        rows: as in ``Evaluation``, with the times of this run.
    """

    files: tuple[tuple[str, str], ...]
    counts: tuple[PolicyCount, ...]
    rows: tuple[tuple[Any, ...], ...]


# ---------------------------------------------------------------- judge -> report


@dataclass(frozen=True, slots=True)
class Waiver:
    """An approved, reasoned, expiring exception.

    Attributes:
        file: pattern over the file that a finding stands in; empty for every source.
        line: of that file, from 1, if it covers a single one.
        digest: sha256 of the file whose comment it is; empty for one of ``waivers.yaml``.
    """

    id: str
    policy: str
    subject: str
    reason: str
    compensating_control: str
    requested_by: str
    approved_by: str
    ticket: str
    starts: str
    until: str
    renewals: int
    origin: str
    file: str = ""
    line: int | None = None
    digest: str = ""

    @property
    def is_inline(self) -> bool:
        """True for a comment in the file that it covers; who approved it is told by the history of the file."""
        return bool(self.digest)


@dataclass(frozen=True, slots=True)
class Finding:
    """A verdict that somebody must see.

    Attributes:
        subject: natural key, joined by ``/``; ``*`` for the institution as a whole.
        values: what the message shows: numbers, texts, ISO times in UTC.
        reason: for unknown only, a code of ``hiscomply.findings.reasons``: why it is not known.
        missing: for unknown only, the fields that were not known, or the collections that failed.
        source, line, column, pointer: where the evidence stands.
        fingerprint: sha256 over policy id and subject, stable over runs and moved lines.
        first_seen: as_of of the first run of the unbroken series that has it.
        due: when it must be put right, by severity; None for unknown.
        waiver: id of the waiver that covers it, else None.
    """

    policy_id: str
    subject: str
    verdict: Verdict
    values: Mapping[str, Any]
    reason: str | None
    missing: tuple[str, ...]
    source: str | None
    line: int | None
    column: int | None
    pointer: str | None
    collector: str | None
    observed_at: datetime | None
    fingerprint: str
    state: State
    first_seen: datetime
    due: datetime | None
    waiver: str | None


@dataclass(frozen=True, slots=True)
class FindingGroup:
    """Findings with one cause, as one line for people: same policy, verdict, reason, missing fields."""

    policy_id: str
    verdict: Verdict
    reason: str | None
    missing: tuple[str, ...]
    count: int
    waived: int
    samples: tuple[Finding, ...]
    """The first findings by subject, at most 25; those without a waiver come first."""


@dataclass(frozen=True, slots=True)
class PolicyResult:
    """One policy's outcome after waivers."""

    info: PolicyInfo
    verdict: Verdict
    passed: int
    failed: int
    unknown: int
    not_applicable: int
    waived: int
    groups: tuple[FindingGroup, ...]
    statements: tuple[ScopeStatement, ...] = ()
    """The signed statements that its "not applicable" rests on."""

    @property
    def judged(self) -> int:
        """Subjects with a decision: pass or fail."""
        return self.passed + self.failed

    @property
    def is_waived(self) -> bool:
        """True if there are failures and a waiver covers each of them, so that they set no exit code."""
        return self.verdict is Verdict.FAIL and self.failed <= self.waived

    @property
    def open_verdict(self) -> Verdict | None:
        """The verdict that is left when waived failures are set aside; None if those are all that there is to say."""
        if not self.is_waived:
            return self.verdict
        return Verdict.UNKNOWN if self.unknown else None


@dataclass(frozen=True, slots=True)
class ClauseResult:
    """One clause of the specification; present in every report, also without any policy.

    Attributes:
        chapter: its chapter or section, ``4.3``.
        crosswalk: ids by framework: mlps (of the level that the profile asks), hipaa, nist, iso, cis.
        control_status: automated, partial, manual, pending.
    """

    id: str
    title: Text
    chapter: str
    crosswalk: Mapping[str, tuple[str, ...]]
    control_status: str
    status: ClauseStatus
    policies: tuple[PolicyResult, ...]

    @property
    def share_judged(self) -> float:
        """Subjects decided over subjects that are applicable, 0.0 to 1.0; 0.0 when there is none."""
        decided = sum(policy.judged for policy in self.policies)
        asked = decided + sum(policy.unknown for policy in self.policies)
        return decided / asked if asked else 0.0


@dataclass(frozen=True, slots=True)
class RunInfo:
    """What run this is."""

    id: str
    institution: Text
    profile: str
    zone: str
    as_of: datetime
    started: datetime
    ended: datetime
    tool_version: str
    command: tuple[str, ...]
    previous: str | None
    pack_digest: str
    evidence_digest: str
    profile_origin: str = ""
    """Where the profile came from: a flag, ``file:line:column``, the institution's level, or ``default``."""

    @property
    def tz(self) -> tzinfo:
        """The project's zone, in which reports tell all times."""
        from zoneinfo import ZoneInfo

        return ZoneInfo(self.zone)


@dataclass(frozen=True, slots=True)
class HeldBack:
    """How much was known before, and so is neither reported nor counted in the exit code.

    Attributes:
        against: the baseline as the user named it.
        refused: items that could not become evidence then either.
        gone: findings of then that are no more.
    """

    against: str
    failures: int
    unknown: int
    refused: int
    gone: int


@dataclass(frozen=True, slots=True)
class AuditResult:
    """All that a report may say.

    Attributes:
        clauses: every clause of the pack, in order.
        policies: every policy asked for, in order of id.
        findings: call it to stream all findings (fail, unknown, and absent ones), ordered by
            policy id, then subject; constant memory.
        quality: sentences on evidence that was refused, superseded, conflicting or dropped.
    """

    run: RunInfo
    clauses: tuple[ClauseResult, ...]
    policies: tuple[PolicyResult, ...]
    evidence: Evidence
    waivers: tuple[Waiver, ...]
    findings: Callable[[], Iterator[Finding]]
    findings_count: int
    quality: tuple[Text, ...]
    exit_code: int
    allow_unknown: bool = False
    kinds: Mapping[str, Text] = field(default_factory=dict)
    """Titles of the evidence kinds, by name."""
    only: tuple[str, ...] = ()
    """Controls (``nist:AC-2``) that a report was narrowed to; the exit code stays the one of the whole run."""
    held_back: HeldBack | None = None
    """What a baseline holds back; None without one."""
    whole: AuditResult | None = None
    """All of it, where this is only what is new; for reports that say themselves what is new."""
