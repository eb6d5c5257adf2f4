"""What a Debian 12 host sent back over SSH, to root, to an account with sudo and to one without, read without a host."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from tests.collectors.ssh.recorded_ssh import CUT, FOLDER, HOST_NAME, SITUATIONS, Recorded
from tests.servers.ssh_host import HASH, PASSWORD

ROOT, SUDO, NO_SUDO = SITUATIONS
SYSTEM = {"system_id": f"host:{HOST_NAME}"}
HISADMIN = {
    **SYSTEM, "login": "hisadmin", "uid": 0, "shell": "/bin/bash", "kind": "shared", "privileged": True,
    "enabled": True, "locked": False, "pwd_changed_at": datetime(2022, 1, 8, tzinfo=UTC), "pwd_max_age_days": None,
    "expires_at": None,
}  # fmt: skip


@pytest.mark.parametrize(("name", "uid"), [(ROOT, 0), (SUDO, 24601), (NO_SUDO, 24603)])
def test_every_step_was_answered_to_this_account(name: str, uid: int) -> None:
    read = Recorded(name).read()
    assert (read.uid, read.missing) == (uid, ())


@pytest.mark.parametrize("name", [ROOT, SUDO])
def test_accounts_have_their_rights_state_and_ages(name: str) -> None:
    host = Recorded(name)
    assert host.refused("accounts") == []
    assert len(host.fields("accounts", "account")) == 23
    assert host.fields("accounts", "account", login="hisadmin") == [HISADMIN]
    (checker,) = host.fields("accounts", "account", login="checker")
    assert checker == HISADMIN | {
        "login": "checker", "uid": 24601, "shell": "/bin/sh", "kind": "human",
        "pwd_changed_at": datetime(2024, 10, 4, tzinfo=UTC),
    }  # fmt: skip
    (daemon,) = host.fields("accounts", "account", login="daemon")
    assert (daemon["kind"], daemon["privileged"], daemon["enabled"], daemon["locked"]) == (
        "service", False, False, True,
    )  # fmt: skip
    assert host.fields("accounts", "password_state", login="hisadmin") == [
        {**SYSTEM, "login": "hisadmin", "has_password": True, "is_locked": False, "hash_scheme": "sha512"}
    ]
    assert host.fields("accounts", "password_state", login="other") == [
        {**SYSTEM, "login": "other", "has_password": False, "is_locked": True}
    ]


@pytest.mark.parametrize("name", [ROOT, SUDO])
def test_sudo_rules_have_file_and_line(name: str) -> None:
    shared = {"asset_id": HOST_NAME, "line": 1, "part": 1, "is_group": False, "hosts": ["ALL"]}
    assert Recorded(name).fields("sudo", "sudo_rule") == [
        {
            **shared, "file": "/etc/sudoers", "principal": "root", "run_as": "ALL:ALL", "commands": ["ALL"],
            "grants_everything": True, "needs_password": True,
        },
        {
            **shared, "file": "/etc/sudoers.d/20-checker", "principal": "checker", "run_as": "root",
            "commands": ["/usr/bin/cat /etc/shadow", "/usr/bin/cat /etc/sudoers", "/usr/bin/tar -cf - /etc/sudoers.d",
                         "/usr/sbin/sshd -T", "/usr/bin/ss -H -t -u -l -n -p"],
            "grants_everything": False, "needs_password": False,
        },
    ]  # fmt: skip


@pytest.mark.parametrize("name", [ROOT, SUDO])
def test_sshd_and_the_kernel_say_what_is_in_effect(name: str) -> None:
    host = Recorded(name)
    values = {one["key"]: one["value"] for one in host.fields("sshd", "setting")}
    wanted: dict[str, Any] = {
        "permitrootlogin": "without-password", "maxauthtries": "4", "passwordauthentication": "yes", "usepam": "no",
        "loglevel": "VERBOSE", "strictmodes": "no", "maxstartups": "500:30:500",
    }  # fmt: skip
    assert wanted.items() <= values.items()
    kernel = {one["key"]: (one["value"], one["number"]) for one in host.fields("sysctl", "setting")}
    assert kernel["net.ipv4.tcp_syncookies"] == ("1", 1.0)
    assert kernel["kernel.randomize_va_space"] == ("2", 2.0)
    # what this kernel does not have
    assert not {"kernel.sysrq", "kernel.yama.ptrace_scope"} & set(kernel)


def test_without_sudo_what_may_not_be_read_is_not_known() -> None:
    host = Recorded(NO_SUDO)
    assert host.fields("accounts", "account", login="hisadmin") == [
        {
            **SYSTEM,
            "login": "hisadmin",
            "uid": 0,
            "shell": "/bin/bash",
            "kind": "shared",
            "privileged": True,
        }
    ]
    assert host.fields("accounts", "account", login="checker") == [
        {**SYSTEM, "login": "checker", "uid": 24601, "shell": "/bin/sh", "kind": "human"}
    ]
    assert host.fields("accounts", "password_state") == host.fields("sudo", "sudo_rule") == []
    denied = "no permission to read it (Permission denied)"
    assert host.refused("accounts") == [
        (kind, f"password age and lock not known: {denied}") for kind in ("account", "password_state")
    ]
    assert host.refused("sudo") == [("sudo_rule", f"sudo rules not known: {denied}")] * 2
    ((kind, reason),) = host.refused("sshd")
    assert kind == "setting"
    assert reason.endswith("it ended with exit code 1 (sshd: no hostkeys available -- exiting.)")
    assert len(host.fields("sysctl", "setting")) == len(Recorded(ROOT).fields("sysctl", "setting"))


@pytest.mark.parametrize("name", SITUATIONS)
def test_cut_anywhere_nothing_more_is_known_and_nothing_becomes_absent(name: str) -> None:
    host = Recorded(name)
    whole = host.read().answers
    before_the_last = len(host.out.rsplit(host.nonce.encode(), 3)[0])
    for length in range(0, before_the_last, 499):
        read = host.read(length)
        assert read.missing, length
        known = {path: answer for path, answer in read.answers.files.items() if answer is not CUT}
        assert known.items() <= whole.files.items()


def test_no_hash_and_no_key_is_in_the_files() -> None:
    for name in SITUATIONS:
        data = b"".join(file.read_bytes() for file in (FOLDER / name).iterdir())
        assert not [one for one in (HASH, PASSWORD, "PRIVATE KEY", "AAAAC3", "/tmp/") if one.encode() in data]
        assert (b"hisadmin:$6$-:19000:" in data) is (name != NO_SUDO)
