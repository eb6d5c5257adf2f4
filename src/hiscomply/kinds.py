"""Evidence kinds, read from their JSON Schemas."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from datetime import timedelta
from enum import StrEnum
from pathlib import Path
from typing import Any

from hiscomply.errors import EvidenceError, Place
from hiscomply.frozen import dataclass
from hiscomply.model import Text

RESERVED_COLUMNS: Mapping[str, str] = {
    "_collection": "VARCHAR",
    "_source": "VARCHAR",
    "_line": "INTEGER",
    "_column": "INTEGER",
    "_pointer": "VARCHAR",
    "_observed_at": "TIMESTAMP",
    "_collected_at": "TIMESTAMP",
    "_missing": "VARCHAR[]",
}
"""Provenance on every row. ``_missing`` lists the nullable fields that the source did not give at all."""

INVENTORY_KIND = "evidence_table"
"""What the evidence itself amounts to: filled in while a run is evaluated, and stored by no collector."""
_UNITS = {"day": 86400, "hour": 3600, "minute": 60, "second": 1}
_PLAIN_WORD = re.compile(r"[a-z][a-z0-9_]*", re.ASCII)
_TAKEN = frozenset({"calendar"})
"""What conditions and queries already call something else."""
_DURATION = re.compile(r"^(\d{1,9}) (day|hour|minute|second)s?$")


class FieldType(StrEnum):
    """Types of evidence fields and of expressions over them."""

    TEXT = "text"
    INTEGER = "integer"
    NUMBER = "number"
    BOOLEAN = "boolean"
    TIMESTAMP = "timestamp"
    DATE = "date"
    DURATION = "duration"
    LIST = "list"


_FORMATS: Mapping[str, FieldType] = {"date-time": FieldType.TIMESTAMP, "date": FieldType.DATE}
_TYPES: Mapping[str, FieldType] = {
    "integer": FieldType.INTEGER,
    "number": FieldType.NUMBER,
    "boolean": FieldType.BOOLEAN,
    "array": FieldType.LIST,
}
"""What the types and formats of JSON Schema are here."""
SQL_TYPES: Mapping[FieldType, str] = {
    FieldType.TEXT: "VARCHAR",
    FieldType.INTEGER: "BIGINT",
    FieldType.NUMBER: "DOUBLE",
    FieldType.BOOLEAN: "BOOLEAN",
    FieldType.TIMESTAMP: "TIMESTAMP",
    FieldType.DATE: "DATE",
    FieldType.DURATION: "INTERVAL",
    FieldType.LIST: "VARCHAR[]",
}


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a kind."""

    name: str
    type: FieldType
    title: Text
    is_past: bool
    none_means: Text | None
    is_personal: bool
    is_free_text: bool
    unit: str | None
    enum: tuple[str, ...]
    is_nonnegative: bool


@dataclass(frozen=True, slots=True)
class Kind:
    """The contract of one evidence table.

    Attributes:
        key: names of the natural key's fields.
        fresh: how old ``observed_at`` may be.
        is_whole_list: the records are one published list, so that one which is too old says nothing of what
            it does not hold.
        apart: fields by which looks at the same thing differ in kind, so that the newer does not replace the other.
        digest: sha256 of the schema as it is written.
    """

    name: str
    title: Text
    description: Text
    key: tuple[str, ...]
    fresh: timedelta
    fields: Mapping[str, Field]
    file: str
    is_whole_list: bool = False
    apart: tuple[str, ...] = ()
    digest: str = ""

    @property
    def look(self) -> tuple[str, ...]:
        """The fields that tell what was looked at and how: of rows alike in them the newest counts."""
        return (*self.key, *self.apart)

    def columns(self) -> dict[str, str]:
        """DuckDB types by column name, provenance included."""
        return {field.name: SQL_TYPES[field.type] for field in self.fields.values()} | dict(RESERVED_COLUMNS)


def parse_duration(text: str) -> timedelta | None:
    """``45 days`` as a timedelta; None if the text is not a number and a unit."""
    match = _DURATION.match(text.strip())
    return timedelta(seconds=int(match[1]) * _UNITS[match[2]]) if match else None


def load_kinds(folders: Iterable[Path]) -> dict[str, Kind]:
    """All kinds by name.

    Raises:
        EvidenceError: a schema cannot be read or breaks the rules of docs/evidence-schemas.md,
            or two folders define the same kind.
    """
    kinds: dict[str, Kind] = {}
    for folder in folders:
        for file in sorted(folder.glob("*.schema.json")):
            kind = _load_kind(file)
            if kind.name in kinds:
                raise EvidenceError(
                    f"evidence kind {kind.name!r} is defined twice, also in {kinds[kind.name].file} / 证据类型重复定义",
                    place=Place(str(file)),
                )
            kinds[kind.name] = kind
    return kinds


def _load_kind(file: Path) -> Kind:
    try:
        written = file.read_bytes()
        schema = json.loads(written.decode())
        fresh = parse_duration(schema["x-fresh"])
        if fresh is None:
            raise ValueError(f"x-fresh {schema['x-fresh']!r} is not like '7 days'")
        _check_names(schema["title"], schema["properties"], schema["x-key"])
        _check_known("x-apart", schema["properties"], schema.get("x-apart", ()))
        return Kind(
            name=schema["title"],
            title=_text(schema["x-title"]),
            description=_text(schema["x-description"]),
            key=tuple(schema["x-key"]),
            fresh=fresh,
            fields={name: _load_field(name, spec) for name, spec in schema["properties"].items()},
            file=str(file),
            is_whole_list=bool(schema.get("x-whole-list", False)),
            apart=tuple(schema.get("x-apart", ())),
            digest=hashlib.sha256(written).hexdigest(),
        )
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise EvidenceError(
            f"evidence schema cannot be used: {error!r} / 证据模式无法使用",
            place=Place(str(file)),
            hint="see docs/evidence-schemas.md / 参见 docs/evidence-schemas.md",
        ) from error


def _check_names(kind: str, fields: Iterable[str], key: Iterable[str]) -> None:
    """Names become part of queries, so they are plain words and nothing else."""
    for name in (kind, *fields):
        if not isinstance(name, str) or not _PLAIN_WORD.fullmatch(name):
            raise ValueError(f"the name {name!r} is not lower-case letters, digits and _")
    if kind in _TAKEN:
        raise ValueError(f"no kind can be named {kind!r}")
    _check_known("x-key", fields, key)


def _check_known(said: str, fields: Iterable[str], names: Iterable[str]) -> None:
    unknown = set(names) - set(fields)
    if unknown:
        raise ValueError(f"{said} names no field: {', '.join(sorted(unknown))}")


def _load_field(name: str, spec: Mapping[str, Any]) -> Field:
    given = spec.get
    declared, none_means, allowed = spec["type"], given("x-none"), given("enum")
    base = declared if isinstance(declared, str) else next(part for part in declared if part != "null")
    return Field(
        name,
        _field_type(base, given("format")),
        _text(spec["x-title"]),
        is_past=bool(given("x-past")),
        none_means=_text(none_means) if none_means else None,
        is_personal=bool(given("x-personal")),
        is_free_text=bool(given("x-free-text")),
        unit=given("x-unit"),
        enum=tuple(value for value in allowed if value is not None) if allowed else (),
        is_nonnegative=given("minimum", -1) >= 0,
    )


def _field_type(base: str, format_: str | None) -> FieldType:
    return _FORMATS.get(format_ or "", FieldType.TEXT) if base == "string" else _TYPES[base]


def _text(value: Mapping[str, str]) -> Text:
    return Text(value["zh"], value["en"])
