"""Real servers for tests: started on loopback in a process group of their own, stopped with it."""

from __future__ import annotations

import contextlib
import os
import pwd
import random
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import pytest

SERVER_PATH = "/usr/sbin:/usr/bin:/sbin:/bin:/usr/lib/postgresql/15/bin"


def needs(*programs: str, package: str) -> pytest.MarkDecorator:
    """Skips a test where a program is not installed; ``tests/install-servers.sh`` installs it where it may."""
    missing = [
        one for one in programs if shutil.which(one, path=SERVER_PATH) is None and not Path(one).exists()
    ]
    return pytest.mark.skipif(bool(missing), reason=f"{', '.join(missing)} not installed (Debian: {package})")


def needs_root() -> pytest.MarkDecorator:
    """Skips a test that starts daemons under other accounts."""
    return pytest.mark.skipif(
        os.geteuid() != 0, reason="starts a daemon under an account of its own: needs root"
    )


def program(name: str) -> str:
    """The path of a server's program, which need not be on the user's PATH."""
    found = shutil.which(name, path=SERVER_PATH)
    assert found is not None, name
    return found


def free_port() -> int:
    """A port of 127.0.0.1 that nobody listens on, and that stays free for whoever asked.

    It is none that the kernel gives away by itself, and no other test is given it, in this process or in another: a
    name that goes with this process says that it is taken.
    """
    while True:
        port = random.randrange(10_000, 32_768)
        with (
            contextlib.suppress(OSError),
            socket.socket(socket.AF_UNIX) as name,
            socket.socket() as tcp,
            socket.socket(type=socket.SOCK_DGRAM) as udp,
        ):
            name.bind(f"\0hiscomply-test-port-{port}")
            tcp.bind(("127.0.0.1", port))
            udp.bind(("127.0.0.1", port))
            name.detach()
            return port


def as_user(user: str) -> list[str]:
    """The words before a command that make it run as another account."""
    group = pwd.getpwnam(user).pw_gid
    return ["setpriv", f"--reuid={user}", f"--regid={group}", "--init-groups"]


class Server:
    """A daemon under way; what it says is in ``log``."""

    def __init__(
        self,
        command: Sequence[str],
        log: Path,
        *,
        env: Mapping[str, str] | None = None,
        cwd: Path | None = None,
    ) -> None:
        self.log = log
        with log.open("wb") as out:
            self.process = subprocess.Popen(
                list(command),
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
                env={**os.environ, **(env or {})},
                cwd=cwd,
                start_new_session=True,
            )

    def wait_for(self, is_ready: Callable[[], object], seconds: float = 180.0) -> None:
        """Until it answers as an application, or the test fails with the end of its log."""
        ends = time.monotonic() + seconds
        while time.monotonic() < ends:
            if self.process.poll() is not None:
                break
            with contextlib.suppress(Exception):
                if is_ready() is not False:
                    return
            time.sleep(0.05)
        said = self.log.read_text(errors="replace")[-2000:]
        self.stop()
        pytest.fail(f"the server did not start: {said}")

    def send(self, signal_: signal.Signals) -> None:
        """A signal to the whole group: SIGSTOP makes a server that hangs."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal_)

    def stop(self, signal_: signal.Signals = signal.SIGTERM, seconds: float = 10.0) -> None:
        """Ends the group, at last by force."""
        self.send(signal.SIGCONT)
        self.send(signal_)
        try:
            self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            self.send(signal.SIGKILL)
            self.process.wait(seconds)
        self.send(signal.SIGKILL)


def wait_until(is_so: Callable[[], bool], seconds: float = 60.0) -> bool:
    """Waits for a state that comes by itself; whether it came."""
    ends = time.monotonic() + seconds
    while not (came := is_so()) and time.monotonic() < ends:
        time.sleep(0.02)
    return came


def is_gone(pid: int) -> bool:
    """Whether a process has ended, or ends soon: a signal takes its time."""

    def has_ended() -> bool:
        try:
            return "State:\tZ" in Path(f"/proc/{pid}/status").read_text()
        except (FileNotFoundError, ProcessLookupError):
            return True

    return wait_until(has_ended)


def is_open(port: int) -> bool:
    """True once somebody listens on the port."""
    with socket.create_connection(("127.0.0.1", port), 10):
        return True


def certificate(folder: Path, name: str = "127.0.0.1") -> tuple[Path, Path]:
    """A self-signed certificate and its key, ``cert.pem`` and ``key.pem``."""
    cert, key = folder / "cert.pem", folder / "key.pem"
    kind = "IP" if name[0].isdigit() else "DNS"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "30", "-subj", f"/CN={name}",
         "-addext", f"subjectAltName={kind}:{name}", "-keyout", str(key), "-out", str(cert)],
        check=True, capture_output=True,
    )  # fmt: skip
    return cert, key
