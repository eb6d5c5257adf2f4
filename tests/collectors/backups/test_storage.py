"""A restic repository behind HTTP that refuses, hangs, talks rubbish or vanishes; and programs that misbehave."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest
from tests.collectors.backups.conftest import Runner, told
from tests.collectors.backups.repositories import PASSWORD, rest_server
from tests.servers.audits import assert_nowhere
from tests.servers.running import certificate, is_gone, needs
from tests.servers.trouble import garbage, http_answer, hung

RESTIC = needs("restic", package="restic")
RECENT = "recent_backup_exists"


def rest(port: int, more: str = "", scheme: str = "http") -> str:
    address = f"rest:{scheme}://127.0.0.1:{port}/"
    return (
        f"name: r, tool: restic, repository: '{address}', password: {{env: REPO_PASS}}, system_id: HIS{more}"
    )


@RESTIC
def test_a_repository_behind_tls_needs_its_certificate(vault: Path, tmp_path: Path, collect: Runner) -> None:
    tls = certificate(tmp_path)
    with rest_server(vault / "restic", tls=tls) as (port, _):
        known = collect(rest(port, f", tls: {{ca_file: {tls[0]}}}", "https"))
        assert (told(known, "r"), len(known.rows("backup_job"))) == (("ok", ""), 2)
        status, reason = told(collect(rest(port, ", step_timeout: 1.5", "https")), "r")
    assert status in ("failed", "timed_out"), reason


@RESTIC
def test_a_refused_login_to_the_storage_is_denied_and_not_repeated(
    vault: Path, collect: Runner, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("STORE_PASS", "Store-Pass-2211")
    logins = ", secrets: {RESTIC_REST_USERNAME: {env: STORE_USER}, RESTIC_REST_PASSWORD: {env: STORE_PASS}}"
    monkeypatch.setenv("STORE_USER", "auditor")
    with rest_server(vault / "restic", login="auditor:another") as (port, asked):
        run = collect(rest(port, logins))
    assert told(run, "r")[0] == "denied"
    assert len(asked) == 1
    assert_nowhere(["Store-Pass-2211", PASSWORD], run.run, run.out, run.err)


@RESTIC
def test_a_silent_storage_times_out_and_the_verdict_is_unknown(judge: Runner) -> None:
    with hung() as port:
        run = judge([RECENT], rest(port, ", step_timeout: 1"))
    assert told(run, "r") == (
        "timed_out",
        "restic did not end within 1 s and was ended; allow it more with step_timeout or timeout",
    )
    assert (run.policy(RECENT)["verdict"], run.code) == ("unknown", 3)


@RESTIC
def test_a_storage_that_vanishes_midway_gives_no_verdict(vault: Path, collect: Runner) -> None:
    with rest_server(vault / "restic", vanishes_after=3) as (port, _):
        run = collect(rest(port, ", step_timeout: 2"))
    assert (told(run, "r")[0], run.code) == ("timed_out", 3)  # restic tries again and again


@RESTIC
def test_rubbish_from_the_storage_gives_no_verdict(collect: Runner) -> None:
    with garbage(http_answer(b"[rubbish]")) as port:
        run = collect(rest(port, ", step_timeout: 1.5"))
    assert (told(run, "r")[0] != "ok", run.code) == (True, 3)


@RESTIC
def test_no_password_crosses_the_network_in_the_clear(collect: Runner) -> None:
    target = rest(1).replace("127.0.0.1", "storage.example.org")
    assert told(collect(target), "r")[1].startswith("storage.example.org is asked without TLS")


def test_a_password_in_the_address_is_refused_beforehand(project: Path, collect: Runner) -> None:
    run = collect(rest(1).replace("127.0.0.1", "me:Secret-Word@127.0.0.1"))
    assert (run.code, "hiscomply.yaml" in run.err) == (2, True)


# ---------------------------------------------------------------- programs that misbehave


@pytest.fixture
def stub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", f"{folder}:{os.environ['PATH']}")
    return folder


def write(folder: Path, script: str) -> str:
    program = folder / "restic"
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)
    return "name: r, tool: restic, repository: /srv/none, password: {env: REPO_PASS}, system_id: HIS, step_timeout: 60"


def test_a_program_that_hangs_is_ended_with_its_children(stub: Path, collect: Runner) -> None:
    target = write(stub, f"sleep 600 & echo $! > {stub}/child; wait").replace("timeout: 60", "timeout: 5")
    assert told(collect(target), "r")[0] == "timed_out"
    assert is_gone(int((stub / "child").read_text()))


@pytest.mark.parametrize(
    ("script", "reason"),
    [
        ("printf 'a\\000\\377b'", "restic did not answer with the JSON that was expected"),
        ("echo '{}'", "restic did not answer with the JSON that was expected"),
        ("yes '[1,2,3]'", "restic says more than 64 MiB"),
        ("yes >&2 & sleep 0.1; kill $!; exit 3", "restic cannot list /srv/none (exit code 3): y"),
        ("kill -9 $$", "restic cannot list /srv/none (exit code -9)"),
        ("echo '[]'", "restic:/srv/none holds no copy at all"),
    ],
    ids=["rubbish", "another form", "huge", "talkative", "killed", "nothing"],
)
def test_a_program_that_misbehaves_fails(stub: Path, collect: Runner, script: str, reason: str) -> None:
    run = collect(write(stub, script))
    status, given = told(run, "r")
    assert (status, given.startswith(reason), run.code) == ("failed", True, 3), given


def test_a_list_with_one_broken_entry_is_partial(stub: Path, collect: Runner) -> None:
    good = '{"time": "2024-06-01T02:00:00.123456789+08:00", "hostname": "h", "id": "abcdef0123"}'
    run = collect(write(stub, f"echo '[{good}, {{}}]'"))
    assert (told(run, "r")[0], len(run.rows("backup_job"))) == ("partial", 1)


def test_the_environment_is_bare(stub: Path, collect: Runner, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("UNRELATED_TOKEN", "Other-Secret-99")
    run = collect(write(stub, f"env > {stub}/seen; exit 1"))
    seen = (stub / "seen").read_text()
    assert (told(run, "r")[0], "UNRELATED_TOKEN" in seen, f"RESTIC_PASSWORD={PASSWORD}" in seen) == (
        "failed",
        False,
        True,
    )


def test_a_program_that_is_not_there_is_said(
    collect: Runner, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("hiscomply_backups.fetch._USUAL_PATH", str(tmp_path))
    monkeypatch.setenv("PATH", str(tmp_path))
    assert shutil.which("restic") is None
    target = "name: r, tool: restic, repository: /srv/none, password: {env: REPO_PASS}, system_id: HIS"
    assert told(collect(target), "r") == ("failed", "restic is not installed on this machine")
