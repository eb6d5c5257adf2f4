"""What does not fit into memory goes to a private folder, never to the current one, and is gone afterwards."""

from __future__ import annotations

import stat
from pathlib import Path
from typing import Any

import duckdb
import pytest
from tests.unit.evaluate.test_deferred import AS_OF

from hiscomply import duck
from hiscomply.evaluate.engine import Engine
from hiscomply.evaluate.evaluator import Moment

MORE_THAN_FITS = (
    "CREATE TEMP TABLE big AS SELECT i, repeat(hash(i)::VARCHAR, 5) AS text FROM range(1000000) t(i)"
)


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "here"
    folder.mkdir()
    monkeypatch.chdir(folder)
    return folder


def files(folder: Path) -> list[str]:
    return [path.name for path in folder.rglob("*")]


def test_it_spills_into_the_folder_that_is_given(tmp_path: Path, here: Path) -> None:
    run = tmp_path / "run"
    run.mkdir()
    connection = duck.connect("60MB", spill=run)
    connection.execute(MORE_THAN_FITS)
    assert files(run / duck.SPILL)
    assert files(here) == []
    connection.close()
    assert sorted(files(tmp_path)) == ["here", "run"]


def test_without_a_folder_it_is_one_that_no_other_user_can_enter(here: Path) -> None:
    connection = duck.connect("60MB")
    connection.execute(MORE_THAN_FITS)
    spilt = Path(_setting(connection, "temp_directory"))
    assert files(spilt)
    assert files(here) == []
    assert stat.S_IMODE(spilt.parent.stat().st_mode) == 0o700
    connection.close()
    assert not spilt.exists()


def test_an_engine_confined_to_its_run_still_has_its_folder(tmp_path: Path, here: Path) -> None:
    run = tmp_path / "run"
    run.mkdir()
    engine = Engine({}, Moment(AS_OF), memory_limit="60MB", spill=run)
    engine.confine(run)
    engine.connection.execute(MORE_THAN_FITS)
    assert files(run / duck.SPILL)
    assert files(here) == []
    assert engine.connection.execute("SELECT count(*), sum(i) FROM big").fetchone() == (10**6, 499999500000)
    engine.connection.close()


def test_databases_in_the_scratch_of_a_check_share_one_engine_and_nothing_else(tmp_path: Path) -> None:
    scratch = tmp_path / f"{duck.SCRATCH}x" / "run"
    with duck.database("100MB", scratch) as one, duck.database("100MB", scratch) as other:
        one.execute("CREATE TABLE mine AS SELECT 1 AS n")
        with pytest.raises(duckdb.CatalogException):
            other.execute("SELECT * FROM mine")
        assert _setting(one, "memory_limit") == _setting(duck.shared(), "memory_limit")
    assert duck.shared().execute("SELECT count(*) FROM duckdb_tables()").fetchone() == (0,)
    with duck.database("100MB", tmp_path) as alone:
        alone.execute("CREATE TABLE mine AS SELECT 1 AS n")
        assert _setting(alone, "memory_limit") != _setting(duck.shared(), "memory_limit")
        assert _setting(alone, "temp_directory") == str(tmp_path / duck.SPILL)


def _setting(connection: Any, name: str) -> str:
    return str(connection.execute(f"SELECT current_setting('{name}')").fetchone()[0])
