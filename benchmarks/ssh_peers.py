"""Ansible and pyinfra on the hosts of ``ssh_fleet``: a bare log-in, what they gather by themselves, and what hiscomply asks."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.measure import Cost, NotRun, measure_command

if TYPE_CHECKING:
    from tests.servers.ssh_host import SshHost

FORKS = 16
"""Side by side, for all three: with more, the one machine that plays all the hosts cannot keep up with itself."""
BARE, OWN, SAME = "bare log-in", "own facts", "what hiscomply asks"
QUESTIONS = (OWN, BARE, SAME)
PYINFRA_FACTS = (
    "server.Hostname", "server.Kernel", "server.LinuxDistribution", "deb.DebPackages", "server.Users",
    "server.Groups", "systemd.SystemdStatus", "hardware.NetworkDevices", "hardware.Memory", "server.Mounts",
)  # fmt: skip
PYINFRA_SAME = (*PYINFRA_FACTS[:6], "server.Command")
_FILES = (
    "/etc/sudoers /etc/sudoers.d/* /etc/login.defs /etc/pam.d/* /etc/security/*.conf /etc/logrotate.conf "
    "/etc/logrotate.d/* /etc/systemd/journald.conf /etc/systemd/timesyncd.conf /etc/chrony/chrony.conf"
)


def ansible(program: str, folder: Path, sshd: SshHost, hosts: int, question: str) -> Cost:
    """So many hosts of ``hosts.ini``; each must have succeeded."""
    shared = ["-i", "hosts.ini", "-f", str(FORKS), "-l", f"fleet[0:{hosts - 1}]"]
    if question == SAME:
        command = [f"{program}-playbook", *shared, str(_playbook(folder))]
        return _must_have(_ansible(command, folder, sshd), " failed=0 ", hosts)
    module = ["raw", "-a", "true"] if question == BARE else ["setup"]
    command = [program, "fleet", *shared, "-o", "-m", *module]
    return _must_have(_ansible(command, folder, sshd), "CHANGED" if question == BARE else "SUCCESS", hosts)


def _ansible(command: list[str], folder: Path, sshd: SshHost) -> Cost:
    (folder / "cp").mkdir(exist_ok=True)
    environment: Mapping[str, str] = {
        "ANSIBLE_HOME": str(folder / "ansible"),
        "ANSIBLE_PIPELINING": "True",
        "ANSIBLE_LOCALHOST_WARNING": "False",
        "ANSIBLE_PYTHON_INTERPRETER": "/usr/bin/python3",
        "ANSIBLE_SSH_ARGS": f"-o ControlMaster=auto -o ControlPersist=5s -o UserKnownHostsFile={sshd.known_hosts}",
        "ANSIBLE_REMOTE_TMP": str(folder / "ansible-remote"),
        "LC_ALL": "C.UTF-8",
    }
    return measure_command(command, 1, expected=frozenset({0}), environment=environment, folder=folder)


def _playbook(folder: Path) -> Path:
    """The modules of Ansible that give it, and one shell for what no module of its core gives."""
    lines = ["- hosts: fleet", "  gather_facts: true", "  tasks:", "    - package_facts:"]
    lines += [f"    - getent: {{database: {name}}}" for name in ("passwd", "group")]
    lines += ["    - shell: |", f"        {_shell()}"]
    file = folder / "same.yml"
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return file


def _shell() -> str:
    """The rest of what hiscomply asks of this host, in one command: as cheap as it can be had."""
    from hiscomply_local.parse_settings import SYSCTL_ASK

    said = (
        "cut -d: -f1,3- /etc/shadow", f"cat {_FILES} {' '.join(SYSCTL_ASK.files)}", "readlink -f /etc/localtime",
        "lastlog", "last -w -F", "sshd -T", "ss -H -t -u -l -n -p",
    )  # fmt: skip
    return f"{{ PATH=$PATH:/usr/sbin; {'; '.join(said)}; }} 2>/dev/null; true"


def pyinfra(program: str, folder: Path, sshd: SshHost, hosts: int, question: str) -> Cost:
    """So many hosts by name; the exit code says whether each of them answered."""
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
    asked = {
        BARE: ["exec", "--", "true"],
        OWN: ["fact", *PYINFRA_FACTS],
        SAME: ["fact", *PYINFRA_SAME, f"command={_shell()}"],
    }[question]
    command = [program, str(inventory), "--parallel", str(FORKS), "-y", *asked]
    return measure_command(command, 1, expected=frozenset({0}), folder=folder)


Peer = Callable[[str, Path, "SshHost", int, str], Cost]
PEERS: Mapping[str, Peer] = {"ansible": ansible, "pyinfra": pyinfra}


def _must_have(cost: Cost, word: str, hosts: int) -> Cost:
    found = sum(word in line for line in cost.facts["output"].splitlines())
    if found != hosts:
        raise NotRun(f"{found} of {hosts} hosts answered")
    return cost
