"""Staged rows to tables of SQLite in memory, where there are few: the evidence of a check of some files."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from itertools import islice
from pathlib import Path
from typing import Any, Final

from hiscomply import sqlite
from hiscomply.errors import NotHeld
from hiscomply.evidence.store import describe
from hiscomply.kinds import Kind
from hiscomply.model import Collection, Evidence, EvidenceTable

MOST_BYTES: Final = 24_000_000
"""So much staged JSON is held in memory; of more, DuckDB makes tables on disk."""
_AT_ONCE: Final = 500
"""So many lines are read as one piece of JSON, which takes half of the time."""
_NUL: Final = "\\u0000"
"""At this letter some functions of SQLite take a text for ended."""


def hold_evidence(
    staging: Path, kinds: Mapping[str, Kind], collections: Sequence[Collection]
) -> Evidence | None:
    """The rows of every kind as ``ev.<kind>``, as ``store_evidence`` would store them; None if they are too many.

    A text with the letter NUL is for DuckDB too.

    Args:
        staging: where targets put their rows; it stays the evidence's folder.
    """
    expected = sorted({kind for one in collections for kind in one.kinds} & set(kinds))
    files = {name: sorted(staging.glob(f"*/{name}.jsonl")) for name in expected}
    if (
        not sqlite.is_able()
        or sum(file.stat().st_size for some in files.values() for file in some) > MOST_BYTES
    ):
        return None
    connection = sqlite.connect()
    try:
        tables = {name: _hold(connection, kinds[name], files[name], collections) for name in expected}
    except NotHeld:
        connection.close()
        return None
    return Evidence(staging, tables, tuple(collections), connection)


def _hold(
    connection: sqlite3.Connection, kind: Kind, files: Sequence[Path], collections: Sequence[Collection]
) -> EvidenceTable:
    columns = kind.columns()
    listed = ", ".join(f'"{name}"' for name in columns)
    connection.execute(f'CREATE TABLE ev."{kind.name}" ({listed})')
    with_marks = f'INSERT INTO ev."{kind.name}" VALUES ({", ".join("?" * len(columns))})'
    connection.execute("BEGIN")
    for file in files:
        connection.executemany(with_marks, _rows(file, columns))
    connection.execute("COMMIT")
    superseded = _drop_superseded(connection, kind, listed)
    connection.execute(f'CREATE INDEX ev."{kind.name} by key" ON "{kind.name}" ("{kind.key[0]}")')
    rows, oldest, newest = connection.execute(
        f'SELECT count(*), min(_observed_at), max(_observed_at) FROM ev."{kind.name}"'
    ).fetchone()
    times = sqlite.moment(oldest), sqlite.moment(newest)
    return describe(kind.name, Path(), rows, *times, collections, superseded)


def _rows(file: Path, columns: Mapping[str, str]) -> Iterator[list[Any]]:
    changed = [(at, _HELD[type_]) for at, type_ in enumerate(columns.values()) if type_ in _HELD]
    with file.open(encoding="utf-8") as lines:
        while some := ",".join(islice(lines, _AT_ONCE)):
            if _NUL in some:
                raise NotHeld
            for read in json.loads(f"[{some}]"):
                row = list(map(read.get, columns))
                for at, held in changed:
                    if row[at] is not None:
                        row[at] = held(row[at])
                yield row


@lru_cache(maxsize=4096)
def _time(written: str) -> int:
    return sqlite.microseconds(datetime.fromisoformat(written))


def _list(texts: list[str]) -> bytes:
    return _list_of(tuple(texts))


_list_of: Final = lru_cache(maxsize=1024)(sqlite.list_)
_HELD: Final[Mapping[str, Callable[[Any], Any]]] = {"TIMESTAMP": _time, "VARCHAR[]": _list}


def _drop_superseded(connection: sqlite3.Connection, kind: Kind, columns: str) -> int:
    """Removes exact copies and rows that a newer look at the same thing replaced; gives how many."""
    table = f'ev."{kind.name}"'
    key = ", ".join(f'"{name}"' for name in kind.key)
    total, distinct = connection.execute(
        f"SELECT count(*), (SELECT count(*) FROM (SELECT DISTINCT {key} FROM {table})) FROM {table}"
    ).fetchone()
    if total == distinct:
        return 0
    fields = ", ".join(f'"{name}"' for name in kind.fields)
    connection.execute(
        f"CREATE TABLE ev.kept AS SELECT {columns} FROM (SELECT *, max(_observed_at) OVER (PARTITION BY {key}) AS _newest,"
        f" row_number() OVER (PARTITION BY {fields}, _observed_at ORDER BY _source IS NULL, _source, _line IS NULL, _line,"
        f" _column IS NULL, _column) AS _copy FROM {table}) WHERE _observed_at IS _newest AND _copy = 1"
    )
    connection.execute(f"DROP TABLE {table}")
    connection.execute(f'ALTER TABLE ev.kept RENAME TO "{kind.name}"')
    (left,) = connection.execute(f"SELECT count(*) FROM {table}").fetchone()
    return int(total) - int(left)
