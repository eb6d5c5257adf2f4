"""A year of changes and the tests that came before them."""

from __future__ import annotations

from datetime import datetime, timedelta

from generator.plan import Row
from generator.systems import running
from generator.world import HEADS, OM_STAFF, TEST_HOST, World

ROLLED_BACK = 50
"""Every how many changes one is rolled back."""
TEXTS: Row = {
    "need": "修复缺陷并满足业务需要",
    "risk": "影响登录约十分钟",
    "steps": "备份、停服务、部署、启动、核对",
    "roles": "实施人部署,复核人核对",
    "rollback": "恢复上一版本",
    "communication": "提前一天通知科室",
}


def make(world: World) -> None:
    """Kinds ``change`` and ``test_run``."""
    systems = [row["id"] for row in running(world)]
    chance, clock = world.random, world.clock
    rows = []
    for number in range(1, world.size.changes + 1):
        kind = chance.choices(("standard", "normal", "upgrade", "emergency"), (35, 45, 17, 3))[0]
        start = clock.on(chance.randint(3, 360), 1, 30)
        row = clean_change(start, f"CHG-{clock.today.year}-{number:04d}", chance.choice(systems), kind)
        row["implementer"] = chance.choice(OM_STAFF)
        row["approver"] = chance.choice(HEADS)
        if number % ROLLED_BACK == 0:
            row["result"] = "rolled_back"
        rows.append(row)
    template = clean_change(clock.on(20, 1, 30), "", "NURSE", "normal")
    changes = world.put("change", rows, template)
    tests = [clean_test(row) for row in changes if row["type"] != "standard"]
    world.put("test_run", tests, {})


def clean_change(start: datetime, id_: str, system: str, kind: str) -> Row:
    """A change that was asked for, approved, tested, done at night, and written down."""
    hour = timedelta(hours=1)
    return {
        **TEXTS,
        "id": id_,
        "system_id": system,
        "type": kind,
        "major": False,
        "requested": start - (480 if kind != "emergency" else 2) * hour,
        "approved": start - 48 * hour if kind != "emergency" else start + 3 * hour,
        "approver": "P00066",
        "notified_at": start - 36 * hour,
        "rollback_rehearsed_at": start - 40 * hour if kind == "upgrade" else None,
        "window_approved": False,
        "window_from": start - hour / 2,
        "window_to": start + 4 * hour,
        "started": start,
        "ended": start + hour,
        "implementer": "P00002",
        "result": "success",
        "version": "V5.2.1",
        "downtime_min": 10,
        "planned_downtime_min": 30,
        "verified_at": start + hour,
        "cmdb_at": start + 12 * hour,
    }


def clean_test(change: Row) -> Row:
    """The test of the change's version, a day ahead."""
    return {
        "id": f"TST-{change['id']}",
        "change_id": change["id"],
        "env": "test",
        "env_hosts": [TEST_HOST],
        "version": change["version"],
        "result": "pass",
        "crit_defects": 0,
        "finished_at": change["started"] - timedelta(hours=30),
        "sec_report": None,
        "crypto_report": None,
        "data_deidentified": True,
    }
