"""Small registers of management that a script of the hospital hands over as records."""

from __future__ import annotations

from datetime import date, timedelta

from generator.plan import Row
from generator.world import HEADS, World

ITEMS = ("维保", "云服务", "人员")
DEFINITIONS = {"mttr": ["ticket"], "availability": ["kpi", "alert"], "backup_success": ["backup_job"]}
RETENTION = (("EMR", "inpatient", 30), ("EMR", "outpatient", 15), ("HIS", "outpatient", 20))


def make(world: World) -> None:
    """Kinds ``budget``, ``retention_rule``, ``review_trigger``, ``metric_definition``, ``release_training``, ``handover``."""
    clock, year = world.clock, world.clock.today.year
    world.put("budget", [_budget(item, y, y < year) for item in ITEMS for y in (year - 1, year)], {})
    rules = [{"system_id": name, "record_type": kind, "years": years} for name, kind, years in RETENTION]
    world.put("retention_rule", rules, {})
    triggers = [_trigger(world, 1, "law_change", 120), _trigger(world, 2, "reorganisation", 250)]
    world.put("review_trigger", triggers, {})
    metrics = [
        {"metric": name, "formula": "见指标手册", "sources": kinds} for name, kinds in DEFINITIONS.items()
    ]
    world.put("metric_definition", metrics, {})
    majors = [row for row in world.tables["change"] if row["major"] and row["started"]]
    world.put("release_training", [_course(row) for row in majors], {})
    handed = {"from_party": "建设单位", "taken_by": "信息中心"}
    world.put("handover", [{"system_id": "HIS", "handed_over_at": clock.on(100, 9), **handed}], handed)


def _budget(item: str, year: int, is_closed: bool) -> Row:
    return {
        "item": item,
        "year": str(year),
        "period_from": date(year, 1, 1),
        "period_to": date(year, 12, 31),
        "planned": 2_000_000,
        "actual": 1_950_000 if is_closed else None,
        "approved_by": HEADS[0],
        "explanation": None,
    }


def _trigger(world: World, number: int, kind: str, ago: int) -> Row:
    occurred = world.clock.on(ago, 9)
    reviewed = occurred + timedelta(days=30)
    return {"id": f"TR-{number}", "kind": kind, "occurred_at": occurred, "rules_reviewed_at": reviewed}


def _course(change: Row) -> Row:
    done = change["started"] - timedelta(days=2)
    return {"change_id": change["id"], "affected": 100, "trained": 96, "finished_at": done}
