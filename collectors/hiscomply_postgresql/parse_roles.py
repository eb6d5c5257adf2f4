"""Roles to ``account``, ``entitlement`` and ``password_state``. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any

from hiscomply.model import Record, Rejected, Text
from hiscomply_kit.databases import Instance, Row

ATTRIBUTES = {
    "rolsuper": "SUPERUSER",
    "rolcreaterole": "CREATEROLE",
    "rolcreatedb": "CREATEDB",
    "rolreplication": "REPLICATION",
    "rolbypassrls": "BYPASSRLS",
    "rolsystemadmin": "SYSADMIN",
    "rolauditadmin": "AUDITADMIN",
    "rolmonitoradmin": "MONADMIN",
    "roloperatoradmin": "OPRADMIN",
}
_POWERS = frozenset(ATTRIBUTES) - {"rolcreatedb", "rolmonitoradmin"}
# Whoever has one of them reads or changes everything, or becomes the operating-system account of the server.
_POWERFUL_ROLES = frozenset(
    {
        "pg_execute_server_program",
        "pg_read_server_files",
        "pg_write_server_files",
        "pg_read_all_data",
        "pg_write_all_data",
    }
)


def parse_accounts(answers: Mapping[str, Sequence[Row]], instance: Instance) -> Iterator[Record | Rejected]:
    """An account for each role that may log in, with its roles and attributes; groups are no accounts.

    A role whose attributes this server does not tell is privileged or unknown, never unprivileged.
    """
    roles = {row["login"]: row for row in answers["roles"]}
    groups: dict[str, set[str]] = defaultdict(set)
    for row in answers["memberships"]:
        groups[row["login"]].add(row["role"])
    for login, role in roles.items():
        if not (role.get("can_login") or role.get("is_first")):
            continue
        held = _closure(login, groups)
        yield instance.record("account", "pg_roles", _account(role, held, roles, instance))
        names = {ATTRIBUTES[name] for name in ATTRIBUTES if role.get(name)} | groups[login]
        for name in sorted(names):
            fields = {"system_id": instance.system_id, "login": login, "role": name}
            yield instance.record("entitlement", "pg_roles, pg_auth_members", fields)
    if not roles:
        yield instance.rejected(
            "account", "pg_roles", Text("服务器未列出任何角色", "the server lists no role")
        )


def _account(role: Row, held: set[str], roles: Mapping[str, Row], instance: Instance) -> dict[str, Any]:
    limit = role.get("connection_limit")
    return {
        "system_id": instance.system_id,
        "login": role["login"],
        "kind": instance.kind_of(role["login"], "default" if role.get("is_first") else None),
        "privileged": _is_privileged([role, *(roles[name] for name in held if name in roles)], held),
        # a limit of 0 keeps everybody out but superusers
        "enabled": bool(role["can_login"]) and (limit != 0 or bool(role.get("rolsuper"))),
        "expires_at": _expiry(role),
        "uid": None,
    }


def _is_privileged(powers: Sequence[Row], held: set[str]) -> Any:
    if held & _POWERFUL_ROLES or any(role.get(name) for role in powers for name in _POWERS):
        return True
    return False if "rolsuper" in powers[0] else ...


def _closure(login: str, groups: Mapping[str, set[str]]) -> set[str]:
    """The roles that a role is a member of, directly or not."""
    found: set[str] = set()
    waiting = [login]
    while waiting:
        fresh = groups.get(waiting.pop(), set()) - found
        found |= fresh
        waiting += fresh
    return found - {login}


def _expiry(role: Row) -> Any:
    """The day (UTC) until which the password counts; None: for ever."""
    if role.get("never_expires"):
        return None
    seconds = role.get("valid_until_s")
    if seconds is None:
        return ...
    try:
        day: date = datetime.fromtimestamp(seconds, UTC).date()
    except (ValueError, OverflowError, OSError):
        return ...
    return day.isoformat()


def parse_password_schemes(
    answers: Mapping[str, Sequence[Row]], instance: Instance
) -> Iterator[Record | Rejected]:
    """Whether a role has a password, and the name of its scheme as the server worked it out.

    Source: PostgreSQL, ALTER ROLE: with a password of NULL "password authentication will always fail for that user".
    """
    for row in answers["password_schemes"]:
        fields = {
            "system_id": instance.system_id,
            "login": row["login"],
            "has_password": row["has_password"],
            # without one no password is right; what lets in without asking is a rule of pg_hba
            "is_locked": not row["has_password"],
            "hash_scheme": row.get("scheme") or ...,
        }
        yield instance.record("password_state", "pg_authid", fields)
