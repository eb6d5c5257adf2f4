"""A real sshd over a host of our making: accounts, hashes and sudo rules in a mount namespace, this machine untouched."""

from __future__ import annotations

import re
import shlex
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.servers.running import Server, free_port, is_open, program, wait_until

PATIENT = ("欧阳测试", "11010519491231002X")
HASH = "$6$canarysalt$CANARYxHASHxOFxTHExSERVICEx0123456789"
PASSWORD = "canary-Passw0rd-of-checker"
CHECKER = "checker"
"""An account without root, which may log in with key or password."""
OTHER = "other"
"""Like it, and sudo knows nothing of it."""
NO_SHELL = "noshell"
AT_HOME = "auditor"
"""Like CHECKER, with a home of its own; the others have none."""
UID = 24601


@dataclass
class SshHost:
    """An sshd under way on 127.0.0.1, and what logs in to it."""

    server: Server
    port: int
    folder: Path

    @property
    def key(self) -> Path:
        """The private key that every account accepts."""
        return self.folder / "id"

    @property
    def root(self) -> Path:
        """Its file system, as it sees it."""
        return Path(f"/proc/{self.server.process.pid}/root")

    @property
    def known_hosts(self) -> Path:
        """Its host key."""
        return self.folder / "known_hosts"

    def options(self, *, user: str = "root", indent: str = "    ", **more: object) -> str:
        """The YAML lines of a target that logs in to it."""
        lines: Mapping[str, object] = {
            "user": user,
            "port": self.port,
            "key_file": self.key,
            "known_hosts": self.known_hosts,
            "connect_timeout": 20,
            **more,
        }
        return "".join(f"{indent}{name}: {value}\n" for name, value in lines.items() if value is not None)


def keygen(file: Path, passphrase: str = "") -> Path:
    """An ed25519 key pair."""
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", passphrase, "-f", str(file)], check=True)
    return file


def start(
    folder: Path,
    *,
    sudoers: str = "",
    settings: Sequence[str] = (),
    host_name: str = "",
    files: Mapping[str, str] | None = None,
    own: Sequence[str] = (),
) -> SshHost:
    """Starts it: needs root, for the mounts and for the logins.

    Args:
        host_name: the name that the host has in its own eyes; this machine's where it is not given.
        files: contents of more files right below ``/etc`` that stand in the place of this machine's own.
        own: folders that are not this machine's but its own, empty, and open to every account.
    """
    folder.mkdir(exist_ok=True)
    folder.chmod(0o755)
    port = free_port()
    _keys(folder, port)
    for name, text in (files or {}).items():
        (folder / "etc").mkdir(exist_ok=True)
        _write(folder / "etc" / name, text, 0o644)
    binds = _planted(folder, port, sudoers, settings)
    mounts = "".join(
        f"mount --bind {shlex.quote(str(source))} {shlex.quote(target)}\n" for target, source in binds.items()
    )
    mounts += f"hostname {shlex.quote(host_name)}\n" if host_name else ""
    mounts += "".join(f"mount -t tmpfs -o mode=1777 own {shlex.quote(one)}\n" for one in own)
    run = f"set -e\n{mounts}mkdir -p /run/sshd\nexec {program('sshd')} -D -e -f /etc/ssh/sshd_config\n"
    server = Server(["unshare", "-m", "-u", "--propagation", "private", "sh", "-c", run], folder / "sshd.log")
    server.wait_for(lambda: is_open(port))
    return SshHost(server, port, folder)


def refusals(log: Path, words: str, start: int) -> int:
    """How often sshd says these words of a refused login, past so many characters of its log.

    It writes after it has answered: waited for is that it has written of the end of each connection that it refused.
    """

    def is_over() -> bool:
        text = log.read_text()[start:]
        ports = re.findall(rf"{words}.* port (\d+)", text)
        return bool(ports) and all(f" port {port} [preauth]" in text for port in ports)

    wait_until(is_over)
    return log.read_text()[start:].count(words)


def _keys(folder: Path, port: int) -> None:
    keygen(folder / "hostkey")
    keygen(folder / "id")
    public = (folder / "hostkey.pub").read_text()
    (folder / "known_hosts").write_text(f"[127.0.0.1]:{port} {public}")


def _planted(folder: Path, port: int, sudoers: str, settings: Sequence[str]) -> dict[str, Path]:
    """The files that stand in the place of this machine's own."""
    hashed = subprocess.run(
        ["openssl", "passwd", "-6", "-stdin"], input=PASSWORD, capture_output=True, text=True, check=True
    ).stdout.strip()
    # A plain shell in an empty home: what this machine's root has in its profile is no part of a test.
    own = re.sub(r"(?m)^root:.*$", "root:x:0:0:root:/:/bin/sh", Path("/etc/passwd").read_text())
    passwd = own + (
        f"{CHECKER}:x:{UID}:{UID}:{PATIENT[0]} {PATIENT[1]}:/:/bin/sh\n"
        f"{OTHER}:x:{UID + 2}:{UID}::/:/bin/sh\n"
        f"{AT_HOME}:x:{UID + 3}:{UID}::/home/{AT_HOME}:/bin/sh\n"
        f"{NO_SHELL}:x:{UID + 1}:{UID}::/:/usr/sbin/nologin\n"
        f"hisadmin:x:0:0::/:/bin/bash\n"
    )
    shadow = Path("/etc/shadow").read_text() + (
        f"{CHECKER}:{hashed}:20000:0:99999:7:::\n{NO_SHELL}:*:20000:0:99999:7:::\n{OTHER}:*:20000:0:99999:7:::\n"
        f"{AT_HOME}:*:20000:0:99999:7:::\nhisadmin:{HASH}:19000:0:99999:7:::\n"
    )
    group = Path("/etc/group").read_text() + f"{CHECKER}:x:{UID}:\n"
    config = [
        f"Port {port}", "ListenAddress 127.0.0.1", "HostKey /etc/ssh/hostkey", "PidFile none",
        "AuthorizedKeysFile /etc/ssh/authorized_keys", "StrictModes no", "UsePAM no",
        "PasswordAuthentication yes", "KbdInteractiveAuthentication no", "PermitRootLogin prohibit-password",
        "MaxAuthTries 4", "MaxStartups 500", "LogLevel VERBOSE", "AllowTcpForwarding yes", *settings,
    ]  # fmt: skip
    # An account's own processes must be able to read some of them, and pytest's folders are closed to others.
    etc = folder / "etc"
    for name, mode in (("ssh", 0o755), ("sudoers.d", 0o750)):
        (etc / name).mkdir(parents=True)
        (etc / name).chmod(mode)
    _write(etc / "ssh" / "sshd_config", "\n".join(config) + "\n", 0o644)
    _write(etc / "ssh" / "authorized_keys", (folder / "id.pub").read_text(), 0o644)
    _write(etc / "ssh" / "hostkey", (folder / "hostkey").read_text(), 0o600)
    _write(etc / "sudoers.d" / "20-checker", sudoers, 0o440)
    _write(etc / "passwd", passwd, 0o644)
    _write(etc / "shadow", shadow, 0o640)
    _write(etc / "group", group, 0o644)
    includes = f"root ALL=(ALL:ALL) ALL\n@includedir /etc/sudoers.d\n# {PATIENT[0]} {PATIENT[1]}\n"
    _write(etc / "sudoers", includes, 0o440)
    return {f"/etc/{file.name}": file for file in sorted(etc.iterdir())}


def _write(file: Path, text: str, mode: int) -> None:
    file.write_text(text)
    file.chmod(mode)
