"""Components of core systems, how they are loaded, who is on duty for them, and the rounds of the machine rooms."""

from __future__ import annotations

from datetime import timedelta

from generator.plan import Row
from generator.systems import running
from generator.world import OM_STAFF, World

PARTS = ("application", "database", "network", "line")
COMPONENTS = ("host", "database", "service", "link")
TRANSACTIONS = ("挂号登记", "报告查询")
MEASURED = ("EMR", "HIS", "LIS", "PACS", "PHARM")
"""Categories of which the response time is measured."""


def make(world: World) -> None:
    """The kinds that the operations platform hands over as records."""
    core = [row for row in running(world) if row["tier"] == 1]
    first = {
        row["system_id"]: row["id"] for row in reversed(world.tables["asset"]) if row["class"] == "server"
    }
    parts = [_component(row["id"], first[row["id"]], kind) for row in core for kind in COMPONENTS]
    world.put("component", parts, {})
    standby = [
        {"system_id": row["id"], "part": part, "mode": "hot_standby"} for row in core for part in PARTS
    ]
    world.put("redundancy", standby, {})
    world.put("utilisation", _utilisations(world), {})
    measured = [row["id"] for row in core if row["category"] in MEASURED]
    times = [
        _time(world, name, what, ago) for name in measured for what in TRANSACTIONS for ago in range(1, 33)
    ]
    world.put("response_time", times, {"target_ms": None})
    shifts = [_shift(world, day, number) for day in range(-10, 36) for number in range(3)]
    world.put("duty_shift", shifts, {"system_id": None})
    world.put(
        "room_round", [_round(world, room, ago) for room in ("FAC-01", "FAC-05") for ago in range(34)], {}
    )
    seen = [row for row in world.tables["change"] if _is_seen(world, row)]
    world.put("observed_change", [_observed(row, first[row["system_id"]]) for row in seen], {})


def _component(system: str, asset: str, kind: str) -> Row:
    return {
        "system_id": system,
        "kind": kind,
        "name": f"{system}-{kind}",
        "asset_id": asset,
        "metric_set": "主机",
    }


def _utilisations(world: World) -> list[Row]:
    metrics = {"server": ("cpu", "memory"), "network": ("cpu", "bandwidth")}
    return [
        {
            "asset_id": row["id"],
            "metric": metric,
            "peak_percent": world.minutes(25, 70),
            "covers_days": 31,
            "measured_to": world.clock.ago(hours=2),
        }
        for row in world.tables["asset"]
        if row["tier"] == 1
        for metric in metrics.get(row["class"], ())
    ]


def _time(world: World, system: str, transaction: str, ago: int) -> Row:
    return {
        "system_id": system,
        "transaction": transaction,
        "day": world.clock.day(ago),
        "p95_ms": world.minutes(400, 1800),
        "target_ms": 2500,
        "samples": world.minutes(500, 9000),
    }


def _shift(world: World, day: int, number: int) -> Row:
    starts = world.clock.on(day, 8 * number)
    return {
        "id": f"DS-{starts:%Y%m%d}-{number + 1}",
        "system_id": None,
        "person_id": OM_STAFF[(3 * day + number) % len(OM_STAFF)],
        "starts_at": starts,
        "ends_at": starts + timedelta(hours=8),
    }


def _round(world: World, room: str, ago: int) -> Row:
    return {
        "room_id": room,
        "date": world.clock.day(ago),
        "abnormal": 0,
        "signer": world.random.choice(OM_STAFF),
    }


def _is_seen(world: World, change: Row) -> bool:
    """Now and then the platform sees what a change of the last quarter altered."""
    done = change["ended"]
    return done is not None and world.clock.ago(80) < done < world.clock.ago(1) and change["id"][-1] == "7"


def _observed(change: Row, asset: str) -> Row:
    return {
        "asset_id": asset,
        "item": f"version of {change['id']}",
        "seen_at": change["ended"] + timedelta(minutes=20),
        "previous_at": change["started"] - timedelta(hours=4),
        "system_id": change["system_id"],
        "kind": "version",
    }
