"""Findings of an earlier run at which nobody could look this time: they are not gone, and keep their age."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from hiscomply.duck import insert
from hiscomply.kinds import Kind
from hiscomply.model import CollectionStatus, Evaluation, Evidence, PolicyInfo

_READ: Final = frozenset({CollectionStatus.OK, CollectionStatus.PARTIAL})
_KEEP: Final = """INSERT INTO current BY NAME SELECT e.policy_id, 2 AS code, e.subject, c.reason, c.missing, e.data, e.source,
  e.line, e."column", e.pointer, e.collection, e.observed_at, e.fingerprint
  FROM earlier e JOIN current c ON c.policy_id = e.policy_id AND c.subject = '*' AND c.code = 2
  WHERE e.fingerprint NOT IN (SELECT fingerprint FROM current) AND """
_UNSEEN: Final = """c.reason = 'collection_incomplete' AND e.fingerprint NOT IN (SELECT fingerprint FROM seen)
  AND (e.collection IS NULL OR EXISTS (SELECT 1 FROM unseen u WHERE e.collection = u.target AND
    (u.source IS NULL OR e.source = u.source OR starts_with(e.source, u.source || '/'))))"""


def keep_unjudged(connection: Any, evaluation: Evaluation) -> None:
    """Findings of a policy that could judge nothing at all this time stay, as unknown for the policy's own reason.

    Nobody has looked at them, so they are not gone; and a month without evidence must not restart their age.
    """
    unjudged = [
        count.policy_id
        for count in evaluation.counts
        if count.unknown and not (count.passed or count.failed or count.not_applicable)
    ]
    connection.execute(f"{_KEEP} list_contains($unjudged, e.policy_id)", {"unjudged": unjudged})


def keep_unseen(
    connection: Any, policies: Sequence[PolicyInfo], evidence: Evidence, kinds: Mapping[str, Kind]
) -> None:
    """Likewise findings from a target, or a source, of which something was not read this time, of subjects that no record
    tells of: a row that was refused may be any of them.

    A share names no target; while its population is incomplete, a group that is not there was not seen.
    """
    places, rows = [*_places(evidence)], [*_rows_refused(evidence)]
    if not places and not rows:
        return
    connection.execute(
        "CREATE TABLE unseen (target VARCHAR, source VARCHAR); CREATE TABLE seen (fingerprint VARCHAR)"
    )
    insert(connection, "unseen", ("VARCHAR", "VARCHAR"), places)
    _note_rows(connection, evidence, rows)
    for kind in sorted({policy.subject_kind for policy in policies} & evidence.tables.keys()):
        _note_seen(connection, policies, evidence, kinds[kind])
    connection.execute(_KEEP + _UNSEEN)


def _places(evidence: Evidence) -> Iterator[tuple[str, str | None]]:
    """Targets that were not read, or of which not all is told, and whole sources of others that were refused."""
    for one in evidence.collections:
        if one.status not in _READ or one.rejected_count > len(one.rejected):
            yield one.target, None
        for item in one.rejected:
            if item.line is None:
                yield one.target, item.source


def _rows_refused(evidence: Evidence) -> Iterator[tuple[str | None, str, str, int]]:
    for one in evidence.collections:
        for item in one.rejected:
            if item.line is not None:
                yield item.kind, one.target, item.source, item.line


def _note_rows(connection: Any, evidence: Evidence, rows: Sequence[tuple[str | None, str, str, int]]) -> None:
    """The sources of rows that were refused as a whole; of others there is a record, but for a field."""
    types = ("VARCHAR", "VARCHAR", "VARCHAR", "INTEGER")
    connection.execute("CREATE TABLE refused (kind VARCHAR, target VARCHAR, source VARCHAR, line INTEGER)")
    insert(connection, "refused", types, rows)
    for kind in sorted(evidence.tables.keys() & {row[0] for row in rows}):
        connection.execute(
            "DELETE FROM refused WHERE kind = $kind AND EXISTS (SELECT 1 FROM read_parquet($path) r "
            "WHERE r._source = refused.source AND r._line = refused.line)",
            {"kind": kind, "path": str(evidence.tables[kind].path)},
        )
    connection.execute("INSERT INTO unseen SELECT DISTINCT target, source FROM refused")


def _note_seen(connection: Any, policies: Sequence[PolicyInfo], evidence: Evidence, kind: Kind) -> None:
    """Earlier findings on subjects of a kind that there is a record of now."""
    key = ", ".join(f'CAST("{name}" AS VARCHAR)' for name in kind.key)
    connection.execute(
        "INSERT INTO seen SELECT fingerprint FROM earlier WHERE list_contains($asked, policy_id) AND "
        f"subject IN (SELECT concat_ws('/', {key}) FROM read_parquet($path))",
        {
            "asked": [policy.id for policy in policies if policy.subject_kind == kind.name],
            "path": str(evidence.tables[kind.name].path),
        },
    )
