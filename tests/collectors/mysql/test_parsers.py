"""What the answers of servers become; those of MySQL itself are by hand, no MySQL server was asked."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from hiscomply.model import Record, Rejected
from hiscomply_kit.databases import Instance
from hiscomply_mysql.facts import FACTS
from hiscomply_mysql.questions import accounts_sql, grants_sql, is_hidden, memberships_sql, writers_sql

INSTANCE = Instance("LIS", "db-1", "mysql://db:3306", datetime(2026, 7, 1, tzinfo=UTC), {"service": ["*"]})
ROW: dict[str, Any] = {
    "user_name": "app", "host_name": "%", "plugin": "caching_sha2_password", "is_empty": 0, "is_locked": 0,
    "changed_s": 1700000000, "lifetime_days": None, "p_super": 0, "p_grant": 0, "p_create_user": 0, "p_shutdown": 0,
    "p_file": 0, "p_reload": 0, "p_select": 0, "p_insert": 0, "p_update": 0, "p_delete": 0, "p_drop": 0, "p_alter": 0,
}  # fmt: skip


def read(fact: str, **answers: Any) -> list[Record | Rejected]:
    empty: dict[str, Any] = {name: [] for name in FACTS[fact].questions}
    return list(FACTS[fact].parse(empty | answers, INSTANCE))


def fields(row: dict[str, Any], kind: str = "account", **answers: Any) -> dict[str, Any]:
    found = read("accounts", **({"accounts": [ROW | row]} | answers))
    return next((dict(one.fields) for one in found if isinstance(one, Record) and one.kind == kind), {})


@pytest.mark.parametrize(
    ("own", "everybodys", "expected"),
    [
        (90, "180", 90), (0, "180", None), (None, "180", 180), (-1, "180", 180), (None, "0", None),
        (None, None, "not known"), (None, "?", "not known"),
    ],
)  # fmt: skip
def test_the_term_of_a_password_is_its_own_or_the_servers(own: Any, everybodys: Any, expected: Any) -> None:
    settings = [{"variable_name": "default_password_lifetime", "value": everybodys}] if everybodys else []
    found = fields({"lifetime_days": own}, settings=settings)
    assert found.get("pwd_max_age_days", "not known") == expected


def test_a_password_that_must_be_changed_says_nothing_of_its_age() -> None:
    assert "pwd_changed_at" not in fields({"changed_s": 0})


def test_without_the_lock_column_nobody_is_called_enabled() -> None:
    row = {key: value for key, value in ROW.items() if key != "is_locked"}
    (found,) = [one for one in read("accounts", accounts=[row]) if one.kind == "account"]
    assert isinstance(found, Record) and not {"enabled", "locked"} & set(found.fields)


def test_a_dynamic_privilege_of_mysql_8_counts() -> None:
    grants = [{"user_name": "app", "host_name": "%", "privilege": "SYSTEM_VARIABLES_ADMIN"}]
    assert fields({}, grants=grants)["privileged"] is True


def test_a_role_that_is_not_seen_may_hold_anything() -> None:
    roles = [{"user_name": "app", "host_name": "%", "role_name": "dba", "role_host": "%"}]
    assert "privileged" not in fields({}, memberships=roles)


@pytest.mark.parametrize("name", ["p_super", "p_grant", "p_create_user", "p_shutdown", "p_file", "p_reload"])
def test_a_right_that_the_collecting_account_may_not_see_may_be_held(name: str) -> None:
    row = {key: value for key, value in ROW.items() if key != name}
    (found,) = [one for one in read("accounts", accounts=[row]) if one.kind == "account"]
    assert isinstance(found, Record) and "privileged" not in found.fields
    assert fields({})["privileged"] is False


@pytest.mark.parametrize("name", ["p_insert", "p_update", "p_delete", "p_drop", "p_alter"])
def test_who_may_write_everywhere_may_write_to_the_tables_of_rights(name: str) -> None:
    assert fields({name: 1})["privileged"] is True


def test_who_may_write_to_the_database_of_rights_has_power_himself_or_by_a_role() -> None:
    own = [{"user_name": "app", "host_name": "%", "is_hidden": 0}]
    by_role = [{"user_name": "ops", "host_name": "", "is_hidden": 0}]
    member = [{"user_name": "app", "host_name": "%", "role_name": "ops", "role_host": ""}]
    assert fields({}, writers=own)["privileged"] is True
    assert fields({}, writers=by_role, memberships=member)["privileged"] is True
    assert fields({}, writers=by_role)["privileged"] is False


def test_where_writers_are_not_shown_nobody_is_called_unprivileged_and_it_is_said_why() -> None:
    found = read(
        "accounts", accounts=[ROW, ROW | {"host_name": "x", "p_super": 1}], writers=[{"is_hidden": 1}]
    )
    told = [
        one.fields.get("privileged") for one in found if isinstance(one, Record) and one.kind == "account"
    ]
    assert told == [None, True]
    (reason,) = [one.reason.en for one in found if isinstance(one, Rejected)]
    assert "mysql.tables_priv" in reason
    assert "is_hidden" in writers_sql({"user": frozenset({"user"}), "db": frozenset({"user", "host", "db"})})


@pytest.mark.parametrize("power", [0, 1])
def test_what_mariadb_gives_to_public_everybody_has(power: int) -> None:
    public = ROW | {"user_name": "PUBLIC", "host_name": "", "is_role": "Y", "p_super": power}
    found = [one.fields for one in read("accounts", accounts=[ROW, public]) if isinstance(one, Record)]
    assert [one["privileged"] for one in found if "privileged" in one] == [bool(power)]
    assert "PUBLIC" in [one.get("role") for one in found]


def test_roles_and_rights_that_the_server_has_and_the_account_does_not_see_are_hidden() -> None:
    maria = {"user": frozenset({"user", "is_role"}), "global_priv": frozenset({"priv"})}
    mysql = {"user": frozenset({"user", "create_role_priv"})}
    old = {"user": frozenset({"user", "super_priv"})}
    questions = ("accounts", "memberships", "grants")
    assert [[is_hidden(one, columns) for one in questions] for columns in (maria, mysql, old)] == [
        [False, True, False], [False, True, True], [False, False, False],
    ]  # fmt: skip
    seen = {
        "roles_mapping": frozenset({"role"}),
        "role_edges": frozenset({"to_user"}),
        "global_grants": frozenset({"priv"}),
    }
    assert not any(is_hidden(one, columns | seen) for one in questions for columns in (maria, mysql))


def test_a_locked_role_of_mysql_8_is_no_account() -> None:
    role = ROW | {"user_name": "dba", "is_locked": 1, "p_super": 1}
    roles = [{"user_name": "app", "host_name": "%", "role_name": "dba", "role_host": "%"}]
    found = read("accounts", accounts=[ROW, role], memberships=roles)
    accounts = [one.fields for one in found if isinstance(one, Record) and one.kind == "account"]
    assert [(one["login"], one["privileged"]) for one in accounts] == [("app@%", True)]


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ({"is_empty": 1}, False),
        ({"is_empty": 0}, True),
        ({"is_empty": 0, "is_invalid": 1}, False),
        ({"is_empty": 1, "other_ways": "unix_socket:empty", "ways": 2}, False),
        ({"is_empty": 0, "other_ways": "unix_socket:empty", "ways": 2}, True),
        ({"is_empty": 0, "other_ways": "unix_socket:empty ed25519:empty", "ways": 3}, False),
        ({"plugin": "unix_socket", "is_empty": 1, "other_ways": "ed25519:set", "ways": 2}, True),
        ({"plugin": "unix_socket", "is_empty": 1, "other_ways": "ed25519:empty", "ways": 2}, False),
        ({"is_empty": 0, "is_invalid": 1, "other_ways": "ed25519:set", "ways": 2}, True),
        ({"is_empty": 0, "other_ways": "ed25519:set", "ways": 9}, "not known"),
        ({"plugin": "auth_socket", "is_empty": 1}, "not known"),
        ({"plugin": None, "is_empty": 1}, False),
    ],
)
def test_an_empty_password_is_told_from_none_asked(row: dict[str, Any], expected: Any) -> None:
    assert fields(row, "password_state").get("has_password", "not known") == expected


@pytest.mark.parametrize("name", ["plugin", "is_empty"])
def test_a_server_that_hides_how_accounts_log_in_leaves_their_passwords_incomplete(name: str) -> None:
    row = {key: value for key, value in ROW.items() if key != name}
    found = read("accounts", accounts=[row])
    assert not [one for one in found if isinstance(one, Record) and one.kind == "password_state"]
    assert [one.kind for one in found if isinstance(one, Rejected)] == ["password_state"]


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ({"other_ways": "mysql_old_password:set", "ways": 2}, "mysql_old_password"),
        (
            {"plugin": "ed25519", "other_ways": "mysql_native_password:set parsec:set"},
            "mysql_native_password",
        ),
        ({"plugin": "ed25519", "other_ways": "mysql_native_password:empty", "ways": 2}, "ed25519"),
        ({"plugin": "ed25519", "other_ways": "parsec:set", "ways": 9}, "not known"),
    ],
)
def test_of_several_ways_in_the_oldest_hash_is_told(row: dict[str, Any], expected: str) -> None:
    assert fields(row | {"is_empty": 0}, "password_state").get("hash_scheme", "not known") == expected


def test_the_anonymous_account_is_a_default_one() -> None:
    found = fields({"user_name": ""})
    assert (found["login"], found["kind"]) == ("@%", "default")


def test_no_account_at_all_is_no_evidence() -> None:
    (found,) = read("accounts")
    assert isinstance(found, Rejected)


@pytest.mark.parametrize(
    ("values", "plugins", "expected"),
    [
        ({"general_log": "OFF"}, [], False),
        ({"general_log": "ON", "log_output": "FILE"}, [], True),
        ({"general_log": "ON", "log_output": "NONE"}, [], False),
        ({"general_log": "ON", "log_output": "NONE,FILE"}, [], False),
        ({"general_log": "ON", "log_output": "TABLE,FILE"}, [], True),
        ({"general_log": "OFF", "server_audit_logging": "ON", "server_audit_incl_users": "",
          "server_audit_excl_users": "", "server_audit_events": ""}, [], True),
        ({"general_log": "OFF", "server_audit_logging": "ON", "server_audit_incl_users": "",
          "server_audit_excl_users": "dba", "server_audit_events": ""}, [], "not known"),
        ({"general_log": "OFF", "server_audit_logging": "ON", "server_audit_incl_users": "",
          "server_audit_excl_users": "", "server_audit_events": "CONNECT"}, [], "not known"),
        ({"general_log": "OFF"}, [{"name": "audit_log", "type": "AUDIT", "status": "ACTIVE"}], "not known"),
        ({"version": "8.4.0"}, [], "not known"),
    ],
)  # fmt: skip
def test_whether_every_user_is_audited(values: dict[str, str], plugins: Any, expected: Any) -> None:
    settings = [{"variable_name": name, "value": value} for name, value in values.items()]
    found = read("settings", settings=settings, plugins=plugins)
    source = next(one for one in found if isinstance(one, Record) and one.kind == "log_source")
    assert source.fields.get("covers_every_user", "not known") == expected


@pytest.mark.parametrize(
    ("answers", "mode"),
    [
        ({"replica": [{"slave_io_running": "Yes", "slave_sql_running": "Yes"}]}, "hot_standby"),
        ({"replica_mysql": [{"replica_io_running": "Yes", "replica_sql_running": "Yes"}]}, "hot_standby"),
        ({"replica": [{"slave_io_running": "Connecting", "slave_sql_running": "Yes"}]}, None),
        ({"replica": [{"slave_io_running": "Yes", "slave_sql_running": "No"}]}, None),
        ({"replica": [{"slave_io_running": "Yes", "slave_sql_running": "Yes"},
                      {"slave_io_running": "No", "slave_sql_running": "Yes"}]}, None),
        ({"cluster": [{"variable_name": "wsrep_cluster_size", "value": "3"},
                      {"variable_name": "wsrep_ready", "value": "ON"}]}, "active_active"),
        ({"cluster": [{"variable_name": "wsrep_cluster_size", "value": "3"},
                      {"variable_name": "wsrep_ready", "value": "OFF"}]}, None),
        ({}, None),
    ],
)  # fmt: skip
def test_redundancy_is_what_runs_now(answers: dict[str, Any], mode: str | None) -> None:
    (found,) = read("replication", **answers)
    assert (found.fields["mode"] if isinstance(found, Record) else None) == mode


def test_the_hash_is_never_selected() -> None:
    mysql = {
        "user": frozenset({"user", "host", "plugin", "authentication_string", "account_locked", "super_priv"})
    }
    old = {"user": frozenset({"user", "host", "password", "super_priv"})}
    maria = mysql | {"global_priv": frozenset({"user", "host", "priv"})}
    for columns in (mysql, old, maria):
        for part in accounts_sql(columns).split(", "):
            if "authentication_string" in part or "password" in part.split(" AS ")[0]:
                assert "= ''" in part or "coalesce(" in part or "'$." in part or "unix_timestamp" in part
        assert " g.priv AS" not in accounts_sql(columns)
    assert memberships_sql(mysql) is None and grants_sql(maria) is None
