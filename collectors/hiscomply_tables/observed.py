"""When an export was made: the option ``observed_at``."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, tzinfo
from pathlib import Path
from typing import Any

from hiscomply.hookspecs import CollectFailed
from hiscomply.model import Text
from hiscomply_tables import moments
from hiscomply_tables.survey import column_number
from hiscomply_tables.table import Row, Table
from hiscomply_tables.values import Unfit, refuse_error

_CELL = re.compile(r"([A-Za-z]+)(\d+)")


def moment_reader(
    options: Mapping[str, Any], zone: tzinfo, epoch: datetime | None
) -> Callable[[Any], datetime]:
    """A function from a cell to the moment in UTC, for ``observed_at`` from cells; raises Unfit."""
    written = options.get("observed_at")
    formats = written.get("format", "auto") if isinstance(written, Mapping) else "auto"
    read = moments.reader((formats,) if isinstance(formats, str) else tuple(formats), epoch)

    def moment(cell: Any) -> datetime:
        refuse_error(cell)
        return moments.to_utc(read(cell), zone)

    return moment


def observed_of(options: Mapping[str, Any], path: Path, table: Table, zone: tzinfo) -> datetime | None:
    """The moment for all rows of a table, UTC; None if each row has its own.

    Raises:
        CollectFailed: the file's name or the cell gives no clear moment.
    """
    written = options.get("observed_at")
    if written is None:
        return datetime.fromtimestamp(path.stat().st_mtime, UTC)
    if isinstance(written, Mapping) and "column" in written:
        return None
    read = moment_reader(options, zone, table.epoch)
    try:
        return read(_written(written, path, table))
    except Unfit as unfit:
        reason = unfit.reason
        raise CollectFailed(Text(f"observed_at:{reason.zh}", f"observed_at: {reason.en}")) from None


def _written(written: Any, path: Path, table: Table) -> Any:
    if isinstance(written, date | str):
        return written
    if "filename" in written:
        return _cut(written["filename"], path.name)
    cell = _cell(table, written["cell"])
    return _cut(written["match"], str(cell)) if "match" in written else cell


def _cut(pattern: str, text: str) -> str:
    try:
        found = re.search(pattern, text)
    except re.error as error:
        raise CollectFailed(
            Text(f"observed_at 的正则不对:{error}", f"observed_at: bad regular expression: {error}")
        ) from None
    if found is None:
        raise Unfit(f"{text!r} 与 {pattern!r} 不符", f"{text!r} does not match {pattern!r}")
    return found.group(1) if found.re.groups else found.group()


def _cell(table: Table, reference: str) -> Any:
    found = _CELL.fullmatch(reference)
    if found is not None and table.has_header:
        column, line = column_number(found[1]), int(found[2])
        for row in table.rows():
            if row.line is not None and row.line >= line:
                if isinstance(row, Row) and row.line == line and column <= len(row.cells):
                    return row.cells[column - 1]
                break
    raise Unfit(f"没有单元格 {reference}", f"there is no cell {reference}")
