"""The options of a target, and what is read without them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from hiscomply_kit.options import CLEARTEXT, SECRET, STEP_TIMEOUT, TEXT, TLS, options_schema

FACTS: Final[Mapping[str, tuple[str, ...]]] = {
    "accounts": ("account",),
    "passwords": ("password_state",),
    "policy": ("setting",),
    "memberships": ("entitlement",),
}
DEFAULT_FACTS: Final = ("accounts", "passwords", "policy")
KINDS: Final = ("human", "service", "shared", "default", "vendor", "trainee")
PERSON_FILTER: Final = {
    "active_directory": "(&(objectCategory=person)(objectClass=user))",
    "openldap": "(|(objectClass=inetOrgPerson)(objectClass=posixAccount)(objectClass=simpleSecurityObject))",
}
LOGIN: Final = {"active_directory": "sAMAccountName", "openldap": "uid"}
LAG_DAYS: Final = 14
"""How late Active Directory may be with ``lastLogonTimestamp`` where nobody changed that."""

_ATTRIBUTE: Final = {"type": "string", "pattern": "^[A-Za-z][A-Za-z0-9-]*$"}
_FILTER: Final = {"type": "string", "pattern": r"^\(.*\)$"}


def _told(schema: Mapping[str, Any], description: str) -> dict[str, Any]:
    return {**schema, "description": description}


_KIND_RULE: Final = {
    "type": "object",
    "additionalProperties": False,
    "required": ["kind"],
    "minProperties": 2,
    "properties": {
        "kind": {"enum": list(KINDS)},
        "login": _told(TEXT, "Logins of this kind; * and ? stand for any text and any character."),
        "under": _told(TEXT, "The DN below which the accounts of this kind stand."),
    },
}

SCHEMA: Final = options_schema(
    {
        "url": {
            "type": "string",
            "pattern": r"^ldaps?://[^\s@?#/]+/?$",
            "description": "ldaps://HOST[:PORT], or ldap://HOST[:PORT] with starttls.",
        },
        "system_id": _told(TEXT, "The directory's id in the register of systems; its category there is IDP."),
        "user": _told(TEXT, "The account that reads: a DN, for Active Directory also user@domain."),
        "password": SECRET,
        "kind": {
            "enum": ["auto", "openldap", "active_directory"],
            "default": "auto",
            "description": "What the server is; it is asked without this option.",
        },
        "starttls": {"type": "boolean", "default": False, "description": "Begin TLS on an ldap:// connection."},
        "tls": TLS,
        "cleartext": CLEARTEXT,
        "base": _told(TEXT, "Where the accounts stand; the server's naming context without it."),
        "person_filter": _told(_FILTER, "Which entries are accounts."),
        "login_attribute": _told(_ATTRIBUTE, "sAMAccountName or uid without it."),
        "person_attribute": _told(_ATTRIBUTE, "The attribute that holds the person's staff number, such as employeeID."),
        "disabled_filter": _told(_FILTER, "Which accounts of an OpenLDAP server are disabled, where it has a custom for that."),
        "kinds": {
            "type": "array",
            "items": _KIND_RULE,
            "description": "Which accounts are no person's; the first rule that fits counts.",
        },
        "privileged_groups": {
            "type": "array",
            "items": TEXT,
            "description": "Names or DNs of groups whose members, nested ones too, are privileged; in Active Directory "
            "besides the built-in ones.",
        },
        "default_policy": _told(TEXT, "The DN of OpenLDAP's default password policy."),
        "asset_id": _told(TEXT, "The id in the asset register that settings carry."),
        "include": {
            "type": "array",
            "items": {"enum": list(FACTS)},
            "minItems": 1,
            "uniqueItems": True,
            "default": list(DEFAULT_FACTS),
            "description": "What to read.",
        },
        "fine_grained": {
            "type": "boolean",
            "default": True,
            "description": "Read Active Directory's fine-grained password policies, which need a right of their own.",
        },
        "replication_lag_days": {
            "type": "integer",
            "minimum": 0,
            "maximum": 14,
            "default": LAG_DAYS,
            "description": "How late the last log-in of a domain with several controllers may be known; where the domain is set "
            "to more, last log-ins stay unknown. The policy adds 14 days at most.",
        },
        "page_size": {"type": "integer", "minimum": 1, "maximum": 1000, "default": 500},
        "step_timeout": STEP_TIMEOUT,
    },
    required=("url", "system_id", "user", "password"),
)  # fmt: skip


def facts_of(options: Mapping[str, Any]) -> tuple[str, ...]:
    """The facts that a target asks for, in the order of FACTS."""
    return tuple(one for one in FACTS if one in (options.get("include") or DEFAULT_FACTS))
