"""The DuckDB engine: evidence tables in, verdict rows out.

The connection can read the run's own Parquet files and nothing else, and no query text comes from outside
the compiler.
"""

from __future__ import annotations

import re
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from copy import copy
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from datetime import time as clock
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from hiscomply.compiled import EACH_TOPIC, CompiledPolicy
from hiscomply.duck import connect
from hiscomply.errors import Place, PolicyError
from hiscomply.evaluate.concern import Concern
from hiscomply.evaluate.deferred import DEFER_ROWS, Deferred, defer, write_all
from hiscomply.kinds import Kind
from hiscomply.model import EvidenceTable, PolicyCount

CLOCK_SKEW = timedelta(minutes=5)
CALENDAR_DAYS = 5 * 366
CALENDAR_KIND = "calendar_day"
NO_APPLICABLE, PASS, UNKNOWN, FAIL = _CODES = 0, 1, 2, 3

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

_SHOWN = {
    "subject": "VARCHAR",
    "reason": "VARCHAR",
    "missing": "VARCHAR[]",
    "data": "VARCHAR",
    "source": "VARCHAR",
    "line": "INTEGER",
    '"column"': "INTEGER",
    "pointer": "VARCHAR",
    "collection": "VARCHAR",
    "observed_at": "TIMESTAMP",
}
VERDICT_COLUMNS = {"policy_id": "VARCHAR", "code": "UTINYINT", **_SHOWN}
_FOUND = (
    "CREATE OR REPLACE TEMP TABLE found AS SELECT code, "
    + ", ".join(f"CASE WHEN code >= {UNKNOWN} THEN {name} END AS {name}" for name in _SHOWN)
    + ", count(*) AS n FROM ({query}) GROUP BY ALL"
)
_KEEP = (
    f"INSERT INTO verdicts SELECT $policy_id, code, {', '.join(_SHOWN)} "
    f"FROM (SELECT *, unnest(range(n)) FROM found WHERE code >= {UNKNOWN})"
)
_BUFFERED = "INSERT INTO verdicts SELECT " + ", ".join(
    f"unnest(CAST($c{number} AS {type_}[]))" for number, type_ in enumerate(VERDICT_COLUMNS.values())
)


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


class Engine:
    """One DuckDB connection over the evidence of one run."""

    def __init__(
        self,
        kinds: Mapping[str, Kind],
        moment: Moment,
        *,
        memory_limit: str = "768MB",
        spill: Path | None = None,
    ) -> None:
        self._kinds = kinds
        self._moment = moment
        self._tables: dict[str, EvidenceTable] = {}
        self._made: set[str] = set()
        self.connection = connect(memory_limit, spill=spill)
        self.connection.execute("SET preserve_insertion_order = false; CREATE SCHEMA ev")
        self.connection.execute(_WITHOUT)
        columns = ", ".join(f"{name} {type_}" for name, type_ in VERDICT_COLUMNS.items())
        self.connection.execute(f"CREATE TABLE verdicts ({columns})")
        self._deferred: list[Deferred] = []
        self._buffer: list[tuple[Any, ...]] = []
        self._has_calendar = False
        self._name = "a"
        self.scoped: frozenset[str] = frozenset()
        """Topics that a statement in force declares absent."""
        self._nothing: set[str] = set()
        self._concern = Concern()
        self.last_bound: Mapping[str, Any] | None = None
        """What the last policy was bound to, if its query was run; for its cases, which look at every row."""

    @property
    def moment(self) -> Moment:
        """When it judges."""
        return self._moment

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

    def evaluate(self, policy: CompiledPolicy, values: Mapping[str, Any]) -> PolicyCount:
        """Judges one policy; its fail and unknown rows go to the table ``verdicts``, or wait to be written.

        Args:
            values: the policy's parameters by placeholder.

        Raises:
            PolicyError: the engine refused the query, which the caller turns into an unknown verdict.
        """
        import duckdb

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
        if "ev.calendar" in policy.judged:
            self._add_calendar()
        bound = self.last_bound = self._bind(policy, values)
        try:
            counts = self._run(policy, bound)
        except duckdb.Error as error:
            raise PolicyError(
                _failed(policy, error),
                place=Place(policy.file),
                hint="`hiscomply policy lint` may say more / 可运行 hiscomply policy lint",
            ) from error
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
        numbers = ", ".join(f"count(*) FILTER (code = {code})" for code in _CODES)
        counted = self.connection.execute(f"SELECT {numbers} FROM ({query})", _used(query, bound)).fetchone()
        counts: dict[int, int] = dict(zip(_CODES, counted or (), strict=True))
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

    def _subject_rows(self, policy: CompiledPolicy) -> int:
        """How many subjects there are at most; the institution and lists are few."""
        return self._tables[policy.subject_kind].rows if policy.subject_kind else 0

    def _run_small(self, policy: CompiledPolicy, bound: Mapping[str, Any]) -> dict[int, int]:
        """One statement instead of three: planning a query costs more than running it over a few rows."""
        query = policy.query
        rows = self.connection.execute(query, _used(query, bound)).fetchall()
        counts: Counter[int] = Counter(row[0] for row in rows)
        self._buffer.extend((policy.id, *row) for row in rows if row[0] >= UNKNOWN)
        return dict(counts)

    def _flush(self) -> None:
        """The buffered rows into the table ``verdicts``, column by column: one statement for all of them."""
        if self._buffer:
            listed = {
                f"c{number}": list(column) for number, column in enumerate(zip(*self._buffer, strict=True))
            }
            self.connection.execute(_BUFFERED, listed)
        self._buffer.clear()

    def _concerns_any(self, policy: CompiledPolicy, bound: Mapping[str, Any], subjects: int) -> bool:
        if policy.only:
            now = self._moment.naive
            oldest = now - self._fresh(policy, policy.subject_kind)
            if self._concern.is_ruled_out(self.connection, policy, oldest, now + CLOCK_SKEW):
                return False
        if not policy.concerned or subjects > IN_MEMORY:
            return True
        return self._concern.is_raised(self.connection, policy.concerned, _used(policy.concerned, bound))

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

    def _has_institution_row(self, policy_id: str) -> bool:
        if any(row[0] == policy_id and row[2] == "*" for row in self._buffer):
            return True
        query = "SELECT count(*) FROM verdicts WHERE policy_id = ? AND subject = '*'"
        found = self.connection.execute(query, [policy_id]).fetchone()
        return bool(found and found[0])

    def _add_gap_row(self, policy: CompiledPolicy, reason: str, missing: Sequence[str]) -> None:
        nowhere = (None,) * 6
        self._buffer.append((policy.id, UNKNOWN, "*", reason, list(missing), "{}", *nowhere))

    def gap_rows(self) -> list[tuple[str, int, str | None]]:
        """Subject, code and reason of policies as a whole that are not known."""
        gaps = [(row[2], row[1], row[3]) for row in self._buffer if row[5] == "{}" and row[2] == "*"]
        return [*gaps, *(("*", NO_APPLICABLE, None) for _ in self._nothing)]

    def _add_calendar(self) -> None:
        if self._has_calendar:
            return
        from hiscomply.evaluate.calendar import calendar_rows

        today = self._moment.as_of.date()
        first, last = today - timedelta(days=CALENDAR_DAYS), today + timedelta(days=400)
        imported = self._imported_days()
        rows = [] if imported is None else list(calendar_rows(first, last, imported))
        self.connection.execute("CREATE TABLE ev.calendar (day DATE, is_work INTEGER, cum INTEGER)")
        self.connection.execute(
            "INSERT INTO ev.calendar SELECT unnest($days), unnest($work), unnest($cum)",
            {
                "days": [row[0] for row in rows],
                "work": [row[1] for row in rows],
                "cum": [row[2] for row in rows],
            },
        )
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


def _seconds(value: clock) -> int:
    return value.hour * 3600 + value.minute * 60 + value.second
