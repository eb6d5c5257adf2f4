"""What stands on a host is the same before and after a collection, as root and as an account with sudo."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.collectors.ssh.conftest import SUDOERS
from tests.servers import ssh_host
from tests.servers.audits import Audited, audit, write_project
from tests.servers.running import needs, needs_root
from tests.servers.snapshot import state
from tests.servers.ssh_host import AT_HOME, CHECKER, UID, SshHost

pytestmark = [
    needs("sshd", "ssh-keygen", package="openssh-server"),
    needs("sudo", package="sudo"),
    needs_root(),
]

POLICY = "sshd_effective_root_login_disabled"
OWN = ("/home", "/root", "/tmp", "/var/tmp", "/var/log", "/run", "/dev/shm", "/var/cache/apt/archives")
"""Folders that no other program of this machine writes to: the host has them for itself, open to every account."""
SHARED = ("/etc", "/var/cache/apt", "/var/lib/apt", "/var/lib/dpkg", "/var/spool", "/usr/local/etc")
"""Folders of this machine that only an administrator changes."""
SSHD_WRITES = ("/var/log/wtmp", "/var/log/btmp", "/var/log/lastlog", "/run/utmp")
"""Log-ins, which sshd itself records of every program that logs in."""


@pytest.fixture(scope="module")
def lived_in(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SshHost]:
    """A host with homes, logs and temporary files."""
    sudoers = SUDOERS.replace(CHECKER, AT_HOME)
    host = ssh_host.start(tmp_path_factory.mktemp("lived-in"), sudoers=sudoers, own=OWN)
    for name in SSHD_WRITES:
        (host.root / name[1:]).touch()
    home, runtime = host.root / "home" / AT_HOME, host.root / "run" / "user" / str(UID + 3)
    for folder in (home / ".ssh", home / ".config", runtime):
        folder.mkdir(parents=True)
    for name in (".profile", ".bash_history", ".config/settings"):
        (home / name).write_text(f"# {name}\n")
    for name in (
        "tmp/report.csv",
        "var/tmp/core",
        "root/.profile",
        "var/log/syslog",
        f"run/user/{UID + 3}/bus",
    ):
        (host.root / name).write_text(f"{name}\n")
    (home / "latest").symlink_to(".profile")
    for one in (home, *home.rglob("*"), runtime):
        os.chown(one, UID + 3, UID, follow_symlinks=False)
    yield host
    host.server.stop()


def whole(host: SshHost) -> dict[str, tuple[int, int, int, str]]:
    """Type and mode, size, time of change and hash of every file, by path; what sshd writes by itself left out."""
    found = {f"/{one.name}": (0, 0, 0, "") for one in host.root.iterdir()}
    for place in (*OWN, *SHARED):
        folder = host.root / place[1:]
        if folder.is_dir():
            found |= {os.path.normpath(f"{place}/{name}"): one for name, one in state(folder).items()}
    return {name: one for name, one in found.items() if name not in SSHD_WRITES}


def collected(folder: Path, host: SshHost, **options: str) -> Audited:
    target = "  - collector: ssh\n    name: fleet\n"
    return audit(
        write_project(folder, target + host.options(hosts="[127.0.0.1]", asset_id="here", **options)),
        [POLICY],
    )


@pytest.mark.parametrize("options", [{}, {"user": AT_HOME, "sudo": "true"}], ids=["root", "sudo"])
def test_no_file_is_made_changed_or_removed(
    tmp_path: Path, lived_in: SshHost, options: dict[str, str]
) -> None:
    before = whole(lived_in)
    found = collected(tmp_path, lived_in, **options)
    after = whole(lived_in)

    records = found.collections["fleet/127.0.0.1"].records
    assert records["package"] > 50 and records["account"] > 5 and records["setting"] > 20
    assert {f"/home/{AT_HOME}/.bash_history", f"/run/user/{UID + 3}/bus", "/etc/passwd"} <= before.keys()
    assert {name for name in before | after if before.get(name) != after.get(name)} == set()


def test_a_file_that_the_account_had_left_would_be_seen(lived_in: SshHost) -> None:
    before = whole(lived_in)
    history = lived_in.root / "home" / AT_HOME / ".bash_history"
    old = history.stat()
    history.write_text(history.read_text().upper())
    os.utime(history, ns=(old.st_atime_ns, old.st_mtime_ns))
    left = lived_in.root / "tmp" / "left"
    left.touch()
    after = whole(lived_in)
    left.unlink()

    changed = {name for name in before | after if before.get(name) != after.get(name)}
    assert changed == {f"/home/{AT_HOME}/.bash_history", "/tmp", "/tmp/left"}
