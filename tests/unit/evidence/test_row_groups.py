"""Parquet files put after each other are read as if DuckDB had written one."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

import duckdb
import pytest

from hiscomply.evidence import thrift
from hiscomply.evidence.row_groups import concatenated

ALL_TYPES = (
    "SELECT i, 'text ' || i % 50 AS t, CASE WHEN i % 3 > 0 THEN i * 0.5 END AS d, i % 2 = 0 AS b, NULL::VARCHAR AS n,"
    " DATE '2026-01-01' + i::INTEGER AS day, make_timestamp(i * 1000001) AS at, CASE WHEN i % 5 > 0 THEN"
    " list_value('a', NULL, 'x' || i) END AS l, repeat('长', i % 900) AS w, ['é' || i] AS m"
)
"""The types that evidence has: with few values and many, with none at all, in lists."""


def write(file: Path, query: str, options: str = "") -> Path:
    duckdb.sql(f"COPY ({query}) TO '{file}' (FORMAT parquet, COMPRESSION zstd{options})")
    return file


def parts(folder: Path, *ranges: tuple[int, int], options: str = "") -> list[Path]:
    return [
        write(folder / f"{number}.parquet", f"{ALL_TYPES} FROM range({begin}, {end}) r(i)", options)
        for number, (begin, end) in enumerate(ranges)
    ]


@pytest.mark.parametrize(
    "options",
    [
        "",
        ", ROW_GROUP_SIZE 2048",
        ", PARQUET_VERSION v2",
        ", DICTIONARY_SIZE_LIMIT 1",
        ", ROW_GROUP_SIZE 20480",
    ],
)
def test_all_rows_of_all_types_are_there_in_order(tmp_path: Path, options: str):
    files = parts(tmp_path, (0, 5000), (5000, 5001), (5001, 5001), (5001, 30000), options=options)

    assert concatenated(files, tmp_path / "whole.parquet")

    rows = duckdb.sql(f"FROM '{tmp_path}/whole.parquet'").fetchall()
    assert rows == duckdb.sql(f"{ALL_TYPES} FROM range(30000) r(i)").fetchall()


@pytest.mark.parametrize("number", [0, 4999, 5000, 12345, 29999])
def test_one_row_is_found_by_statistics_and_bloom_filters(tmp_path: Path, number: int):
    files = parts(tmp_path, (0, 5000), (5000, 12000), (12000, 30000), options=", ROW_GROUP_SIZE 2048")
    concatenated(files, tmp_path / "whole.parquet")

    found = duckdb.sql(f"SELECT i FROM '{tmp_path}/whole.parquet' WHERE l[3] = 'x{number}' OR i = {number}")
    assert found.fetchall() == [(number,)]
    assert duckdb.sql(
        f"SELECT count(*), min(i), max(i) FROM '{tmp_path}/whole.parquet' WHERE t = 'text 7'"
    ).fetchall() == [(600, 7, 29957)]


def test_places_of_bloom_filters_move_along(tmp_path: Path):
    files = parts(tmp_path, (0, 3000), (3000, 6000))
    concatenated(files, tmp_path / "whole.parquet")

    told = duckdb.sql(
        f"SELECT path_in_schema, row_group_id FROM parquet_metadata('{tmp_path}/whole.parquet')"
        " WHERE bloom_filter_offset IS NOT NULL AND path_in_schema = 't' ORDER BY 2"
    )
    assert told.fetchall() == [("t", 0), ("t", 1)]
    excluded = duckdb.sql(
        f"SELECT row_group_id, bloom_filter_excludes FROM parquet_bloom_probe('{tmp_path}/whole.parquet', 't', 'no')"
    )
    assert excluded.fetchall() == [(0, True), (1, True)]
    kept = duckdb.sql(
        f"SELECT row_group_id, bloom_filter_excludes FROM parquet_bloom_probe('{tmp_path}/whole.parquet', 't', 'text 7')"
    )
    assert kept.fetchall() == [(0, False), (1, False)]


def test_files_of_other_columns_are_left_to_duckdb(tmp_path: Path):
    one = write(tmp_path / "1.parquet", "SELECT 1 AS a")
    other = write(tmp_path / "2.parquet", "SELECT 1 AS b")

    assert not concatenated([one, other], tmp_path / "whole.parquet")


def test_a_file_that_names_another_place_is_left_to_duckdb(tmp_path: Path):
    """Such as an index of pages, which this DuckDB does not write."""
    content = write(tmp_path / "1.parquet", "SELECT 1 AS a").read_bytes()
    begin = len(content) - 8 - int.from_bytes(content[-8:-4], "little")
    end = thrift.read(BytesIO(content[begin:-8]))
    end[4][1][1][0][1][1][1][0][4] = 6, 99
    written = thrift.write(thrift.STRUCT, end)
    changed = content[:begin] + written + len(written).to_bytes(4, "little") + b"PAR1"
    (tmp_path / "1.parquet").write_bytes(changed)

    assert not concatenated(2 * [tmp_path / "1.parquet"], tmp_path / "whole.parquet")


def test_what_is_read_is_written_again_as_it_was(tmp_path: Path):
    (file,) = parts(tmp_path, (0, 30000), options=", ROW_GROUP_SIZE 2048")
    content = file.read_bytes()
    end = content[-8 - int.from_bytes(content[-8:-4], "little") : -8]

    assert thrift.write(thrift.STRUCT, thrift.read(BytesIO(end))) == end


@pytest.mark.parametrize("number", [0, 1, -1, 63, -64, 64, 300, -(2**63), 2**63 - 1])
def test_numbers_and_far_fields_are_read_as_written(number: int):
    fields = {1: (6, number), 15: (4, 2), 40: (1, True), 41: (2, False), 300: (9, (5, [number] * 20))}

    assert thrift.read(BytesIO(thrift.write(thrift.STRUCT, fields))) == fields


@pytest.mark.parametrize("type_", [3, 7, 10, 11, 13])
def test_types_that_parquet_has_not_there_are_refused(type_: int):
    with pytest.raises(ValueError, match="type"):
        thrift.read(BytesIO(bytes([16 | type_, 0, 0])))
