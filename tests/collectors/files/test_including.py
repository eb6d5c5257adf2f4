"""Includes of includes: what lies too deep was not read, and says so."""

from __future__ import annotations

import pytest

from hiscomply.configurations import Configuration, ReadFile, Software
from hiscomply.hookspecs import Setting
from hiscomply_files.software.logs import Rsyslog
from hiscomply_files.software.postgresql import Postgresql
from hiscomply_files.software.sshd import Sshd
from hiscomply_files.software.sudo import Sudo


def chain(software: Software, file_format: str, name: str, include: str, length: int) -> Configuration:
    """A main file that includes one that includes one, so many times."""
    files = {}
    for number in range(length + 1):
        path = name if number == 0 else f"{name}.{number}"
        settings = [Setting(include, f"{name}.{number + 1}", 1, 1)] if number < length else []
        files[path] = ReadFile(path, file_format, settings)
    (configuration,) = [one for one in software.configurations(files, {}) if one.file == name]
    return configuration


@pytest.mark.parametrize(
    ("software", "file_format", "name", "include", "most"),
    [
        (Sudo(), "sudoers", "sudoers", "include", 128),
        (Rsyslog(), "rsyslog_conf", "rsyslog.conf", "$includeconfig", 128),
        (Postgresql(), "postgresql_conf", "postgresql.conf", "include", 10),
        (Sshd(), "sshd_config", "sshd_config", "include", 16),
    ],
    ids=lambda one: one.name if hasattr(one, "name") else None,
)
def test_a_chain_of_includes_is_followed_so_far_and_no_further(
    software: Software, file_format: str, name: str, include: str, most: int
) -> None:
    assert chain(software, file_format, name, include, most).missing == ()
    assert chain(software, file_format, name, include, most + 1).missing != ()
