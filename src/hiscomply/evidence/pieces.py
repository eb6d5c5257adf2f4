"""Staged files to a table, piece by piece: the rows of neighbouring targets are read, sorted and written only once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from hiscomply.evidence.staged import as_one, copy, in_key_order, lines, listed
from hiscomply.kinds import Kind

_PIECE_BYTES = 16_000_000
"""About so much JSON is sorted at once; DuckDB has room for it, and for a group of rows that it writes."""


@dataclass(frozen=True, slots=True)
class Pieces:
    """Parquet files, each sorted in itself, and what they are one after the other.

    Attributes:
        is_table: together they are in order, and no row is a copy or superseded.
    """

    files: tuple[Path, ...]
    rows: int
    oldest: datetime | None
    newest: datetime | None
    is_table: bool

    def remove(self) -> None:
        """Deletes the files."""
        for file in self.files:
            file.unlink()


def in_pieces(files: Sequence[Path], first: str) -> list[list[Path]]:
    """The files in groups, neighbours in the table together; none where a file is too large to be sorted at once.

    Args:
        first: the first field of the natural key.
    """
    sizes = {file: file.stat().st_size for file in files}
    if any(size > _PIECE_BYTES for size in sizes.values()):
        return []
    groups: list[list[Path]] = []
    room = 0
    for file in in_key_order(files, first):
        if not groups or sizes[file] > room:
            groups.append([])
            room = _PIECE_BYTES
        groups[-1].append(file)
        room -= sizes[file]
    return groups


def write_pieces(
    connection: Any, kind: Kind, groups: Sequence[Sequence[Path]], whole: Path, target: Path
) -> Pieces | None:
    """Each group of files as one sorted file beside the target; None where there is no group.

    Args:
        whole: the file to write, where files of a group are joined.
    """
    if not groups:
        return None
    order = order_of(kind)
    files = tuple(target.with_name(f"{target.name}.{number}") for number in range(len(groups)))
    for group, file in zip(groups, files, strict=True):
        copy(
            connection, f"SELECT * FROM {lines([as_one(group, whole)], kind)} ORDER BY {_names(order)}", file
        )
    # Rows compare like their fields one by one, NULL last, which is how they are sorted.
    rows, ordered, repeated, oldest, newest = connection.execute(
        "SELECT count(*), count(*) FILTER (_place >= _place_before), count(*) FILTER (_key = _key_before),"
        " min(_observed_at), max(_observed_at) FROM (SELECT _observed_at,"
        f" row({_names(order)}) AS _place, lag(_place) OVER () AS _place_before,"
        f" row({_names(kind.key)}) AS _key, lag(_key) OVER () AS _key_before FROM read_parquet({listed(files)}))"
    ).fetchone()
    is_table = ordered >= rows - 1 and not (repeated and _superseded(connection, kind, files))
    return Pieces(files, rows, oldest, newest, is_table)


def _superseded(connection: Any, kind: Kind, files: Sequence[Path]) -> bool:
    """Of rows that stand beside another of their key, some do not count."""
    key = _names(kind.key)
    found = connection.execute(
        f"SELECT 1 FROM (SELECT *, row({key}) AS _key, lag(_key) OVER () AS _before, lead(_key) OVER () AS _after"
        f" FROM read_parquet({listed(files)})) WHERE _key = _before OR _key = _after"
        f" QUALIFY NOT ({counting(kind)}) LIMIT 1"
    ).fetchone()
    return found is not None


def order_of(kind: Kind) -> tuple[str, ...]:
    """The columns by which a table is sorted."""
    return (*kind.key, "_source", "_line", "_column")


def counting(kind: Kind) -> str:
    """The condition with windows that is true of rows which count: the newest look of its kind, and one of equal ones.

    A row without a time may be newer than any other, so it counts beside them.
    """
    return (
        f"coalesce(_observed_at = max(_observed_at) OVER (PARTITION BY {_names(kind.look)}), true)"
        f" AND row_number() OVER (PARTITION BY {_names(kind.fields)}, _observed_at"
        " ORDER BY _source, _line, _column) = 1"
    )


def put_together(connection: Any, pieces: Sequence[Path], target: Path) -> None:
    """The pieces, one after the other, as one file in their place."""
    if len(pieces) == 1:
        pieces[0].replace(target)
        return
    copy(connection, f"SELECT * FROM read_parquet({listed(pieces)})", target)
    for piece in pieces:
        piece.unlink()


def _names(names: Sequence[str] | Mapping[str, Any]) -> str:
    return ", ".join(f'"{name}"' for name in names)
