"""The options of a target of ``ssh``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from hiscomply_kit.options import HOST, PORT, SECRET, STEP_TIMEOUT, TEXT, options_schema
from hiscomply_local.kinds import KINDS

_TEXTS: Final = {"type": "array", "items": TEXT, "minItems": 1, "uniqueItems": True}
_HOST: Final = {
    "type": "object",
    "additionalProperties": False,
    "required": ["host"],
    "properties": {"name": TEXT, "host": HOST, "port": PORT, "user": TEXT, "asset_id": TEXT},
}
_SSH_CONFIG: Final = {
    "type": "object",
    "additionalProperties": False,
    "required": ["file", "hosts"],
    "properties": {"file": TEXT, "hosts": _TEXTS},
}

OPTIONS: Final[Mapping[str, Any]] = options_schema(
    {
        "hosts": {"type": "array", "items": {"oneOf": [HOST, _HOST]}, "minItems": 1},
        "inventory": {**TEXT, "description": "An Ansible inventory file, INI or YAML."},
        "groups": {**_TEXTS, "description": "Only the hosts of these groups of the inventory."},
        "ssh_config": {
            **_SSH_CONFIG,
            "description": "Hosts that an OpenSSH client configuration names, by patterns; connected as it says.",
        },
        "user": {**TEXT, "description": "The account on the hosts; the caller's own name without it."},
        "port": PORT,
        "key_file": {**TEXT, "description": "The private key; ~/.ssh/id_* without it, agent or password."},
        "passphrase": SECRET,
        "password": SECRET,
        "agent": {
            "type": "boolean",
            "default": False,
            "description": "Use the keys of the running ssh-agent.",
        },
        "known_hosts": {
            **TEXT,
            "default": "~/.ssh/known_hosts",
            "description": "The host keys to trust. They are always verified; there is no switch to turn that off.",
        },
        "jump": {
            "type": "string",
            "pattern": r"^([^@\s]+@)?[A-Za-z0-9_.\-]+(:[0-9]{1,5})?$",
            "description": "The host to connect through: host, host:port or user@host:port.",
        },
        "sudo": {
            "type": "boolean",
            "default": False,
            "description": "Use `sudo -n` for the few files and commands that need root; see the README for sudoers.",
        },
        "connect_timeout": {
            "type": "number",
            "exclusiveMinimum": 0,
            "maximum": 600,
            "default": 15,
            "description": "Seconds until a host must have answered and let us in.",
        },
        "step_timeout": {**STEP_TIMEOUT, "description": "Seconds that one command on a host may take."},
        "include": {
            "type": "array",
            "items": {"enum": list(KINDS)},
            "minItems": 1,
            "uniqueItems": True,
            "default": list(KINDS),
            "description": "The facts to collect; all of them without this option.",
        },
        "asset_id": {**TEXT, "description": "The id in the asset register, for a target of a single host."},
        "max_list_age_days": {
            "type": "integer",
            "minimum": 1,
            "maximum": 92,
            "default": 7,
            "description": "Package lists that are older say nothing of pending updates.",
        },
        "fixed_repositories": {
            "type": "array",
            "items": TEXT,
            "uniqueItems": True,
            "default": [],
            "description": "Ids of dnf repositories that never change (the release itself): their age does not count.",
        },
    }
)
