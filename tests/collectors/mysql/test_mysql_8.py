"""What MySQL 8 is known to name its tables, variables and fields (``recorded/README.md``); no MySQL was asked."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from tests.collectors.mysql.conftest import Maria
from tests.collectors.mysql.test_parsers import INSTANCE, ROW, fields, read
from tests.servers.running import needs, needs_root

import hiscomply_mysql
from hiscomply import paths
from hiscomply.model import Record
from hiscomply_mysql.facts import FACTS
from hiscomply_mysql.questions import SETTINGS, accounts_sql, grants_sql, memberships_sql

FACTS_FILE = Path(hiscomply_mysql.__file__).parent / "recorded/mysql-8-from-its-sources/facts.json"
KNOWN: dict[str, Any] = json.loads(FACTS_FILE.read_text(encoding="utf-8"))
COLUMNS = {
    "user": frozenset(name.lower() for name in KNOWN["user_columns"]),
    "role_edges": frozenset(name.lower() for name in KNOWN["role_edges_columns"]),
    "global_grants": frozenset(name.lower() for name in KNOWN["global_grants_columns"]),
}
# Of connection_control, a plugin, which those files do not list.
PLUGIN = {"connection_control_failed_connections_threshold"}
# Of InnoDB, of the server's own kind, which the list of options leaves out, and what is known by the login's name.
OTHERS = {
    "innodb_flush_log_at_trx_commit",
    "secure_file_priv",
    "version",
    "version_comment",
    "skip_grant_tables",
}


def test_every_policy_on_values_in_effect_can_be_met_by_a_mysql() -> None:
    names = {*KNOWN["variables"], *KNOWN["component_variables"], *PLUGIN, *OTHERS}
    without = []
    for file in sorted(paths.policies_dir().glob("*/mysql_*/policy.yaml")):
        text = file.read_text(encoding="utf-8")
        keys = set(re.findall(r"'([a-z_.]+)'", text)) & set(SETTINGS)
        if "mysql_effective" in text and not (keys - {"version"}) & names:
            without.append(file.parent.name)
    assert without == []


def test_every_variable_that_is_asked_for_by_name_is_one_of_mysql_or_mariadb() -> None:
    assert set(KNOWN["variables"]) <= set(SETTINGS)
    asked = {name for name in SETTINGS if name.startswith("validate_password.")}
    assert asked <= set(KNOWN["component_variables"])


@pytest.mark.parametrize(
    ("value", "roles"),
    [
        ("`dba`@`%`,`audit`@`localhost`", {"dba", "audit"}),
        ("dba, audit@localhost", {"dba", "audit"}),
        ("'dba'@'%'", {"dba"}),
        ("", set()),
    ],
)
def test_mandatory_roles_are_held_by_everybody(value: str, roles: set[str]) -> None:
    settings = [{"variable_name": "mandatory_roles", "value": value}]
    rows = [ROW, *(ROW | {"user_name": name, "host_name": "localhost" if name == "audit" else "%",
                          "is_locked": 1, "p_super": int(name == "dba")} for name in ("dba", "audit"))]  # fmt: skip
    found = [one for one in read("accounts", accounts=rows, settings=settings) if isinstance(one, Record)]
    held = {
        one.fields["role"] for one in found if one.kind == "entitlement" and one.fields["login"] == "app@%"
    }
    (app,) = [one.fields for one in found if one.kind == "account" and one.fields["login"] == "app@%"]
    assert (held, app["privileged"]) == (roles, "dba" in roles)


def test_a_mandatory_role_that_is_not_seen_may_hold_anything() -> None:
    settings = [{"variable_name": "mandatory_roles", "value": "gone"}]
    assert "privileged" not in fields({}, settings=settings)


def test_no_file_at_all_is_told_from_no_limit() -> None:
    def value(said: str | None) -> Any:
        settings = [{"variable_name": "secure_file_priv", "value": said}]
        found = read("settings", settings=settings)
        return next(
            one.fields["value"]
            for one in found
            if isinstance(one, Record) and one.fields.get("key") == "secure_file_priv"
        )

    assert (value(None), value("NULL"), value(""), value("/srv/x/")) == ("NULL", "NULL", "", "/srv/x/")


def setting(key: str, **answers: Any) -> Any:
    settings = [{"variable_name": "version", "value": "8.4.3"}, *answers.pop("settings", ())]
    found = read("settings", settings=settings, **answers)
    return {one.fields.get("key"): one.fields.get("value") for one in found if isinstance(one, Record)}[key]


def test_the_versions_of_tls_are_those_in_use_not_those_that_wait_for_a_reload() -> None:
    settings = [{"variable_name": "tls_version", "value": "TLSv1.2"}]
    status = [{"variable_name": "Current_tls_version", "value": "TLSv1.1,TLSv1.2"}]
    assert setting("tls_version", settings=settings, connection=status) == "TLSv1.1,TLSv1.2"
    assert setting("tls_version", settings=settings) == "TLSv1.2"


@pytest.mark.parametrize(
    ("login", "expected"),
    [("skip-grants user@skip-grants host", "ON"), ("@", "ON"), ("auditor@%", "OFF"), ("@localhost", "OFF")],
)
def test_a_server_that_lets_everybody_in_is_known_by_the_name_that_it_gives_to_all(
    login: str, expected: str
) -> None:
    assert setting("skip_grant_tables", login=[{"login": login}]) == expected


def test_the_fields_of_a_replica_are_those_that_are_looked_for() -> None:
    row = {name.lower(): "Yes" for name in KNOWN["replica_status_columns"]}
    (found,) = FACTS["replication"].parse({"cluster": [], "replica": [], "replica_mysql": [row]}, INSTANCE)
    assert isinstance(found, Record)


@needs("mariadbd", "mariadb-install-db", package="mariadb-server")
@needs_root()
def test_the_questions_for_mysql_are_answered_by_tables_of_its_shape(maria: Maria) -> None:
    """The tables have MySQL's names and columns; the server that answers is a MariaDB."""
    types = {
        "user_attributes": "json",
        "password_last_changed": "timestamp NULL DEFAULT NULL",
        "authentication_string": "text",
        "password_lifetime": "smallint unsigned NULL",
    }
    flag = "enum('N', 'Y') NOT NULL DEFAULT 'N'"
    user = ", ".join(
        f"{name} {types.get(name.lower(), flag if name.endswith(('_priv', '_locked', '_expired')) else 'varchar(64) NULL')}"
        for name in KNOWN["user_columns"]
    )
    maria.sql(
        f"CREATE DATABASE mysql8; CREATE TABLE mysql8.user ({user});"
        "CREATE TABLE mysql8.role_edges (from_host varchar(255), from_user varchar(80), to_host varchar(255), to_user varchar(80));"
        "CREATE TABLE mysql8.global_grants (user varchar(80), host varchar(255), priv varchar(32));"
        "INSERT INTO mysql8.user (Host, User, Super_priv, plugin, authentication_string, password_last_changed, password_lifetime,"
        " account_locked) VALUES ('%', 'app', 'N', 'caching_sha2_password', '$A$005$x', from_unixtime(1700000000), 90, 'N'),"
        " ('localhost', 'root', 'Y', 'caching_sha2_password', '', NULL, NULL, 'N'),"
        " ('%', 'dba', 'N', 'caching_sha2_password', '', NULL, NULL, 'Y');"
        "INSERT INTO mysql8.role_edges VALUES ('%', 'dba', '%', 'app');"
        "INSERT INTO mysql8.global_grants VALUES ('dba', '%', 'SYSTEM_VARIABLES_ADMIN')"
    )
    try:
        answers: dict[str, Any] = {"settings": [], "writers": []}
        for name, sql in (
            ("accounts", accounts_sql(COLUMNS)),
            ("memberships", memberships_sql(COLUMNS)),
            ("grants", grants_sql(COLUMNS)),
        ):
            assert sql is not None
            answers[name] = asked(maria, sql.replace("mysql.", "mysql8."))
    finally:
        maria.sql("DROP DATABASE mysql8")
    assert "authentication_string" not in answers["accounts"][0]
    found = [one for one in FACTS["accounts"].parse(answers, INSTANCE) if isinstance(one, Record)]
    accounts = {one.fields["login"]: one.fields for one in found if one.kind == "account"}
    assert {login: (one["privileged"], one["enabled"]) for login, one in accounts.items()} == {
        "app@%": (True, True),  # by its role, which is none of the accounts
        "root@localhost": (True, True),
    }
    assert (accounts["app@%"]["pwd_max_age_days"], accounts["app@%"]["pwd_changed_at"].timestamp()) == (
        90,
        1700000000,
    )
    states = {
        one.fields["login"]: one.fields["has_password"] for one in found if one.kind == "password_state"
    }
    assert states == {"app@%": True, "root@localhost": False}


def asked(maria: Maria, sql: str) -> list[dict[str, Any]]:
    import pymysql
    from pymysql.cursors import DictCursor

    with (
        pymysql.connect(
            unix_socket=str(maria.folder / "my.sock"), user="root", cursorclass=DictCursor
        ) as connection,
        connection.cursor() as cursor,
    ):
        cursor.execute(sql)
        return [{name.lower(): value for name, value in row.items()} for row in cursor.fetchall()]
