"""Lists of hosts: names with ranges, Ansible's two forms, an OpenSSH configuration."""

from __future__ import annotations

from pathlib import Path

import pytest

from hiscomply.hookspecs import CollectFailed
from hiscomply.model import Target
from hiscomply_ssh.collector import SshCollector
from hiscomply_ssh.host_names import expand_name
from hiscomply_ssh.inventory import InventoryError, Machine, read_inventory

INI = """\
# one line of each kind
lone.example
[web]
web[01:03] ansible_port=2222
web09:2200 ansible_user='ops' ansible_password="canary secret"
[db]
db-[a:b] ansible_host=10.0.0.9 hiscomply_asset_id=DB
[his:children]
web
db
[his:vars]
ansible_user = his
ansible_become_pass = canary secret
[all:vars]
ansible_port=22
"""
YAML = """\
all:
  vars:
    ansible_user: everyone
    ansible_password: !vault |
      $ANSIBLE_VAULT;1.1;AES256
      6162
  children:
    web:
      hosts:
        web[1:2]:
        web9: {ansible_host: 10.0.0.9, ansible_port: 2222}
      vars: {ansible_user: web}
"""


def machines(text: str, groups: list[str], file: str = "hosts") -> dict[str, Machine]:
    return {one.name: one for one in read_inventory(text, file).hosts_of(groups)}


@pytest.mark.parametrize(
    ("name", "names"),
    [
        ("web", ["web"]),
        ("web[01:03]", ["web01", "web02", "web03"]),
        ("web[8:10]", ["web8", "web9", "web10"]),
        ("web[08:10]", ["web08", "web09", "web10"]),
        ("w[1:5:2].x", ["w1.x", "w3.x", "w5.x"]),
        ("[a:b]-[1:2]", ["a-1", "a-2", "b-1", "b-2"]),
    ],
)
def test_a_name_with_ranges_is_all_its_names(name: str, names: list[str]):
    assert expand_name(name) == names


@pytest.mark.parametrize("name", ["w[3:1]", "w[a:3]", "w[1:9:0]", "w[1:999999999]", "[1:999][1:999]"])
def test_a_range_that_cannot_be_is_an_error(name: str):
    with pytest.raises(ValueError):
        expand_name(name)


def test_an_ini_inventory_gives_hosts_with_their_address_port_and_user():
    found = machines(INI, ["his"])

    assert found == {
        "web01": Machine("web01", "web01", 2222, "his", None),
        "web02": Machine("web02", "web02", 2222, "his", None),
        "web03": Machine("web03", "web03", 2222, "his", None),
        "web09": Machine("web09", "web09", 2200, "ops", None),
        "db-a": Machine("db-a", "10.0.0.9", 22, "his", "DB"),
        "db-b": Machine("db-b", "10.0.0.9", 22, "his", "DB"),
    }


def test_all_means_every_host():
    assert set(machines(INI, ["all"])) == {"lone.example", "web01", "web02", "web03", "web09", "db-a", "db-b"}


def test_a_yaml_inventory_gives_the_same_and_a_vault_is_not_opened():
    assert machines(YAML, ["web"], "hosts.yml") == {
        "web1": Machine("web1", "web1", None, "web", None),
        "web2": Machine("web2", "web2", None, "web", None),
        "web9": Machine("web9", "10.0.0.9", 2222, "web", None),
    }


@pytest.mark.parametrize("section", ["[db:hosts]", "[db]# here", "[db]\t# here", "[db] "])
def test_a_section_in_any_form_of_ansible_begins_hosts(section: str):
    assert set(machines(f"[his:children]\ndb\n{section}\ndb1\n", ["his"])) == {"db1"}


@pytest.mark.parametrize(
    ("text", "line", "word"),
    [
        ("web:\n  hosts: {a: }\n  hosts: {b: }\n", 3, "hosts"),
        ("web:\n  hosts: {a: }\nall: {}\nweb:\n  hosts: {b: }\n", 4, "web"),
        ("web:\n  host: {a: }\n", None, "host"),
    ],
)
def test_hosts_of_a_yaml_inventory_that_would_be_passed_over_are_an_error(
    text: str, line: int | None, word: str
):
    with pytest.raises(InventoryError, match=repr(word)) as caught:
        read_inventory(text, "hosts.yml")

    assert caught.value.line == line


def test_a_mark_at_the_beginning_of_a_list_hides_no_group(tmp_path: Path):
    (tmp_path / "hosts").write_text("[web]\nweb1\n[db]\ndb1\n[web:vars]\nansible_port=22\n", "utf-8-sig")
    (tmp_path / "config").write_text("Host pacs-1\nHost pacs-2\n", "utf-8-sig")

    found = expand(
        tmp_path, inventory="hosts", groups=["web", "db"], ssh_config={"file": "config", "hosts": ["pacs-*"]}
    )
    assert [one.name for one in found] == [f"fleet/{name}" for name in ("web1", "db1", "pacs-1", "pacs-2")]


def test_passwords_of_an_inventory_are_dropped_while_reading():
    assert "canary" not in repr(read_inventory(INI, "hosts"))


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("[web]\nweb1 some words", 2),
        ("[web]\nweb1 x='", 2),
        ("[web:vars]\nno assignment", 2),
        ("[web]\nweb[3:1]", 2),
        ("[his:children]\nwep\n[web]\nweb1", 2),
    ],
)
def test_a_bad_line_is_named_and_not_repeated(text: str, line: int):
    with pytest.raises(InventoryError) as caught:
        read_inventory(text, "hosts")

    assert caught.value.line == line
    assert "some words" not in str(caught.value)


@pytest.mark.parametrize("text", ["all: [1]", "all: {hosts: [a]}", "all: {", "a: &x {hosts: {h: }}\nb: *x"])
def test_bad_yaml_is_an_error(text: str):
    with pytest.raises(InventoryError):
        read_inventory(text, "hosts.yaml")


def test_groups_in_a_circle_end():
    text = "[a:children]\nb\n[b:children]\na\n[b]\nh1\n[a:vars]\nansible_user=x\n"

    assert machines(text, ["a"]) == {"h1": Machine("h1", "h1", None, "x", None)}


def expand(project: Path, **options: object) -> list[Target]:
    return list(SshCollector().expand(Target("ssh", "fleet", options, ()), project))


def test_targets_are_named_after_their_hosts(tmp_path: Path):
    (tmp_path / "hosts").write_text(INI)
    found = expand(tmp_path, hosts=["10.0.0.1"], inventory="hosts", groups=["db"], user="ops")

    assert [one.name for one in found] == ["fleet/10.0.0.1", "fleet/db-a", "fleet/db-b"]
    assert "inventory" not in found[0].options


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({}, "no host is named"),
        ({"inventory": "none"}, "cannot be read"),
        ({"inventory": "hosts", "groups": ["wep"]}, "did you mean web"),
        ({"hosts": ["a", "b"], "asset_id": "x"}, "asset_id is for one host"),
        ({"ssh_config": {"file": "config", "hosts": ["x*"]}}, "no host with a name like"),
        ({"groups": ["web"]}, "asks for an inventory"),
    ],
)
def test_a_list_that_names_nothing_is_told(tmp_path: Path, options: dict[str, object], words: str):
    (tmp_path / "hosts").write_text(INI)
    (tmp_path / "config").write_text("Host his-db *.wild !no\n")

    with pytest.raises(CollectFailed) as caught:
        expand(tmp_path, **options)
    assert words in caught.value.reason.en


def test_a_dry_run_says_whom_it_would_ask_what(tmp_path: Path):
    (target,) = expand(
        tmp_path,
        hosts=["10.0.0.1"],
        user="ops",
        port=2222,
        jump="gate",
        sudo=True,
        password={"env": "PW"},
        include=["sshd"],
    )
    said = [line.en for line in SshCollector().asks(target, tmp_path)]

    assert said[0] == (
        "connects by SSH to ops@10.0.0.1:2222 through ops@gate (password $PW; host key verified by ~/.ssh/known_hosts)"
    )
    assert "runs: sudo -n sshd -T" in said
