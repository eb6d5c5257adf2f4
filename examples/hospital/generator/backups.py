"""Backup jobs, their runs, the backup policy, and restore tests."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from generator.plan import Row
from generator.systems import running
from generator.world import OM_STAFF, World

JOBS = {1: 12, 2: 8, 3: 4}
"""Jobs of one system, by its tier."""
NIGHTS, CORE_NIGHTS = 34, 95
"""How far back the export goes: all jobs, and the nightly full backup of core systems."""
PLACES = ("onsite", "isolated", "offsite")


def make(world: World) -> None:
    """Kinds ``backup_job``, ``backup_plan`` and ``restore_test``."""
    systems = running(world)
    jobs = [(row, number) for row in systems for number in range(1, JOBS[row["tier"] or 3] + 1)]
    runs = (run for system, number in jobs for run in _runs(world, system, number))
    world.put("backup_job", runs, {})
    world.put("backup_plan", [_line(system, number) for system, number in jobs], {})
    world.put("restore_test", _restores(world, systems), {})


def job_name(system: str, number: int) -> str:
    """``HIS-01``: 01 is the full backup, 02 the isolated copy, 03 the copy off site."""
    return f"{system}-{number:02d}"


def _place(number: int) -> str:
    return PLACES[number - 1] if number <= 3 else "onsite"


def _runs(world: World, system: Row, number: int) -> Iterator[Row]:
    is_core = system["tier"] == 1
    replicates = number == 3 and (system["mlps"] or 0) >= 3
    for ago in range(CORE_NIGHTS if is_core and number == 1 else NIGHTS):
        if replicates:
            start, length, kind = world.clock.on(ago, world.clock.now.hour) - timedelta(minutes=14), 8, "log"
        else:
            start, length = (
                world.clock.on(ago, 0, 50 + number) if number < 3 else world.clock.on(ago, 2, number),
                45,
            )
            kind = "full" if number <= 3 else "incremental"
        if number == 1:
            start = world.clock.on(ago, 1)
        yield _run(world, system["id"], number, kind, start, length, is_spoilt=_is_spoilt(world, number, ago))


def _is_spoilt(world: World, number: int, ago: int) -> bool:
    """Now and then a run fails; never the copies that other checks rest on, never two nights in a row."""
    return number > 3 and ago > 8 and ago % 2 == 0 and world.random.random() < 0.01


def _run(
    world: World, system: str, number: int, kind: str, start: datetime, length: int, *, is_spoilt: bool
) -> Row:
    return {
        "system_id": system,
        "job": job_name(system, number),
        "started": start,
        "backup_id": f"BK-{system}-{number:02d}-{start:%m%d}",
        "type": kind,
        "ended": start + timedelta(minutes=length),
        "status": "failed" if is_spoilt else "success",
        "size_bytes": world.minutes(1_000, 900_000) * 1024 * 1024,
        "location": _place(number),
        "encrypted": True,
        "checksum_ok": not is_spoilt,
    }


def _line(system: Row, number: int) -> Row:
    return {
        "system_id": system["id"],
        "job": job_name(system["id"], number),
        "every_hours": 24,
        "retention_days": 180,
        "location": _place(number),
        "rto_min": system["rto_min"],
        "rpo_min": system["rpo_min"],
        "in_policy": True,
        "live": True,
    }


def _restores(world: World, systems: list[Row]) -> list[Row]:
    rows = []
    for number, system in enumerate(systems, 1):
        is_core = system["tier"] == 1
        if is_core or number % 4 == 0:
            started = world.clock.on(world.minutes(40, 80), 9)
            rows.append(
                {
                    "id": f"RT-{system['id']}",
                    "system_id": system["id"],
                    "backup_id": None,
                    "full": is_core,
                    "started": started,
                    "ended": started + timedelta(hours=1),
                    "rto_min": 60,
                    "rpo_min": 5,
                    "data_ok": True,
                    "signer": world.random.choice(OM_STAFF),
                }
            )
    return rows
