"""Accounts to ``account``, ``password_state`` and ``entitlement``. Pure."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from hiscomply.model import Record, Rejected, Text
from hiscomply_kit.databases import Instance, Row
from hiscomply_mysql.questions import MAX_WAYS, PRIVILEGES, WRITES

# Whoever may write everywhere may write to the tables of accounts and rights too.
_POWERS = frozenset(f"p_{name.lower()}" for name in (*PRIVILEGES[: PRIVILEGES.index("Process")], *WRITES))
_WORDS = {
    "p_grant": "GRANT OPTION",
    "p_repl_slave": "REPLICATION SLAVE",
    "p_repl_client": "REPLICATION CLIENT",
}
# Dynamic privileges that only look; every other one changes the server or other accounts.
_HARMLESS = frozenset({"FLUSH_STATUS", "SHOW_ROUTINE", "XA_RECOVER_ADMIN", "APPLICATION_PASSWORD_ADMIN"})
_SYSTEM = frozenset({"mysql.sys", "mysql.session", "mysql.infoschema", "mariadb.sys", "debian-sys-maint"})
_ROLE = re.compile(
    r"\s*(?:`([^`]+)`|'([^']+)'|([^`'@,]+?))\s*(?:@\s*(?:`([^`]*)`|'([^']*)'|([^`'@,]*?)))?\s*(?:,|$)"
)
_EVERYBODY = ("PUBLIC", "")
"""MariaDB's role (from 10.11 on) that every account holds, without a word in mysql.roles_mapping."""
_OLD = ("mysql_old_password", "mysql_native_password", "")
_WITH_PASSWORD = frozenset(
    {
        "",
        "mysql_native_password",
        "mysql_old_password",
        "caching_sha2_password",
        "sha256_password",
        "ed25519",
        "parsec",
    }
)

_PASSWORD = frozenset({"plugin", "is_empty"})
"""What tells whether a password is asked; NULL as a plugin (5.5) is the server's own one, as an empty name is."""
_PASSWORDS_HIDDEN = Text(
    "看不到登录插件或口令是否为空,因此不知道账户有没有口令;请授予 mysql.user 的 SELECT",
    "by which plugin accounts log in, or whether a password is empty, is not shown; grant SELECT on mysql.user",
)
_WRITERS_HIDDEN = Text(
    "看不到谁能写入 mysql 库(等于能给自己任何权限),因此不判断任何账户为非特权;请授予 mysql.db、mysql.tables_priv 的 SELECT",
    "who may write to the database mysql (and so take every right) is not shown, so nobody is called unprivileged; grant "
    "SELECT on mysql.db and mysql.tables_priv",
)


def parse_accounts(answers: Mapping[str, Sequence[Row]], instance: Instance) -> Iterator[Record | Rejected]:
    """An account for each ``user@host`` that is no role, with its password's state and its rights."""
    rows = {(row["user_name"], row["host_name"]): row for row in answers["accounts"]}
    roles, grants = defaultdict(set), defaultdict(set)
    for row in answers["memberships"]:
        roles[row["user_name"], row["host_name"]].add((row["role_name"], row["role_host"]))
    for key in rows:  # MySQL gives these to everybody, without a word in mysql.role_edges
        roles[key] |= (_mandatory_roles(answers["settings"]) | ({_EVERYBODY} & rows.keys())) - {key}
    for row in answers["grants"]:
        grants[row["user_name"], row["host_name"]].add(row["privilege"])
    writers = {(row["user_name"], row["host_name"]) for row in answers["writers"] if not row["is_hidden"]}
    is_hidden = any(row["is_hidden"] for row in answers["writers"])
    if is_hidden:
        yield instance.rejected("account", "mysql.db", _WRITERS_HIDDEN)
    lifetime = _global_lifetime(answers["settings"])
    granted = {role for held in roles.values() for role in held}
    given = 0
    for key, row in rows.items():
        if row.get("is_role") == "Y" or (key in granted and row.get("is_locked")):
            continue
        given += 1
        login = f"{key[0]}@{key[1]}"
        held = {key, *_closure(key, roles)}
        account = _account(login, row, instance, lifetime)
        is_privileged = bool(held & writers) or _is_privileged(held, rows, grants)
        account["privileged"] = ... if is_privileged is False and is_hidden else is_privileged
        yield instance.record("account", "mysql.user", account)
        yield from _password(login, row, instance)
        for right in sorted(_rights(row) | grants[key] | {name for name, _ in roles[key]}):
            fields = {"system_id": instance.system_id, "login": login, "role": right}
            yield instance.record("entitlement", "mysql.user", fields)
    if not all(row.keys() >= _PASSWORD for row in rows.values()):
        yield instance.rejected("password_state", "mysql.user", _PASSWORDS_HIDDEN)
    if not given:
        yield instance.rejected(
            "account", "mysql.user", Text("服务器未列出任何账户", "the server lists no account")
        )


def _account(login: str, row: Row, instance: Instance, lifetime: Any) -> dict[str, Any]:
    name, is_locked = row["user_name"], row.get("is_locked")
    built_in = "service" if name in _SYSTEM else "default" if name in {"root", ""} else None
    changed_s = row.get("changed_s")
    return {
        "system_id": instance.system_id,
        "login": login,
        "kind": instance.kind_of(login, built_in),
        "enabled": ... if is_locked is None else not is_locked,
        "locked": ... if is_locked is None else bool(is_locked),
        # 0 asks for a new password at the next login: it says nothing of when the old one was set
        "pwd_changed_at": datetime.fromtimestamp(int(changed_s), UTC) if changed_s else ...,
        "pwd_max_age_days": _max_age(row, lifetime),
        "expires_at": None,
        "uid": None,
    }


def _global_lifetime(settings: Sequence[Row]) -> Any:
    """Days after which a password without a term of its own runs out; None: never; ``...``: not known."""
    found = {row["variable_name"].lower(): row["value"] for row in settings}.get("default_password_lifetime")
    if found is None or not found.isdigit():
        return ...
    return int(found) or None


def _mandatory_roles(settings: Sequence[Row]) -> set[tuple[str, str]]:
    """The roles in ``mandatory_roles``: "`role1`@`%`,role2@localhost, role3"."""
    found = {row["variable_name"].lower(): row["value"] for row in settings}.get("mandatory_roles") or ""
    parts = [one.groups(default="") for one in _ROLE.finditer(found)]
    return {(a or b or c, d or e or f or "%") for a, b, c, d, e, f in parts}


def _max_age(row: Row, lifetime: Any) -> Any:
    """The account's own term, where -1 (MariaDB) and NULL mean the server's, and 0 means never."""
    if "lifetime_days" not in row:
        return ...
    own = row["lifetime_days"]
    if own is None or int(own) < 0:
        return lifetime
    return int(own) or None


def _is_privileged(
    held: set[tuple[str, str]],
    rows: Mapping[tuple[str, str], Row],
    grants: Mapping[tuple[str, str], set[str]],
) -> Any:
    for key in held:
        row = rows.get(key, {})
        if any(row.get(name) for name in _POWERS) or grants.get(key, set()) - _HARMLESS:
            return True
    # a role that is not among the accounts seen may hold anything, and so may one whose rights are not shown
    return False if all(key in rows and rows[key].keys() >= _POWERS for key in held) else ...


def _closure(
    key: tuple[str, str], roles: Mapping[tuple[str, str], set[tuple[str, str]]]
) -> set[tuple[str, str]]:
    found: set[tuple[str, str]] = set()
    waiting = [key]
    while waiting:
        fresh = roles.get(waiting.pop(), set()) - found
        found |= fresh
        waiting += fresh
    return found


def _rights(row: Row) -> set[str]:
    held = {name for name in row if name.startswith("p_") and row[name]}
    return {_WORDS.get(name, name[2:].replace("_", " ").upper()) for name in held}


def _password(login: str, row: Row, instance: Instance) -> Iterator[Record]:
    """Whether a password is asked at all. Logins by another plugin have none, which says nothing against them.

    Of several ways in the weakest counts: one with an empty password, then the one with the oldest hash.
    """
    if not row.keys() >= _PASSWORD:
        return
    ways = [(plugin, state) for plugin, state in _ways(row) if plugin in _WITH_PASSWORD]
    if not ways:
        return
    states = {state for _, state in ways}
    schemes = [plugin for plugin, state in ways if state != "empty"]
    is_known = "empty" in states or int(row.get("ways") or 0) <= MAX_WAYS
    yield instance.record(
        "password_state",
        "mysql.user",
        {
            "system_id": instance.system_id,
            "login": login,
            "has_password": "empty" not in states and "set" in states if is_known else ...,
            "is_locked": states == {"invalid"} or bool(row.get("is_locked")),
            "hash_scheme": min(schemes, key=_age) or ... if schemes and is_known else ...,
        },
    )


def _ways(row: Row) -> Iterator[tuple[str, str]]:
    """Plugin and state of each way to log in: ``empty``, ``invalid`` or ``set``."""
    own = "empty" if row["is_empty"] else "invalid" if row.get("is_invalid") else "set"
    yield row["plugin"] or "", own
    for way in (row.get("other_ways") or "").split():
        plugin, _, state = way.rpartition(":")
        yield plugin, state


def _age(plugin: str) -> int:
    """The older the scheme, the smaller."""
    return _OLD.index(plugin) if plugin in _OLD else len(_OLD)
