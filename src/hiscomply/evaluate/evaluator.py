"""What judging a policy is, whatever engine runs its query: gaps, empty registers, what is declared absent, counts."""

from __future__ import annotations

import time
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from datetime import time as clock
from typing import Any
from zoneinfo import ZoneInfo

from hiscomply.compiled import EACH_TOPIC, CompiledPolicy
from hiscomply.evaluate.concern import Concern
from hiscomply.kinds import Kind
from hiscomply.model import EvidenceTable, PolicyCount

CLOCK_SKEW = timedelta(minutes=5)
NO_APPLICABLE, PASS, UNKNOWN, FAIL = CODES = 0, 1, 2, 3

IN_FORCE, HOLD = SCOPE_RULES = "scope_statements_in_force", "scope_statements_hold"
"""The policies that say which signed statements of scope count."""
SCOPE_KIND = "scope_statement"

VerdictRow = tuple[Any, ...]
"""Policy id, code, subject, reason, missing, data, source, line, column, pointer, collection, observed_at."""


@dataclass(frozen=True, slots=True)
class Moment:
    """When an audit judges, and in which zone.

    Attributes:
        as_of: aware UTC.
        work_from, work_to: local working hours.
    """

    as_of: datetime
    zone: str = "Asia/Shanghai"
    work_from: clock = clock(8, 0)
    work_to: clock = clock(17, 0)

    @property
    def naive(self) -> datetime:
        """``as_of`` as tables store times: UTC without a zone."""
        return self.as_of.astimezone(UTC).replace(tzinfo=None)


class Evaluator(ABC):
    """Policies over the evidence of one run; verdict rows that fail or are not known are kept in ``buffer``."""

    def __init__(self, kinds: Mapping[str, Kind], moment: Moment) -> None:
        self._kinds = kinds
        self._moment = moment
        self._tables: dict[str, EvidenceTable] = {}
        self._buffer: list[VerdictRow] = []
        self.scoped: frozenset[str] = frozenset()
        """Topics that a statement in force declares absent."""
        self._nothing: set[str] = set()
        self._concern = Concern()
        self.last_bound: Mapping[str, Any] | None = None
        """What the last policy was bound to, if its query was run; for its cases, which look at every row."""

    @abstractmethod
    def add_empty(self, kind: str) -> None:
        """Makes a kind that nobody collected readable as an empty table."""

    @abstractmethod
    def _run(self, policy: CompiledPolicy, bound: Mapping[str, Any]) -> dict[int, int]:
        """How many subjects have each code; the rows that fail or are not known are kept.

        Raises:
            PolicyError: the engine refused the query.
        """

    def _has_institution_row(self, policy_id: str) -> bool:
        return any(row[0] == policy_id and row[2] == "*" for row in self._buffer)

    def evaluate(self, policy: CompiledPolicy, values: Mapping[str, Any]) -> PolicyCount:
        """Judges one policy; its fail and unknown rows go to the table ``verdicts``, or wait to be written.

        Args:
            values: the policy's parameters by placeholder.

        Raises:
            PolicyError: the engine refused the query, which the caller turns into an unknown verdict.
        """
        started = time.perf_counter()
        self.last_bound = None
        for kind in policy.kinds:
            if kind not in self._tables:
                self.add_empty(kind)
        subjects = self._tables.get(policy.subject_kind)
        if subjects is not None and subjects.rows == 0:
            if self._is_rightly_empty(policy, subjects):
                return self._nothing_to_judge(policy, {}, started)
            reason, names = self._policy_gap(policy) or ("no_records", [policy.subject_kind])
            self._add_gap_row(policy, reason, names)
            return PolicyCount(policy.id, 0, 0, 1, 0, time.perf_counter() - started)
        bound = self.last_bound = self._bind(policy, values)
        counts = self._run(policy, bound)
        gap = self._policy_gap(policy)
        if gap is None and not any(counts.values()):
            gap = "no_records", list(policy.kinds)
        is_judged = any(counts.get(code) for code in (PASS, UNKNOWN, FAIL))
        if gap is not None and not is_judged and self._is_scoped_out(policy):
            return self._nothing_to_judge(policy, counts, started)
        if gap is not None and not self._has_institution_row(policy.id):
            counts[UNKNOWN] = counts.get(UNKNOWN, 0) + 1
            self._add_gap_row(policy, *gap)
        return PolicyCount(
            policy_id=policy.id,
            passed=counts.get(PASS, 0),
            failed=counts.get(FAIL, 0),
            unknown=counts.get(UNKNOWN, 0),
            not_applicable=counts.get(NO_APPLICABLE, 0),
            elapsed_s=time.perf_counter() - started,
            topics=self._topics_used(policy, bound, counts),
        )

    @property
    def moment(self) -> Moment:
        """When it judges."""
        return self._moment

    @property
    def tables(self) -> Mapping[str, EvidenceTable]:
        """What is known of each kind."""
        return dict(self._tables)

    def found(self) -> tuple[VerdictRow, ...]:
        """The rows kept in memory: of few subjects, all that fail or are not known."""
        return tuple(self._buffer)

    def _is_scoped_out(self, policy: CompiledPolicy) -> bool:
        """Whether a statement in force covers every topic without which the policy has nothing to judge."""
        return bool(policy.applies_to) and self.scoped.issuperset(policy.applies_to)

    def _is_rightly_empty(self, policy: CompiledPolicy, subjects: EvidenceTable) -> bool:
        """Whether it is known that there is no subject: a register that may be empty, or what is declared absent."""
        if self._is_scoped_out(policy):
            return True
        allowed = policy.may_be_empty
        return subjects.is_complete and (self.has_rows(allowed) if isinstance(allowed, str) else allowed)

    def _nothing_to_judge(
        self, policy: CompiledPolicy, counts: Mapping[int, int], started: float
    ) -> PolicyCount:
        """Not applicable as a whole: an empty register that may be empty, or what is declared absent."""
        self._nothing.add(policy.id)
        topics = policy.applies_to if self._is_scoped_out(policy) else ()
        total = counts.get(NO_APPLICABLE, 0) + 1
        return PolicyCount(policy.id, 0, 0, 0, total, time.perf_counter() - started, topics)

    def _topics_used(
        self, policy: CompiledPolicy, bound: Mapping[str, Any], counts: Mapping[int, int]
    ) -> tuple[str, ...]:
        """The declared topics among the values of a list that is judged."""
        if policy.applies_to != (EACH_TOPIC,) or not counts.get(NO_APPLICABLE):
            return ()
        lists = [value for name, value in bound.items() if name.startswith("p_") and isinstance(value, list)]
        listed = [value for values in lists for value in values]
        return tuple(topic for topic in dict.fromkeys(listed) if topic in self.scoped)

    def has_rows(self, kind: str) -> bool:
        """Whether there is a single record of the kind."""
        return kind in self._tables and self._tables[kind].rows > 0

    def _subject_rows(self, policy: CompiledPolicy) -> int:
        """How many subjects there are at most; the institution and lists are few."""
        return self._tables[policy.subject_kind].rows if policy.subject_kind else 0

    def _bind(self, policy: CompiledPolicy, values: Mapping[str, Any]) -> dict[str, Any]:
        moment, now = self._moment, self._moment.naive
        seconds = _seconds(moment.work_to) - _seconds(moment.work_from)
        bound = {
            "as_of": now,
            "skew": now + CLOCK_SKEW,
            "today": moment.as_of.astimezone(ZoneInfo(moment.zone)).date(),
            "zone": moment.zone,
            "work_from": _seconds(moment.work_from),
            "work_seconds": seconds,
            "scoped": sorted(self.scoped),
            **{f"from_{kind}": now - self._fresh(policy, kind) for kind in policy.kinds},
            **{flag.name: self._is_gap(policy, flag) for flag in policy.gaps},
            **values,
        }
        return {name: bound[name] for name in policy.placeholders}

    def _timely(self, policy: CompiledPolicy, kind: str) -> tuple[datetime, datetime]:
        """Between when (naive UTC) a record must have been observed, lest the policy's query look at its age."""
        now = self._moment.naive
        return now - self._fresh(policy, kind), now + CLOCK_SKEW

    def _fresh(self, policy: CompiledPolicy, kind: str) -> timedelta:
        return policy.fresh.get(kind, self._kinds[kind].fresh)

    def _is_gap(self, policy: CompiledPolicy, flag: Any) -> bool:
        table = self._tables[flag.kind]
        if not table.is_complete or (table.rows == 0 and not flag.may_be_empty):
            return True
        if not flag.needs_fresh or table.oldest is None or table.newest is None:
            return False
        oldest = self._moment.as_of - self._fresh(policy, flag.kind)
        return table.oldest < oldest or table.newest > self._moment.as_of + CLOCK_SKEW

    def _policy_gap(self, policy: CompiledPolicy) -> tuple[str, list[str]] | None:
        """Why the policy's population as a whole is not known, if so: reason and names."""
        table = self._tables.get(policy.subject_kind)
        if table is None:
            return None
        if table.gaps:
            return "collection_incomplete", list(table.gaps)
        if not table.is_complete:
            return "no_source", [table.kind]
        return ("no_records", [table.kind]) if table.rows == 0 else None

    def _add_gap_row(self, policy: CompiledPolicy, reason: str, missing: Sequence[str]) -> None:
        nowhere = (None,) * 6
        self._buffer.append((policy.id, UNKNOWN, "*", reason, list(missing), "{}", *nowhere))

    def gap_rows(self) -> list[tuple[str, int, str | None]]:
        """Subject, code and reason of policies as a whole that are not known."""
        gaps = [(row[2], row[1], row[3]) for row in self._buffer if row[5] == "{}" and row[2] == "*"]
        return [*gaps, *(("*", NO_APPLICABLE, None) for _ in self._nothing)]


def _seconds(value: clock) -> int:
    return value.hour * 3600 + value.minute * 60 + value.second
