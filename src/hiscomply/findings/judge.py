"""Verdict rows to findings: fingerprint, state against the previous run, age, due date, waiver."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from types import MappingProxyType
from typing import Any

from hiscomply.duck import VERDICT_COLUMNS, database, insert, shared
from hiscomply.errors import Place, RunError
from hiscomply.findings.finding import COLUMNS, DUE_DAYS, to_finding
from hiscomply.findings.first import first_findings
from hiscomply.findings.unseen import keep_unjudged, keep_unseen
from hiscomply.findings.waivers import WAIVER_POLICY, WAIVER_SEVERITY, WaiverProblem, check_waivers
from hiscomply.findings.waiving import add_findings, load_waivers, unused
from hiscomply.kinds import Kind
from hiscomply.model import Evaluation, Evidence, Finding, PolicyInfo, Severity, Waiver
from hiscomply.shown_values import SEPARATOR, WITHHELD, shown_names

_SHOWN = (
    "regexp_replace(array_to_string([coalesce(CAST(json_extract({}.data, name) AS VARCHAR), '') FOR name IN p.shown], "
    f"chr({ord(SEPARATOR)})), '{WITHHELD}', 'withheld', 'g')"
)
_IS_SAME_VALUES = "e.data IS NOT DISTINCT FROM c.data"
_IS_SAME_SHOWN = f"""({_IS_SAME_VALUES} OR {_SHOWN.format("e")} = {_SHOWN.format("c")}
    OR e.data = '{{"values_sha256": "' || left(sha256({_SHOWN.format("c")}), 16) || '"}}')"""
"""A report that serves as baseline knows of the values only a digest."""
_IS_SAME = """e.verdict = c.verdict AND e.reason IS NOT DISTINCT FROM c.reason
    AND (c.code = 3 OR coalesce(e.missing, []) = coalesce(c.missing, []))
    AND (e.waiver IS NULL OR c.waiver IS NOT NULL)"""
"""A finding that lost its waiver is not the same."""


class Judgement:
    """The findings of a run, readable as a stream.

    Attributes:
        path: the Parquet file they are in.
        held: the findings themselves, where they are few; there is no file then.
    """

    def __init__(
        self,
        path: Path,
        problems: Sequence[WaiverProblem],
        in_force: Sequence[Waiver],
        held: tuple[Finding, ...] | None = None,
    ) -> None:
        self.path = path
        self.problems = tuple(problems)
        self.in_force = tuple(in_force)
        self.held = held

    def count(self) -> int:
        """How many findings there are, absent ones included."""
        if self.held is not None:
            return len(self.held)
        row = shared().execute("SELECT count(*) FROM read_parquet(?)", [str(self.path)]).fetchone()
        return int(row[0]) if row else 0

    def findings(self) -> Iterator[Finding]:
        """All findings ordered by policy, then subject; constant memory."""
        if self.held is not None:
            yield from self.held
            return
        cursor = shared().execute(f"SELECT {COLUMNS} FROM read_parquet(?)", [str(self.path)])
        while rows := cursor.fetchmany(2000):
            for row in rows:
                yield to_finding(row)


def judge(
    evaluation: Evaluation,
    policies: Sequence[PolicyInfo],
    waivers: Sequence[Waiver],
    previous: Path | None,
    today: date,
    path: Path,
    keep_previous: Path | None = None,
    unreadable: Sequence[WaiverProblem] = (),
    *,
    is_by_shown_values: bool = False,
    evidence: Evidence | None = None,
    kinds: Mapping[str, Kind] = MappingProxyType({}),
) -> Judgement:
    """Writes ``findings.parquet``, unless the verdict rows are held and there is nothing to compare them with.

    Args:
        previous: findings of the run to compare with, or None.
        today: in the project's zone.
        keep_previous: where to keep what was compared with, so that a run can be judged again without the other.
        unreadable: waivers in comments that say too little to be one.
        is_by_shown_values: a finding is unchanged when what its message shows is, whatever else was read.
        evidence: what was judged, in tables; of kinds by name.

    Raises:
        RunError: the previous findings cannot be read.
    """
    severities = {policy.id: policy.severity for policy in policies}
    in_force, problems = check_waivers(waivers, severities, today)
    problems += unreadable
    if evaluation.rows is not None and previous is None and all(one.is_inline for one in in_force):
        found, problems = first_findings(evaluation.rows, severities, evaluation.as_of, in_force, problems)
        return Judgement(path, problems, in_force, found)
    import duckdb

    with database("512MB", path.parent) as connection:
        _load_current(connection, evaluation)
        try:
            _load_previous(connection, previous)
        except duckdb.Error as error:
            raise RunError(
                f"the previous run's findings cannot be read: {str(error).splitlines()[0]} / 上次运行的问题表无法读取",
                place=Place(str(previous)),
                hint="choose another with --previous, or none with --no-previous / 请另选一次运行",
            ) from error
        if previous is not None and keep_previous is not None:
            _write_sorted(connection, "SELECT * FROM earlier", keep_previous)
        load_waivers(connection, in_force)
        problems += unused(connection, policies, in_force)
        add_findings(connection, problems)
        keep_unjudged(connection, evaluation)
        if previous is not None and evidence is not None:
            keep_unseen(connection, policies, evidence, kinds)
        shown = {policy.id: shown_names(policy.message) for policy in policies}
        same = _IS_SAME_SHOWN if is_by_shown_values else _IS_SAME_VALUES
        _write(
            connection,
            severities | {WAIVER_POLICY: WAIVER_SEVERITY},
            shown,
            in_force,
            evaluation.as_of,
            path,
            same,
        )
    return Judgement(path, problems, in_force)


def _load_current(connection: Any, evaluation: Evaluation) -> None:
    """The verdict rows with fingerprints, one per subject: the worst of conflicting ones."""
    rows = "read_parquet($path)"
    if evaluation.rows is not None:
        rows = "verdict"
        connection.execute(f"CREATE TABLE verdict ({', '.join(map(' '.join, VERDICT_COLUMNS.items()))})")
        insert(connection, "verdict", list(VERDICT_COLUMNS.values()), evaluation.rows)
    connection.execute(
        "CREATE TABLE current AS SELECT * REPLACE (CAST(code AS INTEGER) AS code), "
        f"sha256(policy_id || chr(31) || subject) AS fingerprint FROM {rows}",
        {"path": str(evaluation.path)} if evaluation.rows is None else {},
    )
    total, distinct = connection.execute(
        "SELECT count(*), count(DISTINCT fingerprint) FROM current"
    ).fetchone()
    if total != distinct:
        connection.execute(
            "CREATE TABLE worst AS SELECT * FROM current QUALIFY row_number() OVER "
            "(PARTITION BY fingerprint ORDER BY code DESC, source, line, data) = 1;"
            "DROP TABLE current; ALTER TABLE worst RENAME TO current"
        )


def _load_previous(connection: Any, previous: Path | None) -> None:
    if previous is None:
        connection.execute(
            "CREATE TABLE earlier (policy_id VARCHAR, subject VARCHAR, verdict VARCHAR, data VARCHAR, "
            'reason VARCHAR, missing VARCHAR[], source VARCHAR, line INTEGER, "column" INTEGER, pointer VARCHAR, '
            "collection VARCHAR, observed_at TIMESTAMP, fingerprint VARCHAR, state VARCHAR, first_seen TIMESTAMP, "
            "due TIMESTAMP, waiver VARCHAR)"
        )
        return
    connection.execute(
        f"CREATE TABLE earlier AS SELECT {COLUMNS} FROM read_parquet(?) WHERE state <> 'absent'",
        [str(previous)],
    )


def _write(
    connection: Any,
    severities: Mapping[str, Severity],
    shown: Mapping[str, Sequence[str]],
    waivers: Sequence[Waiver],
    as_of: datetime,
    path: Path,
    same: str,
) -> None:
    connection.execute("CREATE TABLE policy (id VARCHAR, due_days INTEGER, shown VARCHAR[])")
    policies = [
        (policy, DUE_DAYS[severity], list(shown.get(policy, ()))) for policy, severity in severities.items()
    ]
    insert(connection, "policy", ("VARCHAR", "INTEGER", "VARCHAR[]"), policies)
    now = as_of.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.%f")
    covered = (
        "(SELECT min(w.id) FROM waiver w WHERE c.code = 3 AND c.policy_id GLOB w.policy "
        "AND c.subject GLOB w.subject AND (w.file IS NULL OR c.source GLOB w.file) "
        f"AND (w.line IS NULL OR c.line = w.line) AND c.policy_id <> '{WAIVER_POLICY}')"
        if waivers
        else "CAST(NULL AS VARCHAR)"
    )
    _write_sorted(
        connection,
        f"""SELECT {COLUMNS} FROM (
  SELECT c.policy_id, c.subject, c.verdict, c.data,
    c.reason, c.missing, c.source, c.line, c."column", c.pointer, c.collection, c.observed_at, c.fingerprint,
    CASE WHEN e.fingerprint IS NULL THEN 'new' WHEN {_IS_SAME} AND {same} THEN 'unchanged' ELSE 'updated' END AS state,
    least(e.first_seen, TIMESTAMP '{now}') AS first_seen,
    CASE WHEN c.code = 3 THEN least(e.first_seen, TIMESTAMP '{now}') + to_days(p.due_days) END AS due,
    c.waiver
  FROM (SELECT c.*, CASE c.code WHEN 3 THEN 'fail' ELSE 'unknown' END AS verdict, {covered} AS waiver
    FROM current c) c LEFT JOIN earlier e USING (fingerprint) LEFT JOIN policy p ON p.id = c.policy_id
  UNION ALL
  SELECT e.policy_id, e.subject, e.verdict, e.data, e.reason, e.missing, e.source, e.line, e."column", e.pointer,
    e.collection, e.observed_at, e.fingerprint, 'absent', e.first_seen, e.due, e.waiver
  FROM earlier e SEMI JOIN policy p ON p.id = e.policy_id ANTI JOIN current c USING (fingerprint))""",
        path,
    )


def _write_sorted(connection: Any, query: str, path: Path) -> None:
    target = str(path).replace("'", "''")
    connection.execute(
        f"COPY ({query} ORDER BY policy_id, subject, fingerprint) TO '{target}' "
        "(FORMAT parquet, COMPRESSION zstd)"
    )
