"""Rows that the management's registers hold besides: quarterly repair times, procedures, posts, security checks."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from generator.plan import Row
from generator.systems import running
from generator.world import HEADS, OM_STAFF, World

QUARTERS = 6
POSTS = {
    "supervisor": HEADS[15],
    "security_admin": HEADS[16],
    "audit_admin": HEADS[17],
    "system_admin": OM_STAFF[0],
    "daily_running": OM_STAFF[1],
    "fault_fixing": OM_STAFF[2],
    "performance": OM_STAFF[3],
    "security": OM_STAFF[4],
    "backup": OM_STAFF[5],
}
"""Who holds which post of the institution."""
CHECK_TOPICS = ("running_state", "vulnerabilities", "backups")
POST: Row = {
    "deputy": OM_STAFF[20],
    "system_id": None,
    "full_time": True,
    "vacant_since": None,
    "concurrent": ["none"],
}


def quarter_ends(today: date, count: int) -> list[date]:
    """Ends of the latest full quarters that ended at least a week ago, newest first."""
    ends, day = [], today - timedelta(days=7)
    while len(ends) < count:
        day = day.replace(day=1) - timedelta(days=1)
        if day.month % 3 == 0:
            ends.append(day)
    return ends


def quarter(end: date) -> str:
    """``2026Q1``."""
    return f"{end.year}Q{end.month // 3}"


def repair_times(world: World) -> list[Row]:
    """Mean minutes to repair, of the hospital and of each core system, by quarter."""
    owners = ["*", *(row["id"] for row in running(world) if row["tier"] == 1)]
    rows = []
    for end in quarter_ends(world.clock.today, QUARTERS):
        for system in owners:
            value = round(world.between(88, 92), 1)
            row = {"metric": "mttr", "period": quarter(end), "period_kind": "quarter", "period_end": end}
            row |= {"system_id": system, "tier": None if system == "*" else 1, "better": "lower"}
            row |= {"baseline": 240, "target": 240, "value": value, "recomputed": value}
            rows.append({**row, "owner": HEADS[1], "explanation": None})
    return rows


def operating_procedures(world: World, approved: datetime) -> list[Row]:
    """What is special to a system's operating procedure; the rest is as in any document."""
    core = [row["id"] for row in running(world) if row["tier"] == 1]
    return [
        {
            "id": f"DOC-OP-{system}",
            "type": "operating_procedure",
            "system_id": system,
            "approved_at": approved,
        }
        for system in core
    ]


def posts() -> list[Row]:
    """Kind ``org_role``: the posts of the institution, each with a deputy."""
    return [{"role": role, "person": person, **POST} for role, person in POSTS.items()]


def security_checks(world: World) -> list[Row]:
    """A routine check each month, and a full one."""
    clock = world.clock
    row = {"system_id": "*", "assessor": "信息中心安全组", "independent": False, "report_hash": None}
    checks = [("full_check", clock.on(150, 16))]
    checks += [("security_check", clock.on(20 + 30 * back, 16)) for back in range(11)]
    return [
        {"id": f"AS-{done:%Y%m%d}-{kind}", "type": kind, "done_at": done, "covers": list(CHECK_TOPICS), **row}
        for kind, done in checks
    ]
