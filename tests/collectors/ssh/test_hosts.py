"""Real hosts over a real sshd: the facts are those of ``local``, and what is refused is told."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.servers.audits import Audited, assert_nowhere, audit, write_project
from tests.servers.beside import assert_only_these
from tests.servers.running import Server, free_port, is_open, needs, needs_root
from tests.servers.ssh_host import CHECKER, HASH, NO_SHELL, OTHER, PASSWORD, PATIENT, SshHost

from hiscomply.model import CollectionStatus

pytestmark = [needs("sshd", "ssh-keygen", package="openssh-server"), needs_root()]

ONE = "fleet/127.0.0.1"
ROOT_LOGIN = "sshd_effective_root_login_disabled"
TOKENS = ("canary-t0ken-of-an-argument-8842", "canary-t0ken-of-an-environment-7731")
LIVE = {"listener", "time_source"}
"""What other programs of this machine change from one second to the next."""


def target(name: str, host: SshHost, **options: Any) -> str:
    more = {"hosts": "[127.0.0.1]", "asset_id": "here", **options}
    return f"  - collector: ssh\n    name: {name}\n" + host.options(**more)


def named(*names: str) -> str:
    """Several hosts that are all the one sshd."""
    return "    hosts:\n" + "".join(
        f"      - {{name: {name}, host: 127.0.0.1, asset_id: {name}}}\n" for name in names
    )


def statuses(found: Audited) -> dict[str, str]:
    return {name: str(one.status) for name, one in found.collections.items() if name.startswith("fleet/")}


def rows(found: Audited, kind: str) -> list[dict[str, Any]]:
    own = ("_collection", "_collected_at", "_observed_at", "_seq")
    cut = [{key: value for key, value in row.items() if key not in own} for row in found.rows(kind)]
    return sorted(cut, key=repr)


@pytest.fixture(scope="module")
def chatty(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """The port of a program that has a token among its arguments, and one in its environment."""
    port = free_port()
    listens = (
        "import socket, sys, time; s = socket.create_server(('127.0.0.1', int(sys.argv[1]))); time.sleep(600)"
    )
    words = [sys.executable, "-c", listens, str(port), f"--api-token={TOKENS[0]}"]
    one = Server(words, tmp_path_factory.mktemp("chatty") / "log", env={"API_TOKEN": TOKENS[1]})
    one.wait_for(lambda: is_open(port))
    yield port
    one.stop()


@pytest.fixture(scope="module")
def as_root(host: SshHost, chatty: int, tmp_path_factory: pytest.TempPathFactory) -> Audited:
    folder = tmp_path_factory.mktemp("root")
    here = "  - {collector: local, name: local, asset_id: local}\n"
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("HISCOMPLY_CACHE", str(folder / "cache"))
        project = write_project(folder, target("fleet", host) + here)
        found = audit(project, [ROOT_LOGIN])
    seen = {row["asset_id"] for row in found.rows("listener") if row["port"] == chatty}
    assert seen == {"here", "local"}
    assert any(one.is_file() for one in (folder / "cache").rglob("*"))
    return found


def test_a_planted_root_login_is_found_by_an_audit(as_root: Audited):
    found = [(one["verdict"], one["collection"]) for one in as_root.findings(ROOT_LOGIN)]

    assert ("fail", ONE) in found
    assert as_root.code == 1


def test_every_fact_of_the_planted_host_arrives(as_root: Audited):
    accounts = {row["login"]: row for row in as_root.rows("account")}
    states = {row["login"]: row for row in as_root.rows("password_state")}

    assert (accounts["hisadmin"]["uid"], accounts["hisadmin"]["system_id"]) == (0, "host:here")
    assert states["hisadmin"]["hash_scheme"] == "sha512"
    assert any(row["file"].startswith("here:") for row in as_root.rows("setting"))


def test_the_facts_are_those_of_local_on_the_same_host(tmp_path: Path, host: SshHost):
    include = "[packages, sysctl, password_rules, logs, time, patching]"
    here = f"  - collector: local\n    name: here\n    asset_id: here\n    include: {include}\n"
    by_local = audit(write_project(tmp_path / "local", here), [ROOT_LOGIN])
    by_ssh = audit(write_project(tmp_path / "ssh", target("fleet", host, include=include)), [ROOT_LOGIN])

    for kind in ("package", "setting", "log_source", "patch_state", "time_source"):
        assert rows(by_ssh, kind) == rows(by_local, kind), kind
    assert rows(by_ssh, "package")


def test_without_root_what_is_refused_is_unknown_and_the_rest_is_there(tmp_path: Path, host: SshHost):
    include = "[accounts, sudo, sshd, sysctl]"
    bad, good = (
        target("fleet", host, user=CHECKER, include=include),
        target("good", host, asset_id="there", include="[sysctl]"),
    )
    found = audit(write_project(tmp_path, bad + good), [ROOT_LOGIN])
    collection = found.collections[ONE]

    assert_only_these(found, ROOT_LOGIN, {ONE: ("partial", "5 items could not become evidence")})
    assert {item.source for item in collection.rejected} >= {
        "file://here/etc/shadow",
        "file://here/etc/sudoers",
    }
    assert {"account", "sudo_rule", "setting"} <= set(collection.affected)
    assert {row["locked"] for row in found.rows("account")} == {None}


def test_sudo_gives_exactly_what_the_sudoers_lines_allow(tmp_path: Path, host: SshHost):
    options = {"user": CHECKER, "sudo": "true", "include": "[accounts, sudo, sshd, listeners]"}
    found = audit(write_project(tmp_path, target("fleet", host, **options)), [ROOT_LOGIN])
    collection = found.collections[ONE]

    assert [item.reason.en for item in collection.rejected] == []
    assert collection.status is CollectionStatus.OK
    assert found.policy(ROOT_LOGIN)["verdict"] == "fail"
    assert any(row["principal"] == CHECKER for row in found.rows("sudo_rule"))
    assert {row["login"]: row["hash_scheme"] for row in found.rows("password_state")}["hisadmin"] == "sha512"


def test_a_command_that_sudo_refuses_is_denied(tmp_path: Path, host: SshHost):
    options = {"user": OTHER, "sudo": "true", "include": "[sshd, sudo]"}
    good = target("good", host, asset_id="there", include="[sysctl]")
    found = audit(write_project(tmp_path, target("fleet", host, **options) + good), [ROOT_LOGIN])
    assert_only_these(found, ROOT_LOGIN, {ONE: ("partial", "could not become evidence")})
    reasons = {item.source + (item.pointer or ""): item.reason.en for item in found.collections[ONE].rejected}

    assert "no permission" in reasons["host:heresshd -T"]
    assert "sudo" in reasons["host:heresshd -T"]
    assert "no permission" in reasons["file://here/etc/sudoers"]


def test_an_account_without_shell_is_denied(tmp_path: Path, host: SshHost):
    good = target("good", host, asset_id="there", include="[sysctl]")
    found = audit(write_project(tmp_path, target("fleet", host, user=NO_SHELL) + good), [ROOT_LOGIN])

    assert_only_these(found, ROOT_LOGIN, {ONE: ("denied", "may log in but not run sh")})


def test_a_password_opens_an_account_once_and_never_shows(tmp_path: Path, host: SshHost):
    (tmp_path / "secret").write_text(PASSWORD + "\n")
    (tmp_path / "secret").chmod(0o600)
    options = {"user": CHECKER, "key_file": None, "password": "{file: ../secret}", "include": "[sysctl]"}
    found = audit(write_project(tmp_path / "p", target("fleet", host, **options)), [ROOT_LOGIN])

    assert found.collections[ONE].status is CollectionStatus.OK
    assert_nowhere([PASSWORD], tmp_path / "p", found.out, found.err)


def test_no_hash_no_patient_and_no_secret_is_anywhere(as_root: Audited):
    assert_nowhere(
        [HASH, "CANARYxHASH", "canarysalt", *PATIENT, PASSWORD, *TOKENS],
        as_root.project,
        as_root.out,
        as_root.err,
    )


def test_thirty_hosts_are_collected_in_one_run(tmp_path: Path, host: SshHost):
    hosts = named(*(f"h{n}" for n in range(1, 31)))
    text = "  - collector: ssh\n    name: fleet\n" + host.options(include="[sysctl]") + hosts
    found = audit(write_project(tmp_path, text), [ROOT_LOGIN])

    assert len(statuses(found)) == 30
    assert set(statuses(found).values()) == {"ok"}
    assert len({row["asset_id"] for row in found.rows("setting")}) == 30


def test_two_hosts_of_one_name_are_not_taken_for_one(tmp_path: Path, host: SshHost):
    text = (
        "  - collector: ssh\n    name: fleet\n    hosts: [127.0.0.1, {name: two, host: 127.0.0.1}]\n"
        + host.options(include="[sysctl]")
    )
    found = audit(write_project(tmp_path, text), [ROOT_LOGIN])

    assert sorted(statuses(found).values()) == ["failed", "ok"]


def test_an_inventory_names_the_hosts(tmp_path: Path, host: SshHost):
    project = write_project(
        tmp_path,
        "  - collector: ssh\n    name: fleet\n    inventory: hosts.ini\n    groups: [his]\n"
        + host.options(include="[sysctl]", user=None, port=None),
    )
    (project / "hosts.ini").write_text(
        f"[his]\nhis1 ansible_host=127.0.0.1 hiscomply_asset_id=A1\nhis2 ansible_host=127.0.0.1 hiscomply_asset_id=A2\n"
        f"[his:vars]\nansible_user=root\nansible_port={host.port}\n[pacs]\npacs1 ansible_host=192.0.2.1\n"
    )
    found = audit(project, [ROOT_LOGIN])

    assert statuses(found) == {
        "fleet/his1": "ok",
        "fleet/his2": "ok",
    }


def test_an_openssh_configuration_names_the_hosts(tmp_path: Path, host: SshHost):
    project = write_project(
        tmp_path,
        "  - collector: ssh\n    name: fleet\n    ssh_config: {file: config, hosts: ['his*']}\n"
        f"    known_hosts: {host.known_hosts}\n    include: [sysctl]\n    connect_timeout: 20\n",
    )
    (project / "config").write_text(
        f"Host *\n  User root\n  Port {host.port}\n  IdentityFile {host.key}\nHost his-db\n  HostName 127.0.0.1\n"
        "Host other\n  HostName 192.0.2.1\n"
    )
    found = audit(project, [ROOT_LOGIN])

    assert statuses(found) == {"fleet/his-db": "ok"}


def test_a_jump_host_is_logged_in_to_once_for_all_behind_it(tmp_path: Path, host: SshHost):
    before = (host.folder / "sshd.log").read_text().count("Accepted publickey for checker from")
    text = (
        "  - collector: ssh\n    name: fleet\n"
        + named("a", "b")
        + host.options(include="[sysctl]", jump=f"{CHECKER}@127.0.0.1:{host.port}")
    )
    found = audit(write_project(tmp_path, text), [ROOT_LOGIN])

    after = (host.folder / "sshd.log").read_text().count("Accepted publickey for checker from")
    assert set(statuses(found).values()) == {"ok"}
    assert after - before == 1
