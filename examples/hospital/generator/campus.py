"""Further campuses, for ``--scale``: the same hospital again under other ids, clean, without what exists once.

Each is made, written and forgotten before the next, so that memory does not grow with the scale.
"""

from __future__ import annotations

from typing import Any

from generator.assets import SPECIAL_TARGETS
from generator.clock import Clock
from generator.people import DUTY_COURSE
from generator.plan import Row, listed
from generator.systems import systems_in_use

ONLY_ONCE = frozenset(
    listed("""
    meeting drill contact org_role eval improvement scope_statement setting phishing_test record_access_review
    budget retention_rule review_trigger metric_definition duty_shift handover kev ssvc support_cycle
    """)
)
"""Kinds that the institution keeps once, whatever its size."""
ALONE = ("PHARM",)
"""Systems without a counterpart: the plan leaves the only system of this category without one."""
REFERENCES = frozenset(
    listed("""
    id system_id asset_id person_id biz_owner it_owner sec_owner vendor owner approved_by reviewer approver
    implementer resolver verifier auditor signer target ticket_id change_id problem_id assessment_id audit_id
    retest_id backup_id job host contract report report_hash filing_no risk_id room_id
    """)
)
"""Fields that hold an id of something of the campus."""


def systems_of_campus() -> tuple[str, ...]:
    """Systems in use that each campus has."""
    return tuple(name for name in systems_in_use() if name not in ALONE)


def relabel(tables: dict[str, list[Row]], campus: int) -> None:
    """Gives every id the number of the campus, in place, and drops what the institution has once."""
    for kind in list(tables):
        if kind in ONLY_ONCE:
            tables[kind] = []
            continue
        rows = [row for row in tables[kind] if not _is_central(kind, row)]
        for row in rows:
            for name in REFERENCES & row.keys():
                row[name] = _numbered(row[name], campus)
        tables[kind] = rows


def _is_central(kind: str, row: Row) -> bool:
    if kind in ("document", "audit"):
        return row["system_id"] is None or row.get("_stream") is not None
    if kind == "assessment":
        return bool(row["system_id"] == "*")
    if kind == "security_measure":
        return row["system_id"] is None
    if kind == "kpi":
        return bool(row["system_id"] == "*")
    if kind == "monitor_target":
        return row["metric_set"] in SPECIAL_TARGETS
    return kind == "training" and row["course"] == DUTY_COURSE


def _numbered(value: Any, campus: int) -> Any:
    return f"{value}-{campus:02d}" if isinstance(value, str) else value


def stamp(clock: Clock, campus: int) -> str:
    """The date in file names, and the number of the campus after it."""
    return clock.stamp if campus == 1 else f"{clock.stamp}_{campus:02d}"
