"""Tells the format of a file by content, and opens its tables."""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

from hiscomply.hookspecs import CollectDenied, CollectFailed
from hiscomply.model import Text
from hiscomply_tables.delimited import delimited_table, find_encoding
from hiscomply_tables.header import has_header
from hiscomply_tables.json_rows import json_lines_table, json_table
from hiscomply_tables.plan import Plan
from hiscomply_tables.table import Table

_OLE = bytes.fromhex("d0cf11e0a1b11ae1")
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_BY_SUFFIX = {
    ".tsv": "tsv",
    ".tab": "tsv",
    ".json": "json",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".xlsx": "xlsx",
    ".xlsm": "xlsx",
    ".xltx": "xlsx",
}


@contextmanager
def open_file(path: Path, options: Mapping[str, Any], plan: Plan) -> Iterator[list[Table]]:
    """The tables of one file, readable while the context lasts.

    Raises:
        CollectDenied: the file may not be read.
        CollectFailed: it cannot be read as what it is.
    """
    try:
        with _tables(path, options, plan) as tables:
            yield tables
    except PermissionError as error:
        raise CollectDenied(Text(f"没有读取权限:{error}", f"not allowed to read: {error}")) from None
    except OSError as error:
        raise CollectFailed(Text(f"读取失败:{error}", f"cannot read: {error}")) from None
    except (BadZipFile, zlib.error, EOFError) as error:
        raise CollectFailed(
            Text(f"工作簿不完整或已损坏:{error}", f"the workbook is cut off or damaged: {error}")
        ) from None


@contextmanager
def _tables(path: Path, options: Mapping[str, Any], plan: Plan) -> Iterator[list[Table]]:
    form = _format(path, options.get("format", "auto"))
    if form == "xlsx":
        from hiscomply_tables.workbook import open_tables

        with open_tables(path, options.get("sheet", 1)) as tables:
            yield tables
        return
    encoding = find_encoding(path, options.get("encoding", "auto"))
    if form == "json":
        yield [json_table(path, encoding, options.get("records", ""), plan.sources)]
    elif form == "jsonl":
        yield [json_lines_table(path, encoding, plan.sources)]
    else:
        delimiter = options.get("delimiter", "\t" if form == "tsv" else "auto")
        yield [delimited_table(path, encoding, delimiter, lambda table: has_header(table, plan))]


def _format(path: Path, wanted: str) -> str:
    with path.open("rb") as stream:
        head = stream.read(4096)
    if not head:
        raise CollectFailed(Text("文件是空的", "the file is empty"))
    if head.startswith(_OLE):
        raise _refused_ole(path)
    if head.startswith(b"PK\x03\x04"):
        return "xlsx"
    start = head.removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    if start.startswith((b"<html", b"<!doctype html", b"<table", b"<?xml")):
        raise CollectFailed(
            Text(
                "这是网页或 XML 假扮的表格,请用 Excel 另存为 .xlsx",
                "a web page or XML named as a table; save it as .xlsx in Excel",
            )
        )
    form = _BY_SUFFIX.get(path.suffix.lower(), "csv") if wanted == "auto" else wanted
    if form == "xlsx":
        raise CollectFailed(Text("不是完好的 .xlsx 工作簿", "not an intact .xlsx workbook"))
    return form


def _refused_ole(path: Path) -> CollectFailed:
    tail, step = b"", 1 << 20
    with path.open("rb") as stream:
        while chunk := stream.read(step):
            if _ENCRYPTED in tail + chunk:
                return CollectFailed(
                    Text(
                        "工作簿有打开密码,请去掉密码后再导出",
                        "the workbook is protected by a password; save it without one",
                    )
                )
            tail = chunk[-len(_ENCRYPTED) :]
    return CollectFailed(
        Text(
            "旧的 .xls 格式不支持,请用 Excel 另存为 .xlsx",
            "the old .xls format is not read; save it as .xlsx in Excel",
        )
    )
