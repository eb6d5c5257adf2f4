"""Ansible's files: what is recognised, where its settings stand, and what is in effect."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from hiscomply.configurations import Configuration, ReadFile
from hiscomply.hookspecs import FormatError
from hiscomply.model import Text
from hiscomply_files.evidence import setting_records
from hiscomply_files.formats import builtin_formats
from hiscomply_files.formats.ansible_inventory import AnsibleInventory as InventoryFormat
from hiscomply_files.software.ansible import AnsibleInventory
from hiscomply_files.software.ansible_hosts import RangeError, expanded
from hiscomply_files.software.ansible_variables import VAULTED

HOSTS = "inventories/prod/hosts"
NOW = datetime(2026, 6, 30, tzinfo=UTC)
VAULT = "$ANSIBLE_VAULT;1.1;AES256\n33363965326261303665\n"


def format_of(path: str, text: str) -> str | None:
    head = text.encode()[:4096]
    return next((one.name for one in builtin_formats() if one.recognises(path, head)), None)


def read(files: dict[str, str], unread: dict[str, Text] | None = None) -> dict[str, Configuration]:
    parsed = {}
    for path, text in files.items():
        one = next(each for each in builtin_formats() if each.recognises(path, text.encode()[:4096]))
        parsed[path] = ReadFile(path, one.name, list(one.parse(text)))
    return {one.id: one for one in AnsibleInventory().configurations(parsed, unread or {})}


def stated(one: Configuration) -> list[tuple[str, str | None, str, int | None, str]]:
    return [(each.key, each.value, each.file, each.line, each.origin) for each in one.values]


@pytest.mark.parametrize(
    ("path", "text", "expected"),
    [
        ("hosts", "[web]\nweb01\n", "ansible_inventory"),
        ("inventory", "web01 ansible_host=10.0.0.1\n", "ansible_inventory"),
        ("inventories/prod.ini", "[web]\nweb01\n", "ansible_inventory"),
        ("inventories/prod/site", "web01\nweb[02:04].example.org\n", "ansible_inventory"),
        ("inventories/prod/hosts.yml", "all:\n  children:\n    web:\n", "ansible_inventory"),
        ("inventory/aws_ec2.yml", "plugin: aws_ec2\n", "ansible_inventory"),
        ("hosts.yml", VAULT, "ansible_inventory"),
        ("etc/hosts", "127.0.0.1 localhost\n10.0.0.2 db01 # main\n", None),
        ("hosts.allow", "sshd: 10.0.0.0/8\n", None),
        ("inventory/app.ini", "[database]\nhost = db01\nport = 5432\n", "ini"),
        ("inventory/items.yml", "- name: syringe\n  count: 3\n", "yaml"),
        ("inventory/README", "This folder holds one inventory per site.\n", None),
        ("group_vars/all", "a: 1\n", "ansible_vars"),
        ("x/group_vars/nginx/main.yml", "http:\n", "ansible_vars"),
        ("host_vars/db01.example.org", "a: 1\n", "ansible_vars"),
        ("host_vars/README.md", "# Hosts\n", None),
        ("group_vars/.gitkeep", "", None),
        ("group_vars/web.yml~", "a: 1\n", None),
        ("ansible.cfg", "[defaults]\n", "ansible_cfg"),
        (".vault_pass", "x\n", "ansible_vault_password"),
        ("keys/vault-password.txt", "x\n", "ansible_vault_password"),
        ("vault.yml", "a: 1\n", "yaml"),
    ],
)
def test_a_file_is_of_ansible_by_name_and_content(path: str, text: str, expected: str | None) -> None:
    assert format_of(path, text) == expected


def test_ini_gives_each_setting_its_place() -> None:
    text = "[web]\nweb01:2222  ansible_user='a b'\n[web:vars]\nport = 80\n[site:children]\nweb\n"
    assert [
        (one.key, one.value, one.line, one.column, one.section) for one in InventoryFormat().parse(text)
    ] == [
        ("web.hosts", None, 1, 1, "web"),
        ("web.hosts.web01", None, 2, 1, "web"),
        ("web.hosts.web01.ansible_port", "2222", 2, 7, "web:hosts:web01"),
        ("web.hosts.web01.ansible_user", "a b", 2, 26, "web:hosts:web01"),
        ("web.vars.port", "80", 4, 8, "web:vars"),
        ("site.children.web", None, 6, 1, "site:children"),
    ]


def test_yaml_gives_the_same_form_and_keeps_names_with_dots_apart() -> None:
    text = "web:\n  hosts:\n    web01.example.org:\n      ports: [80]\n  vars:\n    a: b\nsite: {children: {web: }}\n"
    assert [(one.key, one.value, one.line, one.section) for one in InventoryFormat().parse(text)] == [
        ("web.hosts", None, 2, "web"),
        ("web.hosts.web01.example.org", None, 4, "web"),
        ("web.hosts.web01.example.org.ports[0]", "80", 4, "web:hosts:web01.example.org"),
        ("web.vars.a", "b", 6, "web:vars"),
        ("site.hosts", None, 7, "site"),
        ("site.children.web", None, 7, "site:children"),
        ("web.hosts", None, 7, "web"),
    ]


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("[web]\nweb01 ansible_user\n", 2),
        ("[web]\nweb01 a='x\n", 2),
        ("[web:hosts of]\n", 1),
        ("[web:things]\n", 1),
        ("[web]\nweb01\n[web:vars]\nport 80\n", 4),
        ("- a\n", 1),
        ("all:\n  hosts: [a]\n", 2),
        ("all:\n  hosts:\n    a: b\n", 3),
        ("---\nall:\n---\nall:\n", 4),
    ],
)
def test_what_ansible_refuses_is_refused_with_its_line(text: str, line: int) -> None:
    with pytest.raises(FormatError) as caught:
        list(InventoryFormat().parse(text))
    if not text.startswith("- a"):
        assert caught.value.line == line


def test_each_value_stands_where_it_was_written_and_says_whether_it_is_overridden_somewhere() -> None:
    found = read(
        {
            HOSTS: "[web]\nweb[01:20]\nweb21 http_port=81\n[web:vars]\nhttp_port=80\n",
            "inventories/prod/group_vars/all.yml": "http_port: 8080\nntp: [a, b]\n",
        }
    )
    assert stated(found[f"{HOSTS}#group all"]) == [
        ("http_port", "8080", "inventories/prod/group_vars/all.yml", 1, "conditional"),
        ("ntp[0]", "a", "inventories/prod/group_vars/all.yml", 2, "written"),
        ("ntp[1]", "b", "inventories/prod/group_vars/all.yml", 2, "written"),
    ]
    assert stated(found[f"{HOSTS}#host web21"]) == [("http_port", "81", HOSTS, 3, "written")]
    assert f"{HOSTS}#group web" not in found, "what all says beside the inventory overrides it for every host"
    assert found[f"{HOSTS}#host web21"].line == 3


def test_one_line_for_ten_thousand_hosts_is_one_value() -> None:
    lines = ["[web]", *(f"h{at:05d}" for at in range(10_000)), "[web:vars]", "ansible_user=root"]
    found = read({HOSTS: "\n".join(lines)})
    assert sum(len(one.values) for one in found.values()) == 2
    assert [one.key for one in found[f"{HOSTS}#group web"].values] == ["ansible_user", "login-user"]


def test_an_encrypted_file_hides_its_group_and_no_other() -> None:
    found = read(
        {
            HOSTS: "[web]\nweb01\n[db]\ndb01\n[all:vars]\na=1\n",
            "inventories/prod/group_vars/db/vault.yml": VAULT,
        }
    )
    assert found[f"{HOSTS}#group all"].missing == ()
    assert [one.is_certain for one in found[f"{HOSTS}#group all"].values] == [True]
    path = "inventories/prod/group_vars/db/vault.yml"
    assert found[f"{HOSTS}#group db"].missing == (Text(f"{path}:{VAULTED.zh}", f"{path}: {VAULTED.en}"),)


def test_what_an_encrypted_file_may_override_for_every_host_is_not_certain() -> None:
    found = read({HOSTS: "[db]\ndb01\n[all:vars]\na=1\n", "inventories/prod/host_vars/db01.yml": VAULT})
    assert [one.is_certain for one in found[f"{HOSTS}#group all"].values] == [False]


def test_templates_and_single_encrypted_values_are_there_but_not_known() -> None:
    text = "a: '{{ b }}'\nc: !vault |\n  $ANSIBLE_VAULT;1.1;AES256\n  3336\nd: e\n"
    found = read({HOSTS: "db01 x=y\n", "inventories/prod/group_vars/all.yml": text})
    assert [(one.key, one.value) for one in found[f"{HOSTS}#group all"].values] == [
        ("a", None),
        ("c", None),
        ("d", "e"),
    ]


def test_a_file_that_could_not_be_read_is_told_where_it_counts() -> None:
    reason = Text("语法错误", "bad syntax")
    found = read({HOSTS: "[db]\ndb01\n"}, {"inventories/prod/group_vars/db.yml": reason})
    assert found[f"{HOSTS}#group db"].missing[0].en == "inventories/prod/group_vars/db.yml: bad syntax"
    alone = read({}, {HOSTS: reason})
    assert alone[f"{HOSTS}#group all"].missing == (Text(f"{HOSTS}:语法错误", f"{HOSTS}: bad syntax"),)


def test_the_cfg_says_which_folder_is_one_inventory() -> None:
    files = {
        "ansible.cfg": "[defaults]\ninventory = ./inventory\n",
        "inventory/01-hosts": "[web]\nweb01\n",
        "inventory/02-hosts": "[db]\ndb01\n",
        "inventory/group_vars/all.yml": "a: 1\n",
    }
    assert list(read(files)) == ["inventory/01-hosts#group all"]
    del files["ansible.cfg"]
    assert list(read(files)) == ["inventory/01-hosts#group all", "inventory/02-hosts#group all"]


def test_groups_that_contain_each_other_are_told() -> None:
    found = read({HOSTS: "[a:children]\nb\n[b:children]\na\n[b]\nh ansible_port=1\n"})
    assert [one.en for one in found[f"{HOSTS}#group all"].missing] == ["groups contain each other"]


@pytest.mark.parametrize(
    "pattern",
    [
        "a[1:x]",
        "a[3]",
        "a[01:100]",
        "a[b:a]",
        "a[1:9:0]",
        "a[1:999999999]",
        "a[",
        "a[1:2",
        "a[٣:٤]",
        "a[1:999][1:999]",
    ],
)
def test_a_range_that_is_none_or_has_no_end_is_refused(pattern: str) -> None:
    with pytest.raises(RangeError):
        expanded(pattern, 100_000)


def test_a_bad_range_is_told_with_its_line() -> None:
    found = read({HOSTS: "[web]\nweb01\nweb[3:x] a=1\n"})
    assert found[f"{HOSTS}#group all"].missing[0].en == f"{HOSTS}:3: a range of hosts is not valid"


def test_passwords_in_inventories_are_secrets_and_references_are_not() -> None:
    inventory = "db01 ansible_password=hunter22 ansible_become_pass='{{ vault_become }}' ansible_ssh_private_key_file=~/.ssh/id\n"
    variables = f'db_password: !vault |\n  {VAULT.replace(chr(10), chr(10) + "  ")}\napi_token: \'{{{{ lookup("env", "T") }}}}\'\n'
    found = {}
    for path, text in ((HOSTS, inventory), ("group_vars/all.yml", variables), ("group_vars/db.yml", VAULT)):
        one = next(each for each in builtin_formats() if each.recognises(path, text.encode()))
        for record in setting_records(
            path, one.name, one.parse(text), observed_at=NOW, digest=lambda _: "hmac-sha256:00"
        ):
            fields = record.fields
            found[f"{fields['key']}"] = (fields["is_secret"], fields["is_placeholder"], fields["value"])
    key = "ungrouped.hosts.db01."
    assert found[f"{key}ansible_password"] == (True, False, "hmac-sha256:00")
    assert found[f"{key}ansible_become_pass"][:2] == (True, True)
    assert found[f"{key}ansible_ssh_private_key_file"][:2] == (True, True)
    assert found["db_password"][:2] == (True, True)
    assert found["api_token"][:2] == (True, True)
    assert found["ansible_vault"][0] is False


def test_merged_mappings_are_in_effect_in_pieces_and_nothing_of_them_is_certain() -> None:
    files = {
        "ansible.cfg": "[defaults]\nhash_behaviour = merge\n",
        "inventories/hosts": "[web]\nw\n",
        "inventories/group_vars/all.yml": "app: {user: root, port: 1}\nplain: a\n",
        "inventories/group_vars/web.yml": "app: {port: 2}\nplain: b\n",
    }
    found = {(v.key, v.value, v.is_certain) for one in read(files).values() for v in one.values}
    assert found == {
        ("app.user", "root", False),
        ("app.port", "1", False),
        ("app.port", "2", False),
        ("plain", "b", True),
    }
    files["ansible.cfg"] = "[defaults]\nhash_behaviour = replace\n"
    found = {(v.key, v.value, v.is_certain) for one in read(files).values() for v in one.values}
    assert found == {("app.port", "2", True), ("plain", "b", True)}


def test_another_order_of_variables_is_told_with_its_line_and_leaves_nothing_certain() -> None:
    files = {
        "ansible.cfg": "[defaults]\nprecedence = groups_inventory,all_inventory\n",
        "hosts": "[web]\nw ansible_user=deploy\n",
        "elsewhere/hosts": "[web]\nw ansible_user=deploy\n",
    }
    found = read(files)
    assert [one.en for one in found["hosts#group all"].missing] == [
        "ansible.cfg:2: precedence changes in which order variables override each other"
    ]
    assert not any(value.is_certain for one in found.values() for value in one.values)
    del files["ansible.cfg"]
    assert all(value.is_certain for one in read(files).values() for value in one.values)


def test_a_program_that_prints_hosts_is_told_with_its_place() -> None:
    for path in ("inventories/prod/ec2.py", "inventory.sh", "dynamic_inventory.py"):
        (found,) = read({path: "#!/usr/bin/env python3\nprint(1)\n"}).values()
        assert [one.en for one in found.missing] == [
            f"{path}:1: an inventory that a program prints; its hosts and variables are not in the file"
        ]
    assert format_of("tools/fetch.py", "#!/usr/bin/env python3\n") != "ansible_inventory"


def test_a_json_inventory_is_read_as_yaml_is() -> None:
    found = read({"inventory.json": '{"web": {"hosts": {"w": {"ansible_user": "root"}}}}'})
    assert [(v.key, v.value, v.column) for v in found["inventory.json#host w"].values] == [
        ("ansible_user", "root", 42),
        ("login-user", "root", 42),
    ]
