"""The options of a ``prometheus`` target."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from hiscomply_kit.login import TOKEN_OPTIONS
from hiscomply_kit.options import HTTP_URL, TEXT, Schema, options_schema

KINDS: Final[Mapping[str, tuple[str, ...]]] = {
    "targets": ("monitor_target",),
    "alerts": ("alert",),
    "availability": ("kpi",),
    "utilisation": ("utilisation",),
}
"""What can be collected, and the kinds that it gives."""

_LABEL: Final[Schema] = {"type": "string", "pattern": "^[A-Za-z_][A-Za-z0-9_]*$"}
_NAMES: Final[Schema] = {"type": "object", "additionalProperties": TEXT}
_SELECTOR: Final[Schema] = {"type": "string", "pattern": r"^[A-Za-z_:][A-Za-z0-9_:]*(\{[^{}]*\})?$"}
_AVAILABILITY: Final[Schema] = {
    "type": "object",
    "additionalProperties": False,
    "required": ["series"],
    "properties": {
        "series": {**_SELECTOR, "description": "Series that are 1 while it is up and 0 while it is down."},
        "needs": {"enum": ["all", "any"], "default": "all"},
        "sample_s": {"type": "integer", "minimum": 1, "maximum": 900, "default": 60},
    },
    "description": "needs: whether all of the series or any of them must be 1; "
    "sample_s: seconds within which each series must have a sample.",
}

OPTIONS: Final[dict[str, Any]] = options_schema(
    {
        **TOKEN_OPTIONS,
        "include": {
            "type": "array",
            "items": {"enum": list(KINDS)},
            "minItems": 1,
            "uniqueItems": True,
            "default": ["targets", "alerts"],
            "description": "What to collect.",
        },
        "asset_label": {**_LABEL, "default": "asset", "description": "Label that holds the asset id."},
        "assets": {
            **_NAMES,
            "description": "Asset id by instance (with or without port). Without it and the label: the host of instance.",
        },
        "system_label": {**_LABEL, "default": "system", "description": "Label that holds the system id."},
        "systems": {**_NAMES, "description": "System id by job."},
        "metrics": {
            "type": "object",
            "additionalProperties": {"type": "array", "items": _LABEL, "minItems": 1},
            "description": "Metrics by our name (cpu, memory, disk, sessions, response_time), besides node_exporter's.",
        },
        "rules": {
            **_NAMES,
            "description": "Our name (down, disk, database, replication, backup_failed, certificate, malware_agent) "
            "by name of alerting rule.",
        },
        "asset_id": {
            **TEXT,
            "description": "Asset that the monitoring itself runs on; default: the url's host.",
        },
        "severities": {
            "type": "object",
            "additionalProperties": {"enum": ["critical", "warning", "info"]},
            "description": "Our severity by value of the label severity, besides the usual words.",
        },
        "alert_days": {
            "type": "integer",
            "minimum": 1,
            "maximum": 366,
            "default": 31,
            "description": "How far back closed alerts are read.",
        },
        "alertmanager_url": {
            **HTTP_URL,
            "description": "Alertmanager (same login): a silence counts as acknowledgement, its comment as note.",
        },
        "availability": {
            "type": "object",
            "additionalProperties": _AVAILABILITY,
            "description": "By system id: the series that say whether it is up.",
        },
        "months": {"type": "integer", "minimum": 1, "maximum": 12, "default": 3},
        "largest_uncertainty": {
            "type": "number",
            "minimum": 0,
            "maximum": 5,
            "default": 0.05,
            "description": "Percentage points by which missing samples may blur a month's availability.",
        },
        "utilisation": {
            "type": "object",
            "additionalProperties": TEXT,
            "description": "PromQL by resource, in percent with the label instance; default: cpu and memory of node_exporter.",
        },
        "utilisation_days": {"type": "integer", "minimum": 1, "maximum": 92, "default": 30},
    },
    required=("url",),
)
