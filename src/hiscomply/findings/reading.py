"""Reads ``findings.parquet``: one engine for all readers of a process, since starting one takes longer than a query."""

from __future__ import annotations

from functools import cache
from typing import Any


@cache
def _engine() -> Any:
    import duckdb

    return duckdb.connect(config={"memory_limit": "512MB", "threads": 2})


def reader() -> Any:
    """A cursor of its own: readers do not disturb each other."""
    return _engine().cursor()
