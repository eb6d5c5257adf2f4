"""The defaults that are assumed are those that the installed servers tell."""

from __future__ import annotations

import re
import shutil
import subprocess
import time
from pathlib import Path

import pytest

from hiscomply_files.software.effective import boolean
from hiscomply_files.software.mysql import DEFAULTS as MYSQL
from hiscomply_files.software.orthanc import DEFAULTS as ORTHANC
from hiscomply_files.software.redis import DEFAULTS as REDIS

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


def test_redis_says_the_same_defaults(tmp_path: Path) -> None:
    server, client = installed("redis-server"), installed("redis-cli")
    socket = tmp_path / "redis.sock"
    command = [server, "--port", "0", "--unixsocket", str(socket), "--dir", str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as running:
        try:
            end = time.monotonic() + TIMEOUT_S
            while not _answers(client, socket) and time.monotonic() < end:
                time.sleep(0.05)
            told = {key: _told(client, socket, key) for key in REDIS if "_" not in key and key != "port"}
            points = _told(client, socket, "save")
            user = _asked(client, socket, "ACL", "LIST")
        finally:
            running.terminate()
    assert told.pop("persistence") == ""
    shown = {key: boolean(text) for key, text in told.items()}
    shown["tls-port"] = told["tls-port"]
    assert shown == {key: REDIS[key].value for key in shown}
    assert points.split()[:2] == ["3600", "1"]  # a file of the data is written
    assert user.startswith("user default on nopass ")


def _answers(client: str, socket: Path) -> bool:
    done = subprocess.run([client, "-s", str(socket), "PING"], capture_output=True, timeout=TIMEOUT_S)
    return done.stdout == b"PONG\n"


def _told(client: str, socket: Path, key: str) -> str:
    return _asked(client, socket, "CONFIG", "GET", key).partition("\n")[2].strip()


def _asked(client: str, socket: Path, *words: str) -> str:
    command = [client, "-s", str(socket), *words]
    return subprocess.run(command, capture_output=True, text=True, timeout=TIMEOUT_S, check=True).stdout
