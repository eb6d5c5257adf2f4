"""JSON documents out of a file, a folder, a zip archive or JSON Lines, each within its bound."""

from __future__ import annotations

import json
import lzma
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

from hiscomply.errors import Place
from hiscomply.reference.imports.parsed import wrong

MOST_BYTES = 256 * 1024 * 1024
"""Of one document; the largest public feed has some 20 MB."""
MOST_DOCUMENTS = 1_000_000
MOST_UNPACKED = 8 * 1024 * 1024 * 1024
_UNREADABLE = (zipfile.BadZipFile, zlib.error, lzma.LZMAError)
_LINES = (".jsonl", ".ndjson")


def json_documents(path: Path) -> Iterator[tuple[Any, Place]]:
    """Each document with its place: the file, or the file and line for JSON Lines.

    Raises:
        ReferenceDataError: there is none, one is no JSON, or a bound is passed.
    """
    if path.is_dir():
        yield from _of_folder(path)
    elif zipfile.is_zipfile(path):
        yield from _of_archive(path)
    elif path.suffix in _LINES:
        yield from _of_lines(path)
    else:
        yield parse(read_bytes(path), Place(str(path))), Place(str(path))


def read_bytes(path: Path) -> bytes:
    """The bytes of a plain file.

    Raises:
        ReferenceDataError: it is none, cannot be read, or is too large.
    """
    place = Place(str(path))
    try:
        if not path.is_file():
            raise wrong(place, "没有该文件", "there is no such file")
        with path.open("rb") as stream:
            return _bounded(stream, place)
    except OSError as error:
        raise wrong(place, f"无法读取:{error.strerror}", f"cannot be read: {error.strerror}") from error


def parse(data: bytes, place: Place) -> Any:
    """The JSON document.

    Raises:
        ReferenceDataError: it is none, with line and column.
    """
    try:
        return json.loads(data.decode("utf-8-sig"), parse_constant=_no_constant)
    except json.JSONDecodeError as error:
        line = error.lineno if place.line is None else place.line
        raise wrong(
            Place(place.name, line, error.colno),
            "不是有效的 JSON,可能下载不完整",
            f"no valid JSON: {error.msg}; was the download cut off?",
        ) from None
    except UnicodeDecodeError:
        raise wrong(place, "不是 UTF-8 文本", "no UTF-8 text") from None
    except (RecursionError, ValueError):
        raise wrong(
            place,
            "JSON 嵌套过深或含无法表示的数",
            "the JSON is nested too deeply or holds an impossible number",
        ) from None


def _of_folder(path: Path) -> Iterator[tuple[Any, Place]]:
    files = sorted(file for file in path.rglob("*.json") if file.is_file() and not file.is_symlink())
    if not files:
        raise wrong(Place(str(path)), "文件夹中没有 .json 文件", "the folder holds no .json file")
    for file in files:
        place = Place(file.relative_to(path.parent).as_posix())
        yield parse(read_bytes(file), place), place


def _of_archive(path: Path) -> Iterator[tuple[Any, Place]]:
    """The archive is read entry by entry and never unpacked, so that no entry can land outside."""
    place, total, found = Place(str(path)), 0, False
    try:
        with zipfile.ZipFile(path) as archive:
            entries = [one for one in archive.infolist() if one.filename.endswith((".json", *_LINES))]
            if len(entries) > MOST_DOCUMENTS:
                raise wrong(place, "压缩包内文件过多", "the archive holds too many files")
            for entry in sorted(entries, key=lambda one: one.filename):
                inside = Place(f"{path.name}!{entry.filename}")
                with archive.open(entry) as stream:
                    data = _bounded(stream, inside)
                total += len(data)
                if total > MOST_UNPACKED:
                    raise wrong(place, "压缩包展开后过大", "the archive is too large unpacked")
                found = True
                if entry.filename.endswith(_LINES):
                    yield from _lines(data.splitlines(), inside.name)
                else:
                    yield parse(data, inside), inside
    except (*_UNREADABLE, EOFError, NotImplementedError, RuntimeError, OSError) as error:
        raise wrong(
            place, f"压缩包损坏或受口令保护:{error}", f"the archive is damaged or locked: {error}"
        ) from error
    if not found:
        raise wrong(place, "压缩包中没有 .json 文件", "the archive holds no .json file")


def _of_lines(path: Path) -> Iterator[tuple[Any, Place]]:
    yield from _lines(read_bytes(path).splitlines(), str(path))


def _lines(lines: list[bytes], name: str) -> Iterator[tuple[Any, Place]]:
    for number, line in enumerate(lines, 1):
        if line.strip():
            place = Place(name, number)
            yield parse(line, place), place


def _bounded(stream: IO[bytes], place: Place) -> bytes:
    data = stream.read(MOST_BYTES + 1)
    if len(data) > MOST_BYTES:
        raise wrong(place, "文件过大", f"the file is larger than {MOST_BYTES // 2**20} MiB")
    return data


def _no_constant(_text: str) -> Any:
    raise ValueError
