"""What playbooks and roles set of connections is judged where it stands, as sure as Ansible's precedence makes it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from benchmarks.peers import DEFAULT

from hiscomply.configurations import Configuration, ReadFile
from hiscomply.model import Text
from hiscomply_files.formats import builtin_formats
from hiscomply_files.software.ansible_plays import AnsiblePlays

PROGRAM = shutil.which(
    "ansible-playbook", path=os.pathsep.join([str(Path(sys.executable).parent), str(DEFAULT / "ssh/bin")])
) or shutil.which("ansible-playbook")
LOOSE = "-o StrictHostKeyChecking=no"


def format_of(path: str, text: str) -> str | None:
    return next((one.name for one in builtin_formats() if one.recognises(path, text.encode()[:4096])), None)


def read(path: str, text: str) -> list[Configuration]:
    one = next(each for each in builtin_formats() if each.recognises(path, text.encode()[:4096]))
    file = ReadFile(path, one.name, list(one.parse(text)))
    return list(AnsiblePlays().configurations({path: file}, {}))


def stated(found: list[Configuration]) -> list[tuple[str, str, str | None, int | None, bool]]:
    return [
        (one.name, value.key, value.value, value.line, value.is_certain)
        for one in found
        for value in one.values
    ]


@pytest.mark.parametrize(
    ("path", "text", "expected"),
    [
        ("site.yml", "# plays\n---\n- name: all\n  hosts: all\n", "ansible_playbook"),
        ("deploy/all.yaml", "- import_playbook: site.yml\n", "ansible_playbook"),
        ("roles/his/tasks/main.yml", "- ping:\n", "ansible_playbook"),
        ("roles/his/defaults/main.yml", "a: b\n", "ansible_role_vars"),
        ("vars/prod.yml", "a: b\n", "ansible_role_vars"),
        ("roles/his/vars/main.yml", "$ANSIBLE_VAULT;1.1;AES256\n63\n", "ansible_role_vars"),
        ("list.yml", "- a\n- b\n", "yaml"),
        ("hosts.yml", "a:\n  - hosts: x\n", "yaml"),
        ("group_vars/web/vars/x.yml", "a: b\n", "ansible_vars"),
        ("roles/his/templates/vars/x.yml", "a: b\n", "yaml"),
    ],
)
def test_a_file_is_a_playbook_or_a_roles_by_place_and_content(path: str, text: str, expected: str) -> None:
    assert format_of(path, text) == expected


def test_variables_of_a_play_are_certain_and_those_of_a_task_are_not() -> None:
    found = read(
        "site.yml",
        f"- hosts: all\n  vars:\n    ansible_ssh_args: {LOOSE}\n"
        "- hosts: db\n  tasks:\n    - ping:\n      vars: {ansible_user: root}\n",
    )
    assert stated(found) == [
        ("play 1", "host-keys", "unchecked", 3, True),
        ("play 2 tasks[0].vars", "login-user", "root", 7, False),
    ]


def test_what_a_task_sets_in_the_short_form_is_there_and_not_known() -> None:
    found = read("roles/x/tasks/main.yml", "- set_fact: ansible_user=root x=y\n")
    assert stated(found) == [("play 1 set_fact", "login-user", None, 1, False)]


def test_the_keyword_gives_way_to_a_variable_and_counts_only_where_it_says_root_or_is_not_known() -> None:
    assert stated(read("a.yml", "- hosts: x\n  remote_user: deploy\n")) == []
    assert stated(read("a.yml", "- hosts: x\n  remote_user: root\n")) == [
        ("play 1 remote_user", "login-user", "root", 2, False)
    ]
    assert stated(read("a.yml", '- hosts: x\n  remote_user: "{{ who }}"\n')) == [
        ("play 1 remote_user", "login-user", None, 2, False)
    ]


def test_defaults_of_a_role_are_not_certain_and_its_variables_are() -> None:
    text = "ansible_user: root\n"
    assert stated(read("roles/x/defaults/main.yml", text)) == [("role", "login-user", "root", 1, False)]
    assert stated(read("roles/x/vars/main.yml", text)) == [("role", "login-user", "root", 1, True)]


def test_what_sets_nothing_of_connections_is_no_configuration() -> None:
    assert read("site.yml", "- hosts: all\n  vars: {his_port: 1}\n") == []
    assert read("roles/x/vars/main.yml", "{}\n") == []


def test_a_file_that_could_not_be_read_may_set_anything() -> None:
    reason = Text("坏", "bad")
    (found,) = AnsiblePlays().configurations({}, {"site.yml": reason})
    assert (found.software, found.missing) == ("ansible_inventory", (reason,))


@pytest.mark.skipif(PROGRAM is None, reason="ansible-core is not installed")
def test_ansible_itself_lays_them_in_that_order(tmp_path: Path) -> None:
    place = "ansible_ssh_common_args"
    files = {
        "hosts": f"[web]\nh01 ansible_connection=local {place}=inventory\nh02 ansible_connection=local\n",
        "roles/one/defaults/main.yml": f"{place}: defaults\n",
        "roles/two/vars/main.yml": f"{place}: role\n",
        "site.yml": f"""\
- hosts: web
  gather_facts: false
  roles: [one]
  tasks: [{{debug: {{msg: "first {{{{ inventory_hostname }}}} {{{{ {place} }}}}"}}}}]
- hosts: web
  gather_facts: false
  vars: {{{place}: play}}
  roles: [one]
  tasks: [{{debug: {{msg: "second {{{{ inventory_hostname }}}} {{{{ {place} }}}}"}}}}]
- hosts: web
  gather_facts: false
  vars: {{{place}: play}}
  roles: [two]
  tasks: [{{debug: {{msg: "third {{{{ inventory_hostname }}}} {{{{ {place} }}}}"}}}}]
""",
    }
    for path, text in files.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text, encoding="utf-8")
    assert PROGRAM is not None
    environment = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "LC_ALL": "C.UTF-8"}
    done = subprocess.run(
        [PROGRAM, "-i", "hosts", "site.yml"],
        capture_output=True, text=True, env=environment, cwd=tmp_path, timeout=120, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    for line in (
        *("first h01 inventory", "first h02 defaults", "second h01 play", "second h02 play"),
        *("third h01 role", "third h02 role"),
    ):
        assert line in done.stdout, done.stdout
