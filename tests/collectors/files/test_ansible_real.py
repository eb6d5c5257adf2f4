"""Inventories as the real `ansible-inventory` resolves them: the same values in effect, place by place."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from random import Random

import pytest
from benchmarks.peers import DEFAULT

from hiscomply.configurations import Configuration, ReadFile
from hiscomply_files.formats import builtin_formats
from hiscomply_files.software.ansible import AnsibleInventory

PROGRAM = shutil.which(
    "ansible-inventory", path=os.pathsep.join([str(Path(sys.executable).parent), str(DEFAULT / "ssh/bin")])
) or shutil.which("ansible-inventory")
NAMES = ("alpha", "beta", "gamma")
"""Variables whose values say which place they come from."""
GROUPS = ("db", "web", "app", "site", "edge")
HOSTS = ("h01", "h02", "h03.example.org", "h04")

pytestmark = pytest.mark.skipif(
    PROGRAM is None, reason="ansible-core is not installed: pip install -e '.[dev]' brings it"
)


def ours(files: Mapping[str, str]) -> dict[str, Configuration]:
    """The configurations of a tree, by id."""
    read: dict[str, ReadFile] = {}
    for path in sorted(files):
        one = next(each for each in builtin_formats() if each.recognises(path, files[path].encode()[:4096]))
        assert one.name.startswith("ansible_"), path
        read[path] = ReadFile(path, one.name, list(one.parse(files[path])))
    return {one.id: one for one in AnsibleInventory().configurations(read, {})}


def in_effect(found: Mapping[str, Configuration]) -> set[tuple[str, str | None]]:
    """Names and values of all variables that no other place overrides everywhere."""
    return {(one.key, one.value) for each in found.values() for one in each.values if "-" not in one.key}


def theirs(
    files: Mapping[str, str], folder: Path, inventory: str, play: str | None
) -> dict[str, dict[str, str]]:
    """The variables of each host, as Ansible says."""
    for path, text in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text, encoding="utf-8")
    (folder / "ansible.cfg").write_text("[defaults]\n", encoding="utf-8")
    assert PROGRAM is not None
    command = [PROGRAM, "-i", str(folder / inventory), "--list"]
    command += ["--playbook-dir", str(folder / play)] if play is not None else []
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(folder),
        "ANSIBLE_CONFIG": str(folder / "ansible.cfg"),
        "ANSIBLE_INVENTORY_ANY_UNPARSED_IS_FAILED": "1",
        "LC_ALL": "C.UTF-8",
    }
    done = subprocess.run(command, capture_output=True, text=True, env=environment, cwd=folder, timeout=120)
    assert done.returncode == 0, done.stderr
    hosts = json.loads(done.stdout)["_meta"]["hostvars"]
    return {name: {key: str(value) for key, value in said.items()} for name, said in hosts.items()}


def said(hosts: Mapping[str, Mapping[str, str]]) -> set[tuple[str, str]]:
    return {(key, value) for variables in hosts.values() for key, value in variables.items()}


def made(random: Random) -> dict[str, str]:
    """A tree: an inventory in INI or YAML, and files of variables beside it and beside the playbooks."""
    places = iter(range(1000))

    def variables() -> dict[str, str]:
        chosen = random.sample(NAMES, random.randint(0, 2))
        return {name: f"place{next(places)}" for name in chosen}

    groups = random.sample(GROUPS, random.randint(1, 5))
    hosts = {group: random.sample(HOSTS, random.randint(0, 3)) for group in groups}
    hosts[groups[0]] = hosts[groups[0]] or [HOSTS[0]]
    # a group takes groups after it only, so that none takes itself
    children = {
        group: random.sample(groups[at + 1 :], random.randint(0, min(2, len(groups) - at - 1)))
        for at, group in enumerate(groups)
    }
    of_groups = {group: variables() for group in ["all", *groups]}
    for group in random.sample(groups, 1):
        of_groups[group]["ansible_group_priority"] = str(random.randint(2, 9))
    lines = list(_ini(hosts, children, of_groups, variables, random))
    files = {"inventories/hosts": "\n".join(lines) + "\n"}
    if random.randrange(2):
        files = {"inventories/hosts.yml": "\n".join(_yaml(hosts, children, of_groups, variables)) + "\n"}
    for base in ("inventories", "."):
        for kind, names in (("group_vars", ["all", *groups]), ("host_vars", HOSTS)):
            for name in random.sample(names, min(2, len(names))):
                entry = random.choice((name, f"{name}.yml", f"{name}.yaml", f"{name}/a.yml", f"{name}/b"))
                if entry.startswith("h03") and "/" in entry:
                    continue
                path = f"{base}/{kind}/{entry}".removeprefix("./")
                files[path] = "".join(f"{key}: {value}\n" for key, value in variables().items()) or "{}\n"
    return files


def _ini(hosts, children, of_groups, variables, random) -> Iterator[str]:  # type: ignore[no-untyped-def]
    for group, named in hosts.items():
        yield f"[{group}]"
        for host in named:
            yield " ".join([host, *(f"{key}={value}" for key, value in variables().items())])
        if random.randrange(3) == 0:
            yield "h[01:02] " + " ".join(f"{key}={value}" for key, value in variables().items())
    for group, below in children.items():
        yield f"[{group}:children]"
        yield from below
    for group, said_ in of_groups.items():
        yield f"[{group}:vars]"
        yield from (f"{key} = {value}" for key, value in said_.items())


def _yaml(hosts, children, of_groups, variables) -> Iterator[str]:  # type: ignore[no-untyped-def]
    yield "all:"
    yield "  vars:"
    yield from (f"    {key}: {value}" for key, value in of_groups["all"].items())
    for group in hosts:
        yield f"{group}:"
        yield "  hosts:"
        for host in hosts[group]:
            yield f"    {host}:"
            yield from (f"      {key}: {value}" for key, value in variables().items())
        yield "  children:"
        yield from (f"    {child}:" for child in children[group])
        yield "  vars:"
        yield from (f"    {key}: {value}" for key, value in of_groups[group].items())


@pytest.mark.parametrize("seed", range(12))
def test_the_values_in_effect_are_those_that_ansible_says(seed: int, tmp_path: Path) -> None:
    files = made(Random(seed))
    inventory = next(iter(files))
    has_play = any(path.startswith(("group_vars", "host_vars")) for path in files)
    expected = theirs(files, tmp_path, inventory, "." if has_play else None)
    assert in_effect(ours(files)) == said(expected), files


def test_a_folder_of_inventories_is_one(tmp_path: Path) -> None:
    files = {
        "inventories/prod/01-hosts": "[web]\nweb01 alpha=a\n[web:vars]\nbeta=file1\n",
        "inventories/prod/02-hosts": "[web]\nweb01 alpha=b\nweb02\n[web:vars]\nbeta=file2\n",
        "inventories/prod/group_vars/all.yml": "gamma: all\n",
        "inventories/prod/group_vars/web.yml": "gamma: web\n",
    }
    expected = theirs(files, tmp_path, "inventories/prod", None)
    assert in_effect(ours(files)) == said(expected)


@pytest.mark.parametrize(
    "line",
    [
        "web[01:03] alpha=x",
        "web[1:7:3]-a alpha=x",
        "db-[a:c].example.org alpha=x",
        "n[08:11][x:y] alpha=x",
        "one:2222 alpha='two words' beta=\"q\"",
        "one alpha=x # beta=y",
        "one alpha={{other}}",
    ],
)
def test_a_line_of_a_host_is_read_as_ansible_reads_it(line: str, tmp_path: Path) -> None:
    from hiscomply_files.software.ansible_groups import Groups

    files = {"hosts": f"[web]\n{line}\n"}
    expected = theirs(files, tmp_path, "hosts", None)
    one = next(each for each in builtin_formats() if each.recognises("hosts", files["hosts"].encode()))
    read = ReadFile("hosts", one.name, list(one.parse(files["hosts"])))
    assert set(Groups(["hosts"], {"hosts": read}, {}).hosts) == set(expected)
    known = {pair for pair in said(expected) if "{{" not in pair[1]}
    assert {pair for pair in in_effect(ours(files)) if pair[1] is not None} == known


def test_what_merging_puts_together_ansible_has_and_we_are_not_certain_of(tmp_path: Path) -> None:
    files = {
        "ansible.cfg": "[defaults]\nhash_behaviour = merge\n",
        "inventories/hosts": "[web]\nh01\n",
        "inventories/group_vars/all.yml": "app: {user: root, port: 1}\n",
        "inventories/group_vars/web.yml": "app: {port: 2}\n",
    }
    for path, text in files.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text, encoding="utf-8")
    assert PROGRAM is not None
    environment = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "LC_ALL": "C.UTF-8"}
    done = subprocess.run(
        [PROGRAM, "-i", "inventories/hosts", "--host", "h01"],
        capture_output=True, text=True, env=environment, cwd=tmp_path, timeout=120, check=True,
    )  # fmt: skip
    assert json.loads(done.stdout)["app"] == {"port": 2, "user": "root"}
    values = [value for one in ours(files).values() for value in one.values]
    assert {(one.key, one.value) for one in values} >= {("app.port", "2"), ("app.user", "root")}
    assert not any(one.is_certain for one in values)
