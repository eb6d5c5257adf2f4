"""The JSON Schema of a target's options."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from hiscomply_kit.options import TEXT, options_schema

KINDS: Final = ("vuln", "config_result", "scan")
FILE_TIME: Final = "file time"

OPTIONS_SCHEMA: Final[Mapping[str, Any]] = options_schema(
    {
        "path": {**TEXT, "description": "Result file or glob, from the project folder."},
        "kinds": {
            "type": "array",
            "minItems": 1,
            "uniqueItems": True,
            "items": {"enum": list(KINDS)},
            "description": "What the files are to give; of anything else that stands in them no record is made.",
        },
        "asset_id": {
            **TEXT,
            "description": "The asset that was scanned, for files about one system (or whose format names none).",
        },
        "assets": {
            "type": "object",
            "additionalProperties": TEXT,
            "description": "Asset ids by the name or address that the scanner uses; others keep theirs.",
        },
        "scan_type": {
            "enum": ["internal", "external", "web"],
            "description": "Where the scanner stood, which no format says. Without it the type is not known.",
        },
        "observed_at": {
            **TEXT,
            "description": "ISO 8601, or 'file time' for the file's time of change: only used where the file itself "
            "does not say when the scan was made.",
        },
    },
    required=("path", "kinds"),
)
