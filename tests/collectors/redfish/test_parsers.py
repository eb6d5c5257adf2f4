"""Answers recorded from the emulator, walked and judged without a server."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from hiscomply.model import Text
from hiscomply_kit.http import Answered
from hiscomply_redfish.fetch import Machine, Part, Redfish, machines
from hiscomply_redfish.parse import health, is_absent, judge

RECORDED = Path("collectors/hiscomply_redfish/recorded/emulator-drive-critical")
OK = {"Status": {"State": "Enabled", "Health": "OK"}}


class Replay:
    """Answers what was recorded, 404 to the rest."""

    url = "https://bmc"

    def __init__(self) -> None:
        files = [json.loads(file.read_text(encoding="utf-8")) for file in RECORDED.glob("*.json")]
        self.bodies = {one["path"]: one["body"] for one in files}

    def get(self, path: str) -> Any:
        if path not in self.bodies:
            raise Answered(Text("无", "none"), 404)
        return self.bodies[path]


def test_the_recorded_service_is_walked_to_its_drives_and_fans() -> None:
    (machine,) = machines(Redfish(Replay()))  # type: ignore[arg-type]
    areas = sorted(one.area for one in machine.parts if one.area)
    assert areas == ["cooling", "cooling", "storage", "storage"]
    judged = judge(machine, ())
    assert [one.path.rsplit("/", 1)[-1] for one in judged.faults] == ["D2"]
    assert judged.unknown == ("power",)


@pytest.mark.parametrize(
    ("status", "told"),
    [
        ({"Health": "OK", "HealthRollUp": "Critical"}, ["ok", "critical"]),
        ({"Health": "OK", "HealthRollup": "Warning"}, ["ok", "warning"]),
        ({"State": "Enabled", "Health": None}, []),
        ({}, []),
        (None, []),
    ],
)
def test_health_in_either_spelling(status: Any, told: list[str]) -> None:
    assert health({"Status": status}) == told


def machine(*parts: tuple[str, dict[str, Any]]) -> Machine:
    return Machine("/s", OK, [Part(area, f"/s/{n}", body) for n, (area, body) in enumerate(parts)])


def test_an_empty_bay_is_no_part() -> None:
    absent = {"Status": {"State": "Absent", "Health": None}}
    assert is_absent(absent)
    whole = machine(("storage", OK), ("storage", absent), ("power", OK), ("cooling", OK))
    assert judge(whole, ()).unknown == ()


def test_only_empty_bays_say_nothing_of_storage() -> None:
    absent = {"Status": {"State": "Absent"}}
    assert judge(machine(("storage", absent), ("power", OK), ("cooling", OK)), ()).unknown == ("storage",)


def test_a_time_without_a_zone_is_no_time() -> None:
    bad = {
        "Status": {
            "Health": "Critical",
            "Conditions": [{"Severity": "Critical", "Timestamp": "2026-01-01T00:00:00"}],
        }
    }
    assert judge(machine(("storage", bad)), ()).faults[0].since is None
    bad["Status"]["Conditions"][0]["Timestamp"] = "2026-01-01T00:00:00Z"  # type: ignore[index]
    assert judge(machine(("storage", bad)), ()).faults[0].since == datetime(2026, 1, 1, tzinfo=UTC)
