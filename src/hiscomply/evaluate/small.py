"""The SQLite engine: the same policies over few records that are held in memory."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from hiscomply import sqlite
from hiscomply.compiled import CompiledPolicy, Only
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

    def _concerns_none(self, policy: CompiledPolicy) -> bool:
        """Whether the policy concerns no record for sure."""
        return bool(policy.only) and self._concern.is_ruled_out(
            self.connection, policy, *self._held_times(policy, policy.subject_kind)
        )

    def _narrowed(self, policy: CompiledPolicy) -> tuple[str, dict[str, str | bool]]:
        """The policy's query over those records that it may concern, and what is bound besides."""
        query, more = policy.small, _Bound()
        # by no index, lest SQLite take the subjects for a handful, and look through all that is related for each
        limits = self._limits(policy, policy.subject_kind, policy.only, "+k", more)
        if limits:
            whole = f'FROM ev . "{policy.subject_kind}" k'
            query = query.replace(f"{whole})", f"{whole} WHERE {' AND '.join(limits)})", 1)
        for alias, (kind, only) in policy.only_related.items():
            # the first layer that joins them; others count all that a subject has
            join = f"JOIN src_{alias} r ON "
            limits = self._limits(policy, kind, only, "r", more)
            query = query.replace(join, join + "".join(f"{limit} AND " for limit in limits), 1)
        return query, more

    def _limits(self, policy: CompiledPolicy, kind: str, only: Only, row: str, more: _Bound) -> list[str]:
        """What the fields of a record are, unless it surely does not concern the policy."""
        if not only or not self._concern.is_timely(self.connection, kind, *self._held_times(policy, kind)):
            return []
        return [
            f'{row} . "{name}" IN ({more.bind(some)})'
            for name, some in only.items()
            if self._concern.is_known(self.connection, kind, name)
        ]

    def _held_times(self, policy: CompiledPolicy, kind: str) -> tuple[int, int]:
        oldest, newest = self._timely(policy, kind)
        return sqlite.microseconds(oldest), sqlite.microseconds(newest)


class _Bound(dict[str, str | bool]):
    """Values to bind, by placeholder."""

    def bind(self, values: Sequence[str | bool]) -> str:
        """Placeholders for these values, as a list in SQL."""
        names = [f"only_{len(self) + number}" for number, _ in enumerate(values)]
        self.update(zip(names, values, strict=True))
        return ", ".join(f"${name}" for name in names)


def _shown(row: Sequence[Any]) -> tuple[Any, ...]:
    """A verdict row as DuckDB would give it."""
    code, subject, reason, missing, data, source, line, column, pointer, collection, observed_at = row
    place = sqlite.place_of(source, line, column, pointer)
    missing = list(sqlite.texts_of(missing))
    return (code, subject, reason, missing, data, *place, collection, sqlite.moment(observed_at))
