"""What the scanner found and what was patched."""

from __future__ import annotations

from datetime import timedelta

from generator.plan import Row
from generator.world import World

PATCHES = 6


def make(world: World) -> None:
    """Kinds ``vuln``, ``patch`` and ``patch_state``."""
    servers = [row for row in world.tables["asset"] if row["class"] == "server" and row["system_id"]]
    year = world.clock.today.year - 1
    known = [f"CVE-{year}-{number}" for number in range(70001, 70901)]
    rows = [
        _vuln(world, server["id"], cve, is_exposed=server["internet_exposed"] is not False)
        for server in servers
        for cve in world.random.sample(known, world.size.vulnerabilities)
    ]
    world.put("vuln", rows, _vuln(world, "", ""))
    patches = [_patch(world, server["id"], number) for server in servers for number in range(PATCHES)]
    world.put("patch", patches, {})
    world.put("patch_state", [_state(world, server["id"]) for server in servers], {})


def _vuln(world: World, asset: str, cve: str, *, is_exposed: bool = False) -> Row:
    """Seven in ten are fixed, on exposed servers all; the open ones are young, or may wait for the next upgrade."""
    clock, chance = world.clock, world.random
    is_fixed, is_young = chance.random() < 0.7 or is_exposed, chance.random() < 0.2
    seen = clock.on(world.minutes(2, 40) if is_young else world.minutes(60, 300), 4)
    return {
        "asset_id": asset,
        "cve": cve,
        "first_seen": seen,
        "last_seen": clock.on(1, 4),
        "cvss": round(chance.uniform(3, 7), 1),
        "severity": chance.choice(("medium", "low")),
        "kev_added": None,
        "automatable": is_young,
        "tech_impact": chance.choice(("partial", "total")),
        "fixed_at": seen + timedelta(hours=20) if is_fixed else None,
        "triaged_at": None,
        "exception_id": None,
        "exception_granted_at": None,
        "exception_until": None,
        "exception_approver": None,
        "compensating_control": None,
    }


def _patch(world: World, asset: str, number: int) -> Row:
    is_open = number == 0
    released = world.clock.on(world.minutes(3, 10) if is_open else world.minutes(30, 400), 9)
    return {
        "asset_id": asset,
        "advisory": f"KYSA-{released:%Y%m}-{number:04d}",
        "severity": world.random.choice(("critical", "high", "medium", "low")),
        "released_at": released,
        "installed_at": None if is_open else released + timedelta(days=7),
        "reason": "待下一窗口" if is_open else None,
    }


def _state(world: World, asset: str) -> Row:
    return {
        "asset_id": asset,
        "last_patched_at": world.clock.on(world.minutes(5, 22), 23),
        "reboot_required": False,
        "reboot_pending_since": None,
        "pending_updates": 1,
        "pending_security_updates": 1,
    }
