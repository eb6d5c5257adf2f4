"""Security measures, reviews of record look-ups, phishing tests, hand-overs, metrics: the registers behind chapters 4.3 to 7."""

from __future__ import annotations

from collections.abc import Iterator

from generator.plan import Row
from generator.systems import measures_of, running
from generator.world import OM_STAFF, World

METRICS = {
    "availability": "kpi monitor_target",
    "mtta": "ticket",
    "mttr": "ticket",
    "first_fix_rate": "ticket",
    "resolve_rate": "ticket",
    "backup_success": "backup_job",
    "patch_compliance": "patch patch_state",
    "patch_lead_time": "patch",
    "satisfaction": "ticket",
}
FORMULAS = {"mttr": "sum(恢复时间-发现时间)/事件数", "backup_success": "成功作业数/作业数"}
MONTHS = 6
CATEGORIES = ("own", "colleague", "vip", "bulk_export", "off_hours")
HANDOVERS = {"CDSS": 60, "SPD": 140, "ENDO": 220, "RATION": 300}


def make(world: World) -> None:
    """Kinds from ``security_measure`` to ``review_trigger``."""
    world.put("security_measure", list(_measures(world)), _measure(world, "", "other", None))
    world.put("record_access_review", list(_reviews(world)), {})
    tests = [("PH-1", 120, 6800, 410), ("PH-2", 300, 6500, 730)]
    world.put("phishing_test", [_phishing(world, *one) for one in tests], {"reported": 40})
    world.put("release_training", [], {"affected": 240, "trained": 231})
    handovers = [_handover(world, system, ago) for system, ago in HANDOVERS.items()]
    world.put("handover", handovers, {"from_party": "项目组", "taken_by": "信息中心"})
    metrics = [
        {"metric": name, "formula": FORMULAS.get(name, "见评估方案附表"), "sources": sources.split()}
        for name, sources in METRICS.items()
    ]
    world.put("metric_definition", metrics, {"formula": "见评估方案附表"})
    events = [("EV-01", "law_change", 180, 150), ("EV-02", "reorganisation", 90, 70)]
    world.put("review_trigger", [_event(world, *one) for one in events], {})


def _measures(world: World) -> Iterator[Row]:
    for number, risk in enumerate(("RK-001", "RK-002", "RK-003"), 1):
        yield _measure(world, f"SM-FW-{number:02d}", "boundary", None, risk) | {"default_deny": True}
    yield _measure(world, "SM-BASTION", "bastion", None)
    yield _measure(world, "SM-AV", "malware_protection", None)
    for system in running(world):
        for name in measures_of(system):
            kind = {"DBA": "db_audit", "WAF": "waf"}.get(name.split("-")[1])
            if kind:
                yield _measure(world, name, kind, system["id"])


def _measure(world: World, id_: str, kind: str, system: str | None, risk: str = "RK-010") -> Row:
    return {
        "id": id_,
        "kind": kind,
        "system_id": system,
        "risk_id": risk,
        "owner": world.random.choice(OM_STAFF),
        "in_force": True,
        "default_deny": None,
        "tested_at": world.clock.on(world.minutes(30, 330), 16),
    }


def _reviews(world: World) -> Iterator[Row]:
    for month in range(MONTHS):
        for category in CATEGORIES:
            yield {
                "category": category,
                "reviewed_at": world.clock.on(12 + 30 * month, 15),
                "lookups": world.minutes(80, 6000),
                "sampled": 40,
                "suspicious": world.minutes(0, 3),
                "reviewer": OM_STAFF[50],
            }


def _phishing(world: World, id_: str, ago: int, sent: int, clicked: int) -> Row:
    return {
        "id": id_,
        "date": world.clock.day(ago),
        "sent": sent,
        "clicked": clicked,
        "reported": clicked * 2,
    }


def _handover(world: World, system: str, ago: int) -> Row:
    return {
        "system_id": system,
        "handed_over_at": world.clock.on(ago, 10),
        "from_party": "建设方项目组",
        "taken_by": "信息中心",
    }


def _event(world: World, id_: str, kind: str, ago: int, reviewed: int) -> Row:
    reviewed_at = world.clock.on(reviewed, 10)
    return {"id": id_, "kind": kind, "occurred_at": world.clock.on(ago, 9), "rules_reviewed_at": reviewed_at}
