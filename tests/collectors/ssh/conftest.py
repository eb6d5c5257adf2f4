"""One real sshd for all tests of the collector."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from tests.servers import ssh_host
from tests.servers.readme import code_of
from tests.servers.ssh_host import CHECKER

import hiscomply_ssh

SUDOERS = code_of(hiscomply_ssh, "hiscomply ALL=", "text").partition("\n#")[0] + "\n"
SUDOERS = SUDOERS.replace("hiscomply ", f"{CHECKER} ")
"""The lines that the README tells to write on a Debian, as they stand; what is told of other systems comes after."""


@pytest.fixture(scope="session")
def host(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ssh_host.SshHost]:
    one = ssh_host.start(tmp_path_factory.mktemp("sshd"), sudoers=SUDOERS)
    yield one
    one.server.stop()
