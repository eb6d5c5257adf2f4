"""A sealed run tells whatever was changed after it was sealed."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from hiscomply.errors import RunError
from hiscomply.run_folder import MANIFEST, new_folder, run_name, seal, seal_of, sha256_of, verify


def sealed(runs: Path, run_id: str = "2026-06-30T000000Z-aaaaaaaa", previous: Path | None = None) -> Path:
    folder = new_folder(runs)
    (folder / "evidence" / "account.parquet").write_bytes(b"accounts")
    (folder / "report.html").write_text("report", encoding="utf-8")
    before = {"run": previous.name, "manifest_sha256": seal_of(previous)} if previous else None
    return seal(folder, runs, run_id, {"exit_code": 3, "previous": before, "institution": {"zh": "医院"}})


def rewrite(run: Path, change: Callable[[dict[str, object]], None]) -> None:
    manifest = json.loads((run / MANIFEST).read_text(encoding="utf-8"))
    change(manifest)
    (run / MANIFEST).write_text(json.dumps(manifest, ensure_ascii=False, indent=1), encoding="utf-8")


def test_a_run_as_it_was_sealed_has_no_differences(tmp_path: Path) -> None:
    assert verify(sealed(tmp_path)) == []


def test_a_run_is_never_put_in_the_place_of_another(tmp_path: Path) -> None:
    first = sealed(tmp_path)
    with pytest.raises(RunError, match="exists already"):
        sealed(tmp_path)
    assert verify(first) == []


def test_names_of_one_second_differ() -> None:
    moment = datetime(2026, 6, 30, tzinfo=UTC)
    names = {run_name(moment) for _ in range(100)}
    assert len(names) == 100
    assert {one.rpartition("-")[0] for one in names} == {"2026-06-30T000000Z"}


def test_an_altered_file_is_told(tmp_path: Path) -> None:
    run = sealed(tmp_path)
    (run / "evidence" / "account.parquet").write_bytes(b"accountz")
    assert verify(run) == ["altered / 被改动: evidence/account.parquet"]


def test_a_missing_and_an_added_file_are_told(tmp_path: Path) -> None:
    run = sealed(tmp_path)
    (run / "report.html").rename(run / "other.html")
    assert verify(run) == ["missing / 缺失: report.html", "added / 多出: other.html"]


def test_a_link_in_place_of_a_file_is_told_even_if_it_leads_to_the_same_bytes(tmp_path: Path) -> None:
    run = sealed(tmp_path)
    (run / "report.html").rename(tmp_path / "kept.html")
    (run / "report.html").symlink_to(tmp_path / "kept.html")
    assert verify(run) == ["link instead of a file / 被换成链接: report.html"]


def test_a_changed_exit_code_in_the_manifest_is_told(tmp_path: Path) -> None:
    run = sealed(tmp_path)
    rewrite(run, lambda manifest: manifest.update(exit_code=0))
    assert verify(run) == [f"altered / 被改动: {MANIFEST}"]


def test_a_manifest_without_its_digest_is_told(tmp_path: Path) -> None:
    run = sealed(tmp_path)
    rewrite(run, lambda manifest: manifest.pop("digest") and None)
    assert verify(run) == [f"altered / 被改动: {MANIFEST}"]


def test_a_renamed_run_is_told(tmp_path: Path) -> None:
    run = sealed(tmp_path)
    other = run.rename(tmp_path / "2026-07-30T000000Z-aaaaaaaa")
    assert verify(other) == [f"renamed / 被改名: {run.name} -> {other.name}"]


def test_a_rewritten_previous_run_is_told(tmp_path: Path) -> None:
    first = sealed(tmp_path, "2026-05-30T000000Z-aaaaaaaa")
    second = sealed(tmp_path, "2026-06-30T000000Z-bbbbbbbb", previous=first)
    assert verify(second) == []
    (first / MANIFEST).write_text("{}", encoding="utf-8")
    assert verify(second) == [f"previous run altered / 上一次运行被改动: {first.name}"]


def test_a_previous_run_that_was_not_sent_along_is_no_difference(tmp_path: Path) -> None:
    first = sealed(tmp_path, "2026-05-30T000000Z-aaaaaaaa")
    second = sealed(tmp_path, "2026-06-30T000000Z-bbbbbbbb", previous=first)
    first.rename(tmp_path.parent / "elsewhere")
    assert verify(second) == []


def test_the_seal_is_the_digest_of_the_manifest(tmp_path: Path) -> None:
    run = sealed(tmp_path)
    assert seal_of(run) == sha256_of(run / MANIFEST)


def test_a_folder_without_a_manifest_is_no_run(tmp_path: Path) -> None:
    with pytest.raises(RunError, match="no sealed run"):
        verify(tmp_path)
