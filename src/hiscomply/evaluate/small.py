"""The SQLite engine: the same policies over few records that are held in memory."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from hiscomply import sqlite
from hiscomply.compiled import CompiledPolicy
from hiscomply.errors import NotHeld
from hiscomply.evaluate.evaluator import NO_APPLICABLE, SCOPE_KIND, UNKNOWN, Evaluator, Moment
from hiscomply.kinds import INVENTORY_KIND, Kind
from hiscomply.model import Evaluation, Evidence, EvidenceTable


def evaluate_held(
    policies: Sequence[CompiledPolicy],
    values: Mapping[str, Mapping[str, Any]],
    evidence: Evidence,
    kinds: Mapping[str, Kind],
    moment: Moment,
    progress: Callable[[str], None],
) -> Evaluation:
    """Judges every policy; the fail and unknown rows stay in memory.

    Raises:
        NotHeld: a policy, a parameter or a value is one that DuckDB has to judge.
    """
    if evidence.held is None or SCOPE_KIND in evidence.tables:
        raise NotHeld
    engine = SmallEngine(kinds, moment, evidence.held, evidence.tables)
    counts = []
    for policy in policies:
        progress(policy.id)
        counts.append(engine.evaluate(policy, values[policy.id]))
    return Evaluation(Path(), tuple(counts), moment.as_of, rows=engine.found())


class SmallEngine(Evaluator):
    """SQLite over tables ``ev.<kind>``."""

    def __init__(
        self,
        kinds: Mapping[str, Kind],
        moment: Moment,
        connection: sqlite3.Connection,
        tables: Mapping[str, EvidenceTable],
    ) -> None:
        super().__init__(kinds, moment)
        self.connection = connection
        self._tables.update(tables)

    def add_empty(self, kind: str) -> None:
        """Makes a kind that nobody collected readable as an empty table."""
        if kind == INVENTORY_KIND:
            raise NotHeld
        columns = ", ".join(f'"{name}"' for name in self._kinds[kind].columns())
        self.connection.execute(f'CREATE TABLE IF NOT EXISTS ev."{kind}" ({columns})')
        self._tables.setdefault(kind, EvidenceTable(kind, Path(), 0, False, (), None, None))

    def _run(self, policy: CompiledPolicy, bound: Mapping[str, Any]) -> dict[int, int]:
        if not policy.small:
            raise NotHeld
        subjects = self._subject_rows(policy)
        try:
            if self._concerns_none(policy):
                return {NO_APPLICABLE: subjects}
            query, more = self._narrowed(policy)
            held = {name: sqlite.held(value) for name, value in bound.items()}
            rows = self.connection.execute(query, held | more).fetchall()
        except sqlite3.Error as error:
            raise NotHeld from error
        counts = Counter(row[0] for row in rows)
        self._buffer.extend((policy.id, *_shown(row)) for row in rows if row[0] >= UNKNOWN)
        if policy.only:
            # the records left out, which the policy does not concern
            counts[NO_APPLICABLE] += subjects - len(rows)
        return dict(counts)

    def _held_times(self, policy: CompiledPolicy) -> tuple[int, int]:
        oldest, newest = self._timely(policy)
        return sqlite.microseconds(oldest), sqlite.microseconds(newest)

    def _concerns_none(self, policy: CompiledPolicy) -> bool:
        """Whether the policy concerns no record for sure."""
        return bool(policy.only) and self._concern.is_ruled_out(
            self.connection, policy, *self._held_times(policy)
        )

    def _narrowed(self, policy: CompiledPolicy) -> tuple[str, dict[str, str]]:
        """The policy's query over those of its subjects that it may concern, and what is bound besides."""
        kind = policy.subject_kind
        if not policy.only or not self._concern.is_timely(self.connection, kind, *self._held_times(policy)):
            return policy.small, {}
        conditions: list[str] = []
        more: dict[str, str] = {}
        for name, some in policy.only.items():
            self._index(kind, name)
            values = {f"only_{name}_{number}": value for number, value in enumerate(some)}
            conditions.append(f'("{name}" IN ({", ".join(f"${one}" for one in values)}) OR "{name}" IS NULL)')
            more |= values
        whole = f'ev . "{kind}"'
        narrow = f"(SELECT * FROM {whole} WHERE {' AND '.join(conditions)})"
        return policy.small.replace(whole, narrow, 1), more

    def _index(self, kind: str, name: str) -> None:
        self.connection.execute(f'CREATE INDEX IF NOT EXISTS ev."{kind} by {name}" ON "{kind}" ("{name}")')


def _shown(row: Sequence[Any]) -> tuple[Any, ...]:
    """A verdict row as DuckDB would give it."""
    code, subject, reason, missing, data, source, line, column, pointer, collection, observed_at = row
    place = sqlite.place_of(source, line, column, pointer)
    missing = list(sqlite.texts_of(missing))
    return (code, subject, reason, missing, data, *place, collection, sqlite.moment(observed_at))
