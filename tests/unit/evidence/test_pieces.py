"""Whatever was staged, the table is that of one plain statement over all of it."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest

from hiscomply.duck import SCRATCH
from hiscomply.evidence import pieces, staged
from hiscomply.evidence.store import store_evidence
from hiscomply.kinds import Kind, load_kinds
from hiscomply.model import Collection, CollectionStatus
from hiscomply.paths import schemas_dir

NOW = datetime(2026, 6, 30, tzinfo=UTC)
KINDS = load_kinds([schemas_dir() / "evidence"])
Row = dict[str, Any]


def collection(kind: str) -> Collection:
    return Collection("ssh", "1", "fleet", (kind,), CollectionStatus.OK, None, NOW, NOW)


def plain(staging: Path, kind: Kind) -> tuple[list[tuple[Any, ...]], int, datetime | None, datetime | None]:
    """The rows, how many were superseded, oldest and newest: all files at once, no piece, no check."""
    files = sorted(map(str, staging.glob(f"*/{kind.name}.jsonl")))
    typed = ", ".join(f"'{name}': '{type_}'" for name, type_ in kind.columns().items())
    key, fields = (", ".join(f'"{name}"' for name in names) for names in (kind.key, kind.fields))
    connection = duckdb.connect(config={"threads": 1})
    connection.execute(
        f"CREATE TABLE staged AS FROM read_json({files}, format = 'newline_delimited', columns = {{{typed}}})"
    )
    rows = connection.execute(
        f"SELECT * FROM staged QUALIFY coalesce(_observed_at = max(_observed_at) OVER (PARTITION BY {key}), true)"
        f" AND row_number() OVER (PARTITION BY {fields}, _observed_at ORDER BY _source, _line, _column) = 1"
        f" ORDER BY {key}, _source, _line, _column"
    ).fetchall()
    (total,) = connection.execute("SELECT count(*) FROM staged").fetchone() or (0,)
    times = [row[list(kind.columns()).index("_observed_at")] for row in rows]
    told = [time.replace(tzinfo=UTC) for time in times if time is not None]
    return rows, total - len(rows), min(told, default=None), max(told, default=None)


def place(source: str, line: int | None, seen: datetime | None = NOW) -> Row:
    """Provenance by which every row differs from any other, so that there is but one right order."""
    time = None if seen is None else seen.strftime("%Y-%m-%d %H:%M:%S.%f")
    return {"_source": source, "_line": line, "_column": None, "_collection": source, "_observed_at": time}


def packages(dice: random.Random, host: str, count: int) -> list[Row]:
    rows = [
        {
            "asset_id": host,
            "name": f"p{number}",
            "version": dice.choice("123"),
            "arch": dice.choice([None, "x"]),
        }
        | place(f"host:{host}", number)
        for number in range(count)
    ]
    dice.shuffle(rows)
    return rows


def stage(staging: Path, kind: str, targets: dict[str, list[Row]]) -> None:
    for target, rows in targets.items():
        (staging / target).mkdir(parents=True)
        text = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
        (staging / target / f"{kind}.jsonl").write_text(text, encoding="utf-8")


def apart(dice: random.Random) -> dict[str, list[Row]]:
    return {
        f"t{dice.random()}": packages(dice, f"主机'{number}", dice.randrange(1, 30)) for number in range(20)
    }


def several_versions(dice: random.Random) -> dict[str, list[Row]]:
    """Two rows of one key and time that differ: both stay."""
    targets = apart(dice)
    for rows in targets.values():
        rows += [row | {"version": "old", "_line": 900 + row["_line"]} for row in dice.sample(rows, 1)]
    return targets


def copies(dice: random.Random) -> dict[str, list[Row]]:
    targets = apart(dice)
    rows = dice.choice(list(targets.values()))
    rows += [row | {"_line": 900 + row["_line"]} for row in dice.sample(rows, 1)]
    return targets


def asked_twice(dice: random.Random) -> dict[str, list[Row]]:
    targets = apart(dice)
    for target in dice.sample(list(targets), 3):
        later = (NOW + timedelta(microseconds=dice.randrange(-1, 2))).strftime("%Y-%m-%d %H:%M:%S.%f")
        targets[f"{target} again"] = [
            row | {"_observed_at": later, "_source": "other", "_collection": "other"}
            for row in targets[target]
        ]
    return targets


def overlapping(dice: random.Random) -> dict[str, list[Row]]:
    """What one target tells of many hosts; no key is told twice."""
    rows = [row for number in range(10) for row in packages(dice, f"h{number}", 20)]
    dice.shuffle(rows)
    return {f"t{number}": rows[number::7] for number in range(7)}


def one_is_huge(dice: random.Random) -> dict[str, list[Row]]:
    return apart(dice) | {"huge": packages(dice, "主机'7b", 400)}


def nulls(dice: random.Random) -> dict[str, list[Row]]:
    targets = apart(dice)
    for rows in targets.values():
        for row in dice.sample(rows, 1):
            row[dice.choice(["asset_id", "name", "_observed_at", "version"])] = None
    return targets


def nothing(dice: random.Random) -> dict[str, list[Row]]:
    return {}


def empty_files(dice: random.Random) -> dict[str, list[Row]]:
    return {str(number): [] for number in range(3)}


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("at_once", [16_000_000, 6_000, 1_500, 300], ids=["one", "some", "many", "too large"])
@pytest.mark.parametrize(
    "made",
    [apart, several_versions, copies, asked_twice, overlapping, one_is_huge, nulls, nothing, empty_files],
)
def test_packages_are_stored_as_by_one_plain_statement(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    made: Callable[[random.Random], dict[str, list[Row]]],
    at_once: int,
    seed: int,
):
    targets = made(random.Random(seed))
    stage(tmp_path / "staging", "package", targets)
    if targets:
        compare(tmp_path, monkeypatch, KINDS["package"], at_once)
    else:
        assert stored(tmp_path, monkeypatch, KINDS["package"], at_once)[:2] == ([], 0)


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("at_once", [16_000_000, 2_000, 300])
def test_a_key_that_begins_with_a_date_is_as_good(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, at_once: int, seed: int
):
    dice = random.Random(seed)
    days = [f"20{dice.randrange(10, 40)}-0{dice.randrange(1, 10)}-01" for _ in range(200)]
    rows = [{"day": day, "working": True} | place(f"s{number}", number) for number, day in enumerate(days)]
    stage(tmp_path / "staging", "calendar_day", {f"t{number}": rows[number::9] for number in range(9)})
    compare(tmp_path, monkeypatch, KINDS["calendar_day"], at_once)


@pytest.mark.parametrize("made", [apart, copies, overlapping, nulls])
def test_a_check_of_files_has_one_engine_for_all_and_the_same_table(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, made: Callable[[random.Random], dict[str, list[Row]]]
):
    folder = tmp_path / f"{SCRATCH}x"
    stage(folder / "staging", "package", made(random.Random(1)))
    compare(folder, monkeypatch, KINDS["package"], 1_500)


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("at_once", [16_000_000, 3_000])
def test_numbers_within_a_key_are_in_order_of_numbers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, at_once: int, seed: int
):
    dice = random.Random(seed)
    targets = {}
    for host in range(12):
        ports = dice.sample([*range(1, 300), None], 20)
        asset = {"asset_id": f"h{host}", "protocol": "tcp", "address": "::"}
        targets[f"t{host}"] = [asset | {"port": port} | place(f"h{host}", port) for port in ports]
    stage(tmp_path / "staging", "listener", targets)
    compare(tmp_path, monkeypatch, KINDS["listener"], at_once)


def stored(
    folder: Path, monkeypatch: pytest.MonkeyPatch, kind: Kind, at_once: int
) -> tuple[list[tuple[Any, ...]], int, datetime | None, datetime | None]:
    monkeypatch.setattr(pieces, "_PIECE_BYTES", at_once)
    monkeypatch.setattr(staged, "_ROWS", 50)
    evidence = store_evidence(folder / "staging", folder / "run" / "evidence", KINDS, [collection(kind.name)])
    table = evidence.tables[kind.name]
    rows = duckdb.execute("FROM read_parquet(?)", [str(table.path)]).fetchall()
    assert table.rows == len(rows)
    assert [file.name for file in table.path.parent.iterdir()] == [table.path.name]
    return rows, table.superseded, table.oldest, table.newest


def compare(folder: Path, monkeypatch: pytest.MonkeyPatch, kind: Kind, at_once: int) -> None:
    assert stored(folder, monkeypatch, kind, at_once) == plain(folder / "staging", kind)


@pytest.mark.parametrize("at_once", [1, 1 << 30])
def test_a_newer_result_of_another_baseline_leaves_the_older_one_standing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, at_once: int
) -> None:
    """A scan of a laxer profile must not hide what a stricter one found."""

    def result(baseline: str | None, seen: datetime, passes: bool, source: str) -> Row:
        said = {"asset_id": "PC-1", "rule_id": "umask", "baseline": baseline, "pass": passes}
        return said | place(source, 1, seen)

    later = NOW + timedelta(days=1)
    stage(
        tmp_path / "staging",
        "config_result",
        {
            "strict": [
                result("strict", NOW, False, "a"),
                result("strict", NOW - timedelta(days=1), True, "b"),
            ],
            "lax": [result("lax", later, True, "c"), result("lax", NOW, False, "d")],
            "none": [result(None, later, True, "e"), result(None, NOW, False, "f")],
        },
    )
    kind = KINDS["config_result"]
    rows, superseded, *_ = stored(tmp_path, monkeypatch, kind, at_once)
    said = [dict(zip(kind.columns(), row, strict=True)) for row in rows]
    standing = {one["baseline"]: one["pass"] for one in said}
    assert (standing, superseded) == ({"lax": True, "strict": False, None: True}, 3)
