"""A restic repository behind HTTP that refuses, hangs, talks rubbish or vanishes; and programs that misbehave."""

from __future__ import annotations

import os
import shutil
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from tests.collectors.backups.conftest import Runner, told
from tests.collectors.backups.repositories import PASSWORD, rest_server
from tests.servers.audits import assert_nowhere
from tests.servers.beside import assert_only_these
from tests.servers.running import certificate, free_port, is_gone, needs
from tests.servers.trouble import garbage, http_answer, hung

RESTIC = needs("restic", package="restic")
RECENT = "recent_backup_exists"


def rest(name: str, port: int, more: str = "", scheme: str = "http") -> str:
    address = f"rest:{scheme}://127.0.0.1:{port}/"
    return f"name: {name}, tool: restic, repository: '{address}', password: {{env: REPO_PASS}}, system_id: HIS{more}"


@RESTIC
def test_a_repository_behind_tls_is_read_with_its_certificate(
    vault: Path, tmp_path: Path, collect: Runner
) -> None:
    tls = certificate(tmp_path)
    with rest_server(vault / "restic", tls=tls) as (port, _):
        known = collect(rest("r", port, f", tls: {{ca_file: {tls[0]}}}", "https"))
    assert (told(known, "r"), len(known.rows("backup_job"))) == (("ok", ""), 2)


@RESTIC
def test_trouble_with_a_storage_is_never_a_pass(
    vault: Path, tmp_path: Path, judge: Runner, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("STORE_USER", "auditor")
    monkeypatch.setenv("STORE_PASS", "Store-Pass-2211")
    logins = ", secrets: {RESTIC_REST_USERNAME: {env: STORE_USER}, RESTIC_REST_PASSWORD: {env: STORE_PASS}}"
    repository = vault / "restic"
    with ExitStack() as stack:

        def served(**how: Any) -> tuple[int, list[str]]:
            return stack.enter_context(rest_server(repository, **how))

        plain, _ = served()
        refusing, asked = served(login="auditor:another")
        tls, _ = served(tls=certificate(tmp_path))
        rubbish = stack.enter_context(garbage(http_answer(b"[rubbish]")))
        troubles = {
            "password": ("denied", "the password is wrong", plain, ""),
            "login": ("denied", "401", refusing, logins),
            "rights": ("denied", "403", served(hides="/snapshots")[0], ""),
            "silent": ("timed_out", "within 1 s", stack.enter_context(hung()), ", step_timeout: 1"),
            # of these two it tries again and again
            "midway": ("timed_out", "within 2 s", served(vanishes_after=3)[0], ", step_timeout: 2"),
            "rubbish": ("timed_out", "within 2 s", rubbish, ", step_timeout: 2"),
            "nobody": ("failed", "refused", free_port(), ""),
            "untrusted": ("failed", "TLS failed: x509: certificate signed by unknown authority", tls, ""),
            "no_tls": ("failed", "TLS failed: tls: first record", plain, ""),
        }
        targets = [
            rest(name, port, more, "https" if "tls" in name or name == "untrusted" else "http")
            for name, (_, _, port, more) in troubles.items()
        ]
        targets[0] = targets[0].replace("REPO_PASS", "WRONG_PASS")
        good = rest("good", plain).replace("system_id: HIS", "system_id: LIS")
        run = judge([RECENT], *targets, good)
    assert_only_these(run, RECENT, {name: (status, words) for name, (status, words, *_) in troubles.items()})
    assert run.collections["good"].records == {"backup_job": 2}
    assert len(asked) == 1, "a refused login is not repeated"
    assert_nowhere(["Store-Pass-2211", "Wrong-Pass-0815", PASSWORD], run.run, run.out, run.err)


@RESTIC
def test_no_password_crosses_the_network_in_the_clear(collect: Runner) -> None:
    target = rest("r", 1).replace("127.0.0.1", "storage.example.org")
    assert told(collect(target), "r")[1].startswith("storage.example.org is asked without TLS")


def test_a_password_in_the_address_is_refused_beforehand(project: Path, collect: Runner) -> None:
    run = collect(rest("r", 1).replace("127.0.0.1", "me:Secret-Word@127.0.0.1"))
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
def test_a_program_that_misbehaves_fails(stub: Path, judge: Runner, script: str, reason: str) -> None:
    run = judge([RECENT], write(stub, script))
    assert_only_these(run, RECENT, {"r": ("failed", reason)})


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
