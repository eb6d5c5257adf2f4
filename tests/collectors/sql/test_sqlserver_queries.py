"""Ready queries (SQL Server, some of Oracle and DM8) on made-up views: SQLite stands for a server, which none has met."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from typing import Any

import pytest
import sqlglot
from sqlglot import exp

from hiscomply_sql.query import ready_queries

PRINCIPALS = [
    (1, "sa", "S", 1),
    (2, "sysadmin", "R", 0),
    (3, "##MS_PolicyEventProcessingLogin##", "S", 1),
    (258, "##back_door##", "S", 0),
    (259, "##MS_SQLReplicationSigningLogin##", "S", 0),
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
    hidden = {name: accounts.pop(name)["enabled"] for name in list(accounts) if name.startswith("##")}
    assert hidden == {"##back_door##": 1, "##MS_SQLReplicationSigningLogin##": 1}, (
        "only the server's own disabled ones are left out"
    )
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


def asked(
    product: str, dialect: str, name: str, *tables: tuple[str, list[dict[str, Any]]]
) -> list[dict[str, Any]]:
    """The rows that a ready query gives over made-up views."""
    text = ready_queries()[f"{product}/{name}"].read_text(encoding="utf-8")
    tree = sqlglot.parse_one(text, read=dialect)
    for table in tree.find_all(exp.Table):
        table.set("db", None)
        table.set("catalog", None)
    for condition in tree.find_all(exp.Where):
        if "35" in condition.sql():  # the time that is looked back is not what is tried here
            condition.pop()
            break
    with sqlite3.connect(":memory:") as db:
        for table_name, rows in tables:
            db.execute(f'CREATE TABLE "{table_name}" ({", ".join(rows[0])})')
            marks = ", ".join("?" * len(rows[0]))
            db.executemany(
                f'INSERT INTO "{table_name}" VALUES ({marks})', [tuple(one.values()) for one in rows]
            )
        answer = db.execute(tree.sql(dialect="sqlite", comments=False))
        names = [one[0] for one in answer.description]
        found = [dict(zip(names, row, strict=True)) for row in answer]
    db.close()
    return found


def column(text: str, name: str) -> str:
    """The expression of one column of a query for Oracle or DM8."""
    tree = sqlglot.parse_one(text, read="oracle", into=exp.Select)
    return next(one.sql(dialect="sqlite") for one in tree.selects if one.alias == name)


def test_a_backup_to_nowhere_or_of_damaged_pages_is_no_good_one() -> None:
    base = {"database_name": "HIS", "backup_set_uuid": "x", "type": "D", "backup_start_date": "2026-01-01",
            "backup_finish_date": "2026-01-01", "backup_size": 1, "encryptor_type": None}  # fmt: skip
    sets = [
        base | {"is_damaged": damaged, "media_set_id": media}
        for damaged, media in ((0, 1), (1, 1), (0, 2), (0, 3))
    ]
    media = [
        {"media_set_id": number, "physical_device_name": name}
        for number, name in ((1, r"D:\b\his.bak"), (2, "nul"), (3, "NUL:"))
    ]
    found = asked("sqlserver", "tsql", "backups", ("backupset", sets), ("backupmediafamily", media))
    assert [one["status"] for one in found] == ["success", "failed", "failed", "failed"]


@pytest.mark.parametrize(
    ("status", "enabled", "locked"),
    [("OPEN", 1, 0), ("EXPIRED", 1, 0), ("LOCKED", 0, 1), ("EXPIRED & LOCKED", 0, 1), ("LOCKED(TIMED)", 1, 1),
     ("EXPIRED(GRACE) & LOCKED(TIMED)", 1, 1)],
)  # fmt: skip
@pytest.mark.parametrize("product", ["oracle", "dm8"])
def test_a_lock_that_ends_by_itself_disables_nobody(
    product: str, status: str, enabled: int, locked: int
) -> None:
    text = ready_queries()[f"{product}/accounts"].read_text(encoding="utf-8")
    cases = [column(text, name) for name in ("enabled", "locked")]
    with sqlite3.connect(":memory:") as db:
        row = db.execute(
            f"SELECT {', '.join(cases)} FROM (SELECT ? AS account_status) u", [status]
        ).fetchone()
    db.close()
    assert row == (enabled, locked)


@pytest.mark.parametrize(
    ("kind", "expected"),
    [("DB FULL", "full"), ("DB INCR", "incremental"), ("ARCHIVELOG", "log"), ("CONTROLFILE", "other"), ("SPFILE", "other"),
     ("DATAFILE FULL", "other"), ("RECVR AREA", "other")],
)  # fmt: skip
def test_what_is_no_backup_of_the_database_is_not_called_a_full_one(kind: str, expected: str) -> None:
    text = ready_queries()["oracle/backups"].read_text(encoding="utf-8")
    with sqlite3.connect(":memory:") as db:
        (found,) = db.execute(
            f"SELECT {column(text, 'type')} FROM (SELECT ? AS input_type) d", [kind]
        ).fetchone()
    db.close()
    assert found == expected
