"""Where the headers of a table stand, and where each column that is asked for is."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from hiscomply.hookspecs import CollectFailed
from hiscomply.model import Text
from hiscomply_tables.matching import find_positions, missing_headers, refuse_duplicates
from hiscomply_tables.plan import Plan
from hiscomply_tables.table import Row, Table
from hiscomply_tables.values import header_word

SEARCHED_ROWS = 200


@dataclass(frozen=True, slots=True)
class Header:
    """The headers found.

    Attributes:
        line: their line; 0 if there are none.
        positions: index of each source of the plan in a row; None for an optional one that is not there.
        width: cells that a whole row has at least.
    """

    line: int
    cells: Sequence[Any]
    positions: tuple[int | None, ...]
    width: int


def find_header(table: Table, plan: Plan) -> Header:
    """The headers of a table.

    Raises:
        CollectFailed: a header is missing, or stands there twice; or the table is empty.
    """
    if not table.has_header:
        return Header(0, (), tuple(range(len(plan.sources))), len(plan.sources))
    if plan.header_row == 0:
        numbers = [source.number for source in plan.sources if source.number is not None]
        return Header(0, (), tuple(number - 1 for number in numbers), max(numbers, default=0))
    best: tuple[int, Row] | None = None
    for row in _candidates(table, plan.header_row):
        score = _score(row, plan)
        if score is None:
            refuse_duplicates(row.cells, plan.sources)
            return _header(row, plan)
        if best is None or score > best[0]:
            best = (score, row)
    if best is None:
        raise CollectFailed(Text("文件里没有任何内容", "there is nothing in the file"))
    missing = [
        source
        for source, position in zip(plan.sources, find_positions(best[1].cells, plan.sources), strict=True)
        if position is None and not source.is_optional
    ]
    raise missing_headers(best[1].cells, missing or plan.sources)


def has_header(table: Table, plan: Plan) -> bool:
    """Whether the table, split as it is, holds all headers."""
    if plan.header_row == 0:
        return False
    return any(_score(row, plan) is None for row in _candidates(table, plan.header_row))


def _candidates(table: Table, header_row: int | None) -> Iterator[Row]:
    if header_row is None:
        rows: Iterator[Any] = islice(table.rows(), SEARCHED_ROWS)
    else:
        rows = (row for row in islice(table.rows(), header_row) if row.line == header_row)
    return (row for row in rows if isinstance(row, Row) and any(header_word(cell) for cell in row.cells))


def _score(row: Row, plan: Plan) -> int | None:
    """None if the row holds every header that must be there, else how many it holds."""
    positions = find_positions(row.cells, plan.sources)
    named = [
        (source, position)
        for source, position in zip(plan.sources, positions, strict=True)
        if source.number is None
    ]
    found = sum(position is not None for _, position in named)
    if (found or not named) and all(position is not None or source.is_optional for source, position in named):
        return None
    return found


def _header(row: Row, plan: Plan) -> Header:
    positions = tuple(find_positions(row.cells, plan.sources))
    last = max((index for index, cell in enumerate(row.cells) if header_word(cell)), default=0)
    width = max([last, *(position for position in positions if position is not None)]) + 1
    return Header(row.line or 0, row.cells, positions, width)
