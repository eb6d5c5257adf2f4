"""The DuckDB engine: evidence tables in, verdict rows out.

The connection can read the run's own Parquet files and nothing else, and no query text comes from outside
the compiler.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from copy import copy
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from hiscomply.compiled import CompiledPolicy
from hiscomply.duck import SHOWN_COLUMNS, VERDICT_COLUMNS, connect, insert
from hiscomply.errors import Place, PolicyError
from hiscomply.evaluate.deferred import DEFER_ROWS, Deferred, defer, write_all
from hiscomply.evaluate.evaluator import CODES, FAIL, NO_APPLICABLE, UNKNOWN, Evaluator, Moment
from hiscomply.kinds import Kind
from hiscomply.model import EvidenceTable, PolicyCount

CALENDAR_DAYS = 5 * 366
CALENDAR_KIND = "calendar_day"

SMALL = 2_000
"""Up to how many subjects the rows of a policy are looked at here rather than in the engine."""
IN_MEMORY = 20_000
"""Up to how many rows a kind is read once, since each query that names a file opens it again."""
ONE_PASS = 250_000
"""Up to how many subjects the rows to keep are held while they are counted."""

_WITHOUT = "SET disabled_optimizers = 'statistics_propagation'"
"""DuckDB 2.0.0 fails with "BindBuiltinScalarFunction did not return …" when column statistics prove that a
comparison with a CASE can never be true; see tests/unit/evaluate/test_engine_workarounds.py."""
_USEFUL_ON_FEW_ROWS = frozenset({"filter_pushdown", "unused_columns", "column_lifetime"})

_FOUND = (
    "CREATE OR REPLACE TEMP TABLE found AS SELECT code, "
    + ", ".join(f"CASE WHEN code >= {UNKNOWN} THEN {name} END AS {name}" for name in SHOWN_COLUMNS)
    + ", count(*) AS n FROM ({query}) GROUP BY ALL"
)
_KEEP = (
    f"INSERT INTO verdicts SELECT $policy_id, code, {', '.join(SHOWN_COLUMNS)} "
    f"FROM (SELECT *, unnest(range(n)) FROM found WHERE code >= {UNKNOWN})"
)


class Engine(Evaluator):
    """One DuckDB connection over the evidence of one run."""

    def __init__(
        self,
        kinds: Mapping[str, Kind],
        moment: Moment,
        *,
        memory_limit: str = "768MB",
        spill: Path | None = None,
    ) -> None:
        super().__init__(kinds, moment)
        self._made: set[str] = set()
        self.connection = connect(memory_limit, spill=spill)
        self.connection.execute("SET preserve_insertion_order = false; CREATE SCHEMA ev")
        self.connection.execute(_WITHOUT)
        columns = ", ".join(f"{name} {type_}" for name, type_ in VERDICT_COLUMNS.items())
        self.connection.execute(f"CREATE TABLE verdicts ({columns})")
        self._deferred: list[Deferred] = []
        self._has_calendar = False
        self._name = "a"

    def forget(self) -> None:
        """Empties the tables that ``add_empty`` made, and the verdicts, for the next case of a policy."""
        for kind, table in self._tables.items():
            if table.rows:
                self.connection.execute(f'TRUNCATE ev."{kind}"')
        self._buffer.clear()
        self._tables.clear()
        self._nothing.clear()
        self._concern.forget()
        self.last_bound = None

    def set_table(self, table: EvidenceTable) -> None:
        """Says how complete a kind is that ``add_empty`` made and the caller filled."""
        self._tables[table.kind] = table
        self._concern.forget()

    def rows(self, output: str, bound: Mapping[str, Any]) -> list[tuple[str, int, str | None]]:
        """Subject, code and reason of every row of an output, also the ones that pass."""
        query = f"SELECT subject, code, reason FROM ({output})"
        return self.connection.execute(query, _used(output, bound)).fetchall()

    def try_query(
        self, policy: CompiledPolicy, statement: Any, values: Mapping[str, Any]
    ) -> list[tuple[str, int]]:
        """Subject and code of every verdict that ``evaluate`` would give, gaps included; nothing is kept.

        Args:
            statement: from ``parse_query``, over the policy's rows; it gives subject and code.

        Raises:
            duckdb.Error: the engine refused the query.
        """
        gap = self._policy_gap(policy)
        subjects = self._tables.get(policy.subject_kind)
        if subjects is not None and subjects.rows == 0:
            return [("*", NO_APPLICABLE if self._is_rightly_empty(policy, subjects) else UNKNOWN)]
        if "ev.calendar" in policy.judged:
            self._add_calendar()
        bound = self._bind(policy, values)
        named = {name: bound[name] for name in statement.named_parameters if name in bound}
        rows: list[tuple[str, int]] = self.connection.execute(statement, named).fetchall()
        if gap is None and rows:
            return rows
        is_judged = any(code != NO_APPLICABLE for _, code in rows)
        is_absent = not is_judged and self._is_scoped_out(policy)
        return [*rows, ("*", NO_APPLICABLE if is_absent else UNKNOWN)]

    def plan_quickly(self) -> None:
        """From now on few optimizations are tried: over a handful of rows, planning is nearly all a query costs."""
        names = [row[0] for row in self.connection.execute("SELECT * FROM duckdb_optimizers()").fetchall()]
        useless = ",".join(name for name in names if name not in _USEFUL_ON_FEW_ROWS)
        self.connection.execute(f"SET disabled_optimizers = '{useless}'; SET threads = 1")

    def parse_query(self, sql: str) -> Any:
        """A query that is parsed once and run many times."""
        return self.connection.extract_statements(sql)[0]

    def add_table(self, table: EvidenceTable) -> None:
        """Makes the Parquet file of a kind readable as ``ev.<kind>``."""
        self._tables[table.kind] = table
        path = str(table.path.resolve()).replace("'", "''")
        what = "TABLE" if table.rows <= IN_MEMORY else "VIEW"
        self.connection.execute(f"CREATE {what} ev.\"{table.kind}\" AS SELECT * FROM read_parquet('{path}')")

    def confine(self, *folders: Path) -> None:
        """From now on no query can touch a file outside the folders, and this cannot be undone."""
        listed = ", ".join("'" + str(one.resolve()).replace("'", "''") + "/'" for one in folders)
        self.connection.execute(
            f"SET allowed_directories = [{listed}]; SET python_enable_replacements = false; "
            "SET enable_external_access = false; SET lock_configuration = true"
        )

    def add_empty(self, kind: str) -> None:
        """Makes a kind that nobody collected readable as an empty table."""
        if kind not in self._made:
            columns = ", ".join(f'"{name}" {type_}' for name, type_ in self._kinds[kind].columns().items())
            self.connection.execute(f'CREATE TABLE IF NOT EXISTS ev."{kind}" ({columns})')
            self._made.add(kind)
        self._tables.setdefault(kind, EvidenceTable(kind, Path(), 0, False, (), None, None))

    def prepare(self, policies: Sequence[CompiledPolicy]) -> None:
        """Makes what the policies read besides the tables, so that judging them makes nothing that others read."""
        for kind in dict.fromkeys(kind for policy in policies for kind in policy.kinds):
            if kind not in self._tables:
                self.add_empty(kind)
        if any("ev.calendar" in policy.judged for policy in policies):
            self._add_calendar()

    def beside(self) -> Engine:
        """A second engine over the same tables and verdicts, for another thread, after ``prepare``."""
        other = copy(self)
        other.connection = self.connection.cursor()
        other._name, other._buffer, other._deferred, other._nothing = "b", [], [], set()
        return other

    def take_over(self, other: Engine) -> None:
        """What an engine ``beside`` has found so far; it is done then."""
        self._buffer += other._buffer
        self._deferred += other._deferred
        other.connection.close()

    def note_error(self, policy: CompiledPolicy, message: str) -> PolicyCount:
        """A policy that could not be run: unknown as a whole, with the reason."""
        self._buffer = [row for row in self._buffer if row[0] != policy.id]
        self.connection.execute("DELETE FROM verdicts WHERE policy_id = ?", [policy.id])
        self._add_gap_row(policy, "error", [message])
        return PolicyCount(policy.id, 0, 0, 1, 0, 0.0)

    def write_verdicts(self, path: Path) -> dict[str, PolicyCount]:
        """The fail and unknown rows as a Parquet file; gives the policies that failed on the way as unknown."""
        import duckdb

        self._flush()
        target = str(path.resolve()).replace("'", "''")
        broken: dict[str, PolicyCount] = {}
        try:
            write_all(self.connection, self._deferred, target)
        except duckdb.Error:
            # Counting needs no values to show, so a value that cannot be computed is first met here.
            for one in self._deferred:
                try:
                    self.connection.execute(f"INSERT INTO verdicts {one.sql}", one.bound)
                except duckdb.Error as error:
                    broken[one.policy.id] = self.note_error(one.policy, _failed(one.policy, error))
            self._flush()
            write_all(self.connection, [], target)
        self.connection.close()
        return broken

    # ------------------------------------------------------------ inside

    def _run(self, policy: CompiledPolicy, bound: Mapping[str, Any]) -> dict[int, int]:
        import duckdb

        if "ev.calendar" in policy.judged:
            self._add_calendar()
        try:
            return self._judge(policy, bound)
        except duckdb.Error as error:
            raise PolicyError(
                _failed(policy, error),
                place=Place(policy.file),
                hint="`hiscomply policy lint` may say more / 可运行 hiscomply policy lint",
            ) from error

    def _judge(self, policy: CompiledPolicy, bound: Mapping[str, Any]) -> dict[int, int]:
        subjects = self._subject_rows(policy)
        if not self._concerns_any(policy, bound, subjects):
            return {NO_APPLICABLE: subjects}
        if subjects <= SMALL:
            return self._run_small(policy, bound)
        if policy.is_materialised or subjects <= ONE_PASS:
            return self._run_once(policy, bound)
        return self._run_twice(policy, bound)

    def _run_once(self, policy: CompiledPolicy, bound: Mapping[str, Any]) -> dict[int, int]:
        """Counts and keeps in one pass: what passes falls together into one row for each code."""
        query = policy.query
        self.connection.execute(_FOUND.format(query=query), _used(query, bound))
        numbers = self.connection.execute("SELECT code, CAST(sum(n) AS BIGINT) FROM found GROUP BY code")
        counts = dict(numbers.fetchall())
        found = counts.get(FAIL, 0) + counts.get(UNKNOWN, 0)
        if found >= DEFER_ROWS and not policy.is_materialised and self._policy_gap(policy) is None:
            self._defer(policy, bound)
        elif found:
            self.connection.execute(_KEEP, {"policy_id": policy.id})
        return counts

    def _run_twice(self, policy: CompiledPolicy, bound: Mapping[str, Any]) -> dict[int, int]:
        """Counts first, since the rows may be too many to keep; the values to show are not computed for that."""
        query = policy.query
        numbers = ", ".join(f"count(*) FILTER (code = {code})" for code in CODES)
        counted = self.connection.execute(f"SELECT {numbers} FROM ({query})", _used(query, bound)).fetchone()
        counts: dict[int, int] = dict(zip(CODES, counted or (), strict=True))
        found = counts[FAIL] + counts[UNKNOWN]
        if found >= DEFER_ROWS and self._policy_gap(policy) is None:
            self._defer(policy, bound)
        elif found:
            rows, parameters = self._rows_to_keep(policy, bound)
            self.connection.execute(f"INSERT INTO verdicts {rows}", parameters)
        return counts

    def _defer(self, policy: CompiledPolicy, bound: Mapping[str, Any]) -> None:
        name = f"{self._name}{len(self._deferred)}"
        self._deferred.append(defer(policy, *self._rows_to_keep(policy, bound), name))

    @staticmethod
    def _rows_to_keep(policy: CompiledPolicy, bound: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
        rows = f"SELECT $policy_id, * FROM ({policy.query}) WHERE code >= {UNKNOWN}"
        return rows, {**_used(policy.query, bound), "policy_id": policy.id}

    def _run_small(self, policy: CompiledPolicy, bound: Mapping[str, Any]) -> dict[int, int]:
        """One statement instead of three: planning a query costs more than running it over a few rows."""
        query = policy.query
        rows = self.connection.execute(query, _used(query, bound)).fetchall()
        counts: Counter[int] = Counter(row[0] for row in rows)
        self._buffer.extend((policy.id, *row) for row in rows if row[0] >= UNKNOWN)
        return dict(counts)

    def _flush(self) -> None:
        """The buffered rows into the table ``verdicts``."""
        insert(self.connection, "verdicts", list(VERDICT_COLUMNS.values()), self._buffer)
        self._buffer.clear()

    def _concerns_any(self, policy: CompiledPolicy, bound: Mapping[str, Any], subjects: int) -> bool:
        if policy.only and self._concern.is_ruled_out(
            self.connection, policy, *self._timely(policy, policy.subject_kind)
        ):
            return False
        if not policy.concerned or subjects > IN_MEMORY:
            return True
        return self._concern.is_raised(self.connection, policy.concerned, _used(policy.concerned, bound))

    def _has_institution_row(self, policy_id: str) -> bool:
        if super()._has_institution_row(policy_id):
            return True
        query = "SELECT count(*) FROM verdicts WHERE policy_id = ? AND subject = '*'"
        found = self.connection.execute(query, [policy_id]).fetchone()
        return bool(found and found[0])

    def _add_calendar(self) -> None:
        if self._has_calendar:
            return
        from hiscomply.evaluate.calendar import calendar_rows

        today = self._moment.as_of.date()
        first, last = today - timedelta(days=CALENDAR_DAYS), today + timedelta(days=400)
        imported = self._imported_days()
        rows = [] if imported is None else list(calendar_rows(first, last, imported))
        self.connection.execute("CREATE TABLE ev.calendar (day DATE, is_work INTEGER, cum INTEGER)")
        insert(self.connection, "ev.calendar", ("DATE", "INTEGER", "INTEGER"), rows)
        self._has_calendar = True

    def _imported_days(self) -> dict[date, bool] | None:
        """Days that the project imported; None when they should be there and could not all be read."""
        table = self._tables.get(CALENDAR_KIND)
        if table is None:
            return {}
        if table.gaps:
            return None
        query = f'SELECT day, is_workday FROM ev."{CALENDAR_KIND}" WHERE is_workday IS NOT NULL'
        return dict(self.connection.execute(query).fetchall())


def _failed(policy: CompiledPolicy, error: Exception) -> str:
    return f"the query of {policy.id} failed: {str(error).splitlines()[0]} / 查询执行失败"


def _used(sql: str, bound: Mapping[str, Any]) -> dict[str, Any]:
    """Only the values whose placeholder appears: the engine refuses others."""
    names = set(re.findall(r"\$([a-z_][a-z0-9_]*)", sql))
    return {name: bound[name] for name in names if name in bound}
