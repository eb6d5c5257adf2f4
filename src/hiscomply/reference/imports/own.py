"""Our own forms: a YAML document with ``rows``, or CSV with a line of field names."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from hiscomply.errors import Place, ReferenceDataError
from hiscomply.kinds import Field, FieldType, Kind
from hiscomply.reference.document import Header, open_reference
from hiscomply.reference.imports.documents import read_bytes
from hiscomply.reference.imports.parsed import Parsed, day, listing, mapping, wrong
from hiscomply.yaml_source import load_yaml

_TRUE, _FALSE = ("true", "yes", "1", "是"), ("false", "no", "0", "否")


def parse_yaml(path: Path, dataset: str) -> Parsed:
    """The rows of a document with ``rows``, each a mapping; with a checksum if it has one.

    Raises:
        ReferenceDataError: it is for another set, was altered, or a row is no mapping.
    """
    if path.is_file() and b"\nsha256:" in read_bytes(path)[: 64 * 1024]:
        return _sealed(path, dataset)
    document = load_yaml(path, str(path), ReferenceProblem)
    head = mapping(document.value, document.place(), "document")
    _check_name(head.get("dataset"), dataset, document.place(("dataset",)))
    unknown = set(head) - {*Header.__slots__, "rows"}
    if unknown:
        name = sorted(map(str, unknown))[0]
        raise wrong(document.key_place((name,)), f"未知的键 {name}", f"unknown key {name}")
    result = _described(head, document.place())
    for number, value in enumerate(listing(head.get("rows"), document.place(("rows",)), "rows")):
        place = document.place(("rows", number))
        result.rows.append((dict(mapping(value, place, "row")), place))
    return result


def _sealed(path: Path, dataset: str) -> Parsed:
    file = open_reference(path)
    _check_name(file.header.dataset, dataset, Place(str(path)))
    if not file.is_intact:
        raise wrong(
            Place(str(path)),
            f"数据行与校验和不符(文件头 {file.header.sha256[:12]}…,实为 {file.sha256[:12]}…)",
            f"the rows do not have the checksum that the header names ({file.header.sha256[:12]}…, not {file.sha256[:12]}…)",
            "get the file again, or take the line sha256 out if you changed it yourself / 请重新获取,自行修改的请删去 sha256 一行",
        )
    rows = [(row, Place(str(path), line)) for line, row in file.read_rows()]
    return Parsed(file.header.source, rows, file.header.as_of, file.header.version)


def parse_csv(path: Path, dataset: str, kind: Kind) -> Parsed:
    """The rows of a table whose first line names fields; an empty cell is not known.

    Raises:
        ReferenceDataError: an unknown column, a value of the wrong type, a line too long or too short.
    """
    place = Place(str(path))
    try:
        text = read_bytes(path).decode("utf-8-sig")
    except UnicodeDecodeError:
        raise wrong(place, "不是 UTF-8 文本", "no UTF-8 text") from None
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    result = Parsed(path.name)
    try:
        header = [name.strip() for name in next(reader, [])]
        known = {*kind.fields, "names"} if dataset == "support_cycle" else set(kind.fields)
        for name in header:
            if name not in known:
                raise wrong(place, f"未知的列 {name!r}", f"unknown column {name!r}", ", ".join(sorted(known)))
        for cells in reader:
            where = Place(str(path), reader.line_num)
            if len(cells) != len(header):
                raise wrong(
                    where,
                    f"有 {len(cells)} 格,应为 {len(header)} 格",
                    f"{len(cells)} cells and not {len(header)}",
                )
            row = {
                name: _value(kind.fields.get(name), cell.strip(), where)
                for name, cell in zip(header, cells, strict=True)
                if cell.strip()
            }
            result.rows.append((row, where))
    except csv.Error as error:
        raise wrong(
            Place(str(path), reader.line_num), f"不是有效的 CSV:{error}", f"no valid CSV: {error}"
        ) from None
    return result


def _value(field: Field | None, cell: str, place: Place) -> Any:
    if field is None or field.type is FieldType.LIST:
        return [part.strip() for part in cell.split(";") if part.strip()]
    try:
        if field.type is FieldType.INTEGER:
            return int(cell)
        if field.type is FieldType.NUMBER:
            return float(cell)
    except ValueError:
        raise wrong(place, f"{field.name} {cell!r} 不是数", f"{field.name} {cell!r} is no number") from None
    if field.type is not FieldType.BOOLEAN:
        return cell
    if cell.lower() not in (*_TRUE, *_FALSE):
        raise wrong(
            place, f"{field.name} {cell!r} 应为是或否", f"{field.name} {cell!r} is neither true nor false"
        )
    return cell.lower() in _TRUE


def _described(head: Mapping[str, Any], place: Place) -> Parsed:
    as_of = day(head["as_of"], place, "as_of") if head.get("as_of") else None
    return Parsed(str(head.get("source") or ""), [], as_of, str(head.get("version") or ""))


def _check_name(found: Any, wanted: str, place: Place) -> None:
    if found is not None and found != wanted:
        raise wrong(
            place, f"这是 {found} 的数据,不是 {wanted}", f"these are data of {found}, not of {wanted}"
        )


class ReferenceProblem(ReferenceDataError):
    """What reading YAML tells, whose sentence is in both languages already."""

    def __init__(self, what: str, *, place: Place | None = None, hint: str = "") -> None:
        super().__init__(what, what, place=place, hint=hint)
        self.what = what
        self.args = (what,)
