"""The sudoers lines of the README, as they stand, are rights enough for every fact."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.collectors.ssh.conftest import SUDOERS
from tests.servers.audits import audit, write_project
from tests.servers.running import needs, needs_root
from tests.servers.ssh_host import CHECKER, SshHost

pytestmark = [
    needs("sshd", "ssh-keygen", package="openssh-server"),
    needs("sudo", package="sudo"),
    needs_root(),
]


COMMANDS = re.findall(r"/usr/[^,\\\n]+", SUDOERS)


def collected(
    folder: Path, host: SshHost, **options: str
) -> tuple[list[tuple[str, str]], set[str], set[str]]:
    """What could not be had of all the facts of the host, the kinds of which something was, and who listens."""
    lines = host.options(hosts="[127.0.0.1]", asset_id="here", **options)
    found = audit(write_project(folder, f"  - collector: ssh\n    name: fleet\n{lines}"))
    collection = found.collections["fleet/127.0.0.1"]
    listening = {name for row in found.rows("listener") for name in row["processes"] or ()}
    return [(one.kind, one.reason.en) for one in collection.rejected], set(collection.records), listening


@pytest.fixture
def sudoers(host: SshHost) -> Iterator[Path]:
    """The file on the host that holds the lines."""
    file = host.folder / "etc" / "sudoers.d" / "20-checker"
    yield file
    file.write_text(SUDOERS)


def test_an_account_with_these_lines_is_refused_nothing_that_root_is_given(
    host: SshHost, tmp_path: Path
) -> None:
    refused, kinds, _ = collected(tmp_path / "root", host)

    assert {"account", "password_state", "sudo_rule", "setting", "listener", "patch_state"} <= kinds
    assert {kind for kind, _ in refused} <= {"service", "time_source", "log_source"}, "as this machine is"
    by_account = collected(tmp_path / "account", host, user=CHECKER, sudo="true")
    assert by_account[:2] == (refused, kinds)
    assert "sshd" in by_account[2]


@pytest.mark.parametrize("command", COMMANDS)
def test_none_of_the_commands_is_one_too_many(
    host: SshHost, sudoers: Path, tmp_path: Path, command: str
) -> None:
    sudoers.write_text(SUDOERS.replace(command, "/usr/bin/false"))
    refused, _, listening = collected(tmp_path, host, user=CHECKER, sudo="true")

    assert any("no permission" in reason for _, reason in refused) or "sshd" not in listening
