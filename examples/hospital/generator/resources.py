"""Capacity, redundancy, rooms, old media, malware agents, firmware, components: what lies behind chapter 4.2 and 5.1."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from generator.assets import ROOMS, first_servers
from generator.plan import Row
from generator.systems import WITHOUT_DATABASE, running
from generator.world import OM_STAFF, World

ROUND_DAYS = 60
MEDIA = 80
OBSERVED = 120
TIME_SERVERS = ("10.1.0.11", "10.1.0.12")
CRITICAL_DATABASES = "厂商按季度发布补丁集"


def make(world: World) -> None:
    """Kinds from ``utilisation`` to ``observed_change``."""
    assets = world.tables["asset"]
    servers = [row for row in assets if row["class"] == "server"]
    network = [row for row in assets if row["class"] == "network"]
    world.put("utilisation", list(_peaks(world, servers, network)), {})
    world.put("redundancy", list(_redundancy(world)), {})
    world.put(
        "room_round", [_round(world, n, ago) for n in range(len(ROOMS)) for ago in range(ROUND_DAYS)], {}
    )
    world.put("disposal", [_medium(world, number) for number in range(1, MEDIA + 1)], _medium(world, 0))
    world.put("malware_agent", [_agent(world, row["id"], n) for n, row in enumerate(servers)], {})
    world.put("firmware", [_firmware(world, row["id"]) for row in network], {})
    world.put("time_source", [_time(row["id"], address) for row in servers for address in TIME_SERVERS], {})
    world.put("application_patch", list(_application_patches(world)), {})
    world.put("admin_interface", list(_interfaces(assets)), {})
    world.put("component", list(_components(world, servers)), {})
    world.put("observed_change", _observed(world), {})


def _peaks(world: World, servers: list[Row], network: list[Row]) -> Iterator[Row]:
    for rows, metrics in ((servers, ("cpu", "memory", "disk")), (network, ("cpu", "bandwidth"))):
        for row in rows:
            for metric in metrics:
                yield {
                    "asset_id": row["id"],
                    "metric": metric,
                    "peak_percent": round(world.between(25, 78), 1),
                    "covers_days": 31,
                    "measured_to": world.clock.on(1, 0),
                }


def _core(world: World) -> list[Row]:
    return [row for row in running(world) if row["tier"] == 1]


def _redundancy(world: World) -> Iterator[Row]:
    for system in _core(world):
        for part in ("application", "database", "network", "line"):
            mode = "active_active" if part in ("application", "network") else "hot_standby"
            if part == "database" and system["id"] in WITHOUT_DATABASE:
                mode = "not_used"
            yield {"system_id": system["id"], "part": part, "mode": mode}


def _round(world: World, room: int, ago: int) -> Row:
    return {
        "room_id": f"FAC-{room + 1:02d}",
        "date": world.clock.day(ago),
        "abnormal": 0,
        "signer": world.random.choice(OM_STAFF),
    }


def _medium(world: World, number: int) -> Row:
    retired = world.clock.on(world.minutes(30, 700), 15)
    method = world.random.choice(("wipe", "degauss", "destroy"))
    return {
        "id": f"JZ-{number:04d}",
        "system_id": "MAIN",
        "asset_id": f"OLD-{world.minutes(1, 60):03d}",
        "medium": world.random.choice(("hdd", "ssd", "tape")),
        "retired_at": retired,
        "method": method,
        "certificate": f"XH-{number:04d}",
        "certified_at": retired + timedelta(days=9),
    }


def _agent(world: World, asset: str, number: int) -> Row:
    """One host in eight sits in an isolated network and gets its signatures by hand."""
    is_isolated = number % 8 == 7
    return {
        "asset_id": asset,
        "product": "终端安全管理系统V10",
        "active": True,
        "network": "isolated" if is_isolated else "connected",
        "signature_at": world.clock.ago(4) if is_isolated else world.clock.ago(hours=world.minutes(2, 20)),
    }


def _firmware(world: World, asset: str) -> Row:
    return {
        "asset_id": asset,
        "system_id": "NET",
        "version": world.random.choice(("V200R022C00", "V800R021C10", "R6728P22")),
        "supported_until": world.random.choice((None, world.clock.day(-900))),
        "verified_at": world.clock.on(world.minutes(3, 20), 11),
    }


def _time(asset: str, address: str) -> Row:
    return {"asset_id": asset, "software": "chrony", "address": address, "is_configured": True}


def _application_patches(world: World) -> Iterator[Row]:
    """Core databases follow their vendor's quarter; everything else is patched every month."""
    for system, server in first_servers(world).items():
        names = [("application", f"{system} 应用")]
        if system not in WITHOUT_DATABASE:
            names.append(("database", f"{system} 数据库"))
        for kind, name in names:
            is_quarterly = kind == "database" and server["tier"] == 1
            yield {
                "asset_id": server["id"],
                "name": name,
                "kind": kind,
                "last_patched_at": world.clock.on(
                    world.minutes(40, 80) if is_quarterly else world.minutes(3, 25), 23
                ),
                "delay_reason": CRITICAL_DATABASES if is_quarterly else None,
            }


def _interfaces(assets: list[Row]) -> Iterator[Row]:
    for row in assets:
        if row["class"] == "server":
            protocol = ("rdp", 3389) if (row["os"] or "").startswith("Windows") else ("ssh", 22)
            yield {"asset_id": row["id"], "protocol": protocol[0], "port": protocol[1], "tls_min": None}
        if row["class"] in ("network", "storage"):
            yield {"asset_id": row["id"], "protocol": "ssh", "port": 22, "tls_min": None}
            yield {"asset_id": row["id"], "protocol": "https", "port": 443, "tls_min": "1.2"}


def _components(world: World, servers: list[Row]) -> Iterator[Row]:
    first = first_servers(world)
    for number, system in enumerate(_core(world)):
        name = system["id"]
        hosts = [(row["id"], row["id"], "主机") for row in servers if row["system_id"] == name]
        databases = (
            [(f"{name.lower()}db", first[name]["id"], "数据库")] if name not in WITHOUT_DATABASE else []
        )
        services = [(f"{name.lower()}-svc", first[name]["id"], "服务")]
        links = [
            (f"NET-{one:03d} 上联", f"NET-{one:03d}", "网络")
            for one in (number % 10 + 1, (number + 5) % 10 + 1)
        ]
        for kind, parts in (("host", hosts), ("database", databases), ("service", services), ("link", links)):
            for part, asset, metric_set in parts:
                yield {
                    "system_id": name,
                    "kind": kind,
                    "name": part,
                    "asset_id": asset,
                    "metric_set": metric_set,
                }


def _observed(world: World) -> list[Row]:
    """Each from a change of the last three months, seen by the next morning's collection."""
    ended = [row for row in world.tables["change"] if row["ended"] and world.clock.ago(85) < row["ended"]]
    ended = [row for row in ended if row["ended"] < world.clock.ago(2) and row["started"] <= row["ended"]]
    rows, first = {}, first_servers(world)
    for change in world.random.sample(ended, OBSERVED):
        server = first[change["system_id"]]["id"]
        seen = change["ended"].replace(hour=6, minute=0) + timedelta(days=1)
        is_version = world.random.random() < 0.6
        row = {
            "asset_id": server,
            "item": "应用版本" if is_version else "/etc/app/app.conf",
            "seen_at": seen,
            "previous_at": seen - timedelta(days=1),
            "system_id": change["system_id"],
            "kind": "version" if is_version else "config",
            "before": "V5.2.0" if is_version else "SM3:0a1b",
            "after": change["version"] if is_version else "SM3:7c9d",
        }
        rows[server, row["item"], seen] = row
    return list(rows.values())
