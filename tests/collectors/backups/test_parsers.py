"""The parsers on what the tools really said, and on a little that was written by hand."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from hiscomply.hookspecs import CollectFailed
from hiscomply.model import Rejected
from hiscomply_backups import parse_borg, parse_pgbackrest, parse_restic
from hiscomply_backups.copies import Copy

RECORDED = Path("collectors/hiscomply_backups/recorded")


def said(name: str) -> bytes:
    return (Path(__file__).parents[3] / RECORDED / name).read_bytes()


def test_restic_records_an_end_since_0_17() -> None:
    (copy,) = parse_restic.read_snapshots(said("restic-0.17-by-hand/snapshots.json"), "restic:x")
    assert isinstance(copy, Copy)
    assert copy.started == datetime(2026, 6, 29, 14, 0, 0, 123456, UTC)
    assert copy.ended == datetime(2026, 6, 29, 14, 41, 7, 500000, UTC)
    assert (copy.size_bytes, copy.id, copy.job) == (300_003, "22a0733d", "his-db daily")


def test_a_restic_snapshot_without_a_single_byte_is_no_success() -> None:
    answer = json.loads(said("restic-0.17-by-hand/snapshots.json"))
    answer[0]["summary"]["total_bytes_processed"] = 0
    (copy,) = parse_restic.read_snapshots(json.dumps(answer).encode(), "restic:x")
    assert isinstance(copy, Copy)
    assert (copy.size_bytes, copy.status) == (0, None)


@pytest.mark.parametrize("at_start", [False, True])
def test_restic_before_that_does_not(at_start: bool) -> None:
    copies = parse_restic.read_snapshots(said("restic-0.14/snapshots.json"), "x", ended_at_start=at_start)
    assert {isinstance(one, Copy) and one.ended == one.started for one in copies} == {at_start}


@pytest.mark.parametrize(
    ("code", "errors", "found"),
    [
        (0, b"", False),
        (1, said("restic-0.14/check-damaged.txt"), True),
        (1, b"Load(<data/1>) returned error, retrying after 1s\nFatal: repository contains errors", None),
        (1, b"Fatal: unable to open config file", None),
        (-9, b"", None),
    ],
)
def test_restic_check_is_damage_only_where_it_says_so(code: int, errors: bytes, found: bool | None) -> None:
    assert parse_restic.is_damaged(code, errors) is found


def test_borg_checkpoints_are_no_successes() -> None:
    copies = parse_borg.read_archives(said("borg-1.2/list.json"), "x", is_locked=False)
    shown = [(one.id, one.job, one.status) for one in copies if isinstance(one, Copy)]
    assert shown == [
        ("his-40", "his-40", "success"),
        ("his-1", "his-1", "success"),
        ("half.checkpoint", "half", "failed"),
    ]


@pytest.mark.parametrize("is_locked", [True, None])
def test_the_newest_borg_checkpoint_may_still_be_running(is_locked: bool | None) -> None:
    *_, last = parse_borg.read_archives(said("borg-1.2/list.json"), "x", is_locked=is_locked)
    assert isinstance(last, Copy)
    assert (last.status, last.ended) == (None, None)


@pytest.mark.parametrize(
    ("mode", "encrypted"),
    [("none", False), ("authenticated", False), ("keyfile", True), ("repokey-blake2", True), ("novel", None)],
)
def test_borg_modes_of_encryption(mode: str, encrypted: bool | None) -> None:
    answer = json.loads(said("borg-1.2/list.json")) | {"encryption": {"mode": mode}}
    copies = parse_borg.read_archives(json.dumps(answer).encode(), "x", is_locked=False)
    assert {one.encrypted for one in copies if isinstance(one, Copy)} == {encrypted}


@pytest.mark.parametrize(
    ("name", "job"),
    [
        ("his-2026-06-29T22:00:00", "his"), ("lis_20260629", "lis"), ("pacs2-2026-06-29", "pacs2"),
        ("his-db.2026-06-29_02.00", "his-db"), ("2026-06-29", "borg"), ("nightly", "nightly"),
        ("host-2", "host-2"), ("his20260629T2200", "his"),
    ],
)  # fmt: skip
def test_the_job_is_the_archive_name_without_its_date(name: str, job: str) -> None:
    archive = {"name": name, "start": "2026-06-29T22:00:00.000000", "end": "2026-06-29T22:10:00.000000"}
    answer = json.dumps({"archives": [archive], "encryption": {"mode": "none"}}).encode()
    (copy,) = parse_borg.read_archives(answer, "x", is_locked=False)
    assert isinstance(copy, Copy)
    assert copy.job == job


@pytest.mark.parametrize(
    ("code", "errors", "found"),
    [
        (0, b"", False),
        (1, said("borg-1.2/check-damaged.txt"), True),
        (2, b"Connection closed by remote host", None),
    ],
)
def test_borg_check_is_damage_only_where_it_says_so(code: int, errors: bytes, found: bool | None) -> None:
    assert parse_borg.is_damaged(code, errors) is found


@pytest.mark.parametrize(("output", "found"), [(b"0\n", False), (b"1\n", True), (b"", None), (b"yes", None)])
def test_borg_append_only(output: bytes, found: bool | None) -> None:
    assert parse_borg.is_append_only(output) is found


def backups(**changes: object) -> list[Copy | Rejected]:
    part = dict(parse_pgbackrest.read_stanza(said("pgbackrest-2.45/info.json"), "his"))
    part["backup"] = [one | changes for one in part["backup"]]
    return list(parse_pgbackrest.read_backups(part, "his", "x", None))


def test_pgbackrest_backups() -> None:
    shown = [(one.type, one.status, one.encrypted) for one in backups() if isinstance(one, Copy)]
    assert shown == [("full", "success", True), ("incremental", "success", True)]


@pytest.mark.parametrize(("error", "status"), [(True, "failed"), (False, "success"), (None, None)])
def test_a_pgbackrest_backup_with_page_errors_is_no_success(error: bool | None, status: str | None) -> None:
    assert {one.status for one in backups(error=error) if isinstance(one, Copy)} == {status}


def test_a_pgbackrest_backup_without_times_is_set_aside() -> None:
    assert all(isinstance(one, Rejected) for one in backups(timestamp={}))


def test_a_missing_stanza_fails() -> None:
    with pytest.raises(CollectFailed, match="missing stanza path"):
        parse_pgbackrest.read_stanza(said("pgbackrest-2.45/info-no-stanza.json"), "nix")


FULL, INCREMENTAL = "20261018-020603F", "20261018-020603F_20261018-020607I"


@pytest.mark.parametrize(
    ("name", "full", "incremental"),
    [("sound", True, True), ("damaged-backup", False, False), ("damaged-wal", False, False)],
)
def test_pgbackrest_verify_ends_with_0_and_only_its_words_tell(
    name: str, full: bool, incremental: bool
) -> None:
    found = parse_pgbackrest.read_verified(0, said(f"pgbackrest-2.45/verify-{name}.txt"))
    assert found is not None
    assert found.backups.get(FULL, found.others) is full
    assert found.backups.get(INCREMENTAL, found.others) is incremental


@pytest.mark.parametrize(
    ("code", "output"), [(0, b""), (1, b"ERROR"), (32, said("pgbackrest-2.45/verify-sound.txt"))]
)
def test_a_verify_that_did_not_end_well_says_nothing(code: int, output: bytes) -> None:
    assert parse_pgbackrest.read_verified(code, output) is None
