"""What targets staged becomes one table, in one order, whatever the number of files and pieces."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pytest

from hiscomply.evidence import staged
from hiscomply.evidence.store import store_evidence
from hiscomply.kinds import Kind, load_kinds
from hiscomply.model import Collection, CollectionStatus
from hiscomply.paths import schemas_dir

NOW = datetime(2026, 6, 30, tzinfo=UTC)
COLLECTION = Collection("ssh", "1", "fleet", ("package",), CollectionStatus.OK, None, NOW, NOW)


@pytest.fixture(scope="module")
def kinds() -> dict[str, Kind]:
    return load_kinds([schemas_dir() / "evidence"])


def stage(folder: Path, hosts: int, packages: int) -> list[tuple[str, str]]:
    for host in range(hosts):
        target = folder / f"{(host * 7) % hosts:03}"
        target.mkdir(parents=True)
        rows = [
            {"asset_id": f"h'{host:03}", "name": f"p{number:04}", "version": "1", "_source": f"host:{host}"}
            | {"_line": number, "_collection": "fleet", "_observed_at": "2026-06-30 00:00:00"}
            for number in reversed(range(packages))
        ]
        (target / "package.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    return [(f"h'{host:03}", f"p{number:04}") for host in range(hosts) for number in range(packages)]


def rows_of(path: Path) -> list[tuple[str, str]]:
    return duckdb.sql(f"SELECT asset_id, name FROM '{path}'").fetchall()


@pytest.mark.parametrize("rows_at_once", [60_000, 100, 7], ids=["one piece", "several", "many"])
@pytest.mark.parametrize("small_bytes", [8_000_000, 0], ids=["joined", "as they are"])
def test_all_rows_stand_in_order_of_their_key(
    tmp_path: Path,
    kinds: dict[str, Kind],
    monkeypatch: pytest.MonkeyPatch,
    rows_at_once: int,
    small_bytes: int,
):
    monkeypatch.setattr(staged, "_ROWS", rows_at_once)
    monkeypatch.setattr(staged, "_SMALL_BYTES", small_bytes)
    expected = stage(tmp_path / "staging", hosts=20, packages=50)

    evidence = store_evidence(tmp_path / "staging", tmp_path / "run" / "evidence", kinds, [COLLECTION])

    table = evidence.tables["package"]
    assert rows_of(table.path) == expected
    assert (table.rows, table.newest, table.is_complete) == (1000, NOW, True)
    assert [file.name for file in table.path.parent.iterdir()] == ["package.parquet"]
    assert list((tmp_path / "staging").glob("*.jsonl")) == []


def test_rows_of_one_system_are_stored_though_nothing_parts_them(
    tmp_path: Path, kinds: dict[str, Kind], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(staged, "_ROWS", 10)
    expected = stage(tmp_path / "staging", hosts=1, packages=100)

    evidence = store_evidence(tmp_path / "staging", tmp_path / "run" / "evidence", kinds, [COLLECTION])

    assert rows_of(evidence.tables["package"].path) == expected


def test_rows_without_the_first_field_of_their_key_stand_at_the_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(staged, "_ROWS", 30)
    connection = duckdb.connect()
    connection.execute(
        "CREATE TABLE staged AS SELECT CASE WHEN i % 7 > 0 THEN 'h' || (i % 7) END AS a, i FROM range(100) r(i)"
    )

    staged.copy_sorted(connection, ["a"], ["a", "i"], tmp_path / "table.parquet", 100)

    hosts = [host for (host,) in duckdb.sql(f"SELECT a FROM '{tmp_path}/table.parquet'").fetchall()]
    assert hosts == [f"h{number}" for number in range(1, 7) for _ in range(number, 100, 7)] + 15 * [None]


def test_rows_that_do_not_fit_into_the_small_memory_are_stored_all_the_same(
    tmp_path: Path, kinds: dict[str, Kind], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("hiscomply.evidence.store._MEMORY", "10MB")
    expected = stage(tmp_path / "staging", hosts=4, packages=50)

    evidence = store_evidence(tmp_path / "staging", tmp_path / "run" / "evidence", kinds, [COLLECTION])

    assert rows_of(evidence.tables["package"].path) == expected


def test_a_file_that_is_no_json_is_told_by_kind(tmp_path: Path, kinds: dict[str, Kind]):
    from hiscomply.errors import EvidenceError

    stage(tmp_path / "staging", hosts=3, packages=2)
    (tmp_path / "staging" / "001" / "package.jsonl").write_text("no json\n")

    with pytest.raises(EvidenceError, match="evidence of kind package cannot be stored"):
        store_evidence(tmp_path / "staging", tmp_path / "run" / "evidence", kinds, [COLLECTION])
