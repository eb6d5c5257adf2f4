"""The role that the README tells to make, and no other right, shows all that an administrator sees."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from running_zabbix import PASSWORD, Zabbix
from tests.collectors.zabbix.test_audit import server
from tests.servers.audits import Audited, audit, write_project
from tests.servers.beside import write_secret
from tests.servers.readme import readme_of
from tests.servers.running import needs_root

import hiscomply_zabbix

pytestmark = [server, needs_root()]

TOLD = re.search(r"`((?:\w+\.get ?)+user\.logout)`", readme_of(hiscomply_zabbix))
assert TOLD
METHODS = TOLD[1].split()
ITSELF = "Zabbix server"
"""A host that every new Zabbix has, in a group of its own; its problems come and go."""
USER_TYPE, ALLOW_LIST, READ = 1, 1, 2
OFF: dict[str, Any] = {
    "ui.default_access": 0, "ui": [{"name": "monitoring.dashboard", "status": 1}],
    "services.read.mode": 0, "services.write.mode": 0, "modules.default_access": 0, "actions.default_access": 0,
}  # fmt: skip
"""All but the dashboard, which Zabbix wants a role to have."""


@pytest.fixture
def role(running: Zabbix) -> Iterator[str]:
    """The role of the README, and ``told``, a user of it who reads every host group."""
    call = running.call
    rules = {**OFF, "api.access": 1, "api.mode": ALLOW_LIST, "api": METHODS}
    role = call("role.create", {"name": "told", "type": USER_TYPE, "rules": rules})["roleids"][0]
    rights = [
        {"id": one["groupid"], "permission": READ} for one in call("hostgroup.get", {"output": ["groupid"]})
    ]
    group = call("usergroup.create", {"name": "told", "rights": rights})["usrgrpids"][0]
    user = {"username": "told", "passwd": PASSWORD, "roleid": role, "usrgrps": [{"usrgrpid": group}]}
    users = call("user.create", user)["userids"]
    yield role
    call("user.delete", users)
    call("usergroup.delete", [group])
    call("role.delete", [role])


def collected(folder: Path, running: Zabbix, **more: object) -> Audited:
    target = running.options(rules={"HIS down": "down"}, ticket_tag="ticket", **more)
    return audit(write_project(folder, target))


def facts(found: Audited) -> list[list[dict[str, Any]]]:
    """What was found of the planted hosts, without where and when.

    A gap that has not ended grows between two audits, and the administrator's password is a part of every id, which is
    therefore masked.
    """
    return [
        [
            {key: value for key, value in row.items() if key[0] != "_" and key not in {"id", "longest_gap_s"}}
            for row in found.rows(kind, order)
            if row["asset_id"] != ITSELF
        ]
        for kind, order in (("monitor_target", "asset_id, metric_set"), ("alert", "raised_at"))
    ]


@pytest.mark.usefixtures("role")
def test_the_rights_of_the_readme_show_what_an_administrator_sees(running: Zabbix, tmp_path: Path) -> None:
    write_secret(tmp_path / "admin", "zabbix")
    all_of_it = collected(
        tmp_path / "a", running, username="Admin", password={"file": str(tmp_path / "admin")}
    )
    told = collected(tmp_path / "t", running, username="told")
    assert (str(told.collections["it"].status), told.collections["it"].rejected) == ("ok", ())
    assert facts(told) == facts(all_of_it)
    assert {one["asset_id"] for one in told.rows("monitor_target")} == {"his-db-01", "old-01", ITSELF}
    _nothing_more(replace(running, session=""))


def _nothing_more(told: Zabbix) -> None:
    """The role can neither read nor do anything else."""
    told.session = told.call("user.login", {"username": "told", "password": PASSWORD})
    (event, *_) = told.call("event.get", {"output": ["eventid"]})
    for method, params in (
        ("event.acknowledge", {"eventids": event["eventid"], "action": 2}),
        ("user.get", {}),
        ("hostgroup.get", {}),
        ("service.get", {}),
        ("token.create", {"name": "own"}),
    ):
        with pytest.raises(AssertionError, match=r"[Nn]o permissions"):
            told.call(method, params)
    told.call("user.logout", [])


@pytest.mark.parametrize("method", [one for one in METHODS if one != "user.logout"])
def test_none_of_the_methods_can_be_left_out(running: Zabbix, role: str, method: str, tmp_path: Path) -> None:
    fewer = [one for one in METHODS if one != method]
    running.call("role.update", {"roleid": role, "rules": {"api": fewer}})
    found = collected(tmp_path, running, username="told")
    assert str(found.collections["it"].status) in {"denied", "partial"}
    assert method in str(found.collections["it"].reason) + str(found.collections["it"].rejected)
