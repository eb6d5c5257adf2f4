"""A fleet over SSH: 200 targets against Ansible's and pyinfra's gathering of facts, and 1,000 of which 5 % are dead.

All targets are one sshd on loopback, so that the "hosts" share this machine's processor with whoever asks them.
"""

from __future__ import annotations

import os
import shutil
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.measure import ROOT, Cost, NotRun, measure_command, measure_task
from benchmarks.setting import Setting
from benchmarks.ssh_peers import BARE, FORKS, OWN, PEERS, QUESTIONS, SAME
from benchmarks.table import Row, aim, times

if TYPE_CHECKING:
    from tests.servers.ssh_host import SshHost

DEAD_TIMEOUT_S = 15
_ASKED_AT_LENGTH = 40
"""So many hosts are asked by the peers for what hiscomply asks: Ansible takes some seconds for each."""
FACTS = "[host, packages, accounts, sudo, sshd, sysctl, password_rules, listeners, services, time, logs]"
"""All but ``patching``: apt's own solver on the host would hide what the asking costs."""
_PROGRAM = (
    "from hiscomply_ssh.collector import SshCollector; SshCollector.parallel = {}; "
    "from hiscomply.cli.main import main; main()"
)


def rows(setting: Setting) -> list[Row]:
    """Ours, a bare log-in, the peers that are installed, then the fleet with dead hosts."""
    hosts, many = (20, 100) if setting.is_quick else (200, 1000)
    folder = setting.folder("ssh_fleet")
    with _sshd(folder) as sshd:
        ours, said = _with_hosts(sshd, hosts, lambda: _ours(setting, folder, sshd, hosts))
        table = [Row("ssh_fleet", f"hiscomply collect, {hosts} hosts", ours, said)]
        bare, said = _with_hosts(sshd, hosts, lambda: _bare(sshd, hosts))
        table.append(Row("ssh_fleet", f"bare log-in, asyncssh, {hosts} hosts", bare, said))
        for name in PEERS:
            program = shutil.which(name, path=f"{setting.peers}/ssh/bin") or shutil.which(name)
            if program is None:
                table.append(Row("ssh_fleet", name, None, "not installed"))
                continue
            table += [_peer(name, program, folder, sshd, hosts, question, ours) for question in QUESTIONS]
        return [*table, *_with_dead(setting, folder, sshd, many)]


def _peer(name: str, program: str, folder: Path, sshd: SshHost, hosts: int, question: str, ours: Cost) -> Row:
    asked = min(hosts, _ASKED_AT_LENGTH) if question == SAME else hosts
    what = f"{name}, {asked} hosts" if question == OWN else f"{name}, {question}, {asked} hosts"
    try:
        cost, said = _with_hosts(sshd, asked, lambda: PEERS[name](program, folder, sshd, asked, question))
    except NotRun as error:
        return Row("ssh_fleet", what, None, f"NOT RUN: {error}")
    if question == BARE:
        return Row("ssh_fleet", what, cost, said)
    of_all = replace(cost, seconds=cost.seconds * hosts / asked, cpu_s=cost.cpu_s * hosts / asked)
    return Row("ssh_fleet", what, cost, f"{said}; {times(of_all, ours)}")


def _with_hosts(sshd: SshHost, hosts: int, measure: Callable[[], Cost]) -> tuple[Cost, str]:
    """What it cost, and the rate with the processor of client and "hosts" (sshd and all that it began), in words."""
    before = _children_cpu_s(sshd)
    cost = measure()
    _wait_until_alone(sshd)
    client, host = (1000 * seconds / hosts for seconds in (cost.cpu_s, _children_cpu_s(sshd) - before))
    return cost, f"{_rate(cost, hosts)}; CPU a host {client:.0f} + {host:.0f} ms"


def _children_cpu_s(sshd: SshHost) -> float:
    """Processor seconds of all that sshd began and that has ended."""
    fields = Path(f"/proc/{sshd.server.process.pid}/stat").read_text().rpartition(")")[2].split()
    return sum(map(int, fields[13:15])) / os.sysconf("SC_CLK_TCK")


def _wait_until_alone(sshd: SshHost) -> None:
    """Ansible's connections outlive it by some seconds."""
    pid = sshd.server.process.pid
    until = time.monotonic() + 15
    while Path(f"/proc/{pid}/task/{pid}/children").read_text().strip() and time.monotonic() < until:
        time.sleep(0.1)


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


def _bare(sshd: SshHost, hosts: int) -> Cost:
    known_hosts, key = str(sshd.known_hosts), str(sshd.key)
    return measure_task(
        "logins:bare", 1, port=sshd.port, known_hosts=known_hosts, key=key, hosts=hosts, parallel=FORKS
    )


def _answered(cost: Cost, hosts: int) -> Cost:
    """A collection in which so many hosts gave records, with refusals or without."""
    words = [line.split()[:2] for line in cost.facts["output"].splitlines()]
    given = [word for word in words if word[:1] in (["ok"], ["partial"]) and word[1:2] != ["reference"]]
    found = sum(name.startswith("fleet/") for _, name in given)
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
