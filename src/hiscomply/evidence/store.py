"""Staged JSON Lines to Parquet tables, one per kind, with provenance on every row."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

from hiscomply.duck import database, shared
from hiscomply.errors import EvidenceError, Place
from hiscomply.evidence.pieces import counting, in_pieces, order_of, put_together, write_pieces
from hiscomply.evidence.staged import copy_sorted, joined, lines, listed
from hiscomply.kinds import Kind
from hiscomply.model import Collection, CollectionStatus, Evidence, EvidenceTable

COLLECTION_KIND = "collection"
_MEMORY, _MOST_MEMORY = "96MB", "512MB"
"""What DuckDB may keep in memory while it stores: a fleet needs no more than a host, whatever its size."""


def store_evidence(
    staging: Path, folder: Path, kinds: Mapping[str, Kind], collections: Sequence[Collection]
) -> Evidence:
    """Writes ``<kind>.parquet`` for every kind that was collected or should have been.

    Of rows with one natural key the newest ``observed_at`` counts; older ones are counted as superseded.
    Rows of one key and one time that differ are all kept.

    Raises:
        EvidenceError: a table cannot be written.
    """
    import duckdb

    folder.mkdir(parents=True, exist_ok=True)
    expected = {kind for one in collections for kind in one.kinds}
    tables: dict[str, EvidenceTable] = {}
    with database(_MEMORY, folder.parent, threads=1) as connection:
        for name in sorted(expected & set(kinds)):
            whole = staging / f"{name}.jsonl"
            try:
                files = sorted(staging.glob(f"*/{name}.jsonl"))
                store = partial(_store_kind, connection, kinds[name], files, whole, folder, collections)
                tables[name] = _within(connection, store)
            except OSError as error:
                raise EvidenceError(
                    f"evidence of kind {name} cannot be put together: {error.strerror} / 证据无法汇总",
                    place=Place(str(error.filename or whole)),
                    hint="is the disk full? / 请检查磁盘空间",
                ) from error
            except duckdb.Error as error:
                raise EvidenceError(
                    f"evidence of kind {name} cannot be stored: {str(error).splitlines()[0]} / 证据无法保存",
                    place=Place(str(folder)),
                    hint="is the disk full? / 请检查磁盘空间",
                ) from error
            whole.unlink(missing_ok=True)
    return Evidence(folder, tables, tuple(collections))


def _within(connection: Any, store: Callable[[], EvidenceTable]) -> EvidenceTable:
    """What storing gives, with more memory where it needs it."""
    import duckdb

    try:
        return store()
    except duckdb.OutOfMemoryException:
        # Few rows are so wide, or of so few keys, that the small limit does not do for them.
        connection.execute(f"SET memory_limit = '{_MOST_MEMORY}'")
        return store()


def _store_kind(
    connection: Any,
    kind: Kind,
    files: Sequence[Path],
    whole: Path,
    folder: Path,
    collections: Sequence[Collection],
) -> EvidenceTable:
    path = folder / f"{kind.name}.parquet"
    pieces = write_pieces(connection, kind, in_pieces(files, kind.key[0]), whole, path)
    if pieces is not None and pieces.is_table:
        put_together(connection, pieces.files, path)
        return describe(kind.name, path, pieces.rows, pieces.oldest, pieces.newest, collections)
    source = _rows(kind, files, whole) if pieces is None else f"read_parquet({listed(pieces.files)})"
    if files:
        # Pieces take least on one thread, all rows at once least time on two, as the engine of a check has them.
        connection.execute("SET threads = 2")
    connection.execute(f"DROP TABLE IF EXISTS staged; CREATE TEMP TABLE staged AS FROM {source}")
    if pieces is not None:
        pieces.remove()
    superseded = _drop_superseded(connection, kind)
    rows, oldest, newest = connection.execute(
        "SELECT count(*), min(_observed_at), max(_observed_at) FROM staged"
    ).fetchone()
    copy_sorted(connection, kind.key, order_of(kind), path, rows)
    return describe(kind.name, path, rows, oldest, newest, collections, superseded)


def _rows(kind: Kind, files: Sequence[Path], whole: Path) -> str:
    """The staged rows, as part of a statement."""
    if files:
        return lines(joined(files, kind.key[0], whole), kind)
    nothing = ", ".join(f'CAST(NULL AS {type_}) AS "{name}"' for name, type_ in kind.columns().items())
    return f"(SELECT {nothing} WHERE false)"


def describe(
    kind: str,
    path: Path,
    rows: int,
    oldest: datetime | None,
    newest: datetime | None,
    collections: Sequence[Collection],
    superseded: int = 0,
) -> EvidenceTable:
    """What is known of a stored table, and of what it lacks."""
    concerned = [one for one in collections if kind in one.kinds]
    gaps = tuple(
        one.target for one in concerned if one.status is not CollectionStatus.OK and kind in one.affected
    )
    return EvidenceTable(
        kind=kind,
        path=path,
        rows=rows,
        is_complete=bool(concerned) and not gaps,
        gaps=gaps,
        oldest=oldest.replace(tzinfo=UTC) if oldest else None,
        newest=newest.replace(tzinfo=UTC) if newest else None,
        superseded=superseded,
    )


def _drop_superseded(connection: Any, kind: Kind) -> int:
    """Removes exact copies and rows that a newer look at the same thing replaced; gives how many."""
    key = ", ".join(f'"{name}"' for name in kind.key)
    total, distinct = connection.execute(
        f"SELECT count(*), (SELECT count(*) FROM (SELECT DISTINCT {key} FROM staged)) FROM staged"
    ).fetchone()
    if total == distinct:
        return 0
    connection.execute(f"CREATE OR REPLACE TEMP TABLE kept AS SELECT * FROM staged QUALIFY {counting(kind)}")
    connection.execute("DROP TABLE staged; ALTER TABLE kept RENAME TO staged")
    left: int = connection.execute("SELECT count(*) FROM staged").fetchone()[0]
    return int(total) - left


def open_evidence(folder: Path, kinds: Mapping[str, Kind], collections: Sequence[Collection]) -> Evidence:
    """The evidence of a sealed run.

    Raises:
        EvidenceError: a table is missing or damaged.
    """
    import duckdb

    connection = shared()
    tables: dict[str, EvidenceTable] = {}
    for name in sorted({kind for one in collections for kind in one.kinds} & set(kinds)):
        path = folder / f"{name}.parquet"
        try:
            rows, oldest, newest = connection.execute(
                "SELECT count(*), min(_observed_at), max(_observed_at) FROM read_parquet(?)", [str(path)]
            ).fetchone() or (0, None, None)
        except duckdb.Error as error:
            raise EvidenceError(
                f"the table cannot be read: {str(error).splitlines()[0]} / 证据表无法读取",
                place=Place(str(path)),
                hint="the run was altered or is not complete / 该次运行不完整或被改动",
            ) from error
        tables[name] = describe(name, path, rows, oldest, newest, collections)
    return Evidence(folder, tables, tuple(collections))
