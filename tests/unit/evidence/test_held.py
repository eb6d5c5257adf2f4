"""Rows that are held in memory: as they were staged, and none that SQLite would read otherwise."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from hiscomply.compiled import CompiledPolicy
from hiscomply.evidence import held
from hiscomply.evidence.held import hold_evidence
from hiscomply.model import Collection, CollectionStatus, Evidence
from hiscomply.plugins import evidence_kinds, pack_folders
from hiscomply.policy.pack import load_pack

KIND = "config_file"
NOW = datetime(2026, 11, 27, tzinfo=UTC)
ROW = {"path": "a", "sha256": "0" * 64, "_observed_at": "2026-11-27 00:00:00.000001", "_missing": ["size"]}


def _held(
    folder: Path,
    *rows: dict[str, Any],
    status: CollectionStatus = CollectionStatus.OK,
    reads: Sequence[str] = ("status",),
) -> Evidence | None:
    (folder / "one").mkdir()
    lines = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    (folder / "one" / f"{KIND}.jsonl").write_text(lines, encoding="utf-8")
    one = Collection(
        "files", "1", "here", (KIND,), status, None, NOW, NOW, {KIND: len(rows)}, affected=(KIND,)
    )
    return hold_evidence(folder, evidence_kinds(), [one], [_policy(*reads)])


def _policy(*reads: str) -> CompiledPolicy:
    (found,) = [one for one in load_pack(pack_folders(), evidence_kinds()).policies if one.kinds == (KIND,)]
    return replace(found, reads=reads)


def test_rows_come_back_with_their_times_and_lists(tmp_path: Path) -> None:
    found = _held(tmp_path, ROW)
    assert found is not None
    assert found.held is not None
    query = "SELECT path, sha256, _observed_at - 1, CAST(_missing AS TEXT) FROM ev.config_file"
    assert found.held.execute(query).fetchall() == [("a", "0" * 64, int(NOW.timestamp()) * 10**6, '["size"]')]
    table = found.tables[KIND]
    assert (table.rows, table.is_complete, table.oldest) == (1, True, NOW.replace(microsecond=1))


def test_a_collection_that_did_not_end_well_leaves_a_gap(tmp_path: Path) -> None:
    found = _held(tmp_path, ROW, status=CollectionStatus.PARTIAL)
    assert found is not None
    assert found.tables[KIND].gaps == ("here",)
    assert not found.tables[KIND].is_complete


def test_of_one_thing_the_newest_look_counts_and_copies_count_once(tmp_path: Path) -> None:
    newer = {**ROW, "sha256": "1" * 64, "_observed_at": "2026-11-27 01:00:00.000000"}
    found = _held(tmp_path, ROW, newer, newer, {**ROW, "path": "b"})
    assert found is not None
    assert found.held is not None
    assert (found.tables[KIND].rows, found.tables[KIND].superseded) == (2, 2)
    query = "SELECT path, sha256 FROM ev.config_file ORDER BY path"
    assert found.held.execute(query).fetchall() == [("a", "1" * 64), ("b", "0" * 64)]


def test_a_row_without_a_time_gives_way_to_none(tmp_path: Path) -> None:
    found = _held(tmp_path, ROW, {**ROW, "sha256": "1" * 64, "_observed_at": None})
    assert found is not None
    assert (found.tables[KIND].rows, found.tables[KIND].superseded) == (2, 0)


def _columns(evidence: Evidence | None) -> set[str]:
    assert evidence is not None
    assert evidence.held is not None
    return {name for _, name, *_ in evidence.held.execute(f'PRAGMA ev.table_info("{KIND}")')}


def test_what_no_policy_reads_is_left_out(tmp_path: Path) -> None:
    columns = _columns(_held(tmp_path, ROW, {**ROW, "path": "b"}, reads=("size_bytes",)))
    assert columns == {
        "path", "size_bytes", "sha256", "_collection", "_source", "_line", "_column", "_pointer", "_observed_at", "_missing",
    }  # fmt: skip


def test_two_rows_on_one_thing_are_compared_in_all_that_they_say(tmp_path: Path) -> None:
    found = _held(tmp_path, {**ROW, "format": "ini"}, {**ROW, "format": "toml"}, reads=())
    assert "format" in _columns(found)
    assert found is not None
    assert (found.tables[KIND].rows, found.tables[KIND].superseded) == (2, 0)


def test_a_text_that_sqlite_would_cut_short_is_left_to_duckdb(tmp_path: Path) -> None:
    assert _held(tmp_path, {**ROW, "path": "a\x00b"}) is None


def test_many_rows_are_left_to_duckdb(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(held, "MOST_BYTES", 10)
    assert _held(tmp_path, ROW) is None
