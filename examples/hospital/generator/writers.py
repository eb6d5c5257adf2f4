"""Rows to CSV, Excel and JSON Lines, the same bytes every time."""

from __future__ import annotations

import csv
import json
import zipfile
from collections.abc import Iterable, Sequence
from datetime import datetime
from io import BytesIO
from pathlib import Path
from typing import Any

from openpyxl import Workbook

_STILL = (2026, 1, 1, 0, 0, 0)


def write_csv(path: Path, headers: Sequence[str], rows: Iterable[Sequence[Any]], encoding: str) -> None:
    with path.open("w", encoding=encoding, newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(headers)
        writer.writerows(rows)


def write_jsonl(path: Path, rows: Iterable[dict[str, Any]]) -> None:
    with path.open("w", encoding="utf-8") as stream:
        for row in rows:
            stream.write(json.dumps(row, ensure_ascii=False) + "\n")


def write_xlsx(
    path: Path, sheet: str, title: str, headers: Sequence[str], rows: Iterable[Sequence[Any]], made: datetime
) -> None:
    """A workbook as offices make them: a merged title, a line on when it was made, headers, rows."""
    book = Workbook()
    page = book.active
    page.title = sheet
    page.append([title])
    page.merge_cells(start_row=1, start_column=1, end_row=1, end_column=len(headers))
    page.append([f"导出时间:{made:%Y-%m-%d %H:%M}"])
    page.append(list(headers))
    for row in rows:
        page.append(list(row))
    book.properties.created = book.properties.modified = made
    buffer = BytesIO()
    book.save(buffer)
    _write_still(buffer, path, made)


def _write_still(buffer: BytesIO, path: Path, made: datetime) -> None:
    """The same archive without the time of its making, so that equal seeds give equal files."""
    with zipfile.ZipFile(buffer) as source, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as target:
        for name in sorted(source.namelist()):
            data = source.read(name)
            if name == "docProps/core.xml":
                head, _, tail = data.partition(b"<dcterms:modified")
                _, _, rest = tail.partition(b"</dcterms:modified>")
                data = head + rest
            target.writestr(zipfile.ZipInfo(name, _STILL), data, zipfile.ZIP_DEFLATED)
