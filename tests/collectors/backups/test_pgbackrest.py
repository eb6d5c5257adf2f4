"""pgBackRest itself, over a PostgreSQL whose clock stands forty days back."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from tests.collectors.backups.conftest import Runner
from tests.collectors.backups.repositories import PASSWORD
from tests.servers.audits import assert_nowhere
from tests.servers.beside import assert_only_these
from tests.servers.running import Server, as_user, certificate, free_port, is_open, needs, needs_root, program
from tests.servers.snapshot import state
from tests.servers.trouble import cut_off, garbage, hung

FAKETIME = "/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1"
pytestmark = [
    needs_root(),
    needs("pgbackrest", package="pgbackrest"),
    needs("initdb", "postgres", package="postgresql"),
    needs(FAKETIME, package="faketime"),
]
RECENT, VERIFIED = "recent_backup_exists", "backup_copies_verified"
GARBLED = "canary-of-a-garbled-file"
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


@pytest.fixture(scope="module")
def repository_host(stanza: Path) -> Iterator[int]:
    """The port of pgBackRest's own server, which hands the stanza's repository out over TLS to whom it knows."""
    port = free_port()
    cert, key = certificate(stanza, "localhost")
    config = stanza / "host.conf"
    config.write_text(
        (stanza / "pgbackrest.conf").read_text()
        + f"[global:server]\ntls-server-address=127.0.0.1\ntls-server-port={port}\ntls-server-auth=localhost=his\n"
        f"tls-server-cert-file={cert}\ntls-server-key-file={key}\ntls-server-ca-file={cert}\nlog-level-file=off\n"
    )
    for file in (config, key, cert):
        shutil.chown(file, "postgres")
    key.chmod(0o600)
    words = [*as_user("postgres"), program("pgbackrest"), f"--config={config}", "server"]
    server = Server(words, stanza / "host.log", cwd=Path("/"))
    server.wait_for(lambda: is_open(port))
    yield port
    server.stop()


def over_tls(folder: Path, stanza: Path, port: int, ca: Path | None = None, more: str = "") -> Path:
    """The folder with a configuration that finds the repository behind a port."""
    folder.mkdir()
    cert, key = stanza / "cert.pem", folder / "key.pem"
    shutil.copy(stanza / "key.pem", key)
    key.chmod(0o600)
    (folder / "pgbackrest.conf").write_text(
        f"[global]\nrepo1-host=localhost\nrepo1-host-type=tls\nrepo1-host-port={port}\n"
        f"repo1-host-config={stanza}/host.conf\nrepo1-host-cert-file={cert}\nrepo1-host-key-file={key}\n"
        f"repo1-host-ca-file={ca or cert}\nlock-path={folder}/lock\n{more}[his]\npg1-path={stanza}/data\n"
    )
    return folder


def programs(folder: Path, monkeypatch: pytest.MonkeyPatch, case: str) -> None:
    """Puts a pgbackrest first on the PATH that is the real one but for the words of a shell's ``case``."""
    folder.mkdir()
    real, file = program("pgbackrest"), folder / "pgbackrest"
    file.write_text(f'#!/bin/sh\nreal={real}\ncase "$*" in {case};; esac\nexec {real} "$@"\n')
    file.chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}:{os.environ['PATH']}")


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
    stanza: Path, copy: Path, tmp_path: Path, judge: Runner, monkeypatch: pytest.MonkeyPatch
) -> None:
    wrong = tmp_path / "wrong"
    wrong.mkdir()
    text = (stanza / "pgbackrest.conf").read_text()
    (wrong / "pgbackrest.conf").write_text(text.replace(PASSWORD, "Wrong-Pass-0815"))
    without = tmp_path / "without"
    without.mkdir()
    (without / "pgbackrest.conf").write_text(text.replace("repo1-cipher", "# repo1-cipher"))
    plain = "setpriv --bounding-set -dac_override,-dac_read_search --inh-caps -all"
    programs(tmp_path / "bin", monkeypatch, f'*copy*) exec {plain} "$real" "$@"')
    subprocess.run(["chown", "-R", "nobody", copy / "repo"], check=True)
    subprocess.run(["chmod", "-R", "go-rwx", copy / "repo"], check=True)
    run = judge(
        [RECENT], target(wrong, name="wrong"), target(without, name="without"),
        target(stanza, name="none", stanza="nix"), target(copy, name="rights"),
        target(stanza, ", check: structure", name="depth"),
        target(stanza, name="good").replace("system_id: HIS", "system_id: LIS"),
    )  # fmt: skip
    where = "pgBackRest stanza his, repository 1"
    closed = (
        f"{where}: cannot be decrypted, its password (repo-cipher-pass) is wrong or missing, or it is damaged"
    )
    told = {
        "wrong": ("denied", closed),
        "without": ("denied", closed),
        "none": ("failed", "pgBackRest stanza nix, repository 1: missing stanza path"),
        "rights": ("denied", f"{where}: permission denied"),
        "depth": ("failed", "pgBackRest has no check of the structure alone; say check: data"),
    }
    assert_only_these(run, RECENT, told)
    assert run.collections["depth"].records == {"backup_job": 2}
    assert_nowhere(["Wrong-Pass-0815"], run.run, run.out, run.err)


@pytest.fixture
def troubled(
    stanza: Path, copy: Path, repository_host: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[dict[str, tuple[str, str, str]]]:
    """Targets that go wrong: the status that each must get, a word of the reason, the target."""
    for name in ("backup.info", "backup.info.copy"):
        (copy / "repo" / "backup" / "his" / name).write_bytes(f"{GARBLED} \xff\x00".encode() * 400)
    (tmp_path / "ca").mkdir()
    other, _ = certificate(tmp_path / "ca", "localhost")
    programs(tmp_path / "bin", monkeypatch, '*/endless/*) "$real" "$@"; exec yes')
    with ExitStack() as stack:
        midway = stack.enter_context(cut_off(repository_host, 3500))
        silent = stack.enter_context(cut_off(repository_host, 3500, hang=True))
        mute, rubbish = stack.enter_context(hung()), stack.enter_context(garbage())

        def behind(name: str, port: int, seconds: int = 20, **more: Any) -> str:
            folder = over_tls(tmp_path / name, stanza, port, **more)
            return target(folder, f", step_timeout: {seconds}", name)

        # It tries again until its io-timeout is over.
        impatient = {"more": "io-timeout=4\n"}
        yield {
            "midway": ("failed", "unexpected eof", behind("midway", midway, **impatient)),
            "silent": ("timed_out", "within 2 s", behind("silent", silent, 2)),
            "mute": ("timed_out", "within 2 s", behind("mute", mute, 2)),
            "rubbish": ("failed", "wrong version number", behind("rubbish", rubbish, **impatient)),
            "nobody": ("failed", "Connection refused", behind("nobody", free_port(), **impatient)),
            "stranger": (
                "failed",
                "unable to verify certificate",
                behind("stranger", repository_host, ca=other),
            ),
            "garbled": ("failed", "is not in pgBackRest's form", target(copy, name="garbled")),
            "endless": ("failed", "says more than 64 MiB", behind("endless", repository_host)),
        }


def test_trouble_is_never_a_pass(
    stanza: Path,
    repository_host: int,
    troubled: dict[str, tuple[str, str, str]],
    tmp_path: Path,
    judge: Runner,
) -> None:
    folder = over_tls(tmp_path / "good", stanza, repository_host)
    good = target(folder, name="good").replace("system_id: HIS", "system_id: LIS")
    run = judge([RECENT], *(target for _, _, target in troubled.values()), good)
    assert_only_these(run, RECENT, {name: (status, word) for name, (status, word, _) in troubled.items()})
    assert run.collections["good"].records == {"backup_job": 2}
    assert_nowhere([PASSWORD, GARBLED], run.run, run.out, run.err)
