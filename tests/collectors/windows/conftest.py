"""A real sshd with a program ``powershell`` that replays answers written by hand: no PowerShell runs here."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
from tests.servers.audits import write_project
from tests.servers.running import Server, free_port, is_open, program

import hiscomply_windows

RECORDED = Path(hiscomply_windows.__file__).parent / "recorded"
ADDRESSES = ("127.0.0.1", "127.0.0.2", "127.0.0.3")

POWERSHELL = """#!/bin/sh
words=$(cat)
asset=$(printf '%s' "$words" | sed -n "s/.* -AssetId '\\([^']*\\)'.*/\\1/p")
printf '%s\\n' "$words" > "{folder}/words-$asset"
exec sh "{folder}/answers/$asset"
"""
GATE = """#!/bin/sh
printf '%s\\n' "$SSH_ORIGINAL_COMMAND" >> "{folder}/commands"
exec sh -c "$SSH_ORIGINAL_COMMAND"
"""


def recorded(situation: str, asset: str, at: datetime) -> str:
    """What a host wrote in a recorded situation, had it been this one at this time."""
    text = (RECORDED / situation / "answer.jsonl").read_text()
    return text.replace("@ASSET@", asset).replace("@AT@", f"{at:%Y-%m-%dT%H:%M:%SZ}")


@dataclass(frozen=True)
class Windows:
    """Hosts by asset id, all behind one sshd; ``answers`` says what each of them does."""

    folder: Path
    port: int
    server: Server

    def answer(self, asset: str, script: str) -> None:
        """A host that answers by this shell script."""
        (self.folder / "answers" / asset).write_text(script)

    def replay(self, asset: str, situation: str) -> None:
        """A host that answers as in a recorded situation."""
        text = recorded(situation, asset, datetime.now(UTC))
        (self.folder / f"{asset}.jsonl").write_text(text)
        self.answer(asset, f"cat {self.folder}/{asset}.jsonl")

    def hosts(self, *ports: int, key: str = "hostkey.pub") -> str:
        """Lines for known_hosts."""
        public = " ".join((self.folder / key).read_text().split()[:2])
        return "".join(f"[127.0.0.1]:{port} {public}\n" for port in ports)

    def target(self, asset: str, *, port: int | None = None, user: str = "root", extra: str = "") -> str:
        """One target of the project file."""
        login = "" if "password:" in extra else "key_file: id, "
        return (
            f"  - {{collector: windows, name: {asset}, host: 127.0.0.1, port: {port or self.port}, user: {user}, "
            f"{login}known_hosts: known_hosts, asset_id: {asset}{', ' if extra else ''}{extra}}}\n"
        )

    def project(self, folder: Path, *targets: str, ports: tuple[int, ...] = ()) -> Path:
        """A project with these targets, its key and the host keys."""
        write_project(folder, "".join(targets))
        shutil.copy(self.folder / "id", folder / "id")
        (folder / "known_hosts").write_text(self.hosts(self.port, *ports))
        return folder


@pytest.fixture(scope="session")
def windows(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Windows]:
    """The sshd, and what stands for PowerShell behind it."""
    folder = tmp_path_factory.mktemp("windows")
    folder.chmod(0o755)
    for name in ("answers", "bin"):
        (folder / name).mkdir()
    for name in ("hostkey", "id", "stranger"):
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(folder / name)], check=True)
    (folder / "authorized_keys").write_text((folder / "id.pub").read_text())
    (folder / "bin" / "powershell").write_text(POWERSHELL.format(folder=folder))
    (folder / "bin" / "powershell").chmod(0o755)
    (folder / "gate").write_text(GATE.format(folder=folder))
    port = free_port()
    addresses = "".join(f"ListenAddress {one}\n" for one in ADDRESSES)
    (folder / "sshd_config").write_text(
        f"Port {port}\n{addresses}HostKey {folder}/hostkey\nPidFile none\n"
        f"AuthorizedKeysFile {folder}/authorized_keys\nStrictModes no\nUsePAM no\nPasswordAuthentication yes\n"
        "KbdInteractiveAuthentication yes\nPermitRootLogin yes\nMaxStartups 100\nMaxAuthTries 6\n"
        f"SetEnv PATH={folder}/bin:/usr/bin:/bin\nForceCommand sh {folder}/gate\n"
    )
    Path("/run/sshd").mkdir(exist_ok=True)
    server = Server([program("sshd"), "-D", "-e", "-f", str(folder / "sshd_config")], folder / "sshd.log")
    try:
        server.wait_for(lambda: is_open(port))
        yield Windows(folder, port, server)
    finally:
        server.stop()
