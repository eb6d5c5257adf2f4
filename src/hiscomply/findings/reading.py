"""Reads ``findings.parquet``: one engine for all readers of a process, since starting one takes longer than a query."""

from __future__ import annotations

from functools import cache
from typing import Any

from hiscomply.duck import connect


@cache
def _engine() -> Any:
    return connect("512MB")


def reader() -> Any:
    """A cursor of its own: readers do not disturb each other."""
    return _engine().cursor()
