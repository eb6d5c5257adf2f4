"""Hardware faults found through a real service, and every trouble with it."""

from __future__ import annotations

import json
import signal
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from tests.servers.audits import Audited, assert_nowhere, audit, write_project
from tests.servers.beside import assert_troubled, write_secret
from tests.servers.trouble import cut_off, endless_http, garbage, http_answer, hung

from hiscomply.model import CollectionStatus

POLICY = "hardware_faults_fixed_in_time"
PATIENT = ("欧阳测试", "11010519491231002X")
SYSTEM = "/redfish/v1/Systems/27946b59-9e44-4fa7-8e91-f3527a1ef094"
CHASSIS = "/redfish/v1/Chassis/15693887-7984-9484-3272-842188918912"
D2 = f"{SYSTEM}/Storage/1/Drives/D2"
SUPPLIES = {
    CHASSIS: {"Power": {"@odata.id": f"{CHASSIS}/Power"}},
    f"{CHASSIS}/Power": {
        "=": {"PowerSupplies": [{"Name": "PSU 1", "Status": {"State": "Enabled", "Health": "OK"}}]}
    },
}


def ago(days: float) -> str:
    return f"{datetime.now(UTC) - timedelta(days=days):%Y-%m-%dT%H:%M:%SZ}"


def bad(days: float | None, origin: str | None = None) -> dict[str, Any]:
    condition = {"Severity": "Critical", "Message": "".join(PATIENT)}
    if days is not None:
        condition["Timestamp"] = ago(days)
    if origin:
        condition["OriginOfCondition"] = {"@odata.id": origin}  # type: ignore[assignment]
    return {"Status.Health": "Critical", "Status.Conditions": [condition]}


def audited(emulator: Any, folder: Path, faults: dict[str, Any], **options: object) -> Audited:
    emulator.faults(**faults)
    return audit(write_project(folder, emulator.options(**options)), [POLICY])


def test_a_drive_that_failed_days_ago_is_found_with_its_path(emulator: Any, tmp_path: Path) -> None:
    faults = {**SUPPLIES, D2: bad(5), SYSTEM: {"Status.HealthRollUp": "Critical"}}
    found = audited(emulator, tmp_path, faults)
    assert found.collections["it"].status is CollectionStatus.OK
    assert found.policy(POLICY)["verdict"] == "fail"
    (row,) = found.rows("asset")
    assert (row["id"], row["class"], row["tier"]) == ("his-db-01", "server", 1)
    assert row["_pointer"] == f"{D2}: critical"
    assert found.code == 1
    assert_nowhere(["kanarienvogel-bmc", *PATIENT], found.run, found.out, found.err)


def test_a_failed_power_supply_is_found(emulator: Any, tmp_path: Path) -> None:
    power = {"Name": "PSU 1", "Status": {"Health": "Warning", "Conditions": []}}
    power["Status"]["Conditions"] = [{"Severity": "Warning", "Timestamp": ago(9)}]  # type: ignore[index]
    faults = {**SUPPLIES, f"{CHASSIS}/Power": {"=": {"PowerSupplies": [power]}}}
    found = audited(emulator, tmp_path, faults)
    assert found.policy(POLICY)["verdict"] == "fail"
    assert found.rows("asset")[0]["_pointer"] == f"{CHASSIS}/Power#/PowerSupplies/0: warning"


def test_hardware_in_order_passes_only_with_every_area_seen(emulator: Any, tmp_path: Path) -> None:
    found = audited(emulator, tmp_path, SUPPLIES)
    assert found.policy(POLICY)["verdict"] == "pass"
    assert found.rows("asset")[0]["_pointer"] == "all parts in order"


@pytest.mark.parametrize(
    ("faults", "told"),
    [
        ({}, "not known: power"),
        ({**SUPPLIES, f"{CHASSIS}/Thermal": 501}, "not known: cooling"),
        ({**SUPPLIES, f"{CHASSIS}/Power": 404}, "not known: power"),
        ({**SUPPLIES, D2: {"Status.Health": None}}, f"not known: {D2}"),
        ({**SUPPLIES, D2: {"FailurePredicted": True}}, f"{D2}: failure predicted"),
        ({**SUPPLIES, D2: bad(None)}, f"{D2}: critical"),
        ({**SUPPLIES, SYSTEM: {"Status.HealthRollUp": "Critical"}}, f"{SYSTEM}: critical"),
    ],
)
def test_what_is_not_told_is_no_pass(
    emulator: Any, tmp_path: Path, faults: dict[str, Any], told: str
) -> None:
    found = audited(emulator, tmp_path, faults)
    assert found.policy(POLICY)["verdict"] == "unknown"
    assert found.rows("asset")[0]["_pointer"] == told


def test_the_system_says_since_when_a_part_is_broken(emulator: Any, tmp_path: Path) -> None:
    faults = {**SUPPLIES, D2: {"Status.Health": "Critical"}, SYSTEM: bad(5, D2)}
    assert audited(emulator, tmp_path, faults).policy(POLICY)["verdict"] == "fail"


def test_what_a_machine_does_not_have_is_not_waited_for(emulator: Any, tmp_path: Path) -> None:
    assert audited(emulator, tmp_path, {}, not_present=["power"]).policy(POLICY)["verdict"] == "pass"


def test_firmware_is_told_of_network_devices(emulator: Any, tmp_path: Path) -> None:
    found = audited(emulator, tmp_path, SUPPLIES, asset_id="SW-1", **{"class": "network"})
    (row,) = found.rows("firmware")
    assert (row["asset_id"], row["version"]) == ("SW-1", "1.00")
    assert "verified_at" in row["_missing"]


def test_only_get_is_used(emulator: Any, tmp_path: Path) -> None:
    audited(emulator, tmp_path, SUPPLIES)
    assert set((emulator.folder / "methods").read_text().split()) == {"GET"}


def test_a_wrong_password_is_denied(emulator: Any, tmp_path: Path) -> None:
    emulator.faults(**SUPPLIES)
    write_secret(tmp_path / "wrong", "not-the-password")
    target = emulator.options(password={"file": str(tmp_path / "wrong")})
    found = assert_troubled(tmp_path / "p", target, POLICY, CollectionStatus.DENIED, reason="HTTP 401")
    assert_nowhere(["not-the-password"], found.run, found.out, found.err)


def test_no_right_to_see_the_drives_is_denied(emulator: Any, tmp_path: Path) -> None:
    emulator.faults(**SUPPLIES, **{f"{SYSTEM}/Storage": 403})
    assert_troubled(tmp_path, emulator.options(), POLICY, CollectionStatus.DENIED, reason="Storage refuses")


def test_a_drive_that_is_listed_and_missing_fails(emulator: Any, tmp_path: Path) -> None:
    emulator.faults(**SUPPLIES, **{D2: 404})
    assert_troubled(tmp_path, emulator.options(), POLICY, CollectionStatus.FAILED, reason="cannot be had")


def test_a_link_elsewhere_is_not_followed(emulator: Any, tmp_path: Path) -> None:
    away = {"@odata.id": "http://127.0.0.1:9/x"}
    emulator.faults(**SUPPLIES, **{SYSTEM: {"Storage": away}})
    assert_troubled(tmp_path, emulator.options(), POLICY, CollectionStatus.FAILED, reason="another shape")


def test_a_certificate_that_is_not_trusted_is_refused(emulator: Any, tmp_path: Path) -> None:
    target = emulator.options(tls={})
    assert_troubled(tmp_path, target, POLICY, CollectionStatus.FAILED, reason="TLS failed")


def test_a_controller_gone_midway_fails(emulator: Any, tmp_path: Path) -> None:
    with cut_off(emulator.port, 3000) as port:
        target = emulator.options(url=f"https://127.0.0.1:{port}")
        assert_troubled(tmp_path, target, POLICY, CollectionStatus.FAILED)


def test_a_controller_that_hangs_times_out(emulator: Any, tmp_path: Path) -> None:
    emulator.server.send(signal.SIGSTOP)
    try:
        target = emulator.options(step_timeout=0.5)
        assert_troubled(tmp_path, target, POLICY, CollectionStatus.TIMED_OUT, reason="within 0.5 seconds")
    finally:
        emulator.server.send(signal.SIGCONT)


@pytest.mark.parametrize(
    ("trouble", "status", "reason"),
    [
        (hung, CollectionStatus.TIMED_OUT, "within 0.5 seconds"),
        (garbage, CollectionStatus.FAILED, "cannot be had"),
        (lambda: garbage(http_answer(b"[1]")), CollectionStatus.FAILED, "another shape"),
        (lambda: garbage(http_answer(b"{}")), CollectionStatus.FAILED, "proves nothing"),
        (endless_http, CollectionStatus.FAILED, "more than"),
    ],
)
def test_what_answers_badly_gives_no_pass(
    trouble: Callable[[], AbstractContextManager[int]], status: CollectionStatus, reason: str, tmp_path: Path
) -> None:
    write_secret(tmp_path / "password", "kanarienvogel-bmc")
    with trouble() as port:
        options = {
            "collector": "redfish", "name": "it", "url": f"http://127.0.0.1:{port}", "username": "auditor",
            "password": {"file": str(tmp_path / "password")},
            "step_timeout": 0.5 if status is CollectionStatus.TIMED_OUT else 20,
        }  # fmt: skip
        assert_troubled(tmp_path, f"  - {json.dumps(options)}\n", POLICY, status, reason=reason)
