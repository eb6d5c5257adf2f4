"""DuckDB in memory. What memory does not hold is written to a folder that no other user reads, and never to the current
folder, which is DuckDB's own default."""

from __future__ import annotations

import atexit
import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    import duckdb

SCRATCH = "hiscomply-check-"
"""How the name of a folder begins that a check of files works in, closed to others and soon gone."""
SPILL = "spill"
"""The name of the folder, made when it is needed and gone with the connection."""

SHOWN_COLUMNS: Final[Mapping[str, str]] = {
    "subject": "VARCHAR",
    "reason": "VARCHAR",
    "missing": "VARCHAR[]",
    "data": "VARCHAR",
    "source": "VARCHAR",
    "line": "INTEGER",
    '"column"': "INTEGER",
    "pointer": "VARCHAR",
    "collection": "VARCHAR",
    "observed_at": "TIMESTAMP",
}
"""What a verdict row says besides the verdict, with its types."""
VERDICT_COLUMNS: Final[Mapping[str, str]] = {"policy_id": "VARCHAR", "code": "UTINYINT", **SHOWN_COLUMNS}


def insert(
    connection: duckdb.DuckDBPyConnection, table: str, types: Sequence[str], rows: Sequence[Sequence[Any]]
) -> None:
    """Rows into a table, column by column: one statement for all of them."""
    if rows:
        columns = ", ".join(f"unnest(CAST($c{number} AS {type_}[]))" for number, type_ in enumerate(types))
        values = {f"c{number}": list(column) for number, column in enumerate(zip(*rows, strict=True))}
        connection.execute(f"INSERT INTO {table} SELECT {columns}", values)


def connect(memory_limit: str, *, threads: int = 2, spill: Path | None = None) -> duckdb.DuckDBPyConnection:
    """A DuckDB connection in UTC, to a database of its own.

    Args:
        memory_limit: as DuckDB writes it, such as ``512MB``.
        spill: an existing folder closed to others, such as that of the run; one of this process where it is left out.
    """
    import duckdb

    folder = spill or _own_folder()
    connection = duckdb.connect(
        config={"memory_limit": memory_limit, "threads": threads, "temp_directory": str(folder / SPILL)}
    )
    # progress is the command line's to tell: DuckDB would write bars into what is printed
    connection.execute("SET TimeZone = 'UTC'; SET enable_progress_bar = false")
    return connection


@contextmanager
def database(memory_limit: str, spill: Path, *, threads: int = 2) -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection to an empty database, gone with the block.

    Where the run's folder is the scratch of a check of files, it is one more database of the engine that all readers
    share: another engine takes longer to start than the queries of a small check.

    Args:
        memory_limit, spill, threads: as ``connect``; the shared engine keeps its own.
    """
    if not any(part.startswith(SCRATCH) for part in spill.parts):
        with connect(memory_limit, threads=threads, spill=spill) as connection:
            yield connection
        return
    name = f"database_{next(_numbers)}"
    with shared() as connection:
        connection.execute(f"ATTACH ':memory:' AS {name}; USE {name}")
        try:
            yield connection
        finally:
            connection.execute(f"USE memory; DETACH {name}")


def shared() -> duckdb.DuckDBPyConnection:
    """A cursor of its own on the engine that all readers of this process share."""
    return _engine().cursor()


_numbers = count()


@cache
def _engine() -> duckdb.DuckDBPyConnection:
    return connect("512MB")


@cache
def _own_folder() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="hiscomply-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder
