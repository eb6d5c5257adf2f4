"""What a Linux host sent back: recorded by ``python -m tests.collectors.ssh.recorded_ssh``, and read again.

The host is an sshd of ``tests/servers/ssh_host.py``, asked by root, by an account with sudo, and by one without.
"""

from __future__ import annotations

import json
import secrets
import tempfile
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tests.collectors.ssh.conftest import SUDOERS
from tests.servers import ssh_host

import hiscomply_ssh
from hiscomply.model import Record, Rejected
from hiscomply.units import one_by_one
from hiscomply_local.answers import Answer, Outcome
from hiscomply_local.facts import FACTS, IDENTITY, about_host
from hiscomply_ssh.frames import Read, read_answers
from hiscomply_ssh.script import Step, steps_of

FOLDER = Path(hiscomply_ssh.__file__).parent / "recorded"
INCLUDED = ("accounts", "sudo", "sshd", "sysctl")
"""The facts that tell of the planted host and not of the machine that records."""
SITUATIONS = {
    "debian-12-root": ("root", False),
    "debian-12-sudo": (ssh_host.CHECKER, True),
    "debian-12-no-sudo": (ssh_host.OTHER, False),
}
HOST_NAME = "his-app-01"
FILES = {
    "login.defs": "PASS_MAX_DAYS 99999\nPASS_MIN_DAYS 0\nPASS_WARN_AGE 7\nUID_MIN 1000\nUID_MAX 60000\nENCRYPT_METHOD SHA512\n"
}
"""A file without the words that a distribution puts into it."""
CUT = Answer(Outcome.BROKEN, detail="the answer did not arrive")


def steps() -> Sequence[Step]:
    """The inputs of the facts that are recorded."""
    return steps_of((IDENTITY, *(FACTS[name].ask for name in INCLUDED)))


class Recorded:
    """One situation: the bytes as they came, and what the collector makes of them."""

    def __init__(self, name: str) -> None:
        about = json.loads((FOLDER / name / "situation.json").read_text(encoding="utf-8"))
        self.nonce = about["nonce"]
        self.now = datetime.fromisoformat(about["now"])
        self.out, self.err = ((FOLDER / name / file).read_bytes() for file in ("out.bin", "err.txt"))

    def read(self, length: int | None = None) -> Read:
        """The frames of the first bytes."""
        return read_answers(self.out[:length], self.err, self.nonce, steps(), cut=CUT)

    def items(self, fact: str) -> list[Record | Rejected]:
        """What a fact makes of the answer."""
        answers = self.read().answers
        about = about_host(answers, None, self.now, "Asia/Shanghai", {})
        assert about is not None
        return list(one_by_one(FACTS[fact].parse(answers, about)))

    def fields(self, fact: str, kind: str, **where: Any) -> list[dict[str, Any]]:
        """The fields of the records of a fact and kind with these values."""
        found = [dict(one.fields) for one in self.items(fact) if isinstance(one, Record) and one.kind == kind]
        return [one for one in found if where.items() <= one.items()]

    def refused(self, fact: str) -> list[tuple[str, str]]:
        """Kind and reason of what the fact set aside."""
        return [(one.kind, one.reason.en) for one in self.items(fact) if isinstance(one, Rejected)]


def _record(host: ssh_host.SshHost, name: str, user: str, *, sudo: bool) -> None:
    from hiscomply.hookspecs import CollectContext
    from hiscomply_ssh import loop
    from hiscomply_ssh.fetch import ask
    from hiscomply_ssh.login import login_of
    from hiscomply_ssh.script import script

    nonce, now = secrets.token_hex(16), datetime.now(UTC).replace(microsecond=0)
    options = {
        "host": {"name": HOST_NAME, "address": "127.0.0.1"}, "user": user, "port": host.port,
        "key_file": str(host.key), "known_hosts": str(host.known_hosts),
    }  # fmt: skip
    context = CollectContext(Path(), "Asia/Shanghai", now, {}, str)
    text = script(steps(), nonce, 30, sudo=sudo)
    said = loop.run(ask(login_of(options, context), text, nonce, step_timeout_s=30, total_s=60), 60)
    assert said.failure is None, said.failure
    folder = FOLDER / name
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "out.bin").write_bytes(said.out)
    (folder / "err.txt").write_bytes(said.err)
    about = {"nonce": nonce, "now": now.isoformat()}
    (folder / "situation.json").write_text(json.dumps(about, indent=1) + "\n", encoding="utf-8")


def _only_planted(etc: Path) -> None:
    """Leaves out the people and products of the recording machine: accounts and groups from 100 on."""
    planted = {"checker", "other", "noshell", "hisadmin", "nobody", "sshd"}
    passwd = [line.split(":") for line in (etc / "passwd").read_text().splitlines()]
    kept = planted | {one[0] for one in passwd if int(one[2]) < 100}
    groups = [line.split(":") for line in (etc / "group").read_text().splitlines()]
    kept |= {one[0] for one in groups if int(one[2]) < 100}
    for name in ("passwd", "shadow", "group"):
        lines = (etc / name).read_text().splitlines(keepends=True)
        (etc / name).write_text("".join(line for line in lines if line.split(":")[0] in kept))


if __name__ == "__main__":
    with tempfile.TemporaryDirectory(prefix="hiscomply-ssh-") as folder:
        running = ssh_host.start(Path(folder), sudoers=SUDOERS, host_name=HOST_NAME, files=FILES)
        try:
            _only_planted(Path(folder) / "etc")
            for situation, (account, has_sudo) in SITUATIONS.items():
                _record(running, situation, account, sudo=has_sudo)
        finally:
            running.server.stop()
