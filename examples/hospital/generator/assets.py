"""Servers, network and storage, and what scanners, monitoring and the log platform say of them."""

from __future__ import annotations

from datetime import timedelta

from generator.plan import Row
from generator.systems import running
from generator.world import OM_STAFF, World

SERVERS = {1: 11, 2: 6, 3: 3}
"""Servers of one system, by its tier."""
SYSTEMS_OF_OS = ("银河麒麟V10", "openEuler 22.03", "Windows Server 2022", "Rocky Linux 9", "统信UOS V20")
HARDWARE = ("server", "network", "storage")
RULES = 24


def make(world: World) -> None:
    """Kinds ``asset``, ``monitor_target``, ``log_source``, ``config_result``, ``scan`` and ``maintenance``."""
    clean = _asset(world, "", "SPD", "server", 2)
    assets = world.put("asset", _assets(world), clean)
    hardware = [row for row in assets if row["class"] in HARDWARE]
    targets = [_target(world, row["id"], name) for row in hardware for name in ("主机", "网络")]
    targets.append({**_target(world, "SRV-0001", "数据库"), "metrics": ["database", "replication"]})
    world.put("monitor_target", targets, _target(world, "", ""))
    world.put("log_source", [_log(world, row["id"]) for row in hardware], {})
    checked = [row for row in hardware if row["tier"] is None or row["tier"] <= 2]
    world.put(
        "config_result", [_rule(world, row["id"], n) for row in checked for n in range(1, RULES + 1)], {}
    )
    world.put("scan", list(_scans(world, hardware)), {})
    world.put("maintenance", [_service(world, row["id"]) for row in hardware], {})


def _assets(world: World) -> list[Row]:
    rows: list[Row] = []
    for system in running(world):
        tier = system["tier"] or 3
        for number in range(SERVERS[tier]):
            row = _asset(world, f"SRV-{len(rows) + 1:04d}", system["id"], "server", tier)
            row["internet_exposed"] = bool(system["internet_exposed"]) and number == 0
            rows.append(row)
    for number in range(1, 71):
        tier = 1 if number <= 10 else 2 if number <= 30 else 3
        rows.append(_asset(world, f"NET-{number:03d}", "NET", "network", tier))
    rows += [_asset(world, f"STO-{number:02d}", "VIRT", "storage", 1) for number in range(1, 13)]
    rows += [_asset(world, f"FAC-{number:02d}", None, "facility", 3) for number in range(1, 7)]
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
        "env": "prod",
        "ip_zone": "内网",
        "internet_exposed": False,
        "site": "本部主机房A区",
        "owner": world.random.choice(OM_STAFF),
        "isolated": False,
        "vendor_locked": False,
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
        "metrics": ["cpu", "memory", "disk", "down", "malware_agent"]
        if name == "主机"
        else ["traffic", "loss"],
        "interval_s": 60,
        "last_sample": world.clock.now - timedelta(seconds=seconds),
        "enabled": True,
    }


def _log(world: World, asset: str) -> Row:
    return {
        "asset_id": asset,
        "name": "syslog",
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


def _service(world: World, asset: str) -> Row:
    done = world.clock.on(world.minutes(20, 70), 10)
    return {
        "asset_id": asset,
        "kind": "preventive",
        "done_at": done,
        "next_due": done.date() + timedelta(days=90),
        "report": f"BY-{asset}",
    }
