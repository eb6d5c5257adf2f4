"""The ready queries for SQL Server on made-up catalog views: SQLite stands for a server, which none of them has met."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from typing import Any

import pytest
import sqlglot

from hiscomply_sql.query import ready_queries

PRINCIPALS = [
    (1, "sa", "S", 1),
    (2, "sysadmin", "R", 0),
    (3, "##MS_PolicyEventProcessingLogin##", "S", 1),
    (260, r"HOSPITAL\zhang", "U", 0),
    (261, r"HOSPITAL\DBA", "G", 0),
    (262, r"HOSPITAL\Nurses", "G", 0),
    (263, "signer", "C", 0),
]
NEEDING_A_RIGHT = [
    name
    for name, path in ready_queries().items()
    if name.startswith("sqlserver/") and "VIEW ANY DEFINITION" in path.read_text(encoding="utf-8")
]


class Server:
    """Catalog views, and whether the account has the right to see all of them."""

    def __init__(self) -> None:
        self.has_right = True
        self.db = sqlite3.connect(":memory:")
        self.db.create_function("HAS_PERMS_BY_NAME", 3, lambda *_: int(self.has_right))
        self.db.create_function("LOGINPROPERTY", 2, lambda *_: None)
        self.db.create_function("IS_SRVROLEMEMBER", 2, lambda *_: None)
        self.db.executescript(
            "ATTACH ':memory:' AS sys;"
            "CREATE TABLE sys.server_principals (principal_id, name, type, is_disabled, create_date);"
            "CREATE TABLE sys.server_role_members (role_principal_id, member_principal_id);"
            "CREATE TABLE sys.sql_logins (name, is_policy_checked, is_expiration_checked);"
            "CREATE TABLE sys.server_audits (name, is_state_enabled);"
            "CREATE TABLE sys.configurations (name, value_in_use);"
            "INSERT INTO sys.server_role_members VALUES (2, 261);"
            "INSERT INTO sys.sql_logins VALUES ('sa', 1, 1);"
            "INSERT INTO sys.configurations VALUES ('clr enabled', 0);"
        )
        self.db.executemany("INSERT INTO sys.server_principals VALUES (?, ?, ?, ?, '2026-01-01')", PRINCIPALS)

    def asked(self, name: str) -> list[dict[str, Any]]:
        text = ready_queries()[name].read_text(encoding="utf-8")
        (statement,) = sqlglot.transpile(text, read="tsql", write="sqlite", comments=False)
        answer = self.db.execute(statement)
        names = [one[0] for one in answer.description]
        return [dict(zip(names, row, strict=True)) for row in answer]


@pytest.fixture
def server() -> Iterator[Server]:
    one = Server()
    yield one
    one.db.close()


def test_windows_groups_are_logins_too_and_nothing_else_is(server: Server) -> None:
    accounts = {row["login"]: row for row in server.asked("sqlserver/accounts")}
    assert list(accounts) == [r"HOSPITAL\DBA", r"HOSPITAL\Nurses", r"HOSPITAL\zhang", "sa"]
    assert {name: row["privileged"] for name, row in accounts.items()} == {
        r"HOSPITAL\DBA": 1, r"HOSPITAL\Nurses": None, r"HOSPITAL\zhang": None, "sa": None,
    }  # fmt: skip


@pytest.mark.parametrize("name", NEEDING_A_RIGHT)
def test_without_the_right_to_see_all_no_row_is_given(server: Server, name: str) -> None:
    assert server.asked(name)
    server.has_right = False
    assert server.asked(name) == []


def test_all_but_the_backups_need_the_right() -> None:
    assert NEEDING_A_RIGHT == ["sqlserver/accounts", "sqlserver/audit_settings", "sqlserver/password_policy"]
