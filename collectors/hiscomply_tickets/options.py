"""The options of a ``tickets`` target."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from hiscomply_kit.options import CLEARTEXT, HTTP_URL, SECRET, STEP_TIMEOUT, TEXT, TLS, Schema, options_schema
from hiscomply_tickets.values import CHOICES, FIELDS, REFERENCES, SWITCHES

PRODUCTS: Final = ("request_tracker", "redmine", "glpi", "itop")
RECORDS: Final = ("ticket", "change", "alert")


def _named(names: Mapping[str, Schema]) -> Schema:
    return {"type": "object", "additionalProperties": False, "properties": names}


def _meaning(values: tuple[str, ...], description: str) -> Schema:
    return {"type": "object", "additionalProperties": {"enum": list(values)}, "description": description}


QUEUE: Final[Schema] = {
    "type": "object",
    "additionalProperties": False,
    "required": ["queue", "record"],
    "properties": {
        "queue": {
            **TEXT,
            "pattern": r"^[^/?#%\n]+$",
            "description": "RT queue, Redmine tracker, GLPI item type or iTop class.",
        },
        "project": {
            "type": "string",
            "pattern": "^[a-z0-9_-]+$",
            "description": "Redmine: the identifier of one project.",
        },
        "record": {"enum": list(RECORDS), "description": "The kind of evidence that its tickets are."},
        "set": {
            **_named(
                dict.fromkeys(sorted(CHOICES | REFERENCES), TEXT)
                | {name: {"type": "boolean"} for name in sorted(SWITCHES)}
            ),
            "description": "Fields that are the same for every ticket of this queue.",
        },
        "fields": {
            **_named(dict.fromkeys(sorted(FIELDS), TEXT)),
            "description": "Field of the evidence: name of the custom field that holds it (GLPI: number of the search "
            "column, iTop: attribute).",
        },
    },
}

OPTIONS: Final[dict[str, Any]] = options_schema(
    {
        "product": {"enum": list(PRODUCTS)},
        "url": HTTP_URL,
        "user": TEXT,
        "password": SECRET,
        "token": {
            **SECRET,
            "description": "Instead of user and password: RT token, Redmine API key, GLPI user token.",
        },
        "app_token": {**SECRET, "description": "GLPI only."},
        "queues": {
            "type": "array",
            "minItems": 1,
            "items": QUEUE,
            "description": "What to read; nothing else is.",
        },
        "states": _meaning(
            ("open", "resolved", "closed", "approved", "started"),
            "What each status means; added to the product's own. One that is not named is not known.",
        ),
        "levels": _meaning(
            ("urgent", "important", "general", "none"), "The incident level of each priority."
        ),
        "severities": _meaning(("critical", "warning", "info"), "The severity of each priority, for alerts."),
        "values": {
            "type": "object",
            "additionalProperties": TEXT,
            "description": "What a written value of a custom field stands for (是: true, 放射: PACS).",
        },
        "priority_chosen_at_creation": {
            "type": "boolean",
            "default": False,
            "description": "A priority that was never changed was chosen by somebody, and is no default.",
        },
        "history": {
            "type": "boolean",
            "default": True,
            "description": "Read changes of status and priority as well.",
        },
        "page_size": {"type": "integer", "minimum": 1, "maximum": 100, "default": 100},
        "tls": TLS,
        "cleartext": CLEARTEXT,
        "step_timeout": STEP_TIMEOUT,
    },
    required=("product", "url", "queues"),
)
