"""The defaults that are assumed are those that the installed servers tell."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from hiscomply_files.software.mysql import DEFAULTS as MYSQL
from hiscomply_files.software.orthanc import DEFAULTS as ORTHANC

TIMEOUT_S = 60


def installed(name: str) -> str:
    found = shutil.which(name, path="/usr/sbin:/usr/bin:/usr/local/bin")
    if found is None:
        pytest.skip(f"{name} is not installed: tests/install-servers.sh installs it")
    return found


def test_mariadb_says_the_same_defaults() -> None:
    command = [installed("mariadbd"), "--no-defaults", "--verbose", "--help"]
    text = subprocess.run(command, capture_output=True, text=True, timeout=TIMEOUT_S, check=True).stdout
    told = dict(re.findall(r"^([a-z][a-z0-9-]+) {2,}(\S.*)$", text, re.M))
    shown = {key: told[key.replace("_", "-")].lower() for key in MYSQL}
    assert shown.pop("bind_address") == "(no default value)"
    assert shown == {key: one.value for key, one in MYSQL.items() if key != "bind_address"}


def test_orthanc_writes_the_same_defaults(tmp_path: Path) -> None:
    file = tmp_path / "orthanc.json"
    subprocess.run(
        [installed("Orthanc"), f"--config={file}"], capture_output=True, timeout=TIMEOUT_S, check=True
    )
    told = dict(re.findall(r'^\s*"(\w+)"\s*:\s*(true|false)\b', file.read_text(encoding="utf-8"), re.M))
    assert {key: told[key] for key in ORTHANC} == {key: one.value for key, one in ORTHANC.items()}
