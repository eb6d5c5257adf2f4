"""What real Dell and HPE machines told others (``recorded/README.md``); of HPE, as those others judged it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from tests.collectors.snmp.conftest import Agent
from tests.collectors.snmp.planted import lines
from tests.collectors.snmp.test_parsers import ABOUT, recorded
from tests.servers.audits import audit, write_project
from tests.servers.running import needs

from hiscomply.model import CollectionStatus, Record, Rejected
from hiscomply_snmp import parse

FAULTS = "hardware_faults_fixed_in_time"
DELL, HPE = "of-others-dell-r640", "of-others-hpe-drive-failed"


def states(name: str) -> dict[str, str]:
    return {one.name: one.word or one.state for one in parse.parts(recorded(name))}


def test_each_part_is_as_the_others_judged_it() -> None:
    hpe = states(HPE)
    assert {name: word for name, word in hpe.items() if word != "ok"} == {
        "cpqDaPhyDrv.3.24": "failed",
        "cpqDaCntlr.3": "degraded",
        "cpqHeTemperature.0.51": "unknown",  # a place without a sensor, which the others leave out as well
    }
    assert len([name for name in hpe if name.startswith("cpqDaPhyDrv")]) == 38
    assert set(states(DELL).values()) == {"ok"}
    assert len(states(DELL)) == 12


def test_a_failed_drive_is_a_fault_whose_start_nobody_told() -> None:
    seen = recorded(HPE)
    asset, told = parse.asset(ABOUT, seen, parse.parts(seen), {})
    assert isinstance(asset, Record) and isinstance(told, Rejected)
    assert "fault_since" not in asset.fields
    assert told.reason.en == "a fault without a start: cpqDaCntlr.3: degraded; cpqDaPhyDrv.3.24: failed"


def test_an_agent_that_told_nothing_of_fans_and_power_is_not_in_order() -> None:
    seen = recorded(DELL)
    asset, told = parse.asset(ABOUT, seen, parse.parts(seen), {})
    assert isinstance(asset, Record) and isinstance(told, Rejected)
    assert (asset.fields.get("fault_since", "not known"), told.pointer) == ("not known", "power, cooling")


@needs("snmpd", package="snmpd")
@pytest.mark.parametrize(("name", "told"), [(HPE, "cpqDaPhyDrv.3.24: failed"), (DELL, "power, cooling")])
def test_a_real_agent_with_these_numbers_passes_no_policy(
    start: Callable[..., Agent], tmp_path: Path, name: str, told: str
) -> None:
    pytest.importorskip("pysnmp")
    planted = {
        oid: value for oid, value in recorded(name).items() if isinstance(value, int) and ".4.1." in oid
    }
    agent = start(lines(planted))
    found = audit(write_project(tmp_path, agent.target()), [FAULTS])
    one = found.collections["it"]
    assert (one.status, found.code) == (CollectionStatus.PARTIAL, 3)
    assert told in str([rejected.reason.en for rejected in one.rejected])
    assert found.policy(FAULTS)["verdict"] == "unknown"
