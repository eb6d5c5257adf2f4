"""CSV and TSV, streamed: encoding, delimiter, rows with their physical line."""

from __future__ import annotations

import codecs
import csv
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path

from hiscomply.hookspecs import CollectFailed
from hiscomply.model import Text
from hiscomply_tables.table import BrokenRow, Row, Table

DELIMITERS = (",", ";", "\t", "|")
_CHUNK = 1 << 20
_MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))


def find_encoding(path: Path, wanted: str) -> str:
    """The encoding by which the whole file can be read.

    Raises:
        CollectFailed: none fits, the name is unknown, or there are NUL bytes.
    """
    if wanted != "auto":
        try:
            codecs.lookup(wanted)
        except LookupError:
            raise CollectFailed(Text(f"没有编码 {wanted!r}", f"there is no encoding {wanted!r}")) from None
        candidates: tuple[str, ...] = (wanted,)
    else:
        with path.open("rb") as stream:
            head = stream.read(4)
        marked = [name for mark, name in _MARKS if head.startswith(mark)]
        candidates = tuple(marked) or ("utf-8", "gb18030")
    problems = [_problem(path, name) for name in candidates]
    for name, problem in zip(candidates, problems, strict=True):
        if problem is None:
            return name
    tried = "; ".join(f"{name}: {problem}" for name, problem in zip(candidates, problems, strict=True))
    raise CollectFailed(Text(f"无法按编码读取({tried})", f"not readable in any encoding ({tried})"))


def _problem(path: Path, encoding: str) -> str | None:
    """Why the file is no text of this encoding, or None; memory is bounded."""
    decoder = codecs.getincrementaldecoder(encoding)("strict")
    line = 1
    with path.open("rb") as stream:
        while True:
            chunk = stream.read(_CHUNK)
            try:
                text = decoder.decode(chunk, final=not chunk)
            except UnicodeDecodeError as error:
                return f"line {line + error.object[: error.start].count(10)}"
            except UnicodeError as error:
                return str(error)
            if "\0" in text:
                raise _nul(line + text.count("\n", 0, text.index("\0")))
            if not chunk:
                return None
            line += text.count("\n")


def _nul(line: int) -> CollectFailed:
    return CollectFailed(
        Text(
            f"第 {line} 行含有 NUL 字节,文件已损坏或不是文本", f"NUL byte in line {line}: damaged, or no text"
        )
    )


def delimited_table(path: Path, encoding: str, delimiter: str, is_header: Callable[[Table], bool]) -> Table:
    """The file as a table; ``delimiter`` may be ``auto``: the first by which ``is_header``."""
    if delimiter != "auto":
        return _table(path, encoding, delimiter)
    tables = [_table(path, encoding, candidate) for candidate in DELIMITERS]
    for table in tables:
        if is_header(table):
            return table
    with path.open(encoding=encoding, newline="") as stream:
        head = stream.read(4096)
    return max(zip(DELIMITERS, tables, strict=True), key=lambda pair: head.count(pair[0]))[1]


def _table(path: Path, encoding: str, delimiter: str) -> Table:
    return Table(None, partial(_rows, path, encoding, delimiter))


def _rows(path: Path, encoding: str, delimiter: str) -> Iterator[Row | BrokenRow]:
    with path.open(encoding=encoding, newline="") as stream:
        reader = csv.reader(stream, delimiter=delimiter, strict=True)
        while True:
            line = reader.line_num + 1
            try:
                cells = next(reader)
            except StopIteration:
                return
            except csv.Error as error:
                yield BrokenRow(line, _broken(line, reader.line_num, error))
                continue
            if reader.line_num > line and _holds_rows(cells, delimiter):
                yield BrokenRow(line, _swallowed(line, reader.line_num))
                continue
            yield Row(line, cells)


def _holds_rows(cells: Sequence[str], delimiter: str) -> bool:
    """Whether several lines of one row have as many cells as the row: then two stray quotes have made one of many."""
    lines = delimiter.join(cells).splitlines()
    return len(cells) > 1 and sum(line.count(delimiter) == len(cells) - 1 for line in lines) > 1


def _swallowed(first: int, last: int) -> Text:
    return Text(
        f"第 {first} 至 {last} 行被一对引号连成一行,其中有多行看起来各是一行数据:可能缺少引号;"
        "若确是一个单元格的内容,请去掉其中的换行",
        f"lines {first} to {last} are one row by a pair of quotes, and several of them look like rows of their own: "
        "is a quote missing? If it is one cell, leave its line breaks out",
    )


def _broken(first: int, last: int, error: csv.Error) -> Text:
    return Text(
        f"第 {first} 至 {last} 行的引号不完整或字段过长,无法分列",
        f"lines {first} to {last} cannot be split into cells "
        f"({error}): a quote is not closed, or a cell is too long",
    )
