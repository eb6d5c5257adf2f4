"""Staged rows to tables of SQLite in memory, where there are few: the evidence of a check of some files."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from itertools import islice
from pathlib import Path
from typing import Any, Final

from hiscomply import sqlite
from hiscomply.compiled import CompiledPolicy
from hiscomply.errors import NotHeld
from hiscomply.evidence.store import describe
from hiscomply.kinds import Kind
from hiscomply.model import Collection, Evidence, EvidenceTable

MOST_BYTES: Final = 24_000_000
"""So much staged JSON is held in memory; of more, DuckDB makes tables on disk."""
_AT_ONCE: Final = 500
"""So many lines are read as one piece of JSON, which takes half of the time."""
_READ: Final = frozenset(
    {"sha256", "_source", "_line", "_column", "_pointer", "_collection", "_observed_at", "_missing"}
)
"""Columns that are read besides what policies name: waivers in comments are looked for by the digest of their file."""
_NUL: Final = "\\u0000"
"""At this letter some functions of SQLite take a text for ended."""


def hold_evidence(
    staging: Path,
    kinds: Mapping[str, Kind],
    collections: Sequence[Collection],
    policies: Sequence[CompiledPolicy],
) -> Evidence | None:
    """The rows of every kind as ``ev.<kind>``, as ``store_evidence`` would store them; None if they are too many.

    A text with the letter NUL is for DuckDB too.

    Args:
        staging: where targets put their rows; it stays the evidence's folder.
        policies: those that are to be judged; columns that none of them reads are left out.
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
        tables = {
            name: _hold(connection, kinds[name], files[name], collections, read_of(kinds[name], policies))
            for name in expected
        }
    except NotHeld:
        connection.close()
        return None
    return Evidence(staging, tables, tuple(collections), connection)


def read_of(kind: Kind, policies: Sequence[CompiledPolicy]) -> frozenset[str]:
    """The columns of a kind that may be read: of its key, by these policies, or besides."""
    return _READ.union(kind.look, *(policy.reads for policy in policies if kind.name in policy.kinds))


def _hold(
    connection: sqlite3.Connection,
    kind: Kind,
    files: Sequence[Path],
    collections: Sequence[Collection],
    read: frozenset[str],
) -> EvidenceTable:
    whole = kind.columns()
    _fill(connection, kind, files, {name: whole[name] for name in whole if name in read})
    superseded = 0
    if _has_doubles(connection, kind):
        # Copies are alike in all columns, so all are needed.
        connection.execute(f'DROP TABLE ev."{kind.name}"')
        _fill(connection, kind, files, whole)
        superseded = _drop_superseded(connection, kind)
    rows, oldest, newest = connection.execute(
        f'SELECT count(*), min(_observed_at), max(_observed_at) FROM ev."{kind.name}"'
    ).fetchone()
    times = sqlite.moment(oldest), sqlite.moment(newest)
    return describe(kind.name, Path(), rows, *times, collections, superseded)


def _fill(
    connection: sqlite3.Connection, kind: Kind, files: Sequence[Path], columns: Mapping[str, str]
) -> None:
    connection.execute(f'CREATE TABLE ev."{kind.name}" ({_listed(columns)})')
    with_marks = f'INSERT INTO ev."{kind.name}" VALUES ({", ".join("?" * len(columns))})'
    connection.execute("BEGIN")
    for file in files:
        connection.executemany(with_marks, _rows(file, columns))
    connection.execute("COMMIT")
    _index(connection, kind)


def _index(connection: sqlite3.Connection, kind: Kind) -> None:
    connection.execute(f'CREATE INDEX ev."{kind.name} by key" ON "{kind.name}" ({_listed(kind.key)})')


def _listed(names: Iterable[str]) -> str:
    return ", ".join(f'"{name}"' for name in names)


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


def _has_doubles(connection: sqlite3.Connection, kind: Kind) -> bool:
    """Whether several rows have the same key."""
    table = f'ev."{kind.name}"'
    total, distinct = connection.execute(
        f"SELECT count(*), (SELECT count(*) FROM (SELECT DISTINCT {_listed(kind.key)} FROM {table})) FROM {table}"
    ).fetchone()
    return bool(total != distinct)


def _drop_superseded(connection: sqlite3.Connection, kind: Kind) -> int:
    """Removes exact copies and rows that a newer look at the same thing replaced; gives how many."""
    table = f'ev."{kind.name}"'
    before = _count(connection, table)
    key, fields, columns = map(_listed, (kind.look, kind.fields, kind.columns()))
    connection.execute(
        f"CREATE TABLE ev.kept AS SELECT {columns} FROM (SELECT *, max(_observed_at) OVER (PARTITION BY {key}) AS _newest,"
        f" row_number() OVER (PARTITION BY {fields}, _observed_at ORDER BY _source IS NULL, _source, _line IS NULL, _line,"
        f" _column IS NULL, _column) AS _copy FROM {table}) WHERE coalesce(_observed_at = _newest, 1) AND _copy = 1"
    )
    connection.execute(f"DROP TABLE {table}")
    connection.execute(f'ALTER TABLE ev.kept RENAME TO "{kind.name}"')
    _index(connection, kind)
    return before - _count(connection, table)


def _count(connection: sqlite3.Connection, table: str) -> int:
    (rows,) = connection.execute(f"SELECT count(*) FROM {table}").fetchone()
    return int(rows)
