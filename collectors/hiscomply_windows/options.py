"""The JSON Schema of a target's options."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from hiscomply_kit.options import HOST, PORT, SECRET, STEP_TIMEOUT, TEXT, options_schema

KINDS: Final = ("host", "patch_state", "account", "service", "setting")
"""What is asked for without ``kinds``; backups too where it says so."""
CONNECT_TIMEOUT_S: Final = 15.0
STEP_TIMEOUT_S: Final = 60.0

OPTIONS_SCHEMA: Final[Mapping[str, Any]] = {
    **options_schema(
        {
            "host": HOST,
            "hosts": {
                "type": "array",
                "minItems": 1,
                "uniqueItems": True,
                "items": HOST,
                "description": "Several hosts with the same login; each becomes a target of its own.",
            },
            "asset_id": {
                "type": "string",
                "pattern": "^[A-Za-z0-9][A-Za-z0-9_.:-]{0,127}$",
                "description": "The asset's id in records; without it the host as written here.",
            },
            "port": {**PORT, "default": 22},
            "user": {**TEXT, "description": "The account that logs in."},
            "key_file": {**TEXT, "description": "Private key, from the project folder."},
            "passphrase": SECRET,
            "password": SECRET,
            "known_hosts": {
                **TEXT,
                "description": "Host keys in the format of OpenSSH; default: ~/.ssh/known_hosts. A host that is not in "
                "it is not asked.",
            },
            "kinds": {
                "type": "array",
                "minItems": 1,
                "uniqueItems": True,
                "items": {"enum": [*KINDS, "backup_job"]},
                "description": "What to ask for; default: all but backup_job (Windows Server Backup).",
            },
            "connect_timeout": {
                "type": "number",
                "exclusiveMinimum": 0,
                "maximum": 600,
                "default": CONNECT_TIMEOUT_S,
                "description": "Seconds until the login must be done.",
            },
            "step_timeout": {
                **STEP_TIMEOUT,
                "default": STEP_TIMEOUT_S,
                "description": "Seconds that the script may take.",
            },
        },
        required=("user",),
    ),
    "allOf": [
        {"oneOf": [{"required": ["host"]}, {"required": ["hosts"]}]},
        {"oneOf": [{"required": ["key_file"]}, {"required": ["password"]}]},
    ],
    "dependentRequired": {"passphrase": ["key_file"], "asset_id": ["host"]},
}
