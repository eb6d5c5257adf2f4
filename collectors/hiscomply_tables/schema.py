"""What the schema of an evidence kind says of each field, as far as a table needs it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from hiscomply.errors import nearest
from hiscomply.hookspecs import CollectFailed
from hiscomply.model import Text

FieldType = Literal["text", "timestamp", "date", "integer", "number", "boolean", "list"]


@dataclass(frozen=True, slots=True)
class FieldSpec:
    """One field of a kind.

    Attributes:
        words: the identifiers that the field (of a list: an element) may have; empty if any text will do.
        has_none: an empty cell is knowledge (``x-none``).
        unit: unit of a number, else None.
    """

    name: str
    type: FieldType
    words: frozenset[str] = frozenset()
    has_none: bool = False
    unit: str | None = None
    is_key: bool = False


@dataclass(frozen=True, slots=True)
class KindSpec:
    """One evidence kind: its fields by name, its natural key."""

    kind: str
    fields: Mapping[str, FieldSpec]
    key: tuple[str, ...]


def schema_of(kind: str, folder: Path | None = None) -> KindSpec:
    """The fields of ``kind`` from its schema in ``folder``; default: the shipped evidence schemas.

    Raises:
        CollectFailed: no such kind, with the nearest names.
    """
    if folder is None:
        from hiscomply.paths import schemas_dir

        folder = schemas_dir() / "evidence"
    names = {path.name.removesuffix(".schema.json"): path for path in folder.glob("*.schema.json")}
    if kind not in names:
        hint = nearest(kind, names)
        raise CollectFailed(
            Text(f"没有证据种类 {kind!r};{hint}", f"there is no evidence kind {kind!r}; {hint}")
        )
    document = json.loads(names[kind].read_text(encoding="utf-8"))
    key = tuple(document["x-key"])
    fields = {name: _field(name, body, name in key) for name, body in document["properties"].items()}
    return KindSpec(kind, fields, key)


def _field(name: str, body: Mapping[str, Any], is_key: bool) -> FieldSpec:
    declared = body["type"]
    types = [declared] if isinstance(declared, str) else list(declared)
    plain = next(item for item in types if item != "null")
    holder = body.get("items", {}) if plain == "array" else body
    words = frozenset(word for word in holder.get("enum", ()) if word is not None)
    return FieldSpec(
        name, _type(plain, body.get("format")), words, "null" in types, body.get("x-unit"), is_key
    )


def _type(plain: str, written_as: str | None) -> FieldType:
    by_name: dict[str, FieldType] = {
        "integer": "integer",
        "number": "number",
        "boolean": "boolean",
        "array": "list",
    }
    if plain == "string":
        by_format: dict[str | None, FieldType] = {"date-time": "timestamp", "date": "date"}
        return by_format.get(written_as, "text")
    return by_name[plain]
