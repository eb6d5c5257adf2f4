"""pgBackRest itself, over a PostgreSQL whose clock stands forty days back."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.collectors.backups.conftest import Runner, told
from tests.collectors.backups.repositories import PASSWORD, state
from tests.servers.audits import assert_nowhere
from tests.servers.running import Server, as_user, free_port, needs, needs_root, program

FAKETIME = "/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1"
pytestmark = [
    needs_root(),
    needs("pgbackrest", package="pgbackrest"),
    needs("initdb", "postgres", package="postgresql"),
    needs(FAKETIME, package="faketime"),
]
RECENT, VERIFIED = "recent_backup_exists", "backup_copies_verified"
OLD_CLOCK = ("env", f"LD_PRELOAD={FAKETIME}", "FAKETIME=-40d")


@pytest.fixture(scope="module")
def stanza() -> Iterator[Path]:
    """A folder with ``pgbackrest.conf`` and an encrypted ``repo`` with a full and an incremental backup."""
    # Not below pytest's folder, which no other account may enter.
    folder = Path(tempfile.mkdtemp(prefix="hiscomply-pg-"))
    folder.chmod(0o755)
    port, data, postgres = free_port(), folder / "data", as_user("postgres")
    (folder / "repo").mkdir()
    (folder / "pgbackrest.conf").write_text(
        f"[global]\nrepo1-path={folder}/repo\nrepo1-retention-full=3\nrepo1-cipher-type=aes-256-cbc\n"
        f"repo1-cipher-pass={PASSWORD}\nlog-path={folder}/log\nspool-path={folder}/spool\nlock-path={folder}/lock\n"
        f"start-fast=y\ncompress-level=1\n[his]\npg1-path={data}\npg1-port={port}\npg1-socket-path={folder}\n"
    )
    subprocess.run(["chown", "-R", "postgres", folder], check=True)
    env = {**os.environ, "HOME": str(folder)}

    def run(*words: str, faked: bool = True) -> None:
        done = subprocess.run(
            [*postgres, *(OLD_CLOCK if faked else ()), *words],
            env=env,
            cwd="/",
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, done.stdout + done.stderr

    run(
        program("initdb"),
        "-D",
        str(data),
        "-A",
        "trust",
        "--no-sync",
        "--no-locale",
        "-E",
        "UTF8",
        faked=False,
    )
    ask = ("pgbackrest", f"--config={folder}/pgbackrest.conf", "--stanza=his")
    with (data / "postgresql.conf").open("a") as out:
        out.write(
            f"listen_addresses='127.0.0.1'\nport={port}\nunix_socket_directories='{folder}'\narchive_mode=on\n"
            f"archive_command='{' '.join(ask)} archive-push %p'\nfsync=off\n"
        )
    server = Server(
        [*postgres, *OLD_CLOCK, program("postgres"), "-D", str(data)], folder / "pg.log", cwd=Path("/")
    )
    try:
        server.wait_for(
            lambda: run("psql", "-h", str(folder), "-p", str(port), "-c", "select 1", "postgres", faked=False)
        )
        for words in (("stanza-create",), ("backup", "--type=full"), ("backup", "--type=incr")):
            run(*ask, *words)
    finally:
        server.stop(signal.SIGINT)
    yield folder
    shutil.rmtree(folder)


def target(folder: Path, more: str = "", name: str = "p", stanza: str = "his") -> str:
    return f"name: {name}, tool: pgbackrest, config: {folder}/pgbackrest.conf, stanza: {stanza}, system_id: HIS{more}"


@pytest.fixture
def copy(stanza: Path, tmp_path: Path) -> Path:
    """The same with a repository of its own, to be spoilt."""
    folder = tmp_path / "copy"
    folder.mkdir()
    shutil.copytree(stanza / "repo", folder / "repo")
    text = (stanza / "pgbackrest.conf").read_text().replace(f"{stanza}/repo", f"{folder}/repo")
    (folder / "pgbackrest.conf").write_text(text)
    return folder


def test_an_old_sound_backup_is_told_with_its_age(stanza: Path, judge: Runner) -> None:
    before = state(stanza)
    run = judge([RECENT], target(stanza, ", check: data"))
    assert state(stanza) == before
    rows = run.rows("backup_job", "started")
    shown = [
        (row["type"], row["status"], row["encrypted"], row["checksum_ok"], row["check_depth"]) for row in rows
    ]
    assert shown == [
        ("full", "success", True, True, "data"),
        ("incremental", "success", True, True, "data"),
    ]
    assert all(row["ended"] >= row["started"] and row["size_bytes"] > 1_000_000 for row in rows)
    assert (run.policy(RECENT)["verdict"], run.code) == ("fail", 1)
    assert_nowhere([PASSWORD], run.run, run.out, run.err)


def test_a_damaged_file_is_found_by_its_backup(copy: Path, collect: Runner) -> None:
    file = max((copy / "repo" / "backup" / "his").rglob("*.gz"), key=lambda one: one.stat().st_size)
    data = bytearray(file.read_bytes())
    data[len(data) // 2] ^= 0xFF
    file.write_bytes(data)
    run = collect(target(copy, ", check: data"))
    found = {row["type"]: (row["checksum_ok"], row["check_depth"]) for row in run.rows("backup_job")}
    assert found["full"] == (False, "data")


def test_a_wrong_password_a_missing_stanza_and_no_rights(
    stanza: Path, copy: Path, tmp_path: Path, collect: Runner, monkeypatch: pytest.MonkeyPatch
) -> None:
    wrong = tmp_path / "wrong"
    wrong.mkdir()
    text = (stanza / "pgbackrest.conf").read_text()
    (wrong / "pgbackrest.conf").write_text(text.replace(PASSWORD, "Wrong-Pass-0815"))
    stubs = tmp_path / "bin"
    stubs.mkdir()
    real = program("pgbackrest")
    (stubs / "pgbackrest").write_text(
        '#!/bin/sh\ncase "$*" in *copy*) exec setpriv --bounding-set -dac_override,-dac_read_search --inh-caps -all '
        f'{real} "$@";; esac\nexec {real} "$@"\n'
    )
    (stubs / "pgbackrest").chmod(0o755)
    monkeypatch.setenv("PATH", f"{stubs}:{os.environ['PATH']}")
    subprocess.run(["chown", "-R", "nobody", copy / "repo"], check=True)
    subprocess.run(["chmod", "-R", "go-rwx", copy / "repo"], check=True)
    run = collect(
        target(wrong, name="wrong"), target(stanza, name="none", stanza="nix"), target(copy, name="rights"),
        target(stanza, ", check: structure", name="depth"),
    )  # fmt: skip
    where = "pgBackRest stanza his, repository 1"
    assert told(run, "wrong") == (
        "denied", f"{where}: cannot be decrypted, its password (repo-cipher-pass) is wrong or missing",
    )  # fmt: skip
    assert told(run, "none") == ("failed", "pgBackRest stanza nix, repository 1: missing stanza path")
    assert told(run, "rights") == ("denied", f"{where}: permission denied")
    assert told(run, "depth") == ("failed", "pgBackRest has no check of the structure alone; say check: data")
    assert run.collections["depth"].records == {"backup_job": 2}
    assert_nowhere(["Wrong-Pass-0815"], run.run, run.out, run.err)
