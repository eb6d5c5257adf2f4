"""The JSON Schema of a target's options: what is offered, and refused before anything is read."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from hiscomply_kit.options import means
from hiscomply_tables.numbers import UNITS

_TEXTS: Final = {"type": "array", "items": {"type": "string"}, "minItems": 1}
_REFERENCE: Final = {
    "anyOf": [{"type": "string", "minLength": 1}, {"type": "integer", "minimum": 1}, _TEXTS],
    **means(
        "表头、可接受的表头列表，或从 1 起的列号", "Header, list of accepted headers, or column number from 1"
    ),
}
_FORMATS: Final = {"anyOf": [{"type": "string", "minLength": 1}, _TEXTS]}
_EMPTY: Final = {"type": "array", "items": {"type": "string"}}

_COLUMN: Final = {
    "anyOf": [
        {"type": "string", "minLength": 1},
        {"type": "integer", "minimum": 1},
        _TEXTS,
        {
            "type": "object",
            "additionalProperties": False,
            "oneOf": [{"required": ["column"]}, {"required": ["value"]}],
            "properties": {
                "column": _REFERENCE,
                "value": means("每一行都相同的固定值", "A constant for every row"),
                "values": {"type": "object", "minProperties": 1},
                "other": {},
                "when_empty": {},
                "empty_values": _EMPTY,
                "format": _FORMATS,
                "unit": {"enum": list(UNITS)},
                "separator": {"type": "string", "minLength": 1},
                "optional": {"type": "boolean"},
                "digest": {"type": "boolean"},
            },
        },
    ]
}

_CONDITION: Final = {
    "type": "object",
    "additionalProperties": False,
    "required": ["column"],
    "oneOf": [{"required": ["in"]}, {"required": ["not_in"]}],
    "properties": {
        "column": _REFERENCE,
        "in": {"type": "array", "minItems": 1},
        "not_in": {"type": "array", "minItems": 1},
    },
}


def _one(key: str, value: Mapping[str, Any], **more: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "type": "object",
        "additionalProperties": False,
        "required": [key],
        "properties": {key: value, **more},
    }


OPTIONS_SCHEMA: Final[Mapping[str, Any]] = {
    "type": "object",
    "additionalProperties": False,
    "required": ["path", "kind", "columns"],
    "properties": {
        "path": {
            "type": "string",
            "minLength": 1,
            **means("文件或其通配符，从项目文件夹算起", "File or glob, from the project folder"),
        },
        "kind": {"type": "string", "pattern": "^[a-z][a-z0-9_]*$"},
        "format": {"enum": ["auto", "csv", "tsv", "xlsx", "json", "jsonl"]},
        "sheet": {"anyOf": [{"type": "string", "minLength": 1}, {"type": "integer", "minimum": 1}]},
        "header_row": {
            "type": "integer",
            "minimum": 0,
            **means("0：文件没有表头", "0: the file has no headers"),
        },
        "encoding": {"type": "string", "minLength": 1},
        "delimiter": {"type": "string", "pattern": "^(auto|.|\\t)$"},
        "records": {
            "type": "string",
            "pattern": "^(/.*)?$",
            **means("指向行数组的 JSON 指针", "JSON pointer to the array of rows"),
        },
        "observed_at": {
            "anyOf": [
                # A YAML date arrives as a date, which is no JSON type; the collector reads it either way.
                {"not": {"type": ["object", "array", "boolean", "number", "null"]}},
                _one("column", _REFERENCE, format=_FORMATS),
                _one(
                    "cell",
                    {"type": "string", "pattern": "^[A-Za-z]{1,3}[1-9][0-9]*$"},
                    match={"type": "string"},
                ),
                _one("filename", {"type": "string", "minLength": 1}),
            ]
        },
        "empty_values": _EMPTY,
        "skip_rows": {"type": "string", "minLength": 1},
        "where": {"anyOf": [_CONDITION, {"type": "array", "items": _CONDITION, "minItems": 1}]},
        "allow_empty": {"type": "boolean"},
        "columns": {"type": "object", "minProperties": 1, "additionalProperties": _COLUMN},
    },
}
