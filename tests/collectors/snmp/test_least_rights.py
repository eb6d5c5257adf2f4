"""The user and the view of the README, and nothing else, show every table that is read."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.collectors.snmp.conftest import AUTH, PRIVACY, Agent
from tests.collectors.snmp.planted import DELL, ENTITY, HPE, UPS, Planted, lines
from tests.servers.audits import Audited, audit, write_project
from tests.servers.readme import code_of
from tests.servers.running import needs

import hiscomply_snmp
from hiscomply_snmp import mibs

pytestmark = needs("snmpd", package="snmpd")
pytest.importorskip("pysnmp")

SENSORS: Planted = {"1.3.6.1.2.1.99.1.1.1.5.1": 1}
DEVICES: Planted = {"1.3.6.1.2.1.25.3.2.1.2.1": ".1.3.6.1.2.1.25.3.1.3", "1.3.6.1.2.1.25.3.2.1.5.1": 2}


def told() -> str:
    """The lines for snmpd.conf."""
    return code_of(hiscomply_snmp, "createUser ").replace("…", AUTH, 1).replace("…", PRIVACY, 1)


def facts(found: Audited) -> list[object]:
    """What was found, without where and when."""
    it = found.collections["it"]
    told_of = ("key", "value", "version", "host", "kind", "_pointer", "_missing")
    return [str(it.status), [str(one.reason) for one in it.rejected]] + [
        [row.get(one) for one in told_of] for kind in it.records for row in found.rows(kind)
    ]


@pytest.mark.parametrize(
    ("planted", "options"),
    [
        ({**DELL, **SENSORS, **DEVICES}, {}),
        (HPE, {}),
        (ENTITY, {"class": "network", "not_present": ["storage"]}),
        (UPS, {"class": "facility"}),
    ],
    ids=["Dell", "HPE", "switch", "UPS"],
)
def test_the_view_of_the_readme_shows_what_a_view_of_everything_shows(
    start: Callable[..., Agent], planted: Planted, options: dict[str, object], tmp_path: Path
) -> None:
    agent = start(told() + lines(planted))
    narrow = audit(write_project(tmp_path / "n", agent.target(username="hiscomply", **options)))
    wide = audit(write_project(tmp_path / "w", agent.target(**options)))
    assert facts(narrow) == facts(wide)
    assert str(narrow.collections["it"].status) == "ok"


def test_every_view_line_is_read_and_every_table_is_in_one() -> None:
    views = re.findall(r"^view hiscomply included \.(\S+)$", told(), re.MULTILINE)
    tables = [one.status_column for one in mibs.HEALTH_TABLES]
    read = [*mibs.SYSTEM, mibs.ENTITY_CLASS, mibs.STATE_OPER, *mibs.UPS_SCALARS, mibs.UPS_ALARM, *tables]
    assert [one for one in read if not any(one.startswith(f"{view}.") for view in views)] == []
    assert [view for view in views if not any(one.startswith(f"{view}.") for one in read)] == []
