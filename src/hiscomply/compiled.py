"""A compiled policy: plain data, so that a pack can be cached by content and loaded without a parser."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from datetime import timedelta
from typing import Any

from hiscomply.frozen import dataclass
from hiscomply.model import ParameterValue, PolicyInfo, Severity, Source, Text
from hiscomply.parameters import ParameterSpec

EACH_TOPIC = "each"
"""In ``applies_to``: each value of the list that is judged is a topic of its own."""


Only = Mapping[str, tuple[str | bool, ...]]
"""Fields of a record, texts and truths, each with the values without which a condition is surely false."""


@dataclass(frozen=True, slots=True)
class GapFlag:
    """A placeholder that says whether records of a kind may be hidden.

    Attributes:
        name: the placeholder, bound to a boolean.
        may_be_empty: a complete collection without any record is knowledge, not a gap.
        needs_fresh: a stale record counts as hidden too, since the query does not look at each one's age.
    """

    name: str
    kind: str
    may_be_empty: bool
    needs_fresh: bool = False


@dataclass(frozen=True, slots=True)
class CompiledPolicy:
    """What evaluating a policy needs.

    Attributes:
        subject_kind: kind whose records are the subjects; "" for the institution or a list.
        kinds: every kind read.
        fresh: freshness by kind, where the policy is stricter than the kind.
        concerned: SQL of 1 if the check may concern any subject, else 0; "" when there is no need to ask.
        only: fields of the subject, each with the values without which the check concerns no subject.
        judged: SQL of the judged rows.
        output: SQL over ``{judged}`` with the columns of a verdict row and ``code``
            (0 not applicable, 1 pass, 2 unknown, 3 fail).
        is_materialised: judging costs more than a scan, so it is done once.
        placeholders: names that must be bound.
        applies_to: topics without which there is nothing to judge; "each" stands for each value of the list.
        may_be_empty: a complete register without any subject leaves nothing to judge; where a kind is named, only if
            there is a record of it.
        only_related: the same for related sets, by alias: the kind, and its fields with the values without which a
            record surely does not belong.
        formats: of a policy on settings, the only formats that concern it; empty for any.
        small: the whole query as SQLite runs it; empty where it has no such form.
        reads: the columns of its kinds that ``small`` may read.
    """

    id: str
    clauses: tuple[str, ...]
    checks: tuple[str, ...]
    title: Text
    severity: str
    message: Text
    remediation: Text
    rationale: Text
    condition: str
    parameters: tuple[ParameterSpec, ...]
    subject_kind: str
    kinds: tuple[str, ...]
    fresh: Mapping[str, timedelta]
    gaps: tuple[GapFlag, ...]
    concerned: str
    judged: str
    output: str
    is_materialised: bool
    placeholders: tuple[str, ...]
    file: str
    digest: str
    applies_to: tuple[str, ...] = ()
    may_be_empty: bool | str = False
    formats: tuple[str, ...] = ()
    only: Only = field(default_factory=dict)
    only_related: Mapping[str, tuple[str, Only]] = field(default_factory=dict)
    small: str = ""
    reads: tuple[str, ...] = ()

    @property
    def query(self) -> str:
        """The whole query: every verdict row, also those that pass."""
        output = self.output.replace("{judged}", "judged")
        more = f", {output.removeprefix('WITH ')}" if output.startswith("WITH ") else f" {output}"
        return f"WITH judged AS ({self.judged}){more}"

    def info(self, values: tuple[ParameterValue, ...]) -> PolicyInfo:
        """The policy as reports see it, with the parameters of this run."""
        return PolicyInfo(
            id=self.id,
            clauses=self.clauses,
            checks=self.checks,
            title=self.title,
            severity=Severity(self.severity),
            message=self.message,
            remediation=self.remediation,
            rationale=self.rationale,
            condition=self.condition,
            kinds=self.kinds,
            parameters=values,
            subject_kind=self.subject_kind,
            file=self.file,
            digest=self.digest,
        )


def to_plain(policy: CompiledPolicy) -> dict[str, Any]:
    """A compiled policy as data that can be kept."""
    plain: dict[str, Any] = _plain(policy)
    return plain


def _plain(value: Any) -> Any:
    if isinstance(value, timedelta):
        return value.total_seconds()
    if hasattr(value, "__dataclass_fields__"):
        return {name: _plain(getattr(value, name)) for name in value.__dataclass_fields__}
    if isinstance(value, tuple):
        return tuple(map(_plain, value))
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    return value


def from_plain(data: Mapping[str, Any]) -> CompiledPolicy:
    """The inverse of ``to_plain``."""
    plain = dict(data)
    for name in ("title", "message", "remediation", "rationale"):
        plain[name] = Text(**data[name])
    plain["gaps"] = tuple(GapFlag(**gap) for gap in data["gaps"])
    plain["fresh"] = {kind: timedelta(seconds=age_s) for kind, age_s in data["fresh"].items()}
    plain["parameters"] = tuple(map(_parameter, data["parameters"]))
    return CompiledPolicy(**plain)


def _parameter(data: Mapping[str, Any]) -> ParameterSpec:
    plain = dict(data)
    plain["source"] = _source(data["source"])
    plain["key_sources"] = {key: _source(one) for key, one in data["key_sources"].items()}
    plain["title"] = Text(**data["title"]) if data["title"] else None
    return ParameterSpec(**plain)


def _source(data: Mapping[str, Any]) -> Source:
    return Source(data["id"], Text(**data["ref"]), data["strength"])
