"""Staged files to the rows of one table: many small files are read as one, and a large table is sorted in pieces."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from hiscomply.kinds import Kind

_SMALL_BYTES = 8_000_000
"""Files up to this size are joined: DuckDB takes 2 ms to begin with a file, which a fleet has in the thousands."""
_ROWS = 60_000
"""So many rows are sorted at once, in memory; sorting a whole fleet's would be done on disk, and slower."""
_SAMPLED = 20
"""Rows looked at for each border between two pieces."""


def joined(files: Sequence[Path], first: str, target: Path) -> list[Path]:
    """The same lines in fewer files.

    Args:
        first: the first field of the natural key, by which files are put in order, so that neighbours in the table
            stand near each other.
        target: the file to write, where there is anything to join.
    """
    small = [file for file in files if file.stat().st_size <= _SMALL_BYTES]
    if len(small) < 2:
        return list(files)
    others = set(files) - set(small)
    return [as_one(in_key_order(small, first), target), *(file for file in files if file in others)]


def as_one(files: Sequence[Path], target: Path) -> Path:
    """The file, or the target to which several were written one after the other."""
    if len(files) == 1:
        return files[0]
    # An earlier piece is written over: the system has its pages at hand.
    with target.open("r+b" if target.exists() else "wb", buffering=0) as whole:
        for file in files:
            with file.open("rb") as part:
                shutil.copyfileobj(part, whole)
        whole.truncate()
    return target


def in_key_order(files: Iterable[Path], first: str) -> list[Path]:
    """The files by what the first row of each has in this field."""
    return sorted(files, key=lambda file: (_first_value(file, first), file))


def _first_value(file: Path, name: str) -> str:
    with file.open("rb") as stream:
        line = stream.readline()
    try:
        return str(json.loads(line)[name])
    except (ValueError, LookupError, TypeError):
        # The order only makes it faster; what is wrong with the line is told by the one who reads all.
        return ""


def lines(files: Sequence[Path], kind: Kind) -> str:
    """The rows of staged files, as part of a statement."""
    columns = ", ".join(f"'{name}': '{type_}'" for name, type_ in kind.columns().items())
    return (
        f"read_json({listed(files)}, format = 'newline_delimited', columns = {{{columns}}},"
        " maximum_object_size = 16777216)"
    )


def copy_sorted(connection: Any, key: Sequence[str], order: Sequence[str], target: Path, rows: int) -> None:
    """Writes the table ``staged`` to a Parquet file in this order, and drops it.

    Args:
        key: the natural key; pieces are cut by its first field.
        rows: how many the table has.
    """
    by = ", ".join(f'"{name}"' for name in order)
    borders = _borders(connection, key[0], rows // _ROWS)
    if not borders:
        copy(connection, f"SELECT * FROM staged ORDER BY {by}", target)
        connection.execute("DROP TABLE staged")
        return
    pieces = []
    for number, (least, end) in enumerate(zip([None, *borders], [*borders, None], strict=True)):
        piece = target.with_name(f"{target.name}.{number}")
        pieces.append(piece)
        # NULL stands behind all borders
        bounds = [f'coalesce("{key[0]}" >= {_literal(least)}, true)'] if least is not None else []
        bounds += [f'"{key[0]}" < {_literal(end)}'] if end is not None else []
        copy(connection, f"SELECT * FROM staged WHERE {' AND '.join(bounds)} ORDER BY {by}", piece, "lz4")
    connection.execute("DROP TABLE staged")
    copy(connection, f"SELECT * FROM read_parquet({listed(pieces)})", target)
    for piece in pieces:
        piece.unlink()


def _borders(connection: Any, name: str, count: int) -> list[Any]:
    """Values of a text field that cut the rows in about so many pieces and one more."""
    if not count:
        return []
    sample = connection.execute(
        f'SELECT "{name}" FROM staged USING SAMPLE reservoir({count * _SAMPLED} ROWS) REPEATABLE (1)'
    ).fetchall()
    values = sorted(value for (value,) in sample if isinstance(value, str))
    return sorted(set(values[_SAMPLED::_SAMPLED]))


def copy(connection: Any, query: str, target: Path, compression: str = "zstd") -> None:
    """Writes what a query gives to a Parquet file."""
    connection.execute(
        f"COPY ({query}) TO {_literal(str(target))} (FORMAT parquet, COMPRESSION {compression})"
    )


def listed(files: Sequence[Path]) -> str:
    """Names of files, as part of a statement."""
    return f"[{', '.join(_literal(str(file)) for file in files)}]"


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
