"""Parquet files of one table put after each other: their rows are copied as they stand, and only what the end of a file
says of them is written anew.

Source: https://github.com/apache/parquet-format/blob/master/src/main/thrift/parquet.thrift
"""

from __future__ import annotations

from collections.abc import Sequence
from io import BytesIO
from pathlib import Path
from typing import Final

from hiscomply.evidence.thrift import STRUCT, Struct, read, write

_MAGIC: Final = b"PAR1"
_SCHEMA, _ROWS, _GROUPS = 2, 3, 4
_CHUNKS, _GROUP_OFFSET, _DATA = 1, 5, 3
_DATA_OFFSETS: Final = (9, 10, 11, 14)
"""Where a column's data, index, dictionary and Bloom filter begin."""
_OF_GROUP, _OF_CHUNK, _OF_DATA = set(range(1, 7)), {2, _DATA}, set(range(1, 18))
"""Fields of which none but those above names a place in the file, or a number among the groups."""


def concatenated(parts: Sequence[Path], target: Path) -> bool:
    """Writes the parts as one file; False where DuckDB has to do it, row by row.

    That is where columns differ, or the end of a file has what is not known here.
    """
    end: Struct = {}
    with target.open("wb") as whole:
        whole.write(_MAGIC)
        for part in parts:
            try:
                body, said = _parted(part.read_bytes())
            except ValueError:
                return False
            groups = said[_GROUPS][1][1]
            if not all(map(_is_known, groups)) or (end and end[_SCHEMA] != said[_SCHEMA]):
                return False
            _move(groups, whole.tell() - len(_MAGIC))
            whole.write(body)
            if end:
                end[_ROWS] = (end[_ROWS][0], end[_ROWS][1] + said[_ROWS][1])
                end[_GROUPS][1][1].extend(groups)
            else:
                end = said
        written = write(STRUCT, end)
        whole.write(written + len(written).to_bytes(4, "little") + _MAGIC)
    return True


def _parted(content: bytes) -> tuple[bytes, Struct]:
    """What stands between the mark at the beginning and the end of a file, and what the end says."""
    begin = len(content) - 8 - int.from_bytes(content[-8:-4], "little")
    return content[len(_MAGIC) : begin], read(BytesIO(content[begin:-8]))


def _is_known(group: Struct) -> bool:
    chunks = group[_CHUNKS][1][1]
    return (
        group.keys() <= _OF_GROUP
        and all(chunk.keys() <= _OF_CHUNK and chunk[2][1] == 0 for chunk in chunks)
        and all(chunk[_DATA][1].keys() <= _OF_DATA for chunk in chunks)
    )


def _move(groups: Sequence[Struct], by: int) -> None:
    """All places that these groups name."""
    named = [(group, _GROUP_OFFSET) for group in groups]
    named += [
        (chunk[_DATA][1], field)
        for group in groups
        for chunk in group[_CHUNKS][1][1]
        for field in _DATA_OFFSETS
    ]
    for fields, number in named:
        if number in fields:
            type_, place = fields[number]
            fields[number] = type_, place + by
