"""Whether a policy concerns any record at all: asked before its own query, which costs far more to plan."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from hiscomply.compiled import CompiledPolicy

if TYPE_CHECKING:
    import sqlite3

    import duckdb

    Connection = duckdb.DuckDBPyConnection | sqlite3.Connection

Question = tuple[str, tuple[tuple[str, str], ...]]


class Concern:
    """What was asked of the tables so far, so that policies which ask the same cost one query.

    An answer is "no" only when every record says so; where a value or a time is not known, the policy is judged.
    """

    def __init__(self) -> None:
        self._answers: dict[Question, bool] = {}
        self._values: dict[tuple[str, str], frozenset[Any]] = {}
        self._times: dict[str, tuple[int, Any, Any]] = {}

    def forget(self) -> None:
        """The tables are others now."""
        for known in (self._answers, self._values, self._times):
            known.clear()

    def is_ruled_out(
        self,
        connection: Connection,
        policy: CompiledPolicy,
        oldest: Any,
        newest: Any,
    ) -> bool:
        """Whether no record has a value that the policy is about (``only``), all of them being known.

        Args:
            oldest, newest: times as the engine holds them; a record observed outside is for the policy's query to
                judge.
        """
        kind = policy.subject_kind
        if all(self._values_of(connection, kind, name) & {*some, None} for name, some in policy.only.items()):
            return False
        return self.is_timely(connection, kind, oldest, newest)

    def is_timely(self, connection: Connection, kind: str, oldest: Any, newest: Any) -> bool:
        """Whether every record was observed between the two, for sure."""
        timeless, first, last = self._times_of(connection, kind)
        return not timeless and first is not None and last is not None and first >= oldest and last <= newest

    def is_known(self, connection: Connection, kind: str, name: str) -> bool:
        """Whether every record says what the field is."""
        return None not in self._values_of(connection, kind, name)

    def is_raised(self, connection: Connection, sql: str, used: Mapping[str, Any]) -> bool:
        """Whether a policy's own question (``concerned``) gives more than 0."""
        question = sql, tuple((name, repr(value)) for name, value in sorted(used.items()))
        if question not in self._answers:
            found = connection.execute(sql, used).fetchone()
            self._answers[question] = found is None or bool(found[0])
        return self._answers[question]

    def _values_of(self, connection: Connection, kind: str, name: str) -> frozenset[Any]:
        """Every value of a field, None if a record lacks it."""
        if (kind, name) not in self._values:
            # of its table, for SQLite takes a lone name that there is not for a text
            rows = connection.execute(f'SELECT DISTINCT k."{name}" FROM ev."{kind}" k').fetchall()
            self._values[kind, name] = frozenset(row[0] for row in rows)
        return self._values[kind, name]

    def _times_of(self, connection: Connection, kind: str) -> tuple[int, Any, Any]:
        """How many records have no time of observation, and the first and last of the others."""
        if kind not in self._times:
            found = connection.execute(
                "SELECT count(*) FILTER (WHERE _observed_at IS NULL), min(_observed_at), max(_observed_at) "
                f'FROM ev."{kind}"'
            ).fetchone()
            self._times[kind] = found or (1, None, None)
        return self._times[kind]
