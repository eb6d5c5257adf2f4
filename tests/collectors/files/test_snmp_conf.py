"""Net-SNMP's files: which words are secrets, and what each line lets in."""

from __future__ import annotations

import pytest

from hiscomply_files.formats.snmp_conf import SnmpConf

DEFAULT, CLEARTEXT = "snmp.default_community_accepted", "snmp.cleartext_accepted"


def said(line: str) -> dict[str, list[str | None]]:
    found: dict[str, list[str | None]] = {}
    for one in SnmpConf().parse(f"# comment\n{line}\n"):
        assert one.line == 2
        found.setdefault(one.key, []).append(one.value)
    return found


@pytest.mark.parametrize(
    ("line", "accepted"),
    [
        ("rocommunity public default -V systemonly", "true"),
        ('rwcommunity "private"', "true"),
        ("ROCOMMUNITY6 public", "true"),
        ("rocommunity hunter2 10.0.0.1 # public", "false"),
        ("com2sec notConfigUser default public", "true"),
        ("com2sec -Cn context his 10.0.0.0/8 hunter2", "false"),
        ("com2sec6 his default private", "true"),
        ("authCommunity log,execute public", "true"),
        ("[snmpd] rocommunity public", "true"),
        ("rocommunity {{ snmp_community }}", None),
        ("rocommunity ${COMMUNITY}", None),
    ],
)
def test_a_community_of_a_line_is_a_default_one_or_not(line: str, accepted: str | None) -> None:
    found = said(line)
    assert (found[DEFAULT], found[CLEARTEXT]) == ([accepted], ["true"])


@pytest.mark.parametrize(
    ("line", "accepted"),
    [
        ("rouser his priv", "false"),
        ("rwuser his authPriv .1.3", "false"),
        ("rouser -s usm his priv", "false"),
        ("rouser his noauth", "true"),
        ("rouser his", "true"),
        ("rouser his {{ level }}", None),
    ],
)
def test_a_user_without_privacy_is_let_in_by_what_can_be_read_on_the_way(
    line: str, accepted: str | None
) -> None:
    assert said(line)[CLEARTEXT] == [accepted]


@pytest.mark.parametrize(
    ("line", "secrets"),
    [
        ("rocommunity hunter2 10.0.0.1", ["hunter2"]),
        ("rocommunity public", []),
        ("createUser -e 0x80 his SHA 'hunter 2' AES hunter3", ["hunter 2", "hunter3"]),
        ("createUser his SHA -l 0x1234", ["0x1234"]),
        ('usmUser 1 3 0x80 "his" "his" NULL .1.3 0x12 .1.4 0x34 0x', ["0x12", "0x34"]),
        ("trapsess -v 3 -A hunter2 -X hunter3 10.0.0.1", ["hunter2", "hunter3"]),
        ("trap2sink 10.0.0.1 hunter2", ["hunter2"]),
        ("defAuthPassphrase hunter2", ["hunter2"]),
        ("trapsink 10.0.0.1", []),
        ("syslocation room 1", []),
    ],
)
def test_communities_and_passphrases_stand_apart(line: str, secrets: list[str]) -> None:
    found = said(line)
    assert found.pop(f"{line.split(maxsplit=1)[0].lower()}.secret", []) == secrets
    assert not any(secret in str(values) for secret in secrets for values in found.values())


@pytest.mark.parametrize(
    ("path", "is_known"),
    [
        ("etc/snmp/snmpd.conf", True),
        ("snmpd.local.conf", True),
        ("etc/snmp/snmpd.conf.d/his.conf", True),
        ("etc/snmp/snmptrapd.conf", True),
        ("etc/snmp/snmp.conf", True),
        ("etc/snmp/other.conf", False),
    ],
)
def test_files_of_net_snmp_are_known_by_their_names(path: str, is_known: bool) -> None:
    assert SnmpConf().recognises(path, b"") is is_known
