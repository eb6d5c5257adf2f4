"""restic and Borg themselves, over repositories of known age and soundness."""

from __future__ import annotations

import shutil
import signal
import stat
import subprocess
import sys
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from tests.collectors.backups.conftest import Runner, told, written
from tests.collectors.backups.repositories import (
    FRESH,
    NOW,
    OLD,
    PASSWORD,
    PATIENT,
    PATIENT_ID,
    damage_borg,
    damage_restic,
    make_borg,
    tool,
)
from tests.servers.audits import assert_nowhere, command
from tests.servers.beside import assert_only_these
from tests.servers.running import Server, needs, needs_root
from tests.servers.snapshot import state

pytestmark = [needs("restic", package="restic"), needs("borg", package="borgbackup")]
RECENT, ENCRYPTED, VERIFIED = "recent_backup_exists", "backup_copies_encrypted", "backup_copies_verified"
TWICE = "consecutive_backup_failures_absent"
PASS = "password: {env: REPO_PASS}, system_id: HIS"


def restic(repository: Path, more: str = "", name: str = "r") -> str:
    return f"name: {name}, tool: restic, repository: {repository}, {PASS}{more}"


def borg(repository: Path, more: str = "", name: str = "b") -> str:
    return f"name: {name}, tool: borg, repository: {repository}, {PASS}{more}"


def test_every_copy_becomes_a_job_with_its_age_and_encryption(vault: Path, collect: Runner) -> None:
    run = collect(restic(vault / "restic", ", ended: at_start"), borg(vault / "borg"))
    rows = run.rows("backup_job", "_collection, started")
    shown = [
        (row["_collection"], row["job"], str(row["started"]), row["status"], row["type"]) for row in rows
    ]
    assert shown == [
        ("b", "his", str(OLD)[:19], "success", "full"),
        ("b", "his", str(FRESH)[:19], "success", "full"),
        ("r", "his-db daily", str(OLD)[:19], "success", "full"),
        ("r", "his-db daily", str(FRESH)[:19], "success", "full"),
    ]
    assert {row["encrypted"] for row in rows} == {True}
    assert {row["checksum_ok"] for row in rows} == {row["check_depth"] for row in rows} == {None}
    assert [row["append_only"] for row in rows] == [False, False, None, None]
    assert rows[1]["backup_id"] == f"his-{FRESH:%Y-%m-%dT%H:%M:%S}"


@pytest.mark.parametrize(
    ("target", "verdict", "code"),
    [(restic, "unknown", 3), (borg, "pass", 0)],
    ids=["no end recorded", "recent"],
)
def test_a_recent_copy_passes_if_its_end_is_known(
    vault: Path, judge: Runner, target: Callable[[Path], str], verdict: str, code: int
) -> None:
    run = judge([RECENT], target(vault / target.__name__))
    assert {row["ended"] is None for row in run.rows("backup_job")} == {target is restic}
    assert (run.policy(RECENT)["verdict"], run.code) == (verdict, code)


@pytest.fixture(scope="module")
def neglected(vault: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A Borg repository without encryption whose last good copy is old, with two unfinished runs since."""
    folder = tmp_path_factory.mktemp("neglected")
    shutil.copytree(vault / "src", folder / "src")
    repository = make_borg(folder, "none")
    tool(folder, "borg", "delete", f"{repository}::his-{FRESH:%Y-%m-%dT%H:%M:%S}")
    for days in (3, 2):
        when = f"{NOW - timedelta(days=days):%Y-%m-%dT%H:%M:%S}"
        tool(
            folder,
            "borg",
            "create",
            "--timestamp",
            when,
            f"{repository}::his-{when}.checkpoint",
            str(folder / "src"),
        )
    return repository


def test_missed_nights_unfinished_runs_and_plain_copies_are_found(neglected: Path, judge: Runner) -> None:
    run = judge([RECENT, TWICE, ENCRYPTED], borg(neglected))
    assert {policy: run.policy(policy)["verdict"] for policy in (RECENT, TWICE)} == {
        RECENT: "fail",
        TWICE: "fail",
    }
    assert (run.policy(ENCRYPTED)["verdict"], run.code) == ("not_applicable", 1)
    assert [row["encrypted"] for row in run.rows("backup_job")] == [False] * 3


def test_a_recent_plain_copy_is_found(neglected: Path, tmp_path: Path, judge: Runner) -> None:
    repository = tmp_path / "borg"
    shutil.copytree(neglected, repository)
    tool(neglected.parent, "borg", "create", f"{repository}::his-now", str(neglected.parent / "src"))
    run = judge([ENCRYPTED], borg(repository))
    assert (run.policy(ENCRYPTED)["verdict"], run.policy(ENCRYPTED)["failed"], run.code) == ("fail", 1, 1)


def test_a_checkpoint_that_may_still_be_running_has_no_status(neglected: Path, collect: Runner) -> None:
    with_lock = ["borg", "with-lock", str(neglected), "sleep", "600"]
    env = {
        "BORG_UNKNOWN_UNENCRYPTED_REPO_ACCESS_IS_OK": "yes",
        "BORG_BASE_DIR": str(neglected.parent / "borg-base"),
    }
    server = Server(with_lock, neglected.parent / "lock.log", env=env)
    try:
        server.wait_for((neglected / "lock.exclusive").exists)
        run = collect(borg(neglected))
    finally:
        server.stop()
    assert told(run, "b") == ("ok", "")
    statuses = [row["status"] for row in run.rows("backup_job", "started")]
    assert statuses == ["success", "failed", None]


def lock_is_written(repository: Path) -> bool:
    """Whether restic has done all it does to its lock: written beside, renamed, and last made read-only."""
    locks = list((repository / "locks").iterdir())
    return len(locks) == 1 and stat.S_IMODE(locks[0].stat().st_mode) == 0o400


def test_a_locked_restic_repository_is_read_all_the_same(
    vault: Path, tmp_path: Path, collect: Runner
) -> None:
    repository = tmp_path / "restic"
    shutil.copytree(vault / "restic", repository)
    env = {"RESTIC_PASSWORD": PASSWORD, "RESTIC_CACHE_DIR": str(tmp_path / "cache")}
    words = ["sh", "-c", 'sleep 600 | restic -q -r "$0" backup --stdin', str(repository)]
    server = Server(words, tmp_path / "backup.log", env=env)
    try:
        server.wait_for(lambda: lock_is_written(repository))
        before = state(repository)
        run = collect(restic(repository, ", check: data"))
        assert state(repository) == before
    finally:
        server.stop(signal.SIGKILL)
    assert (told(run, "r"), len(run.rows("backup_job"))) == (("ok", ""), 2)


# ---------------------------------------------------------------- checks


@pytest.mark.parametrize(
    ("more", "ok", "depth"),
    [(", check: structure", None, "structure"), (", check: data", True, "data")],
)
def test_a_sound_repository_is_proven_only_by_reading_its_data(
    vault: Path, collect: Runner, more: str, ok: bool | None, depth: str
) -> None:
    before = state(vault / "restic"), state(vault / "borg")
    run = collect(restic(vault / "restic", more), borg(vault / "borg", more))
    assert {(row["checksum_ok"], row["check_depth"]) for row in run.rows("backup_job")} == {(ok, depth)}
    assert (state(vault / "restic"), state(vault / "borg")) == before
    assert_nowhere([PATIENT, PATIENT_ID, PASSWORD], run.run, run.out, run.err)


@pytest.fixture(scope="module")
def damaged(vault: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("damaged")
    for name in ("restic", "borg"):
        shutil.copytree(vault / name, folder / name)
    damage_restic(folder / "restic")
    damage_borg(folder / "borg")
    return folder


def test_damage_that_the_structure_does_not_show_is_not_known(damaged: Path, collect: Runner) -> None:
    more = ", check: structure"
    run = collect(restic(damaged / "restic", more), borg(damaged / "borg", more))
    assert {(row["checksum_ok"], row["check_depth"]) for row in run.rows("backup_job")} == {
        (None, "structure")
    }


def test_damaged_data_are_found_by_reading_them(damaged: Path, judge: Runner) -> None:
    run = judge(
        [VERIFIED],
        restic(damaged / "restic", ", check: data, sample: 100%"),
        borg(damaged / "borg", ", check: data"),
    )
    rows = run.rows("backup_job")
    assert {(row["_collection"], row["checksum_ok"], row["check_depth"]) for row in rows} == {
        ("r", False, "sample"),
        ("b", False, "data"),
    }
    assert (run.policy(VERIFIED)["verdict"], run.policy(VERIFIED)["failed"], run.code) == ("fail", 2, 1)


def test_a_sound_sample_proves_nothing(vault: Path, judge: Runner) -> None:
    run = judge([VERIFIED], restic(vault / "restic", ", check: data, sample: 1/2"))
    assert {row["check_depth"] for row in run.rows("backup_job")} == {"sample"}
    assert (run.policy(VERIFIED)["verdict"], run.code) == ("unknown", 3)


# ---------------------------------------------------------------- refusals


def test_a_wrong_password_is_denied_and_another_target_completes(
    vault: Path, judge: Runner, project: Path
) -> None:
    wrong = "password: {env: WRONG_PASS}, system_id: HIS"
    run = judge(
        [RECENT],
        f"name: r, tool: restic, repository: {vault / 'restic'}, {wrong}",
        f"name: b, tool: borg, repository: {vault / 'borg'}, {wrong}",
        borg(vault / "borg", name="good").replace("system_id: HIS", "system_id: LIS"),
    )
    told = {
        target: (
            "denied",
            f"{name} cannot open {vault / name}: the password is wrong; it was not tried again",
        )
        for target, name in (("r", "restic"), ("b", "borg"))
    }
    assert_only_these(run, RECENT, told)
    assert_nowhere(["Wrong-Pass-0815", PASSWORD], run.run, run.out, run.err)


@needs_root()
def test_no_rights_are_denied(vault: Path, tmp_path: Path, project: Path) -> None:
    for name in ("restic", "borg"):
        shutil.copytree(vault / name, tmp_path / name)
        subprocess.run(["chown", "-R", "nobody", tmp_path / name], check=True)
        (tmp_path / name).chmod(0o700)
    written(project, (restic(tmp_path / "restic"), borg(tmp_path / "borg")))
    plain = ["setpriv", "--bounding-set", "-dac_override,-dac_read_search", "--inh-caps", "-all"]
    code = "import sys; from hiscomply.cli.main import main; main()"
    words = [*plain, sys.executable, "-c", code, "--lang", "en", "collect", str(project)]
    done = subprocess.run(words, capture_output=True, text=True)
    assert done.returncode == 3, done.stderr
    assert "denied     r  0  restic is not allowed to read" in done.stdout + done.stderr
    assert "denied     b  0  not allowed to read the repository" in done.stdout + done.stderr


@pytest.mark.parametrize("name", ["restic", "borg"])
def test_a_folder_that_is_no_repository_fails(tmp_path: Path, collect: Runner, name: str) -> None:
    (tmp_path / "config").write_text("rubbish")
    (tmp_path / "data").mkdir()
    target = f"name: x, tool: {name}, repository: {tmp_path}, {PASS}"
    status, reason = told(collect(target), "x")
    assert (status in ("failed", "denied"), str(tmp_path) in reason) == (True, True)


def test_an_empty_repository_is_no_evidence(vault: Path, tmp_path: Path, collect: Runner) -> None:
    tool(tmp_path, "restic", "init", "-q", "-r", str(tmp_path / "empty"))
    status, reason = told(collect(restic(tmp_path / "empty")), "r")
    assert (status, "holds no copy at all" in reason) == ("failed", True)


# ---------------------------------------------------------------- rules and declarations


def test_copies_of_no_known_system_are_set_aside_unless_ignored(vault: Path, collect: Runner) -> None:
    base = f"tool: restic, repository: {vault / 'restic'}, password: {{env: REPO_PASS}}"
    run = collect(
        f"name: none, {base}, systems: [{{host: lis-*, system_id: LIS}}]",
        f"name: ignored, {base}, systems: [{{tag: daily, ignore: true}}]",
        f"name: named, {base}, systems: [{{host: his-*, tag: daily, system_id: HIS, job: nightly}}]",
    )
    assert told(run, "none")[0] == "partial"
    assert (
        "no rule says which system this copy (job his-db daily) is of"
        in run.collections["none"].rejected[0].reason.en
    )
    assert {(row["_collection"], row["system_id"], row["job"]) for row in run.rows("backup_job")} == {
        ("named", "HIS", "nightly")
    }


@pytest.mark.parametrize(("is_here", "expected"), [(False, "ok"), (True, "failed")])
def test_a_declared_location_is_evidence_unless_the_disk_contradicts_it(
    vault: Path, collect: Runner, monkeypatch: pytest.MonkeyPatch, is_here: bool, expected: str
) -> None:
    monkeypatch.setattr("hiscomply_backups.repository._is_on_root_disk", lambda _path: is_here)
    run = collect(borg(vault / "borg", ", location: {value: offsite, said_by: storage team}"))
    assert told(run, "b")[0] == expected
    for row in [] if is_here else run.rows("backup_job"):
        assert row["location"] == "offsite"
        assert row["_pointer"].endswith("location offsite declared by storage team")


def test_dry_run_names_the_commands_and_no_secret(vault: Path, project: Path) -> None:
    written(project, (restic(vault / "restic", ", check: data"), borg(vault / "borg")))
    code, out, err = command("collect", str(project), "--dry-run")
    assert (code, PASSWORD in out + err) == (0, False)
    assert f"restic --repo {vault / 'restic'} --no-lock --no-cache check --read-data" in out + err
    assert "borg --log-json --bypass-lock list" in out + err
    assert "password from $REPO_PASS" in out + err
