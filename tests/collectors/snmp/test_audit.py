"""What is found through a real snmpd."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from tests.collectors.snmp.conftest import CANARIES, Agent
from tests.collectors.snmp.planted import (
    DELL,
    DELL_ROOT,
    ENTITY,
    HPE,
    HPE_ROOT,
    STATE_ROOT,
    UPS,
    UPS_ROOT,
    Planted,
    date_and_time,
    lines,
)  # fmt: skip
from tests.servers.audits import Audited, assert_nowhere, audit, command, write_project
from tests.servers.beside import write_secret
from tests.servers.running import needs

from hiscomply.model import CollectionStatus

pytestmark = needs("snmpd", package="snmpd")
pytest.importorskip("pysnmp")

FAULTS, CLEAR, DEFAULT = (
    "hardware_faults_fixed_in_time", "snmp_cleartext_refused", "snmp_default_community_refused",
)  # fmt: skip
SWITCH = {"class": "network", "not_present": ["storage"]}


def audited(folder: Path, target: str, policy: str = FAULTS) -> Audited:
    return audit(write_project(folder, target), [policy])


def settings(found: Audited) -> dict[str, str]:
    return {one["key"]: one["value"] for one in found.rows("setting")}


def test_an_encrypted_agent_passes_and_a_wide_open_one_is_found(
    server: Agent, start: Callable[..., Agent], tmp_path: Path
) -> None:
    wide = start("rocommunity public 127.0.0.1\n" + lines(DELL))
    both = server.target(probes=True) + wide.target("wide", username="loose", probes=True)
    found = audit(write_project(tmp_path, both), [CLEAR, DEFAULT])
    assert {one: str(found.collections[one].status) for one in ("it", "wide")} == {"it": "ok", "wide": "ok"}
    for policy in (CLEAR, DEFAULT):
        assert [(one["verdict"], "wide-01" in one["subject"]) for one in found.findings(policy)] == [
            ("fail", True)
        ]
        assert found.policy(policy)["verdict"] == "fail"
    assert found.code == 1
    assert server.requests == {"GET", "GETBULK"}
    assert wide.requests == {"GET", "GETBULK"}
    assert_nowhere([*CANARIES, "Kanarienraum", "欧阳测试"], tmp_path / ".hiscomply", found.out, found.err)


def test_v2c_is_itself_a_finding(server: Agent, tmp_path: Path) -> None:
    found = audited(tmp_path, server.target(security="v2c"), CLEAR)
    assert settings(found) == {
        "snmp.version": "2c", "snmp.security_level": "noAuthNoPriv", "snmp.cleartext_accepted": "true",
    }  # fmt: skip
    assert (found.policy(CLEAR)["verdict"], found.code) == ("fail", 1)
    assert server.requests <= {"GET", "GETBULK"}
    assert_nowhere(CANARIES, tmp_path / ".hiscomply", found.out, found.err)


def test_a_default_community_of_ones_own_is_a_finding(start: Callable[..., Agent], tmp_path: Path) -> None:
    agent = start("rocommunity public 127.0.0.1\n")
    file = write_secret(tmp_path / "community", "public")
    target = agent.target(security="v2c", community={"file": str(file)})
    found = audited(tmp_path / "p", target, DEFAULT)
    assert settings(found)["snmp.default_community_accepted"] == "true"
    assert found.policy(DEFAULT)["verdict"] == "fail"


def test_v3_without_privacy_is_a_finding(server: Agent, tmp_path: Path) -> None:
    found = audited(tmp_path, server.target(security="authNoPriv", username="loose"), CLEAR)
    assert settings(found)["snmp.security_level"] == "authNoPriv"
    assert found.policy(CLEAR)["verdict"] == "fail"


def test_without_probes_nothing_is_known_of_openness(server: Agent, tmp_path: Path) -> None:
    project = write_project(tmp_path, server.target())
    found = audit(project, [CLEAR, DEFAULT])
    assert settings(found) == {
        "snmp.version": "3", "snmp.security_level": "authPriv", "snmp.auth_protocol": "SHA-256",
        "snmp.priv_protocol": "AES-128",
    }  # fmt: skip
    assert {found.policy(one)["verdict"] for one in (CLEAR, DEFAULT)}.isdisjoint({"pass", "fail"})
    _, out, _ = command("collect", str(project), "--dry-run")
    assert "SNMP authPriv GET/GETBULK of 127.0.0.1" in out
    assert "public" not in out


def test_hardware_in_order_passes_with_every_area_seen(server: Agent, tmp_path: Path) -> None:
    found = audited(tmp_path, server.target())
    assert found.collections["it"].status is CollectionStatus.OK
    assert (found.policy(FAULTS)["verdict"], found.code) == ("pass", 0)
    (row,) = found.rows("asset")
    assert (row["host"], row["tier"], row["_pointer"]) == ("sw-core-01", 1, "all parts in order")


def test_an_empty_bay_is_no_part(start: Callable[..., Agent], tmp_path: Path) -> None:
    found = audited(tmp_path, start(lines(HPE)).target())
    assert found.policy(FAULTS)["verdict"] == "pass"
    assert found.rows("asset")[0]["_pointer"] == "all parts in order"


def test_a_switch_gives_its_firmware_and_model(switch: Agent, tmp_path: Path) -> None:
    found = audited(tmp_path, switch.target(**SWITCH))
    assert found.policy(FAULTS)["verdict"] == "pass"
    (row,) = found.rows("firmware")
    assert (row["asset_id"], row["version"]) == ("it-01", "16.12.4")
    assert {
        "hardware.model": "SW-48P", "hardware.serial": "FOC1234X0AB", "hardware.firmware": "BOOT 7.1",
    }.items() <= settings(found).items()  # fmt: skip


def test_a_power_supply_that_failed_days_ago_is_found(start: Callable[..., Agent], tmp_path: Path) -> None:
    failed = {f"{STATE_ROOT}.1.2": date_and_time(5), f"{STATE_ROOT}.3.2": 2, f"{STATE_ROOT}.5.2": b"\x20"}
    found = audited(tmp_path, start(lines({**ENTITY, **failed})).target(**SWITCH))
    assert found.collections["it"].status is CollectionStatus.OK
    (row,) = found.rows("asset")
    assert row["_pointer"] == "entPhysical.2: critical, disabled"
    assert (found.policy(FAULTS)["verdict"], found.code) == ("fail", 1)


@pytest.mark.parametrize(
    ("planted", "options", "told"),
    [
        ({}, {}, "not known: storage, power, cooling"),
        (ENTITY, {}, "not known: storage"),
        ({**ENTITY, f"{STATE_ROOT}.3.3": 4}, SWITCH, "not known: entPhysical.3, cooling"),
        ({**ENTITY, f"{STATE_ROOT}.5.2": b"\x80"}, SWITCH, "not known: entPhysical.2, power"),
        ({**DELL, f"{DELL_ROOT}.5.1.20.130.4.1.24.2": 5}, {}, "physicalDisk.2: critical"),
        ({**DELL, f"{DELL_ROOT}.5.1.20.130.4.1.24.2": 77}, {}, "not known: physicalDisk.2"),
        ({**DELL, f"{DELL_ROOT}.4.600.12.1.5.1.1": 2}, {}, "not known: powerSupply.1.1"),
        ({**HPE, f"{HPE_ROOT}.3.2.3.1.1.11.0.1": 3}, {}, "cpqDaLogDrv.0.1: degraded"),
        ({**HPE, f"{HPE_ROOT}.6.2.6.7.1.4.0.2": 1}, {}, "not known: cpqHeFltTolFan.0.2"),
    ],
)  # fmt: skip
def test_what_is_not_told_is_no_pass(
    start: Callable[..., Agent], planted: Planted, options: dict[str, object], told: str, tmp_path: Path
) -> None:
    found = audited(tmp_path, start(lines(planted)).target(**options))
    it = found.collections["it"]
    assert (str(it.status), found.policy(FAULTS)["verdict"], found.code) == ("partial", "unknown", 3)
    assert found.rows("asset")[0]["_pointer"] == told


def test_a_ups_tells_its_alarms_and_its_last_battery_test(
    start: Callable[..., Agent], tmp_path: Path
) -> None:
    well = audited(tmp_path / "a", start(lines(UPS)).target(**{"class": "facility"}), "ups_batteries_tested")
    (test,) = well.rows("maintenance")
    assert (test["asset_id"], test["kind"]) == ("it-01", "ups_battery_test")
    assert abs(test["done_at"].replace(tzinfo=UTC) - datetime.now(UTC)) < timedelta(minutes=2)
    assert well.policy("ups_batteries_tested")["verdict"] == "pass"
    assert (well.rows("asset")[0]["fault_since"], well.rows("asset")[0]["_missing"]) == (
        None, [one for one in well.rows("asset")[0]["_missing"] if one != "fault_since"],
    )  # fmt: skip
    alarm = {
        f"{UPS_ROOT}.2.1.0": 3, f"{UPS_ROOT}.6.1.0": 1, f"{UPS_ROOT}.6.2.1.2.1": f".{UPS_ROOT}.6.3.1",
        f"{UPS_ROOT}.6.2.1.3.1": 1, f"{UPS_ROOT}.7.3.0": 6,
    }  # fmt: skip
    ill = audited(
        tmp_path / "b", start(lines({**UPS, **alarm})).target(**{"class": "facility"}), "ups_batteries_tested"
    )
    (row,) = ill.rows("asset")
    assert row["_pointer"] == "upsAlarm.1: battery bad"
    assert row["fault_since"] is not None
    assert (str(ill.collections["it"].status), ill.code) == ("partial", 3)
    assert ill.policy("ups_batteries_tested")["verdict"] == "unknown"
