"""CSV reports as lines of columns; a table that was cut off is told from a short one where that can be seen. Pure."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from typing import Final

from hiscomply.hookspecs import CollectFailed
from hiscomply.model import Text

_MAX_CELL: Final = 16_000_000


def header_of(line: str) -> list[str]:
    """The column names of a first line."""
    return [name.strip() for name in next(csv.reader([line]), [])]


def rows(lines: Iterable[str]) -> Iterator[tuple[int, dict[str, str]]]:
    """Line number and cells by column of each row below the header.

    Raises:
        CollectFailed: a row with another number of cells than the header, or an open quote at the end.
    """
    csv.field_size_limit(max(csv.field_size_limit(), _MAX_CELL))
    reader = csv.reader(lines, strict=True)
    try:
        names = [name.strip() for name in next(reader, [])]
        start = reader.line_num + 1
        for cells in reader:
            if cells and len(cells) != len(names):
                raise CollectFailed(
                    Text(
                        f"第 {start} 行有 {len(cells)} 列,表头有 {len(names)} 列:文件损坏或被截断",
                        f"line {start} has {len(cells)} cells and the header {len(names)}: broken or cut off",
                    )
                )
            if cells:
                yield start, dict(zip(names, cells, strict=True))
            start = reader.line_num + 1
    except csv.Error as error:
        raise CollectFailed(
            Text(
                f"第 {reader.line_num} 行附近的 CSV 损坏或被截断:{error}",
                f"the CSV is broken or cut off near line {reader.line_num}: {error}",
            )
        ) from None


def nothing() -> CollectFailed:
    """A table of a header alone names no host, so nothing is known of any."""
    return CollectFailed(
        Text(
            "只有表头没有数据:不知道扫描了哪些主机,不能当作没有漏洞",
            "a header and no row: which hosts were scanned is not known, so this is not 'no vulnerability'",
        )
    )
