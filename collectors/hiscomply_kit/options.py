"""Pieces of option schemas that mean the same in every collector."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from hiscomply.hookspecs import SECRET_SCHEMA

Schema = Mapping[str, Any]

TEXT: Final[Schema] = {"type": "string", "minLength": 1}
SECRET: Final[Schema] = SECRET_SCHEMA
HOST: Final[Schema] = {
    "type": "string",
    "pattern": r"^[A-Za-z0-9_.:\-\[\]]+$",
    "description": "Name or address.",
}
PORT: Final[Schema] = {"type": "integer", "minimum": 1, "maximum": 65535}
HTTP_URL: Final[Schema] = {
    "type": "string",
    "pattern": r"^https?://[^\s@?#]+$",
    "description": "Address of the service, without user, password or query.",
}
STEP_TIMEOUT: Final[Schema] = {
    "type": "number",
    "exclusiveMinimum": 0,
    "maximum": 3600,
    "default": 30,
    "description": "Seconds that one request may take.",
}
CLEARTEXT: Final[Schema] = {
    "type": "boolean",
    "default": False,
    "description": "Allow a login to a system without TLS that is not on this machine; the password then crosses "
    "the network in the clear.",
}
TLS: Final[Schema] = {
    "type": "object",
    "additionalProperties": False,
    "properties": {
        "ca_file": {
            "type": "string",
            "minLength": 1,
            "description": "Certificates to trust instead of the system's.",
        },
        "server_name": {
            "type": "string",
            "minLength": 1,
            "description": "The name that the certificate must carry, where it is not the host's.",
        },
        "client_cert": {"type": "string", "minLength": 1},
        "client_key": {"type": "string", "minLength": 1},
    },
    "description": "How the server proves who it is. It always must; there is no switch to turn that off.",
}


def options_schema(properties: Mapping[str, Schema], required: tuple[str, ...] = ()) -> dict[str, Any]:
    """The JSON Schema of a target's options: these and no others."""
    return {
        "type": "object",
        "additionalProperties": False,
        "required": list(required),
        "properties": dict(properties),
    }


def said(spec: Mapping[str, Any]) -> str:
    """Where a secret comes from, as ``--dry-run`` shows it; the secret is not looked at."""
    if "env" in spec:
        return f"${spec['env']}"
    return str(spec["file"]) if "file" in spec else f"`{spec['command'][0]} …`"
