"""Real agents (Debian's snmpd) on loopback, with values planted by its ``override`` directive."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from tests.collectors.snmp.planted import DELL, ENTITY, lines
from tests.servers.beside import write_secret
from tests.servers.running import Server, free_port, program

COMMUNITY, AUTH, PRIVACY = "kanarienvogel-gemeinschaft", "kanarienvogel-auth", "kanarienvogel-priv"
CANARIES = (COMMUNITY, AUTH, PRIVACY)

BASE = f"""\
sysName sw-core-01
sysDescr An agent of the tests
sysLocation Kanarienraum
sysContact 欧阳测试
createUser auditor SHA-256 {AUTH} AES {PRIVACY}
rwuser auditor priv
createUser loose SHA-256 {AUTH} AES {PRIVACY}
rwuser loose auth
view tiny included .1.3.6.1.2.1.1
createUser small SHA-256 {AUTH} AES {PRIVACY}
rouser small priv -V tiny
view blind included .1.3.6.1.2.1.4
createUser blind SHA-256 {AUTH} AES {PRIVACY}
rouser blind priv -V blind
createUser nobody SHA-256 {AUTH} AES {PRIVACY}
rwcommunity {COMMUNITY} 127.0.0.1
"""
"""The accounts may write, so that a SET would be carried out if one were sent."""


@dataclass
class Agent:
    """An agent under way; its log names every kind of PDU that it was sent, decrypted."""

    folder: Path
    port: int
    server: Server

    @property
    def requests(self) -> set[str]:
        """The kinds of the PDUs that were received."""
        said = (self.folder / "log").read_text(errors="replace")
        return set(re.findall(r"dumph_recv: +((?:GET|SET|INFORM|TRAP|REPORT|RESPONSE)\w*)", said))

    def target(self, name: str = "it", port: int | None = None, **more: object) -> str:
        """A target as the flow form of YAML; v3 with authPriv, unless said otherwise."""
        options: dict[str, object] = {
            "collector": "snmp", "name": name, "host": "127.0.0.1", "port": port or self.port,
            "asset_id": f"{name}-01", "tier": 1, "step_timeout": 6, "probes": False,
        }  # fmt: skip
        if more.get("security") == "v2c":
            options["community"] = {"file": str(self.folder / "community")}
        else:
            options |= {"username": "auditor", "auth_password": {"file": str(self.folder / "auth")}}
            options["priv_password"] = {"file": str(self.folder / "privacy")}
        return f"  - {json.dumps(options | more)}\n"

    def sees(self, oid: str) -> bool:
        """Whether a client of its own reads something here."""
        words = [
            program("snmpget"),
            "-v2c",
            "-c",
            COMMUNITY,
            "-t",
            "1",
            "-r",
            "0",
            f"127.0.0.1:{self.port}",
            oid,
        ]
        return subprocess.run(words, capture_output=True).returncode == 0


def is_ready(agent: Agent) -> bool:
    return b"NET-SNMP version" in (agent.folder / "log").read_bytes()


def started(more: str = "") -> Agent:
    folder = Path(tempfile.mkdtemp(prefix="snmpd-"))
    for name, secret in zip(("community", "auth", "privacy"), CANARIES, strict=True):
        write_secret(folder / name, secret)
    port = free_port()
    (folder / "persist").mkdir()
    (folder / "snmpd.conf").write_text(f"agentAddress udp:127.0.0.1:{port}\n{BASE}{more}", encoding="utf-8")
    server = Server(
        [program("snmpd"), "-f", "-Lf", str(folder / "log"), "-C", "-c", str(folder / "snmpd.conf"),
         "-I", "-smux", "-Ddumph_recv"],
        folder / "out", env={"SNMP_PERSISTENT_DIR": str(folder / "persist"), "MIBS": ""},
    )  # fmt: skip
    agent = Agent(folder, port, server)
    server.wait_for(lambda: is_ready(agent))
    return agent


@pytest.fixture
def start() -> Iterator[Callable[..., Agent]]:
    """Starts agents with more lines of configuration; all are stopped at the end."""
    agents: list[Agent] = []

    def one(more: str = "") -> Agent:
        agents.append(started(more))
        return agents[-1]

    yield one
    for agent in agents:
        stop(agent)


def stop(agent: Agent) -> None:
    agent.server.stop()
    shutil.rmtree(agent.folder, ignore_errors=True)


@pytest.fixture(scope="session")
def server() -> Iterator[Agent]:
    """A server whose management controller says that all is well."""
    agent = started(lines(DELL))
    yield agent
    stop(agent)


@pytest.fixture(scope="session")
def switch() -> Iterator[Agent]:
    """A switch whose power supplies and fans are well."""
    agent = started(lines(ENTITY))
    yield agent
    stop(agent)
