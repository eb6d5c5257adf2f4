"""A fleet over SSH: 200 targets against Ansible's and pyinfra's gathering of facts, and 1,000 of which 5 % are dead.

All targets are one sshd on loopback, so that the "hosts" share this machine's processor with whoever asks them.
"""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.measure import ROOT, Cost, NotRun, measure_command
from benchmarks.setting import Setting
from benchmarks.table import Row, aim, times

if TYPE_CHECKING:
    from tests.servers.ssh_host import SshHost

FORKS = 16
"""Side by side, for all three: with more, the one machine that plays all the hosts cannot keep up with itself."""
DEAD_TIMEOUT_S = 15
FACTS = "[host, packages, accounts, sudo, sshd, sysctl, password_rules, listeners, services, time, logs]"
"""All but ``patching``: apt's own solver on the host would hide what the asking costs."""
_PROGRAM = (
    "from hiscomply_ssh.collector import SshCollector; SshCollector.parallel = {}; "
    "from hiscomply.cli.main import main; main()"
)
PYINFRA_FACTS = (
    "server.Hostname", "server.Kernel", "server.LinuxDistribution", "deb.DebPackages", "server.Users",
    "server.Groups", "systemd.SystemdStatus", "hardware.NetworkDevices", "hardware.Memory", "server.Mounts",
)  # fmt: skip


def rows(setting: Setting) -> list[Row]:
    """Ours and the peers that are installed, then the fleet with dead hosts."""
    hosts, many = (20, 100) if setting.is_quick else (200, 1000)
    folder = setting.folder("ssh_fleet")
    with _sshd(folder) as sshd:
        ours = _ours(setting, folder, sshd, hosts)
        table = [Row("ssh_fleet", f"hiscomply collect, {hosts} hosts", ours, _rate(ours, hosts))]
        for name, measure in (("ansible", _ansible), ("pyinfra", _pyinfra)):
            program = shutil.which(name, path=f"{setting.peers}/ssh/bin") or shutil.which(name)
            if program is None:
                table.append(Row("ssh_fleet", name, None, "not installed"))
                continue
            cost = measure(program, folder, sshd, hosts)
            table.append(
                Row("ssh_fleet", f"{name}, {hosts} hosts", cost, f"{_rate(cost, hosts)}; {times(cost, ours)}")
            )
        return [*table, *_with_dead(setting, folder, sshd, many)]


@contextmanager
def _sshd(folder: Path) -> Iterator[SshHost]:
    if os.geteuid() != 0 or shutil.which("sshd", path="/usr/sbin:/usr/bin") is None:
        raise NotRun("it needs root and openssh-server")
    sys.path.insert(0, str(ROOT))
    from tests.servers import ssh_host

    (folder / "sshd").mkdir()
    sshd = ssh_host.start(folder / "sshd")
    try:
        yield sshd
    finally:
        sshd.server.stop()


def _rate(cost: Cost, hosts: int) -> str:
    return f"{hosts / cost.seconds:.1f} hosts/s"


def _inventory(folder: Path, sshd: SshHost, hosts: int, dead_port: int | None = None, dead: int = 0) -> Path:
    """One inventory for all three; the dead ones are spread over it."""
    lines = ["[fleet]"]
    for number in range(hosts):
        is_dead = dead and number % (hosts // dead) == 0
        port = dead_port if is_dead else sshd.port
        lines.append(
            f"h{number} ansible_host=127.0.0.1 ansible_port={port} hiscomply_asset_id=h{number} "
            f"ansible_control_path={folder}/cp/h{number}"
        )
    lines += ["[fleet:vars]", "ansible_user=root", f"ansible_ssh_private_key_file={sshd.key}"]
    file = folder / "hosts.ini"
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return file


def _ours(setting: Setting, folder: Path, sshd: SshHost, hosts: int) -> Cost:
    _inventory(folder, sshd, hosts)
    return _answered(_collect(setting, folder, sshd, FACTS, FORKS), hosts)


def _collect(setting: Setting, folder: Path, sshd: SshHost, facts: str, parallel: int) -> Cost:
    text = (
        "institution:\n  name: {zh: 基准, en: Benchmark}\ncollect:\n  - collector: ssh\n    name: fleet\n"
        f"    inventory: hosts.ini\n    key_file: {sshd.key}\n    known_hosts: {sshd.known_hosts}\n"
        f"    connect_timeout: {DEAD_TIMEOUT_S}\n    timeout: 300 seconds\n    include: {facts}\n"
    )
    (folder / "hiscomply.yaml").write_text(text, encoding="utf-8")
    shutil.rmtree(folder / ".hiscomply", ignore_errors=True)
    return measure_command(
        [sys.executable, "-c", _PROGRAM.format(parallel), "--lang", "en", "collect", "."],
        1,
        expected=frozenset({0, 3}),
        environment=setting.environment(),
        folder=folder,
    )


def _ansible(program: str, folder: Path, sshd: SshHost, hosts: int) -> Cost:
    (folder / "cp").mkdir(exist_ok=True)
    environment = {
        "ANSIBLE_HOME": str(folder / "ansible"),
        "ANSIBLE_PIPELINING": "True",
        "ANSIBLE_LOCALHOST_WARNING": "False",
        "ANSIBLE_PYTHON_INTERPRETER": "/usr/bin/python3",
        "ANSIBLE_SSH_ARGS": f"-o ControlMaster=auto -o ControlPersist=5s -o UserKnownHostsFile={sshd.known_hosts}",
        "ANSIBLE_REMOTE_TMP": str(folder / "ansible-remote"),
        "LC_ALL": "C.UTF-8",
    }
    command = [program, "fleet", "-i", "hosts.ini", "-m", "setup", "-f", str(FORKS), "-o"]
    cost = measure_command(command, 1, expected=frozenset({0}), environment=environment, folder=folder)
    return _must_have(cost, cost.facts["output"].count("SUCCESS"), hosts)


def _pyinfra(program: str, folder: Path, sshd: SshHost, hosts: int) -> Cost:
    data = {
        "ssh_hostname": "127.0.0.1",
        "ssh_port": sshd.port,
        "ssh_user": "root",
        "ssh_key": str(sshd.key),
        "ssh_known_hosts_file": str(sshd.known_hosts),
        "ssh_strict_host_key_checking": "yes",
    }
    inventory = folder / "inventory.py"
    inventory.write_text(f"fleet = [(f'h{{n}}', {data!r}) for n in range({hosts})]\n", encoding="utf-8")
    command = [program, str(inventory), "--parallel", str(FORKS), "-y", "fact", *PYINFRA_FACTS]
    cost = measure_command(command, 1, expected=frozenset({0}), folder=folder)
    return cost


def _answered(cost: Cost, hosts: int) -> Cost:
    """A collection in which so many hosts gave records, with refusals or without."""
    words = [line.split()[:2] for line in cost.facts["output"].splitlines()]
    given = [word for word in words if word[:1] in (["ok"], ["partial"]) and word[1:2] != ["reference"]]
    return _must_have(cost, sum(name.startswith("fleet/") for _, name in given), hosts)


def _must_have(cost: Cost, found: int, hosts: int) -> Cost:
    if found != hosts:
        raise NotRun(f"{found} of {hosts} hosts answered")
    return cost


def _with_dead(setting: Setting, folder: Path, sshd: SshHost, hosts: int) -> list[Row]:
    """The same small question to a fleet without, and with, hosts that take connections and say nothing."""
    from tests.servers import trouble

    dead = hosts // 20
    facts, parallel = "[sysctl]", 64
    _inventory(folder, sshd, hosts)
    alive = _answered(_collect(setting, folder, sshd, facts, parallel), hosts)
    with trouble.hung() as port:
        _inventory(folder, sshd, hosts, port, dead)
        mixed = _answered(_collect(setting, folder, sshd, facts, parallel), hosts - dead)
    extra = mixed.seconds - alive.seconds
    is_met = aim(f"at most one time-out ({DEAD_TIMEOUT_S} s) more", extra <= DEAD_TIMEOUT_S)
    return [
        Row(
            "ssh_fleet", f"hiscomply collect, {hosts:,} hosts, kernel parameters", alive, _rate(alive, hosts)
        ),
        Row("ssh_fleet", f"the same, {dead} of them dead", mixed, f"{extra:+.1f} s; {is_met}"),
    ]
