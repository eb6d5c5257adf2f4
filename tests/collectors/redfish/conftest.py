"""One running emulator for the session."""

from __future__ import annotations

import json
import ssl
import sys
import urllib.request
from base64 import b64encode
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from tests.servers.beside import write_secret
from tests.servers.running import Server, certificate, free_port

PASSWORD = "kanarienvogel-bmc"
HASH = "$2b$04$LbCu4z0PgECiWbqvS050/OMV1Zw6hTbkS6DQxVaWTb1pmD/qnHjmm"


@dataclass
class Emulator:
    """A management controller."""

    folder: Path
    port: int
    server: Server

    def faults(self, **paths: object) -> None:
        (self.folder / "faults.json").write_text(json.dumps(paths, ensure_ascii=False), encoding="utf-8")

    def options(self, **more: object) -> str:
        options = {
            "collector": "redfish",
            "name": "it",
            "url": f"https://127.0.0.1:{self.port}",
            "username": "auditor",
            "password": {"file": str(self.folder / "password")},
            "tls": {"ca_file": str(self.folder / "cert.pem")},
            "tier": 1,
            **more,
        }
        return f"  - {json.dumps(options)}\n"

    def get(self, path: str) -> bytes:
        login = b64encode(f"auditor:{PASSWORD}".encode()).decode()
        url = f"https://127.0.0.1:{self.port}{path}"
        request = urllib.request.Request(url, headers={"authorization": f"Basic {login}"})
        context = ssl.create_default_context(cafile=str(self.folder / "cert.pem"))
        with urllib.request.urlopen(request, timeout=60, context=context) as answer:
            return answer.read()


@pytest.fixture(scope="session")
def emulator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Emulator]:
    pytest.importorskip("sushy_tools")
    folder = tmp_path_factory.mktemp("redfish")
    certificate(folder)
    write_secret(folder / "password", PASSWORD)
    (folder / "htpasswd").write_text(f"auditor:{HASH}\n")
    (folder / "faults.json").write_text("{}")
    port = free_port()
    script = Path(__file__).with_name("emulator.py")
    server = Server([sys.executable, str(script), str(folder), str(port)], folder / "log")
    one = Emulator(folder, port, server)
    server.wait_for(lambda: one.get("/redfish/v1/Systems"))
    yield one
    server.stop()
