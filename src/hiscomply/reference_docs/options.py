"""A JSON Schema of options as rows of a table, in a short notation that needs no language."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from hiscomply.option_texts import in_language

Schema = Mapping[str, Any]
_LIMITS = {
    "minimum": "≥",
    "maximum": "≤",
    "minLength": "length ≥",
    "minItems": "items ≥",
    "minProperties": "size ≥",
}
_SHOWN_ELSEWHERE = frozenset({"default", "description", "x-description", "title", "$schema", "$id"})


def option_rows(schema: Schema, path: str = "") -> dict[str, tuple[bool, Schema]]:
    """Options by dotted name with whether they are required; ``*`` stands for any name."""
    rows: dict[str, tuple[bool, Schema]] = {}
    required = schema.get("required", ())
    for name, one in schema.get("properties", {}).items():
        rows[path + name] = (name in required, one)
        rows |= option_rows(one, f"{path}{name}.")
    inner = schema.get("additionalProperties")
    if isinstance(inner, Mapping):
        rows[f"{path}*"] = (False, inner)
        rows |= option_rows(inner, f"{path}*.")
    for one in _alternatives(schema):
        rows = option_rows(one, path) | rows
    return rows


def _alternatives(schema: Schema) -> Iterator[Schema]:
    """Schemas that may hold in this one's place: choices, and the items of a list."""
    for keyword in ("anyOf", "oneOf", "allOf"):
        yield from schema.get(keyword, ())
    if isinstance(schema.get("items"), Mapping):
        yield schema["items"]


def shape(schema: Schema) -> str:
    """``string[] items ≥ 1``, ``"a" | "b"``, ``{column, format?}``; a keyword without notation stays as JSON."""
    rest = {name: value for name, value in schema.items() if name not in _SHOWN_ELSEWHERE}
    parts = [_head(rest)]
    parts += [f"{sign} {rest.pop(name)}" for name, sign in _LIMITS.items() if name in rest]
    if "pattern" in rest:
        parts.append(f"/{rest.pop('pattern')}/")
    if rest.pop("uniqueItems", False):
        parts.append("unique")
    if rest:
        # What the options inside it mean has rows of its own.
        parts.append(json.dumps(in_language(rest, None), ensure_ascii=False, sort_keys=True))
    return " ".join(part for part in parts if part) or "any"


def _head(rest: dict[str, Any]) -> str:
    """The type itself; takes what it says out of ``rest``."""
    type_ = rest.pop("type", None)
    if "enum" in rest:
        return " | ".join(json.dumps(one, ensure_ascii=False) for one in rest.pop("enum"))
    if type_ == "array":
        inner = shape(rest.pop("items", {}))
        return f"({inner})[]" if " " in inner else f"{inner}[]"
    if type_ == "object":
        return _object(rest)
    if type_ is None and "anyOf" in rest:
        return " | ".join(shape(one) for one in rest.pop("anyOf"))
    if type_ is None:
        return ""
    return " | ".join(type_) if isinstance(type_, list) else str(type_)


def _object(rest: dict[str, Any]) -> str:
    required = rest.pop("required", ())
    names = [name if name in required else f"{name}?" for name in rest.pop("properties", {})]
    missing = [name for name in required if name not in names]
    others = rest.pop("additionalProperties", True)
    if isinstance(others, Mapping):
        names.append("*: …")
    elif others:
        names.append("…")
    return "{" + ", ".join(names + missing) + "}"
