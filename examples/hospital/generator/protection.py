"""Security measures and what security platforms say: agents, patches, firmware, sessions, samples, disposals."""

from __future__ import annotations

from datetime import timedelta

from generator.plan import Row
from generator.systems import running
from generator.world import HEADS, OM_STAFF, World

LOOKUPS = ("own", "colleague", "vip", "bulk_export", "off_hours")


def make(world: World) -> None:
    """The kinds that the security platform hands over as records."""
    assets = [row for row in world.tables["asset"] if row["system_id"] and row["class"]]
    servers = [row for row in assets if row["class"] == "server"]
    switches = [row["id"] for row in assets if row["class"] == "network"]
    world.put("security_measure", _measures(world), _measure(world, "", "other", None))
    interfaces = [_interface(row["id"], "ssh", 22, None) for row in servers]
    interfaces += [_interface(name, "https", 443, "1.2") for name in switches]
    world.put("admin_interface", interfaces, {"tls_min": None})
    core = [row["id"] for row in servers if row["tier"] == 1]
    world.put("admin_session", [_session(world, name, n) for name in core for n in range(3)], {})
    patches = [_patch(world, row["id"]) for row in servers]
    world.put("application_patch", patches, {"kind": "application", "delay_reason": None})
    world.put("firmware", [_firmware(world, name) for name in switches], {})
    world.put("malware_agent", [_agent(world, row["id"]) for row in servers], {})
    sources = [_time(row["id"], number) for row in servers for number in (1, 2)]
    world.put("time_source", sources, {})
    clock = world.clock
    tests = [
        {"id": f"PH-{n}", "date": clock.day(ago), "sent": 600, "clicked": 20}
        for n, ago in ((1, 60), (2, 230))
    ]
    world.put("phishing_test", tests, {})
    reviews = [_review(world, name, ago) for name in LOOKUPS for ago in (10, 40)]
    world.put("record_access_review", reviews, {"lookups": 100, "sampled": 20, "suspicious": 0})
    world.put("disposal", [_disposal(world, number) for number in range(1, 13)], {})


def _measures(world: World) -> list[Row]:
    rows = [
        _measure(world, f"MS-{kind}", kind, None) for kind in ("boundary", "bastion", "malware_protection")
    ]
    for system in running(world):
        if system["tier"] == 1:
            rows.append(_measure(world, f"MS-DB-{system['id']}", "db_audit", system["id"]))
        if system["internet_exposed"]:
            rows.append(_measure(world, f"MS-WAF-{system['id']}", "waf", system["id"]))
    return rows


def _measure(world: World, id_: str, kind: str, system: str | None) -> Row:
    return {
        "id": id_,
        "kind": kind,
        "system_id": system,
        "risk_id": f"RK-{world.minutes(1, 70):03d}",
        "owner": OM_STAFF[9],
        "in_force": True,
        "default_deny": True,
        "tested_at": world.clock.on(world.minutes(30, 200), 10),
    }


def _interface(asset: str, protocol: str, port: int, tls: str | None) -> Row:
    return {"asset_id": asset, "protocol": protocol, "port": port, "tls_min": tls}


def _session(world: World, asset: str, number: int) -> Row:
    return {
        "id": f"AS-{asset}-{number}",
        "asset_id": asset,
        "login": "ops",
        "started_at": world.clock.on(2 + 7 * number, world.minutes(9, 16)),
        "protocol": "ssh",
        "via_bastion": True,
    }


def _patch(world: World, asset: str) -> Row:
    done = world.clock.on(world.minutes(5, 22), 23)
    return {
        "asset_id": asset,
        "name": "Tomcat",
        "kind": "application",
        "last_patched_at": done,
        "delay_reason": None,
    }


def _firmware(world: World, asset: str) -> Row:
    return {
        "asset_id": asset,
        "version": "V600R021",
        "supported_until": world.clock.day(-world.minutes(300, 1500)),
        "verified_at": world.clock.on(world.minutes(5, 22), 10),
    }


def _agent(world: World, asset: str) -> Row:
    age = world.minutes(60, 600)
    return {
        "asset_id": asset,
        "product": "终端防护",
        "active": True,
        "network": "connected",
        "signature_at": world.clock.ago(minutes=age),
    }


def _time(asset: str, number: int) -> Row:
    address = f"10.20.0.{number}"
    return {
        "asset_id": asset,
        "software": "chrony",
        "address": address,
        "directive": "server",
        "is_configured": True,
    }


def _review(world: World, category: str, ago: int) -> Row:
    done = world.clock.on(ago, 15)
    counts = {"lookups": 120, "sampled": 30, "suspicious": 0}
    return {"category": category, "reviewed_at": done, "reviewer": HEADS[3], **counts}


def _disposal(world: World, number: int) -> Row:
    retired = world.clock.on(20 * number, 10)
    return {
        "id": f"DP-{number:02d}",
        "medium": "hdd",
        "retired_at": retired,
        "method": "destroy",
        "certificate": f"XH-{number:03d}",
        "certified_at": retired + timedelta(days=3),
    }
