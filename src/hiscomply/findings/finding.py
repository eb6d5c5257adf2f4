"""Findings as they stand in ``findings.parquet``, and as objects."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from hiscomply.model import Finding, Severity, State, Verdict

DUE_DAYS: Mapping[Severity, int] = {
    Severity.CRITICAL: 15,
    Severity.HIGH: 30,
    Severity.MEDIUM: 90,
    Severity.LOW: 180,
}
"""Days from first sight until a failure is to be put right; catalogue 5.3.2-c2, critical as in the patch fallback."""
_VERDICTS = {one.value: one for one in Verdict}
_STATES = {one.value: one for one in State}
COLUMNS = """policy_id, subject, verdict, data, reason, missing, source, line, "column", pointer, collection,
  observed_at, fingerprint, state, first_seen, due, waiver"""


def to_finding(row: Sequence[Any]) -> Finding:
    """One row of ``findings.parquet``, its columns in the order of ``COLUMNS``."""
    return Finding(
        policy_id=row[0],
        subject=row[1],
        verdict=_VERDICTS[row[2]],
        values=json.loads(row[3]) if row[3] else {},
        reason=row[4],
        missing=tuple(row[5] or ()),
        source=row[6],
        line=row[7],
        column=row[8],
        pointer=row[9],
        collector=row[10],
        observed_at=_utc(row[11]),
        fingerprint=row[12],
        state=_STATES[row[13]],
        first_seen=_in_utc(row[14]),
        due=_utc(row[15]),
        waiver=row[16],
    )


def _utc(moment: datetime | None) -> datetime | None:
    return _in_utc(moment) if moment else None


@lru_cache(maxsize=256)
def _in_utc(moment: datetime) -> datetime:
    """Most findings of a run share their moments."""
    return moment.replace(tzinfo=UTC)
