"""One real sshd for all tests of the collector."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.servers import ssh_host
from tests.servers.ssh_host import CHECKER

import hiscomply_ssh

README = Path(hiscomply_ssh.__file__).with_name("README.md").read_text(encoding="utf-8")
(_TOLD,) = re.findall(r"^```text\n(hiscomply ALL=.*?)^#", README, re.DOTALL | re.MULTILINE)
SUDOERS = _TOLD.replace("hiscomply ", f"{CHECKER} ")
"""The lines that the README tells to write on a Debian, as they stand; what is told of other systems comes after."""


@pytest.fixture(scope="session")
def host(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ssh_host.SshHost]:
    one = ssh_host.start(tmp_path_factory.mktemp("sshd"), sudoers=SUDOERS)
    yield one
    one.server.stop()
