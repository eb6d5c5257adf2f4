"""A Borg repository behind a real sshd that lets an account run ``borg serve`` and nothing else."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from tests.collectors.backups.conftest import Runner, told
from tests.collectors.backups.repositories import PASSWORD, PATIENT, tool
from tests.servers import ssh_host
from tests.servers.audits import assert_nowhere
from tests.servers.beside import assert_only_these
from tests.servers.running import needs, needs_root
from tests.servers.snapshot import state
from tests.servers.ssh_host import CHECKER, SshHost, keygen, refusals
from tests.servers.trouble import cut_off, garbage, hung

pytestmark = [
    needs("borg", package="borgbackup"),
    needs("sshd", "ssh", "ssh-keygen", package="openssh-server openssh-client"),
    needs_root(),
]
RECENT = "recent_backup_exists"
WRONG = "Wrong-Pass-0815"
LIMIT = 4_096
"""Bytes that Borg may say in this test; a usual list of two archives has less than half of them."""


@dataclass(frozen=True)
class Served:
    """A repository, and the sshd in front of it.

    Attributes:
        wordy: a repository whose list of archives is larger than LIMIT, for the longest names that there may be.
        babbler: a key that gets words without end in the place of ``borg serve``.
    """

    host: SshHost
    repository: Path
    wordy: Path
    babbler: Path

    def target(self, name: str, *, port: int | None = None, user: str = "root", **options: object) -> str:
        """A target, in YAML flow form."""
        repository = options.pop("repository", self.repository)
        more = {
            "ssh_key": self.host.key, "known_hosts": self.host.known_hosts, "password": "{env: REPO_PASS}",
            "system_id": "HIS", "step_timeout": 20, **options,
        }  # fmt: skip
        said = ", ".join(f"{key}: {value}" for key, value in more.items())
        return f"name: {name}, tool: borg, repository: 'ssh://{user}@127.0.0.1:{port or self.host.port}{repository}', {said}"

    def known_at(self, folder: Path, *ports: int) -> Path:
        """The host's key also for other ports of the same address."""
        own = self.host.known_hosts.read_text()
        file = folder / "known_hosts"
        file.write_text(own + "".join(own.replace(f":{self.host.port} ", f":{port} ") for port in ports))
        return file


@pytest.fixture(scope="module")
def served(vault: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A copy of the repository, owned by root, that one key may serve, and another with very long names."""
    folder = tmp_path_factory.mktemp("served")
    repository, wordy = folder / "borg", folder / "wordy"
    shutil.copytree(vault / "borg", repository)
    shutil.copytree(vault / "borg", wordy)
    repository.chmod(0o700)
    for number in range(3):
        tool(vault, "borg", "create", f"{wordy}::{number}{'长' * 84}", str(vault / "src" / "a.bin"))
    host = ssh_host.start(folder / "sshd")
    babbler = keygen(folder / "babbler")
    only = f"--restrict-to-repository {repository} --restrict-to-repository {wordy}"
    serve = f"env BORG_BASE_DIR={folder}/base borg serve {only} --append-only"
    allowed = host.folder / "etc" / "ssh" / "authorized_keys"
    allowed.write_text(
        f'restrict,command="{serve}" {host.key.with_suffix(".pub").read_text()}'
        f'restrict,command="yes" {babbler.with_suffix(".pub").read_text()}'
    )
    yield Served(host, repository, wordy, babbler)
    host.server.stop()


def test_the_copies_are_listed_and_the_repository_is_not_touched(served: Served, collect: Runner) -> None:
    before = state(served.repository)
    run = collect(served.target("b"))
    assert told(run, "b") == ("ok", "")
    assert [row["type"] for row in run.rows("backup_job")] == ["full", "full"]
    assert all(row["encrypted"] for row in run.rows("backup_job"))
    assert state(served.repository) == before
    assert_nowhere([PASSWORD, PATIENT], run.run, run.out, run.err)


def test_a_check_is_not_run_where_it_would_write(served: Served, collect: Runner) -> None:
    before = state(served.repository)
    run = collect(served.target("b", check="data"))
    status, reason = told(run, "b")
    assert (status, "borg check writes to a remote repository" in reason) == ("failed", True)
    assert len(run.rows("backup_job")) == 2
    assert state(served.repository) == before


@pytest.fixture
def troubled(served: Served, vault: Path, tmp_path: Path) -> Iterator[dict[str, tuple[str, str, str]]]:
    """Targets that go wrong: the status that each must get, a word of the reason, the target."""
    stranger = keygen(tmp_path / "stranger")
    other = keygen(tmp_path / "other")
    (tmp_path / "forged").write_text(
        f"[127.0.0.1]:{served.host.port} {other.with_suffix('.pub').read_text()}"
    )
    (tmp_path / "none").write_text("")
    with ExitStack() as stack:
        midway = stack.enter_context(cut_off(served.host.port, 6000))
        silent = stack.enter_context(cut_off(served.host.port, 6000, hang=True))
        mute, rubbish = stack.enter_context(hung()), stack.enter_context(garbage())
        known = served.known_at(tmp_path, midway, silent)
        quick: dict[str, Any] = {"step_timeout": 2, "known_hosts": known}
        yield {
            "wrong": ("denied", "the password is wrong", served.target("wrong", password="{env: WRONG_PASS}")),
            "stranger": ("denied", "Permission denied (publickey", served.target("stranger", ssh_key=stranger)),
            "rights": ("denied", "not allowed to read", served.target("rights", user=CHECKER)),
            "elsewhere": ("failed", "cannot list", served.target("elsewhere", repository=vault / "borg")),
            "forged": ("failed", "Host key verification failed", served.target("forged", known_hosts=tmp_path / "forged")),
            "unknown": ("failed", "Host key verification failed", served.target("unknown", known_hosts=tmp_path / "none")),
            "midway": ("failed", "cannot list", served.target("midway", port=midway, known_hosts=known)),
            "silent": ("timed_out", "within 2 s", served.target("silent", port=silent, **quick)),
            "mute": ("timed_out", "within 2 s", served.target("mute", port=mute, **quick)),
            "rubbish": ("failed", "cannot list", served.target("rubbish", port=rubbish)),
            "babble": ("failed", "cannot list", served.target("babble", ssh_key=served.babbler)),
            "huge": ("failed", "borg says more than", served.target("huge", repository=served.wordy)),
        }  # fmt: skip


def test_trouble_is_never_a_pass(
    served: Served,
    troubled: dict[str, tuple[str, str, str]],
    judge: Runner,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("hiscomply_backups.fetch.MAX_OUTPUT_BYTES", LIMIT)
    log = served.host.folder / "sshd.log"
    start = len(log.read_text())
    good = served.target("good").replace("system_id: HIS", "system_id: LIS")
    run = judge([RECENT], *(target for _, _, target in troubled.values()), good)

    assert_only_these(run, RECENT, {name: (status, word) for name, (status, word, _) in troubled.items()})
    assert refusals(log, "Failed publickey", start) == 1
    assert_nowhere([WRONG, PASSWORD, PATIENT], run.run, run.out, run.err)
