"""Answers recorded from the emulator, walked and judged without a server."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from hiscomply.hookspecs import CollectFailed
from hiscomply.model import Record, Text
from hiscomply_kit.http import Answered
from hiscomply_redfish.fetch import Machine, Part, Redfish, machines
from hiscomply_redfish.parse import health, is_absent, judge, records

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


@pytest.mark.parametrize(
    ("word", "unknown"), [("OK", ()), ("Degraded", ("/s/0",)), ("Unknown", ("/s/0", "storage"))]
)
def test_a_word_that_is_no_health_of_redfish_is_never_good(word: str, unknown: tuple[str, ...]) -> None:
    odd = {"Status": {"Health": word}}
    parts = [("storage", odd), ("power", OK), ("cooling", OK)]
    if word == "Degraded":
        parts.append(("storage", OK))
    judged = judge(machine(*parts), ())
    assert (judged.faults, judged.unknown) == ((), unknown)


class Given(Replay):
    """Answers with what a test gives."""

    def __init__(self, bodies: dict[str, Any]) -> None:
        self.bodies = bodies


def linked(*paths: str, **more: Any) -> dict[str, Any]:
    return {"Members": [{"@odata.id": path} for path in paths], **more}


@pytest.mark.parametrize("following", ["/redfish/v1/Systems?page=2", "/redfish/v1/Systems?page=3"])
def test_a_further_page_that_cannot_be_had_is_a_failure(following: str) -> None:
    page = {"Members@odata.nextLink": following}
    bodies = {
        "/redfish/v1/": {"Systems": {"@odata.id": "/redfish/v1/Systems"}},
        "/redfish/v1/Systems": linked("/redfish/v1/Systems/1", **page),
        "/redfish/v1/Systems?page=3": linked("/redfish/v1/Systems/1", **page),
        "/redfish/v1/Systems/1": OK,
    }
    with pytest.raises(CollectFailed, match="is listed and yet cannot be had"):
        machines(Redfish(Given(bodies)))  # type: ignore[arg-type]


def test_a_chassis_that_the_only_system_does_not_link_counts_too() -> None:
    def link(path: str) -> dict[str, str]:
        return {"@odata.id": path}

    bodies = {
        "/redfish/v1/": {"Systems": link("/redfish/v1/Systems"), "Chassis": link("/redfish/v1/Chassis")},
        "/redfish/v1/Systems": linked("/redfish/v1/Systems/1"),
        "/redfish/v1/Systems/1": {**OK, "Links": {"Chassis": [link("/redfish/v1/Chassis/1")]}},
        "/redfish/v1/Chassis": linked("/redfish/v1/Chassis/1", "/redfish/v1/Chassis/JBOD"),
        "/redfish/v1/Chassis/1": OK,
        "/redfish/v1/Chassis/JBOD": {"Status": {"Health": "Critical"}},
    }
    (found,) = machines(Redfish(Given(bodies)))  # type: ignore[arg-type]
    assert [one.path for one in judge(found, ()).faults] == ["/redfish/v1/Chassis/JBOD"]
    assert len([one for one in found.parts if one.path == "/redfish/v1/Chassis/1"]) == 1


@pytest.mark.parametrize(
    ("status", "is_fault"),
    [
        ({"State": "Enabled", "Health": "Warning"}, True),
        ({"State": "Enabled", "Health": "OK"}, False),
        ({"State": "Disabled", "Health": "Critical"}, False),
        ({"State": "Enabled"}, False),
        (None, False),
    ],
)
@pytest.mark.parametrize("form", ["old", "new"])
def test_a_power_supply_that_was_taken_out_shows_in_the_redundancy(
    form: str, status: dict[str, str] | None, is_fault: bool
) -> None:
    def link(path: str) -> dict[str, str]:
        return {"@odata.id": path}

    absent = {"Status": {"State": "Absent"}}
    power, name = ("Power", "Redundancy") if form == "old" else ("PowerSubsystem", "PowerSupplyRedundancy")
    where = f"/redfish/v1/Chassis/1/{power}"
    supplies: dict[str, Any] = {"PowerSupplies": [OK, absent]}
    bodies: dict[str, Any] = {
        "/redfish/v1/": {"Systems": link("/redfish/v1/Systems"), "Chassis": link("/redfish/v1/Chassis")},
        "/redfish/v1/Systems": linked("/redfish/v1/Systems/1"),
        "/redfish/v1/Systems/1": OK,
        "/redfish/v1/Chassis": linked("/redfish/v1/Chassis/1"),
        "/redfish/v1/Chassis/1": {**OK, power: link(where)},
        f"{where}/PowerSupplies": linked(f"{where}/PowerSupplies/0"),
        f"{where}/PowerSupplies/0": OK,
    }
    if form == "new":
        supplies = {"PowerSupplies": link(f"{where}/PowerSupplies")}
    bodies[where] = {**supplies, name: [{"Status": status}]}
    (found,) = machines(Redfish(Given(bodies)))  # type: ignore[arg-type]
    judged = judge(found, ("storage", "cooling"))
    assert [one.path for one in judged.faults] == ([f"{where}#/{name}/0"] if is_fault else [])
    assert judged.unknown == ()


def test_every_version_of_a_network_device_is_told() -> None:
    device = machine(("power", OK))
    device.managers.extend({"FirmwareVersion": version} for version in ("1.2", "1.0", "1.2"))
    found = list(records([device], {"class": "network", "asset_id": "SW"}, "bmc", datetime.now(UTC)))
    assert [one.fields["version"] for one in found if isinstance(one, Record) and one.kind == "firmware"] == [
        "1.2",
        "1.0",
    ]


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


UNIT = "/redfish/v1/Systems/1/Storage/1"


def storage(unit: dict[str, Any], **more: Any) -> Given:
    """A service with one unit of storage, two drives and a controller."""
    return Given(
        {
            "/redfish/v1/": {"Systems": {"@odata.id": "/redfish/v1/Systems"}},
            "/redfish/v1/Systems": linked("/redfish/v1/Systems/1", **{"Members@odata.count": 1}),
            "/redfish/v1/Systems/1": {**OK, "Storage": {"@odata.id": "/redfish/v1/Systems/1/Storage"}},
            "/redfish/v1/Systems/1/Storage": linked(UNIT),
            UNIT: {**OK, **unit},
            f"{UNIT}/Drives/1": OK,
            f"{UNIT}/Drives/2": {"Status": {"Health": "Critical"}},
            f"{UNIT}/Controllers": linked(f"{UNIT}/Controllers/1"),
            f"{UNIT}/Controllers/1": {"Status": {"Health": "Warning"}},
            **more,
        }
    )


FIRST = [{"@odata.id": f"{UNIT}/Drives/1"}]
SECOND = [{"@odata.id": f"{UNIT}/Drives/2"}]


@pytest.mark.parametrize("link", ["Drives@odata.nextLink", "@odata.nextLink"])
@pytest.mark.parametrize("name", ["Drives", "Members", "value"])
def test_drives_on_a_further_page_are_read(link: str, name: str) -> None:
    page = f"{UNIT}?$skip=1"
    service = storage({"Drives": FIRST, "Drives@odata.count": 2, link: page}, **{page: {name: SECOND}})
    (found,) = machines(Redfish(service))  # type: ignore[arg-type]
    assert [one.path for one in judge(found, ()).faults] == [f"{UNIT}/Drives/2"]


def test_a_collection_that_pages_without_naming_its_list_is_read_to_its_end() -> None:
    page = "/redfish/v1/Systems/1/Storage?page=2"
    more = {
        "/redfish/v1/Systems/1/Storage": {"Members": [], "Members@odata.count": 1, "@odata.nextLink": page},
        page: linked(UNIT),
    }
    (found,) = machines(Redfish(storage({"Drives": SECOND}, **more)))  # type: ignore[arg-type]
    assert [one.path for one in judge(found, ()).faults] == [f"{UNIT}/Drives/2"]


@pytest.mark.parametrize(
    ("unit", "more"),
    [
        ({"Drives": FIRST, "Drives@odata.count": 2}, {}),
        ({"Drives": [*FIRST, *FIRST], "Drives@odata.count": 2}, {}),
        ({"Drives@odata.count": 1}, {}),
        ({"StorageControllers": [OK], "StorageControllers@odata.count": 2}, {}),
        ({}, {"/redfish/v1/Systems": linked("/redfish/v1/Systems/1", **{"Members@odata.count": 2})}),
    ],
)
def test_fewer_than_the_service_counts_are_a_failure(unit: dict[str, Any], more: dict[str, Any]) -> None:
    with pytest.raises(CollectFailed, match=r"counts \d of .* and gives \d"):
        machines(Redfish(storage(unit, **more)))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("unit", "path"),
    [
        ({"StorageControllers": [{"Status": {"Health": "Critical"}}]}, f"{UNIT}#/StorageControllers/0"),
        ({"Controllers": {"@odata.id": f"{UNIT}/Controllers"}}, f"{UNIT}/Controllers/1"),
    ],
)
def test_a_storage_controller_that_is_not_well_is_a_fault(unit: dict[str, Any], path: str) -> None:
    (found,) = machines(Redfish(storage(unit)))  # type: ignore[arg-type]
    assert [one.path for one in judge(found, ()).faults] == [path]


def test_a_list_of_another_shape_is_a_failure() -> None:
    with pytest.raises(CollectFailed, match="another shape"):
        machines(Redfish(storage({"StorageControllers": {"Health": "OK"}})))  # type: ignore[arg-type]
