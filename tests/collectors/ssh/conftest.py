"""One real sshd for all tests of the collector."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from tests.servers import ssh_host

SUDOERS = """\
checker ALL=(root) NOPASSWD: /usr/bin/cat /etc/shadow, /usr/bin/cat /etc/sudoers, \\
    /usr/bin/tar -cf - /etc/sudoers.d, /usr/sbin/sshd -T, /usr/bin/ss -H -t -u -l -n -p
"""


@pytest.fixture(scope="session")
def host(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ssh_host.SshHost]:
    one = ssh_host.start(tmp_path_factory.mktemp("sshd"), sudoers=SUDOERS)
    yield one
    one.server.stop()
