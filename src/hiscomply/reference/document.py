"""The form of a file of reference data: a YAML document whose rows stand one on each line as JSON.

    dataset: kev_entry
    as_of: 2026-06-28
    source: CISA KEV
    sha256: 9f86d0…                 # of every byte below the line "rows:"
    rows:
    - {"cve": "CVE-2026-0001", "added_at": "2026-06-01T00:00:00Z"}

Any tool reads it as YAML; we read it line by line, so that a large one needs little memory, and each row
has its line. The checksum can be made again with ``sed '1,/^rows:$/d' FILE | sha256sum``.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Any

from hiscomply.errors import Place, ReferenceDataError
from hiscomply.model import Text

SUFFIX = ".yaml"
_MOST_BYTES = 1 << 30
_HEADER_BYTES = 64 * 1024
_ROWS = b"rows:"


@dataclass(frozen=True, slots=True)
class Header:
    """What a file says of itself.

    Attributes:
        as_of: the day that the data speak of.
        source: a citation, the same in both languages.
        sha256: of the rows as the file says.
        imported_at: ISO time with zone, empty for what ships with the product.
        note: what to know before relying on the data; None when there is nothing.
    """

    dataset: str
    as_of: date
    source: str
    version: str = ""
    read_on: str = ""
    imported_from: str = ""
    imported_at: str = ""
    imported_sha256: str = ""
    sha256: str = ""
    note: Text | None = None

    def lines(self) -> list[str]:
        """The header as YAML, empty values left out."""
        values = {name: getattr(self, name) for name in self.__slots__}
        return [
            f"{name}: {json.dumps(asdict(value) if isinstance(value, Text) else str(value), ensure_ascii=False)}"
            for name, value in values.items()
            if value
        ]


@dataclass(frozen=True, slots=True)
class ReferenceFile:
    """A file with its header, and whether its rows are what the header says."""

    path: Path
    header: Header
    sha256: str
    rows: int
    first_line: int

    @property
    def is_intact(self) -> bool:
        """The rows have the checksum that the header names."""
        return self.sha256 == self.header.sha256

    def read_rows(self) -> Iterator[tuple[int, dict[str, Any]]]:
        """Line and row, in order.

        Raises:
            ReferenceDataError: a line is no row.
        """
        with self.path.open("rb") as stream:
            for number, line in enumerate(stream, 1):
                if number >= self.first_line and line.strip():
                    yield number, _row(line, Place(self.path.name, number))


def open_reference(path: Path) -> ReferenceFile:
    """The file, its rows summed but not yet read.

    Raises:
        ReferenceDataError: it cannot be read, or has no usable header.
    """
    try:
        if path.stat().st_size > _MOST_BYTES:
            raise _bad(path, "文件超过 1 GiB", "the file is larger than 1 GiB")
        with path.open("rb") as stream:
            head, number = b"", 0
            for line in stream:
                number += 1
                if line.rstrip() == _ROWS:
                    break
                head += line
                if len(head) > _HEADER_BYTES:
                    raise _bad(path, "文件头过长或没有 rows:", "the header is too long, or rows: is missing")
            else:
                raise _bad(path, "没有 rows: 一行", "there is no line rows:")
            total, rows = hashlib.sha256(), 0
            for line in stream:
                total.update(line)
                rows += bool(line.strip())
    except OSError as error:
        raise _bad(path, f"无法读取:{error.strerror}", f"cannot be read: {error.strerror}") from error
    return ReferenceFile(path, _header(path, head), total.hexdigest(), rows, number + 1)


def write_reference(path: Path, header: Header, rows: Iterable[Mapping[str, Any]]) -> Header:
    """Writes the file beside and then in place; what stood there is kept as ``<name>.previous``.

    Returns:
        The header with the checksum of the rows.

    Raises:
        ReferenceDataError: it cannot be written; what stood there still stands.
    """
    lines = [
        f"- {json.dumps(dict(row), ensure_ascii=False, default=str)}\n".encode("utf-8", "replace")
        for row in rows
    ]
    body = b"".join(lines)
    values = {name: getattr(header, name) for name in header.__slots__}
    sealed = Header(**{**values, "sha256": hashlib.sha256(body).hexdigest()})
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with beside.open("wb") as stream:
            stream.write("\n".join([*sealed.lines(), _ROWS.decode(), ""]).encode() + body)
            stream.flush()
            os.fsync(stream.fileno())
        if path.exists():
            kept = beside.with_name(beside.name + ".previous")
            shutil.copy2(path, kept)
            kept.replace(previous_of(path))
        beside.replace(path)
    except OSError as error:
        beside.unlink(missing_ok=True)
        raise _bad(path, f"无法写入:{error.strerror}", f"cannot be written: {error.strerror}") from error
    return sealed


def previous_of(path: Path) -> Path:
    """Where the file that an import replaced is kept."""
    return path.with_name(path.name + ".previous")


def _header(path: Path, head: bytes) -> Header:
    import yaml

    try:
        values = yaml.load(head.decode("utf-8-sig"), Loader=yaml.BaseLoader)  # noqa: S506 - makes only texts
    except (UnicodeDecodeError, yaml.YAMLError, RecursionError) as error:
        raise _bad(path, "文件头不是有效的 YAML", "the header is no valid YAML") from error
    note = values.pop("note", "") if isinstance(values, dict) else ""
    if not isinstance(values, dict) or not all(isinstance(value, str) for value in values.values()):
        raise _bad(path, "文件头应为 键: 值", "the header must be lines of key: value")
    known = {*Header.__slots__} - {"note"}
    unknown = sorted(str(name) for name in set(values) - known)
    if unknown:
        raise _bad(path, f"文件头有未知的键 {unknown[0]}", f"the header has an unknown key {unknown[0]}")
    lacking = [name for name in ("dataset", "as_of", "source", "sha256") if not values.get(name)]
    if lacking:
        raise _bad(path, f"文件头缺少 {lacking[0]}", f"the header lacks {lacking[0]}")
    try:
        as_of = date.fromisoformat(values["as_of"])
    except ValueError as error:
        raise _bad(path, "as_of 不是日期", "as_of is no date") from error
    return Header(**{**values, "as_of": as_of, "note": _note(path, note)})


def _note(path: Path, written: Any) -> Text | None:
    both = {"zh": written, "en": written} if isinstance(written, str) else written
    if not isinstance(both, dict) or set(both) != {"zh", "en"} or not {*map(type, both.values())} == {str}:
        raise _bad(path, "note 应为文字,或 {zh: …, en: …}", "the note must be a text, or {zh: …, en: …}")
    return Text(**both) if both["en"] else None


def _row(line: bytes, place: Place) -> dict[str, Any]:
    text = line.strip()
    try:
        row = json.loads(text.removeprefix(b"- ").decode("utf-8")) if text.startswith(b"- ") else None
    except (ValueError, RecursionError):
        row = None
    if not isinstance(row, dict):
        raise ReferenceDataError('此行不是 - {"键": 值}', 'this line is not - {"key": value}', place=place)
    return row


def _bad(path: Path, zh: str, en: str) -> ReferenceDataError:
    return ReferenceDataError(
        zh,
        en,
        place=Place(str(path)),
        hint="import it again: hiscomply reference import / 请重新导入:hiscomply reference import",
    )
