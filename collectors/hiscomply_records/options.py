"""The JSON Schema of a target's options."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

OPTIONS_SCHEMA: Final[Mapping[str, Any]] = {
    "type": "object",
    "additionalProperties": False,
    "required": ["kinds"],
    "oneOf": [{"required": ["path"]}, {"required": ["command"]}],
    "properties": {
        "path": {
            "type": "string",
            "minLength": 1,
            "description": "File or glob of .jsonl files, from the project folder",
        },
        "command": {
            "type": "array",
            "minItems": 1,
            "items": {"type": "string", "minLength": 1, "pattern": "^[^\\x00]*$"},
            "description": "Program and arguments; no shell; runs in the project folder",
        },
        "kinds": {
            "type": "array",
            "minItems": 1,
            "uniqueItems": True,
            "items": {"type": "string", "pattern": "^[a-z][a-z0-9_]*$"},
            "description": "Evidence kinds that it must give; records of others are refused",
        },
        "env": {
            "type": "array",
            "uniqueItems": True,
            "items": {"type": "string", "pattern": "^[A-Za-z_][A-Za-z0-9_]*$"},
            "description": "Names of environment variables that the program gets besides PATH, HOME, LANG",
        },
        "observed_at": {
            "type": "string",
            "minLength": 10,
            "description": "When records without _observed_at were true; "
            "default: the file's time, or when the program was started",
        },
        "complete": {
            "enum": ["required", "optional"],
            "description": "Whether the end line must be there; default: required",
        },
    },
    "dependentRequired": {"env": ["command"]},
}
