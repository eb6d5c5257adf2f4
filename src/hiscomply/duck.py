"""DuckDB in memory. What memory does not hold is written to a folder that no other user reads, and never to the current
folder, which is DuckDB's own default."""

from __future__ import annotations

import atexit
import shutil
import tempfile
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import duckdb

SPILL = "spill"
"""The name of the folder, made when it is needed and gone with the connection."""


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
    connection.execute("SET TimeZone = 'UTC'")
    return connection


@cache
def _own_folder() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="hiscomply-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder
