"""Recorded answers of real agents to records, and the values that trip parsers."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

import hiscomply_snmp
from hiscomply.model import Record, Rejected
from hiscomply_snmp import mibs, parse, survey, ups

RECORDED = Path(hiscomply_snmp.__file__).parent / "recorded"
NOW = datetime(2026, 6, 30, tzinfo=UTC)
ABOUT = parse.About("A1", "snmp://a1:161", NOW)


def recorded(name: str) -> dict[str, Any]:
    found = json.loads((RECORDED / f"{name}.json").read_text(encoding="utf-8"))
    return {
        oid: one if isinstance(one, int) else one.get("oid") or bytes.fromhex(one.get("hex", ""))
        for oid, one in found.items()
    }


def asset(name: str, **options: object) -> tuple[dict[str, Any], str | None, list[str]]:
    seen = recorded(name)
    found = list(parse.asset(ABOUT, seen, parse.parts(seen), options))
    (record,) = [one for one in found if isinstance(one, Record)]
    return dict(record.fields), record.pointer, [one.reason.en for one in found if isinstance(one, Rejected)]


def test_a_failed_power_supply_has_a_start() -> None:
    fields, told, rejected = asset(
        "switch-power-supply-failed", **{"class": "network", "not_present": ["storage"]}
    )
    assert fields["fault_since"] == datetime(2026, 6, 25, tzinfo=UTC)
    assert (told, rejected) == ("entPhysical.2: critical, disabled", [])


def test_a_server_in_order() -> None:
    fields, told, rejected = asset("server-hpe-in-order")
    assert fields["fault_since"] is None
    assert (told, rejected) == ("all parts in order", [])


def test_a_fault_without_a_start_has_none() -> None:
    fields, told, rejected = asset("server-dell-disk-critical")
    assert "fault_since" not in fields
    assert (told, rejected) == (
        "physicalDisk.2: critical", ["a fault without a start: physicalDisk.2: critical"],
    )  # fmt: skip


def test_a_plain_server_tells_of_no_area() -> None:
    fields, told, rejected = asset("server-plain")
    assert "fault_since" not in fields
    assert told == "not known: storage, power, cooling"
    assert rejected == ["no health was seen of: storage, power, cooling"]


def test_an_area_that_is_said_not_to_be_there_is_not_waited_for() -> None:
    fields, _, rejected = asset("server-plain", not_present=["storage", "power", "cooling"])
    assert (fields["fault_since"], rejected) == (None, [])


def test_a_ups_with_a_bad_battery() -> None:
    seen = recorded("ups-battery-bad")
    found = ups.parts(seen, NOW)
    assert [(one.name, one.state, one.word) for one in found] == [("upsAlarm.1", "bad", "battery bad")]
    assert found[0].since == NOW - timedelta(milliseconds=10 * (seen[mibs.SYS_UPTIME] - 1))
    (test,) = ups.battery_test(ABOUT, seen)
    assert isinstance(test, Record)


@pytest.mark.parametrize(
    ("changes", "states"),
    [
        ({}, ["ok"]),
        ({mibs.UPS_BATTERY: 1}, ["unknown"]),
        ({mibs.UPS_BATTERY: 9}, ["unknown"]),
        ({mibs.UPS_BATTERY: 4}, ["bad"]),
        ({mibs.UPS_BATTERY: None}, []),
        ({mibs.UPS_ALARMS_PRESENT: 1}, ["ok", "unknown"]),
        ({mibs.UPS_ALARMS_PRESENT: None}, ["ok", "unknown"]),
        ({mibs.UPS_ALARMS_PRESENT: 1, f"{mibs.UPS_ALARM}.1": f"{mibs.UPS_ALARM_KIND}.2"}, ["ok"]),
        ({mibs.UPS_ALARMS_PRESENT: 1, f"{mibs.UPS_ALARM}.1": f"{mibs.UPS_ALARM_KIND}.99"}, ["ok", "unknown"]),
        ({mibs.UPS_ALARMS_PRESENT: 1, f"{mibs.UPS_ALARM}.1": "1.3.6.1.4.1.318.1"}, ["ok", "unknown"]),
    ],
)
def test_a_ups_is_well_only_if_it_says_so(changes: dict[str, Any], states: list[str]) -> None:
    seen = {mibs.SYS_UPTIME: 10_000, mibs.UPS_BATTERY: 2, mibs.UPS_ALARMS_PRESENT: 0} | changes
    seen = {oid: value for oid, value in seen.items() if value is not None}
    assert [one.state for one in ups.parts(seen, NOW)] == states


@pytest.mark.parametrize(
    "changes",
    [
        {mibs.UPS_TEST_ID: f"{mibs.UPS_TEST_KIND}.1"},
        {mibs.UPS_TEST_ID: "0.0"},
        {mibs.UPS_TEST_RESULT: 4},
        {mibs.UPS_TEST_RESULT: 5},
        {mibs.UPS_TEST_START: 0},
        {mibs.UPS_TEST_START: 20_000},
        {mibs.UPS_TEST_START: b"x"},
    ],
)
def test_a_battery_test_without_end_or_time_is_none(changes: dict[str, Any]) -> None:
    seen = {
        mibs.SYS_UPTIME: 10_000, mibs.UPS_TEST_ID: f"{mibs.UPS_TEST_KIND}.4", mibs.UPS_TEST_RESULT: 1,
        mibs.UPS_TEST_START: 5_000,
    }  # fmt: skip
    (good,) = ups.battery_test(ABOUT, seen)
    assert isinstance(good, Record)
    assert good.fields["done_at"] == NOW - timedelta(seconds=50)
    (bad,) = ups.battery_test(ABOUT, seen | changes)
    assert isinstance(bad, Rejected)


@pytest.mark.parametrize(
    ("octets", "at"),
    [
        ("07ea0619080000002b0800", datetime(2026, 6, 25, tzinfo=UTC)),
        ("07ea061908003c002d0130", datetime(2026, 6, 25, 9, 48, 59, tzinfo=UTC)),
        ("07ea061908000000", None),
        ("0000000000000000000000", None),
        ("07ea0d1908000000" + "2b0800", None),
        ("07ea061908000000" + "2bff00", None),
        ("", None),
    ],
)
def test_dates_of_devices(octets: str, at: datetime | None) -> None:
    assert parse.date_and_time(bytes.fromhex(octets)) == at


@pytest.mark.parametrize("status", [0, -1, 1, 6, 2**40, b"ok", "1.3"])
def test_a_number_that_is_not_known_is_never_good(status: Any) -> None:
    for table in mibs.HEALTH_TABLES:
        if status in table.good or status in table.bad:
            continue
        seen = {f"{table.status_column}.1": status}
        assert [one.state for one in parse.parts(seen)] == ["unknown"], table.name


def test_text_of_a_device_is_made_safe() -> None:
    assert parse.text(b"\x1b[31mSW\x00-\xff" + b"x" * 500).startswith("[31mSW-")
    assert len(parse.text(b"x" * 500)) == 255
    assert parse.text(7) == ""


def test_firmware_without_a_version_is_set_aside() -> None:
    assert versions({}) == [None]
    assert versions({f"{mibs.ENTITY_CLASS}.1": 3, f"{mibs.ENTITY_FIRMWARE}.1": b"  "}) == [None]
    assert versions({f"{mibs.ENTITY_CLASS}.1": 3, f"{mibs.ENTITY_FIRMWARE}.1": b"7.1"}) == ["7.1"]


def versions(seen: dict[str, Any]) -> list[object]:
    found = parse.firmware(ABOUT, seen)
    return [one.fields["version"] if isinstance(one, Record) else None for one in found]


def test_every_version_of_a_stack_is_told() -> None:
    stack: dict[str, Any] = {f"{mibs.ENTITY_CLASS}.{at}": 3 for at in (1, 2, 3)}
    stack |= {f"{mibs.ENTITY_SOFTWARE}.{at}": b"15.2" for at in (1, 3)}
    assert versions({**stack, f"{mibs.ENTITY_SOFTWARE}.2": b"12.1"}) == ["15.2", "12.1"]


class Column:
    """An agent with one column, of which a row has no value."""

    where = "snmp://a1:161"

    def following(self, oid: str) -> list[tuple[str, Any]]:
        rows = [("1.2.1", 2), ("1.2.2", None), ("1.2.3", 3)]
        return [one for one in rows if one[0] > oid][:2] or [(oid, None)]


def test_a_row_without_a_value_does_not_end_a_column() -> None:
    found = survey.walk(Column(), "1.2")  # type: ignore[arg-type]
    assert found == {"1.2.1": 2, "1.2.2": "", "1.2.3": 3}
    table = next(one for one in mibs.HEALTH_TABLES if one.area == "power")
    assert [one.state for one in parse.parts({f"{table.status_column}.1": ""})] == ["unknown"]
