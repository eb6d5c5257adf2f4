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
    """Likewise findings from a target that was not read this time, of subjects that no other target tells of.

    A share names no target; while its population is incomplete, a group that is not there was not seen.
    """
    places = [*_places(evidence)]
    if not places:
        return
    connection.execute(
        "CREATE TABLE unseen (target VARCHAR, source VARCHAR); CREATE TABLE seen (fingerprint VARCHAR)"
    )
    insert(connection, "unseen", ("VARCHAR", "VARCHAR"), places)
    for kind in sorted({policy.subject_kind for policy in policies} & evidence.tables.keys()):
        _note_seen(connection, policies, evidence, kinds[kind])
    connection.execute(_KEEP + _UNSEEN)


def _places(evidence: Evidence) -> Iterator[tuple[str, str | None]]:
    """Targets that were not read, and whole sources of other targets that were refused."""
    for one in evidence.collections:
        if one.status not in _READ:
            yield one.target, None
        for item in one.rejected:
            if item.line is None:
                yield one.target, item.source


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
