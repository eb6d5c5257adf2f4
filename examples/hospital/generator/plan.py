"""The plan: how the data depart from what is right, and what an audit must say of it.

Everything else in the exports is clean, so the plan is the whole answer key.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from generator.clock import utc

Row = dict[str, Any]

KEYS: Mapping[str, tuple[str, ...]] = {
    "admin_interface": ("asset_id", "protocol", "port"),
    "application_patch": ("asset_id", "name"),
    "budget": ("item", "year"),
    "component": ("system_id", "kind", "name"),
    "firmware": ("asset_id",),
    "handover": ("system_id", "handed_over_at"),
    "malware_agent": ("asset_id",),
    "metric_definition": ("metric",),
    "observed_change": ("asset_id", "item", "seen_at"),
    "record_access_review": ("category", "reviewed_at"),
    "redundancy": ("system_id", "part"),
    "release_training": ("change_id",),
    "response_time": ("system_id", "transaction", "day"),
    "retention_rule": ("system_id", "record_type"),
    "room_round": ("room_id", "date"),
    "time_source": ("asset_id", "software", "address"),
    "utilisation": ("asset_id", "metric"),
    "access_review": ("system_id", "period", "login"),
    "account": ("system_id", "login"),
    "backup_job": ("system_id", "job", "started"),
    "backup_plan": ("system_id", "job"),
    "config_result": ("asset_id", "rule_id"),
    "entitlement": ("system_id", "login", "role"),
    "inspection": ("system_id", "date", "items"),
    "kpi": ("metric", "period", "system_id"),
    "kev": ("cve",),
    "log_source": ("asset_id", "name"),
    "maintenance": ("asset_id", "kind", "done_at"),
    "monitor_target": ("asset_id", "metric_set"),
    "package": ("asset_id", "name"),
    "password_state": ("system_id", "login"),
    "org_role": ("role", "person"),
    "patch": ("asset_id", "advisory"),
    "patch_state": ("asset_id",),
    "perf_score": ("person_id", "period"),
    "scope_statement": ("subject",),
    "contact": ("organisation",),
    "ssvc": ("cve",),
    "support_cycle": ("product", "cycle"),
    "setting": ("file", "key", "occurrence"),
    "training": ("person_id", "course", "done_at"),
    "vuln": ("asset_id", "cve"),
    "vuln_second": ("asset_id", "cve"),
}
"""Natural keys; every other kind has ``id``."""


def listed(text: str) -> tuple[str, ...]:
    """The words of a text."""
    return tuple(text.split())


def key_of(kind: str) -> tuple[str, ...]:
    """The fields that name one row of a kind."""
    return KEYS.get(kind, ("id",))


@dataclass(frozen=True)
class Expectation:
    """One finding that an audit must make."""

    policy: str
    subject: str
    expected: str
    why: str


@dataclass
class Plan:
    """Departures by kind, and the findings that follow from them."""

    expectations: list[Expectation] = field(default_factory=list)
    canaries: list[str] = field(default_factory=list)
    _alters: dict[str, dict[tuple[Any, ...], Row]] = field(default_factory=lambda: defaultdict(dict))
    _adds: dict[str, list[Row]] = field(default_factory=lambda: defaultdict(list))
    _bulks: dict[str, list[tuple[Row, Row]]] = field(default_factory=lambda: defaultdict(list))
    _drops: dict[str, list[Row]] = field(default_factory=lambda: defaultdict(list))

    def alter(
        self,
        kind: str,
        key: Sequence[Any],
        changes: Row,
        why: str = "",
        *,
        subject: str = "",
        fail: Sequence[str] = (),
        unknown: Sequence[str] = (),
    ) -> None:
        """Changes fields of a row that the generator makes anyway; ``subject`` if it is not the row's key."""
        self._alters[kind].setdefault(tuple(key), {}).update(changes)
        self._expect(subject or key, why, fail, unknown)

    def add(
        self,
        kind: str,
        row: Row,
        why: str = "",
        *,
        subject: str = "",
        fail: Sequence[str] = (),
        unknown: Sequence[str] = (),
    ) -> None:
        """Adds a row; what it does not say is as in a clean row. ``subject`` if it is not the row's key."""
        self._adds[kind].append(row)
        self._expect(subject or [row[name] for name in key_of(kind)], why, fail, unknown)

    def alter_all(self, kind: str, changes: Row, /, **match: Any) -> None:
        """Changes fields of every row of the generator's own that has these values."""
        self._bulks[kind].append((match, changes))

    def drop(self, kind: str, /, **match: Any) -> None:
        """Leaves out every row of the generator's own that has these values."""
        self._drops[kind].append(match)

    def find(self, policy: str, subject: str, expected: str, why: str) -> None:
        """A finding that follows from several rows, or from none."""
        self.expectations.append(Expectation(policy, subject, expected, why))

    def _expect(
        self, key: str | Sequence[Any], why: str, fail: Sequence[str], unknown: Sequence[str]
    ) -> None:
        subject = key if isinstance(key, str) else "/".join(_text(part) for part in key)
        for policy in fail:
            self.find(policy, subject, "fail", why)
        for policy in unknown:
            self.find(policy, subject, "unknown", why)

    def apply(self, kind: str, rows: Iterable[Row], clean: Row) -> list[Row]:
        """The rows with all departures of their kind.

        Raises:
            ValueError: a departure names a row that is not there, or adds one that is.
        """
        names = key_of(kind)
        drops = self._drops.pop(kind, [])
        bulks = self._bulks.pop(kind, [])
        alters = self._alters.pop(kind, {})
        own = _altered(_without(rows, drops), bulks)
        kept, used = [], set()
        for row in [*own, *({**clean, **row} for row in self._adds.pop(kind, []))]:
            key = tuple(row[name] for name in names)
            if key in used:
                raise ValueError(f"{kind} {key} is there twice")
            used.add(key)
            row.update(alters.pop(key, {}))
            kept.append(row)
        if alters:
            raise ValueError(f"{kind}: the plan alters rows that are not there: {sorted(map(str, alters))}")
        return kept

    def leftovers(self) -> list[str]:
        """Kinds whose departures nobody applied."""
        return sorted(k for part in self._parts() for k, v in part.items() if v)

    def _parts(self) -> Iterable[Mapping[str, Any]]:
        return self._alters, self._adds, self._bulks, self._drops


def _without(rows: Iterable[Row], drops: Sequence[Row]) -> Iterable[Row]:
    return (
        (row for row in rows if not any(match.items() <= row.items() for match in drops)) if drops else rows
    )


def _altered(rows: Iterable[Row], bulks: Sequence[tuple[Row, Row]]) -> Iterable[Row]:
    for row in rows:
        for match, changes in bulks:
            if match.items() <= row.items():
                row.update(changes)
        yield row


def _text(part: Any) -> str:
    if isinstance(part, datetime):
        return utc(part)
    return part.isoformat() if isinstance(part, date) else str(part)
