"""Servers, network and storage, and what scanners, monitoring and the log platform say of them."""

from __future__ import annotations

from datetime import timedelta

from generator.plan import Row
from generator.systems import running
from generator.world import OM_STAFF, TEST_HOST, World

SERVERS = {1: 11, 2: 6, 3: 3}
"""Servers of one system, by its tier."""
SYSTEMS_OF_OS = ("银河麒麟V10", "openEuler 22.03", "Windows Server 2022", "Rocky Linux 9", "统信UOS V20")
ROOMS = ("本部主机房A区", "本部主机房B区")
FACILITIES = ("room", "ups", "cooling", "fire")
SERVICED = {"ups": "ups_battery_test", "cooling": "cooling", "fire": "fire"}
"""How the upkeep of a facility is called."""
HARDWARE = ("server", "network", "storage")
HOST_METRICS = ["cpu", "memory", "disk", "sessions", "response_time"]
HOST_RULES = ["down", "disk", "malware_agent"]
RULES = 24
SPECIAL_TARGETS = {
    "数据库": ("database", "replication"),
    "备份": ("backup_failed",),
    "证书": ("certificate",),
}
"""What is watched at one place for the whole hospital."""


def make(world: World) -> None:
    """Kinds ``asset``, ``monitor_target``, ``log_source``, ``config_result``, ``scan`` and ``maintenance``."""
    clean = _asset(world, "", "SPD", "server", 2)
    assets = world.put("asset", _assets(world), clean)
    hardware = [row for row in assets if row["class"] in HARDWARE]
    targets = [_target(world, row["id"], name) for row in hardware for name in ("主机", "网络")]
    for name, rules in SPECIAL_TARGETS.items():
        targets.append({**_target(world, "SRV-0001", name), "metrics": [], "alert_rules": list(rules)})
    world.put("monitor_target", targets, _target(world, "", ""))
    logs = [_log(world, row["id"], row["system_id"]) for row in hardware]
    seen: set[str] = set()
    for row in hardware:
        if row["class"] == "server" and row["tier"] == 1 and row["system_id"] not in seen:
            seen.add(row["system_id"])
            for layer in ("database", "application"):
                logs.append({**_log(world, row["id"], row["system_id"]), "name": layer, "layer": layer})
    world.put("log_source", logs, {})
    checked = [row for row in hardware if row["tier"] is None or row["tier"] <= 2]
    world.put(
        "config_result", [_rule(world, row["id"], n) for row in checked for n in range(1, RULES + 1)], {}
    )
    world.put("scan", list(_scans(world, hardware)), {})
    upkeep = [_service(world, row["id"]) for row in hardware]
    facilities = [row for row in assets if row.get("facility_kind") in SERVICED]
    upkeep += [_service(world, row["id"], SERVICED[row["facility_kind"]]) for row in facilities]
    world.put("maintenance", upkeep, {})


def _assets(world: World) -> list[Row]:
    rows: list[Row] = []
    for system in running(world):
        tier = system["tier"] or 3
        for number in range(SERVERS[tier]):
            row = _asset(world, f"SRV-{len(rows) + 1:04d}", system["id"], "server", tier)
            row["internet_exposed"] = bool(system["internet_exposed"]) and number == 0
            rows.append(row)
    rows[-1] |= {"host": TEST_HOST, "env": "test"}
    ids = {row["id"] for row in running(world)}
    network, storage = ("NET", "VIRT") if {"NET", "VIRT"} <= ids else ("HIS", "HIS")
    for number in range(1, world.size.switches + 1):
        tier = 1 if number <= 10 else 2 if number <= 30 else 3
        rows.append(_asset(world, f"NET-{number:03d}", network, "network", tier))
    rows += [
        _asset(world, f"STO-{number:02d}", storage, "storage", 1)
        for number in range(1, world.size.storages + 1)
    ]
    for number, (site, kind) in enumerate(((site, kind) for site in ROOMS for kind in FACILITIES), 1):
        row = _asset(world, f"FAC-{number:02d}", None, "facility", 3)
        rows.append({**row, "site": site, "facility_kind": kind})
    return rows


def _asset(world: World, id_: str, system: str | None, class_: str, tier: int) -> Row:
    clock = world.clock
    return {
        "id": id_,
        "system_id": system,
        "class": class_,
        "tier": tier,
        "host": f"{(system or 'room').lower()}-{id_.lower()}",
        "os": world.random.choice(SYSTEMS_OF_OS) if class_ == "server" else None,
        "facility_kind": None,
        "env": "prod",
        "ip_zone": "内网",
        "internet_exposed": False,
        "isolated": False,
        "vendor_locked": False,
        "site": "本部主机房A区",
        "owner": world.random.choice(OM_STAFF),
        "support_end": clock.day(-world.minutes(120, 1200)),
        "fault_since": None,
        "discovered_at": clock.on(world.minutes(100, 1500), 9),
        "last_seen": clock.on(1, 9),
    }


def _target(world: World, asset: str, name: str) -> Row:
    seconds = world.minutes(40, 150)
    return {
        "asset_id": asset,
        "metric_set": name,
        "metrics": HOST_METRICS if name == "主机" else ["traffic", "loss"],
        "alert_rules": HOST_RULES if name == "主机" else [],
        "interval_s": 60,
        "longest_gap_s": 120,
        "days_to_full": 400 if name == "主机" else None,
        "last_sample": world.clock.now - timedelta(seconds=seconds),
        "enabled": True,
    }


def _log(world: World, asset: str, system: str | None) -> Row:
    return {
        "asset_id": asset,
        "name": "syslog",
        "system_id": system,
        "layer": "os",
        "covers_every_user": True,
        "retention_days": world.random.choice((365, 400, 730)),
        "last_seen": world.clock.ago(minutes=world.minutes(1, 90)),
        "reviewed_at": world.clock.on(2, 9),
        "tamper_protected": True,
        "backed_up": True,
    }


def _rule(world: World, asset: str, number: int) -> Row:
    return {
        "asset_id": asset,
        "rule_id": f"BL-{number:02d}",
        "baseline": "院内主机与网络基线",
        "severity": "critical" if number <= 4 else "medium",
        "expected": "已配置",
        "actual": "已配置",
        "pass": True,
        "checked_at": world.clock.on(20, 2),
        "drift_since": None,
        "drift_change_id": None,
    }


def _scans(world: World, hardware: list[Row]) -> list[Row]:
    rows = []
    for asset in hardware:
        done = world.clock.on(world.minutes(4, 20), 3)
        row = {"id": f"SC-{asset['id']}-1", "asset_id": asset["id"], "type": "internal"}
        rows.append({**row, "authenticated": True, "done_at": done})
        if asset["internet_exposed"]:
            rows.append(
                {
                    **row,
                    "id": f"SC-{asset['id']}-2",
                    "type": "external",
                    "authenticated": False,
                    "done_at": done,
                }
            )
    return rows


def _service(world: World, asset: str, kind: str = "preventive") -> Row:
    done = world.clock.on(world.minutes(20, 70), 10)
    return {
        "asset_id": asset,
        "kind": kind,
        "done_at": done,
        "next_due": done.date() + timedelta(days=90),
        "report": f"BY-{asset}",
    }
