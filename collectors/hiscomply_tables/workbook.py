"""Excel workbooks, streamed sheet by sheet, with merged cells filled and unstored formulas marked."""

from __future__ import annotations

import re
import warnings
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import IO, Any

from hiscomply.errors import nearest
from hiscomply.hookspecs import CollectFailed
from hiscomply.model import Text
from hiscomply_tables.moments import EPOCH_1900, EPOCH_1904
from hiscomply_tables.survey import Merge, Survey, survey_sheet
from hiscomply_tables.table import Row, Table
from hiscomply_tables.values import CellError, Percent

MAX_UNPACKED_BYTES = 2**30
MAX_RATIO = 200
_RATIO_FROM_BYTES = 32 * 2**20
_MAX_COLUMNS = 2048
_QUOTED = re.compile(r'"[^"]*"|\\.|_.|\*.')
"""What a number format shows as it stands."""
_UNCALCULATED = re.compile(rb'<(?:\w+:)?calcPr\b(?=[^>]*\bcalcId="124519")(?=[^>]*\bfullCalcOnLoad="1")')
"""How XlsxWriter and its relatives ask Excel to work formulas out, and 0 is what they store until then."""


@contextmanager
def open_tables(path: Path, sheet: str | int) -> Iterator[list[Table]]:
    """The chosen sheets; ``*`` for all that are not blank. Their rows can be read while the context lasts.

    Raises:
        CollectFailed: openpyxl is missing, the workbook is broken or a bomb, or has no such sheet.
    """
    _check_archive(path)
    # As a stream, for openpyxl refuses paths by their ending, and exports are often named wrong.
    with path.open("rb") as stream:
        book = _load(stream)
        try:
            chosen = _choose(book.worksheets, sheet)
            is_calculated = not _UNCALCULATED.search(_main_part(path))
            tables = [_table(book, worksheet, is_calculated) for worksheet in chosen]
            yield [table for table in tables if sheet != "*" or _has_cells(table)]
        finally:
            book.close()


def _check_archive(path: Path) -> None:
    try:
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
    except (zipfile.BadZipFile, OSError, NotImplementedError) as error:
        raise CollectFailed(
            Text(f"工作簿不完整或已损坏:{error}", f"the workbook is cut off or damaged: {error}")
        ) from None
    names = {member.filename for member in members}
    if "xl/workbook.bin" in names:
        raise CollectFailed(
            Text("不支持 .xlsb,请另存为 .xlsx", ".xlsb is not read; save the workbook as .xlsx")
        )
    if not any(name.endswith("workbook.xml") for name in names):
        raise CollectFailed(Text("压缩包里没有 Excel 工作簿", "the archive is no Excel workbook"))
    # The declared size is also the most that zipfile unpacks, so it may be trusted here.
    size = sum(member.file_size for member in members)
    packed = max(1, sum(member.compress_size for member in members))
    if size > MAX_UNPACKED_BYTES or (size > _RATIO_FROM_BYTES and size > MAX_RATIO * packed):
        raise CollectFailed(
            Text(f"工作簿解压后达 {size} 字节,拒绝读取", f"the workbook unpacks to {size} bytes; refused")
        )


def _main_part(path: Path) -> bytes:
    with zipfile.ZipFile(path) as archive:
        name = next(name for name in archive.namelist() if name.endswith("workbook.xml"))
        return archive.read(name)


def _load(stream: IO[bytes]) -> Any:
    try:
        import openpyxl
    except ImportError:
        raise CollectFailed(
            Text(
                '读取 Excel 需要 openpyxl:pip install "hiscomply[excel]"',
                'Excel files need openpyxl: pip install "hiscomply[excel]"',
            )
        ) from None
    # It warns of styles and validations that other programs write; no value depends on them.
    warnings.filterwarnings("ignore", category=UserWarning, module=r"openpyxl(\.|$)")
    try:
        return openpyxl.load_workbook(stream, read_only=True, data_only=True, keep_links=False)
    except Exception as error:  # noqa: BLE001  # openpyxl raises KeyError, ValueError, ParseError, … on damaged parts
        raise CollectFailed(
            Text(f"Excel 工作簿无法打开:{error!r}", f"the workbook cannot be opened: {error!r}")
        ) from None


def _choose(worksheets: list[Any], wanted: str | int) -> list[Any]:
    titles = [worksheet.title for worksheet in worksheets]
    if wanted == "*" and worksheets:
        return worksheets
    if isinstance(wanted, int) and 1 <= wanted <= len(worksheets):
        return [worksheets[wanted - 1]]
    chosen = [worksheet for worksheet in worksheets if worksheet.title.strip() == str(wanted).strip()]
    if chosen:
        return chosen
    hint = nearest(str(wanted), titles)
    listed = ", ".join(titles) or "—"
    raise CollectFailed(
        Text(
            f"没有工作表 {wanted!r};现有:{listed}。{hint}",
            f"no sheet {wanted!r}; there are: {listed}. {hint}",
        )
    )


def _table(book: Any, worksheet: Any, is_calculated: bool) -> Table:
    # A stored dimension may be too small, and rows beyond it would be lost.
    worksheet.reset_dimensions()
    with worksheet._get_source() as stream:  # the only way to a sheet's XML; stable over all of openpyxl 3
        survey = survey_sheet(stream, is_zero_stored=is_calculated)
    epoch = EPOCH_1904 if book.epoch == datetime(1904, 1, 1) else EPOCH_1900
    read = partial(_rows, worksheet, survey, _percent_styles(book))
    return Table(worksheet.title, read, is_ragged_normal=True, epoch=epoch)


def _percent_styles(book: Any) -> frozenset[int]:
    """The styles of cells that are shown as a percentage."""
    from openpyxl.styles.numbers import BUILTIN_FORMATS, BUILTIN_FORMATS_MAX_SIZE

    def is_percent(number: int) -> bool:
        own = number - BUILTIN_FORMATS_MAX_SIZE
        form = BUILTIN_FORMATS.get(number, "") if own < 0 else book._number_formats[own]
        return "%" in _QUOTED.sub("", form)

    return frozenset(at for at, style in enumerate(book._cell_styles) if is_percent(style.numFmtId))


def _has_cells(table: Table) -> bool:
    return any(any(cell is not None for cell in row.cells) for row in table.rows() if isinstance(row, Row))


def _rows(worksheet: Any, survey: Survey, percents: frozenset[int]) -> Iterator[Row]:
    # Cells with their styles take twice as long as values alone, so only where some are shown as a percentage.
    found = _with_percents(worksheet, percents) if percents else worksheet.iter_rows(values_only=True)
    rows: Iterator[tuple[int, Any]] = enumerate(found, 1)
    if survey.unstored:
        rows = ((number, _marked(cells, survey.unstored.get(number, ()))) for number, cells in rows)
    if survey.merges:
        return _filled(rows, survey.merges)
    return (Row(number, cells) for number, cells in rows)


def _with_percents(worksheet: Any, percents: frozenset[int]) -> Iterator[list[Any]]:
    for cells in worksheet.iter_rows():
        yield [
            Percent(cell.value)
            if type(cell.value) in (int, float) and cell._style_id in percents
            else cell.value
            for cell in cells
        ]


def _marked(cells: Any, columns: Any) -> Any:
    """The row with its formulas without stored value marked."""
    if not columns:
        return cells
    marked = list(cells) + [None] * (max(columns) - len(cells))
    for column in columns:
        marked[column - 1] = CellError.NO_STORED_VALUE
    return marked


def _filled(rows: Iterator[tuple[int, Any]], merges: list[Merge]) -> Iterator[Row]:
    """The rows with each merged range full of the value of its first cell."""
    waiting, active = iter(merges), list[tuple[Merge, Any]]()
    coming = next(waiting, None)
    for number, cells in rows:
        active = [(merge, value) for merge, value in active if merge.bottom >= number]
        while coming is not None and coming.top <= number:
            if coming.bottom >= number:
                active.append((coming, cells[coming.left - 1] if coming.left <= len(cells) else None))
            coming = next(waiting, None)
        yield Row(number, _fill(cells, active) if active else cells)


def _fill(cells: Any, active: list[tuple[Merge, Any]]) -> list[Any]:
    filled = list(cells)
    for merge, value in active:
        right = min(merge.right, _MAX_COLUMNS)
        filled.extend([None] * (right - len(filled)))
        filled[merge.left - 1 : right] = [value] * (right - merge.left + 1)
    return filled
