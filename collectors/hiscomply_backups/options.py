"""The JSON Schema of a target's options."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from hiscomply_kit.options import CLEARTEXT, SECRET, STEP_TIMEOUT, TEXT, TLS, options_schema

TOOLS: Final = ("restic", "borg", "pgbackrest")
_VARIABLES: Final = r"^(AWS|B2|AZURE|OS|ST|GOOGLE|RESTIC_REST)_[A-Z0-9_]+$"

_RULE: Final[Mapping[str, Any]] = {
    "type": "object",
    "additionalProperties": False,
    "oneOf": [{"required": ["system_id"]}, {"required": ["ignore"]}],
    "properties": {
        "host": {**TEXT, "description": "Host that made the copy (restic, Borg); * stands for anything."},
        "tag": {**TEXT, "description": "One of the tags of a restic snapshot."},
        "path": {**TEXT, "description": "One of the paths of a restic snapshot."},
        "name": {**TEXT, "description": "Name of the Borg archive, or the stanza."},
        "system_id": TEXT,
        "job": {
            **TEXT,
            "description": "How the job is called; made of host, tags or archive name otherwise.",
        },
        "ignore": {"const": True, "description": "Copies of no system: passed over on purpose."},
    },
}
_LOCATION: Final[Mapping[str, Any]] = {
    "type": "object",
    "additionalProperties": False,
    "required": ["value", "said_by"],
    "properties": {
        "value": {"enum": ["onsite", "offsite", "isolated"]},
        "said_by": {**TEXT, "description": "Department or role that answers for it; no tool can see it."},
    },
    "description": "Where the repository is, as somebody declares it. Not known without it.",
}


def _needs(tool: str, *names: str) -> dict[str, Any]:
    return {"if": {"properties": {"tool": {"const": tool}}}, "then": {"required": list(names)}}


OPTIONS_SCHEMA: Final[Mapping[str, Any]] = {
    **options_schema(
        {
            "tool": {"enum": list(TOOLS)},
            "repository": {
                "type": "string",
                "pattern": r"^(?!-)(?![^/]*://?[^/@]*:[^/@]*@)(?!.*://[^/@]*:[^/@]*@).+$",
                "description": "As the tool takes it, without any password; a path counts from the project folder.",
            },
            "password": {**SECRET, "description": "Leads to the password of the repository."},
            "secrets": {
                "type": "object",
                "propertyNames": {"pattern": _VARIABLES},
                "additionalProperties": SECRET,
                "description": "Logins of the storage by the tool's own variable: {AWS_SECRET_ACCESS_KEY: {env: NAME}}.",
            },
            "key_file": {**TEXT, "description": "Borg: the key of a keyfile repository."},
            "ssh_key": {**TEXT, "description": "Borg over ssh: the key to log in with."},
            "known_hosts": {
                **TEXT,
                "description": "Borg over ssh: the host keys to trust; those of ssh itself without it.",
            },
            "config": {**TEXT, "description": "pgBackRest: its configuration file."},
            "stanza": {"type": "string", "pattern": r"^[A-Za-z0-9_][A-Za-z0-9_.-]*$"},
            "repo": {
                "type": "integer",
                "minimum": 1,
                "maximum": 256,
                "description": "pgBackRest: its number.",
            },
            "system_id": {**TEXT, "description": "The system that all copies are of, where it is one."},
            "systems": {
                "type": "array",
                "minItems": 1,
                "items": _RULE,
                "description": "Which copies are of which system; the first rule that fits counts.",
            },
            "location": _LOCATION,
            "check": {
                "enum": ["none", "structure", "data"],
                "default": "none",
                "description": "How deep the tool is to check the repository. Only 'data' reads all that is stored.",
            },
            "sample": {
                "type": "string",
                "pattern": r"^(\d+/\d+|\d+(\.\d+)?%|\d+[kKmMgGtT])$",
                "description": "restic with check: data: read only this part, which proves damage but no soundness.",
            },
            "ended": {
                "enum": ["recorded", "at_start"],
                "default": "recorded",
                "description": "restic before 0.17 records no end: 'at_start' takes the start for it.",
            },
            "tls": TLS,
            "cleartext": CLEARTEXT,
            "step_timeout": {**STEP_TIMEOUT, "default": 60, "description": "Seconds that listing may take."},
        },
        ("tool",),
    ),
    "allOf": [
        _needs("restic", "repository", "password"),
        _needs("borg", "repository"),
        _needs("pgbackrest", "stanza"),
        {"anyOf": [{"required": ["system_id"]}, {"required": ["systems"]}]},
    ],
}
