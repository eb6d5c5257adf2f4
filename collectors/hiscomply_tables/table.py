"""What every file format gives: tables of rows with their positions."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from hiscomply.model import Text


class Row(NamedTuple):
    """One row: its line (or row number) from 1, its cells, and its JSON pointer where there is one."""

    line: int | None
    cells: Sequence[Any]
    pointer: str | None = None


class BrokenRow(NamedTuple):
    """A place of the file that is no row."""

    line: int | None
    reason: Text
    pointer: str | None = None


@dataclass(frozen=True, slots=True)
class Table:
    """One sheet, or one text file.

    Attributes:
        pointer: the sheet's name, None where a file has but one table.
        rows: reads the table from its beginning, each time it is called.
        is_ragged_normal: short rows are empty to the right (worksheets); otherwise they are damaged.
        epoch: where bare serial numbers of dates count from, None for text.
        has_header: False for JSON, whose cells come in the order that was asked for.
    """

    pointer: str | None
    rows: Callable[[], Iterator[Row | BrokenRow]]
    is_ragged_normal: bool = False
    epoch: datetime | None = None
    has_header: bool = True
