"""The access and limits of the README, as they stand, are rights enough for every fact of a slapd."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
import slapd_server
from slapd_server import BASE, READER, READER_PASSWORD, Slapd, person, seed, stamp
from test_openldap import target
from tests.servers.audits import audit, write_project
from tests.servers.readme import code_of
from tests.servers.running import needs, needs_root

import hiscomply_directory
from hiscomply.model import CollectionStatus

pytest.importorskip("ldap3", reason="extra ldap not installed")
pytestmark = [
    needs("slapd", "slapadd", "setpriv", package="slapd"),
    needs_root(),
    pytest.mark.usefixtures("secrets"),
]
TOLD = code_of(hiscomply_directory, "access to ", "text")
TOLD = TOLD.replace("cn=hiscomply,dc=hospital,dc=lan", READER).replace("dc=hospital,dc=lan", BASE)
OWN_RULES = re.compile(r"^(limits|access) .*\n(^ .*\n)*", re.MULTILINE)
MANY = 600
"""More than the 500 entries that slapd gives away by itself."""
EVERYTHING = "[accounts, passwords, policy, memberships]"


def without(beginning: str) -> str:
    """The lines but for the one that begins so."""
    left = [line for line in TOLD.splitlines(keepends=True) if not line.startswith(beginning)]
    assert len(left) == TOLD.count("\n") - 1
    return "".join(left)


@pytest.fixture
def told(request: pytest.FixtureRequest, scratch: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Slapd]:
    """A slapd of many people whose only rules are those of the README, or these of them."""
    monkeypatch.setattr(slapd_server, "_CONF", OWN_RULES.sub("", slapd_server._CONF) + request.param)
    folder = Path(tempfile.mkdtemp(dir=scratch))
    past = person("past", f"pwdHistory: {stamp(9)}#1.3.6.1.4.1.1466.115.121.1.40#10#{{SSHA}}Old")
    slapd = Slapd(folder, seed() + past + "".join(person(f"many{number}") for number in range(MANY)))
    yield slapd
    slapd.server.stop()


@pytest.mark.parametrize("told", [TOLD], indirect=True, ids=["all"])
def test_these_lines_suffice_for_every_fact(told: Slapd, tmp_path: Path) -> None:
    audited = audit(write_project(tmp_path, target(told, include=EVERYTHING, page_size=None)))
    collection = audited.collections["ldap"]

    assert (collection.status, list(collection.rejected)) == (CollectionStatus.OK, [])
    assert collection.records["account"] > MANY
    assert all(collection.records[kind] for kind in ("password_state", "setting", "entitlement"))


@pytest.mark.parametrize("told", [TOLD], indirect=True, ids=["all"])
def test_no_hash_is_shown_to_the_account(told: Slapd) -> None:
    import ldap3

    with ldap3.Connection(told.plain, READER, READER_PASSWORD) as connection:
        connection.search(f"uid=past,{BASE}", "(objectClass=*)", attributes=["*", "+"])
        (entry,) = connection.response
    assert "pwdChangedTime" in entry["attributes"]
    assert not {"userPassword", "pwdHistory"} & entry["attributes"].keys()


@pytest.mark.parametrize(
    ("told", "status", "reason"),
    [
        (without("access to attrs=userPassword"), "denied", "the account or password was not accepted"),
        (without("access to dn.subtree"), "denied", "the account may not see it"),
        (without("limits"), "failed", "gave 500 entries only"),
    ],
    indirect=["told"],
    ids=["password", "read", "limits"],
)
def test_none_of_the_lines_is_one_too_many(told: Slapd, tmp_path: Path, status: str, reason: str) -> None:
    audited = audit(write_project(tmp_path, target(told, include=EVERYTHING, page_size=None)))
    collection = audited.collections["ldap"]

    assert (collection.status, collection.reason is not None) == (status, True)
    assert reason in collection.reason.en
