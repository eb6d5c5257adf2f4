"""The functions that SQLite is given, against those of DuckDB."""

from __future__ import annotations

import json
import random
import sqlite3
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any

import duckdb
import pytest

from hiscomply import sqlite
from hiscomply.errors import NotHeld

TEXTS = [
    "", " ", "a", "A b ", "\u3000x\u3000", "\u00a0y", "\tz\t", "\n", "ß", "İ", "ΑΣ", "ÀÉ", "中文", "ｆｕｌｌ", "K",
    "a,b", ",", "'", '"', "\\", "0.0.0.0:80", "🙂", "ǆ", "ŉ", "a\u0301", None,
]  # fmt: skip
LISTS: list[list[str | None] | None] = [[], ["a"], ["a", None], ["", "中", ","], ['"', "\\"], None]


@pytest.fixture(scope="module")
def duck() -> duckdb.DuckDBPyConnection:
    return duckdb.connect()


@pytest.fixture
def small() -> Iterator[sqlite3.Connection]:
    connection = sqlite.connect()
    yield connection
    connection.close()


@pytest.mark.parametrize("name", ["lower", "upper", "trim"])
@pytest.mark.parametrize("text", TEXTS)
def test_texts_are_changed_as_duckdb_changes_them(
    duck: duckdb.DuckDBPyConnection, small: sqlite3.Connection, name: str, text: str | None
) -> None:
    query = f"SELECT {name}({{}})"
    theirs = duck.execute(query.format("CAST($1 AS VARCHAR)"), [text]).fetchone()
    assert small.execute(query.format("?"), [text]).fetchone() == theirs


@pytest.mark.parametrize("name", ["lower", "upper", "trim"])
def test_every_letter_is_changed_as_duckdb_changes_it(
    duck: duckdb.DuckDBPyConnection, small: sqlite3.Connection, name: str
) -> None:
    letters = [chr(code) for code in range(1, 0x11000) if not 0xD800 <= code < 0xE000]
    theirs = duck.execute(f"SELECT {name}(t) FROM (SELECT unnest($1) AS t)", [letters]).fetchall()
    ours = [small.execute(f"SELECT {name}(?)", [letter]).fetchone() for letter in letters]
    assert [pair for pair in zip(letters, ours, theirs, strict=True) if pair[1] != pair[2]] == []


@pytest.mark.parametrize("text", TEXTS)
def test_the_start_of_a_text_is_found_as_duckdb_finds_it(
    duck: duckdb.DuckDBPyConnection, small: sqlite3.Connection, text: str | None
) -> None:
    for other in TEXTS:
        theirs = duck.execute("SELECT starts_with($1::VARCHAR, $2::VARCHAR)", [text, other]).fetchone()
        assert small.execute("SELECT starts_with(?, ?)", [text, other]).fetchone() == theirs
        split = duck.execute("SELECT string_split($1::VARCHAR, ',')", [text]).fetchone()
        (ours,) = small.execute("SELECT string_split(?, ',')", [text]).fetchone()
        assert (None if ours is None else json.loads(ours)) == (split or (None,))[0]


def test_lists_are_searched_and_counted_as_in_duckdb(
    duck: duckdb.DuckDBPyConnection, small: sqlite3.Connection
) -> None:
    for listed in LISTS:
        held = sqlite.held(listed)
        for text in TEXTS:
            theirs = duck.execute(
                "SELECT list_contains($1::VARCHAR[], $2::VARCHAR)", [listed, text]
            ).fetchone()
            assert small.execute("SELECT list_contains(?, ?)", [held, text]).fetchone() == theirs, (
                listed,
                text,
            )
        many = duck.execute("SELECT array_length($1::VARCHAR[])", [listed]).fetchone()
        assert small.execute("SELECT array_length(?)", [held]).fetchone() == many


def test_the_first_place_is_the_one_that_duckdb_holds_for_the_first(
    duck: duckdb.DuckDBPyConnection, small: sqlite3.Connection
) -> None:
    chance = random.Random(20261127)
    for _ in range(300):
        places = [
            (
                chance.choice([None, "a", "b", "中", "a/b", "a\x01", "a\x1f", "a\x1fb"]),
                chance.choice([None, 1, 2, 10, 9]),
                chance.choice([None, 1, 20]),
                chance.choice([None, "/x", "/中", "/x\x1f9"]),
            )
            for _ in range(3)
        ]
        rows = "(VALUES " + ", ".join("(?, ?, ?, ?)" for _ in places) + ")"
        flat = [value for place in places for value in place]
        (first,) = duck.execute(
            "SELECT min(struct_pack(a := a::VARCHAR, b := b::INTEGER, c := c::INTEGER, d := d::VARCHAR)) "
            f"FROM {rows} t(a, b, c, d)",
            flat,
        ).fetchone() or (None,)
        ours = small.execute(
            "WITH t(a, b, c, d) AS " + rows + " SELECT min(place(a, b, c, d)) FROM t", flat
        ).fetchone()
        assert sqlite.place_of(ours[0], None, None, None) == tuple(first.values()), places


@pytest.mark.parametrize("place", [("a", 1, None, "p"), (None, None, None, None), ("", 0, 0, "")])
def test_a_place_that_nobody_put_together_stays_as_it_is(place: Any) -> None:
    assert sqlite.place_of(*place) == place


def test_answers_that_are_remembered_stay_apart(small: sqlite3.Connection) -> None:
    for _ in range(2):
        row = small.execute(
            "SELECT lower('A'), lower(NULL), regexp_matches('a', 'a'), regexp_matches('a', 'b'),"
            " regexp_matches(NULL, 'a'), truth(0), truth(1), truth(NULL), trim(' a'), lower(' A')"
        ).fetchone()
        assert row == ("a", None, 1, 0, None, b"false", b"true", b"null", "a", " a")


def test_values_come_back_from_json_as_they_were(small: sqlite3.Connection) -> None:
    held = [sqlite.held(["a", '"']), 1.5, "中\n", None, 7]
    (row,) = small.execute(
        "SELECT json_row('list', ?, 'number', ?, 'text', ?, 'none', ?, 'truth', truth(1), 'not', truth(NULL), 'n', ?)",
        held,
    ).fetchone()
    expected = {
        "list": ["a", '"'],
        "number": 1.5,
        "text": "中\n",
        "none": None,
        "truth": True,
        "not": None,
        "n": 7,
    }
    assert json.loads(row) == expected


@pytest.mark.parametrize(
    "moment", [datetime(1969, 12, 31, 23, 59, 59, 5), datetime(2026, 11, 27, 1, 2, 3, 4)]
)
def test_a_time_comes_back_as_it_was(moment: datetime) -> None:
    assert sqlite.moment(sqlite.held(moment)) == moment


def test_a_duration_is_held_as_a_number_of_seconds_is(small: sqlite3.Connection) -> None:
    assert small.execute("SELECT to_seconds(1.5) = ?", [sqlite.held(timedelta(seconds=1.5))]).fetchone() == (
        1,
    )


@pytest.mark.parametrize("value", [date(2026, 1, 1), {"a": 1}, b"x"])
def test_what_sqlite_has_no_type_for_is_refused(value: Any) -> None:
    with pytest.raises(NotHeld):
        sqlite.held(value)


def test_a_long_text_is_left_to_duckdb(small: sqlite3.Connection) -> None:
    assert small.execute("SELECT regexp_matches(?, 'a')", ["a" * sqlite.LONGEST_MATCHED]).fetchone() == (1,)
    with pytest.raises(sqlite3.OperationalError):
        small.execute("SELECT regexp_matches(?, 'a')", ["a" * (sqlite.LONGEST_MATCHED + 1)]).fetchone()


def test_like_heeds_case_as_duckdb_does(small: sqlite3.Connection) -> None:
    assert small.execute("SELECT 'ABC' LIKE 'a%', 'abc' LIKE 'a%'").fetchone() == (0, 1)
