"""Large results go from the scan straight into the file, all in one pass, and never stand in memory."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from hiscomply.compiled import CompiledPolicy

DEFER_ROWS = 5_000
"""From how many rows on a result is not kept in memory until the end."""
FILE_OPTIONS = "FORMAT parquet, COMPRESSION lz4, ROW_GROUP_SIZE 30720, DICTIONARY_SIZE_LIMIT 2000"
"""The file is read once and then deleted, so quick beats small; small row groups let all threads write."""

_TEXT_OR_PLACEHOLDER = re.compile(r"'(?:[^']|'')*'|\$([a-z_][a-z0-9_]*)")


@dataclass(frozen=True, slots=True)
class Deferred:
    """The verdict rows of one policy as a query, with placeholders that no other policy has."""

    policy: CompiledPolicy
    sql: str
    bound: Mapping[str, Any]


def defer(policy: CompiledPolicy, rows: str, bound: Mapping[str, Any], number: int | str) -> Deferred:
    """The query ``rows`` with every placeholder ``$name`` as ``$name__<number>``."""
    sql = _TEXT_OR_PLACEHOLDER.sub(
        lambda match: f"{match[0]}__{number}" if match[1] in bound else match[0], rows
    )
    return Deferred(policy, sql, {f"{name}__{number}": value for name, value in bound.items()})


def write_all(connection: Any, deferred: Sequence[Deferred], target: str) -> None:
    """The table ``verdicts`` and all deferred rows to one Parquet file.

    Raises:
        duckdb.Error: one of the deferred queries failed; nothing usable was written.
    """
    parts = ["SELECT * FROM verdicts", *(one.sql for one in deferred)]
    bound = {name: value for one in deferred for name, value in one.bound.items()}
    connection.execute(f"COPY ({' UNION ALL '.join(parts)}) TO '{target}' ({FILE_OPTIONS})", bound)
