"""JSON documents and JSON Lines: objects become rows, with their pointer or line."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from hiscomply.hookspecs import CollectFailed
from hiscomply.model import Text
from hiscomply_tables.columns import Source
from hiscomply_tables.table import BrokenRow, Row, Table
from hiscomply_tables.values import Missing, header_word

LIMIT_BYTES = 256 * 2**20
"""A JSON document is held in memory as a whole; larger exports should be JSON Lines."""

_NO_OBJECT = Text("不是 JSON 对象", "not a JSON object")
_NOTHING_OF_IT = Text(
    "该对象没有任何所需的键", "the object has something, and nothing under the keys that are asked for"
)


def json_table(path: Path, encoding: str, records: str, sources: Sequence[Source]) -> Table:
    """The objects of the array at the pointer ``records``, cells in the order of ``sources``."""
    if path.stat().st_size > LIMIT_BYTES:
        raise CollectFailed(
            Text(
                "JSON 文件超过 256 MiB,请导出为 JSON Lines",
                "the JSON file is over 256 MiB; export it as JSON Lines",
            )
        )
    try:
        items = _at(_parse(path.read_text(encoding=encoding)), records)
    except (ValueError, RecursionError) as error:
        raise CollectFailed(Text(f"JSON 无法解析:{error}", f"not valid JSON: {error}")) from None
    if not isinstance(items, list):
        raise CollectFailed(
            Text(
                f"records {records!r} 处不是数组",
                f"there is no array at records {records!r}; give a JSON pointer to it",
            )
        )
    return Table(None, partial(_objects, items, records, sources), has_header=False)


def json_lines_table(path: Path, encoding: str, sources: Sequence[Source]) -> Table:
    """One object a line, streamed."""
    return Table(None, partial(_lines, path, encoding, sources), has_header=False)


def _objects(items: list[Any], records: str, sources: Sequence[Source]) -> Iterator[Row | BrokenRow]:
    for index, item in enumerate(items):
        pointer = f"{records}/{index}"
        yield _row(item, sources, None, pointer)


def _lines(path: Path, encoding: str, sources: Sequence[Source]) -> Iterator[Row | BrokenRow]:
    with path.open(encoding=encoding) as stream:
        for line, text in enumerate(stream, 1):
            if not text.strip():
                continue
            try:
                item = _parse(text)
            except (ValueError, RecursionError) as error:
                yield BrokenRow(line, Text(f"JSON 无法解析:{error}", f"not valid JSON: {error}"))
                continue
            yield _row(item, sources, line)


def _row(
    item: Any, sources: Sequence[Source], line: int | None, pointer: str | None = None
) -> Row | BrokenRow:
    if not isinstance(item, dict):
        return BrokenRow(line, _NO_OBJECT, pointer)
    cells = [_pick(item, source) for source in sources]
    # it would look like a blank row, which is passed over
    if all(map(_is_blank, cells)) and not all(map(_is_blank, item.values())):
        return BrokenRow(line, _NOTHING_OF_IT, pointer)
    return Row(line, cells, pointer)


def _is_blank(cell: Any) -> bool:
    return cell is None or cell is Missing.NO_CELL or (isinstance(cell, str) and not cell.strip())


def _parse(text: str) -> Any:
    return json.loads(text, object_pairs_hook=_unique, parse_constant=_no_constant)


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key stands twice in one object")
    return found


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is not JSON")


def _pick(item: dict[str, Any], source: Source) -> Any:
    for name in source.names:
        found = _at(item, name) if name.startswith("/") else _key(item, name)
        if found is not Missing.NO_CELL:
            return found
    return Missing.NO_CELL


def _key(item: dict[str, Any], name: str) -> Any:
    if name in item:
        return item[name]
    said = header_word(name)
    return next((value for key, value in item.items() if header_word(key) == said), Missing.NO_CELL)


def _at(document: Any, pointer: str) -> Any:
    """The value at a JSON pointer, or NO_CELL (RFC 6901)."""
    for part in pointer.split("/")[1:]:
        name = part.replace("~1", "/").replace("~0", "~")
        if isinstance(document, dict) and name in document:
            document = document[name]
        elif isinstance(document, list) and name.isascii() and name.isdigit() and int(name) < len(document):
            document = document[int(name)]
        else:
            return Missing.NO_CELL
    return document
