"""Queries of a real SQLite file and a real PostgreSQL, audited as a user would."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path
from typing import Any

import pytest
from tests.collectors.postgresql.conftest import AUDITOR, PATIENT, PATIENT_ID, Postgres
from tests.collectors.postgresql.conftest import postgres as postgres  # noqa: PLC0414 - the fixture
from tests.servers import trouble
from tests.servers.audits import Audited, assert_nowhere, audit, command, write_project
from tests.servers.beside import assert_only_these
from tests.servers.running import free_port, needs, needs_root

from hiscomply.model import CollectionStatus

SECRET = "Secr3t-canary-8817"
DEFAULT_ACCOUNTS = "default_accounts_disabled"
QUERY = (
    "SELECT 'EMR' AS system_id, who AS login, state AS enabled, art AS kind, made AS created_at FROM users"
)


def target(name: str = "db", **more: Any) -> str:
    options = {
        "collector": "sql",
        "name": name,
        "url": "sqlite:///users.db",
        "kind": "account",
        "query": QUERY,
    } | more
    return f"  - {json.dumps({key: value for key, value in options.items() if value is not None})}\n"


def project(folder: Path, *targets: str) -> Path:
    write_project(folder, "".join(targets))
    with sqlite3.connect(folder / "users.db") as base:
        base.execute("CREATE TABLE users (who, state, art, made, note)")
        rows = [
            ("admin", 1, "default", "2026-01-02 03:04:05", PATIENT),
            ("nurse", 0, "human", "2026-01-02", PATIENT_ID),
        ]
        base.executemany("INSERT INTO users VALUES (?, ?, ?, ?, ?)", rows)
    base.close()
    return folder


def here(folder: Path) -> str:
    return f"sqlite:///{folder}/users.db"


def test_a_query_with_fields_for_column_names_needs_no_map(tmp_path: Path) -> None:
    folder = project(tmp_path, target(url=here(tmp_path)))
    before = (folder / "users.db").read_bytes()
    done = audit(folder, [DEFAULT_ACCOUNTS])
    assert done.collections["db"].status is CollectionStatus.OK, done.collections["db"].reason
    assert [(one["subject"], one["verdict"]) for one in done.findings(DEFAULT_ACCOUNTS)] != []
    assert (done.policy(DEFAULT_ACCOUNTS)["verdict"], done.code) == ("fail", 1)
    admin = next(row for row in done.rows("account") if row["login"] == "admin")
    assert (str(admin["created_at"]), admin["_line"]) == (
        "2026-01-01 19:04:05",
        1,
    )  # of the institution's zone
    assert (folder / "users.db").read_bytes() == before
    assert_nowhere([PATIENT, PATIENT_ID], folder / ".hiscomply", done.out, done.err)


def test_a_map_names_columns_words_and_constants(tmp_path: Path) -> None:
    columns = {
        "system_id": {"value": "EMR"},
        "login": "who",
        "enabled": {"column": "state", "values": {"1": True, "0": False}},
    }
    query = "SELECT who, state FROM users"
    done = audit(
        project(tmp_path, target(url=here(tmp_path), query=query, columns=columns)), [DEFAULT_ACCOUNTS]
    )
    assert [(row["system_id"], row["login"], row["enabled"]) for row in done.rows("account", "login")] == [
        ("EMR", "admin", True), ("EMR", "nurse", False),
    ]  # fmt: skip


BAD: dict[str, tuple[dict[str, Any], str]] = {
    "delete": ({"query": "DELETE FROM users"}, "it is no SELECT"),
    "misspelt": ({"query": "SELECT who AS login, state AS enabeld FROM users"}, "no field of account"),
    "no_key": ({"query": "SELECT who AS login FROM users"}, "key field system_id"),
    "empty": ({"query": "SELECT who AS login, 1 AS system_id FROM users WHERE 1 = 0"}, "allow_empty"),
    "many": (
        {"row_limit": 1, "query": "SELECT 'A' AS system_id, who AS login, 'human' AS kind FROM users"},
        "than 1 rows",
    ),
    "no_table": ({"query": "SELECT a FROM nowhere"}, "cannot be asked: OperationalError"),
    "misnamed": ({"query": None, "ready": "oracle/acounts"}, "oracle/accounts"),
    "other_kind": ({"query": None, "ready": "oracle/backups"}, "gives backup_job"),
    "no_file": ({"query": None, "query_file": "none.sql"}, "cannot be read"),
    "no_driver": ({"url": "nothing+driver://127.0.0.1/x"}, "the driver for nothing+driver is missing"),
    "clear": ({"url": "mssql+pyodbc://192.0.2.1/x"}, "cleartext: true"),
    "clear_pg": ({"url": "postgresql+psycopg://a@192.0.2.1/x", "use_tls": False}, "cleartext: true"),
    "loosened": ({"url": "postgresql+psycopg://a@127.0.0.1/x?sslmode=disable"}, "takes no parameters"),
    "password_option": ({"url": f"mssql+pyodbc://127.0.0.1/x?PWD={SECRET}"}, "must hold no password"),
    "password": ({"url": f"mysql+pymysql://a:{SECRET}@127.0.0.1/x"}, "must hold no password"),
}


@pytest.fixture(scope="module")
def misfits(tmp_path_factory: pytest.TempPathFactory) -> Audited:
    """One project with every target that does not fit, beside a good one."""
    folder = tmp_path_factory.mktemp("misfits")
    good = target(
        "good", url=here(folder), query="SELECT 'LIS' AS system_id, who AS login, 'human' AS kind FROM users"
    )
    targets = [target(name, **({"url": here(folder)} | more)) for name, (more, _) in BAD.items()]
    return audit(project(folder, good, *targets), [DEFAULT_ACCOUNTS])


@pytest.mark.parametrize("name", BAD)
def test_what_does_not_fit_is_a_failure_with_its_reason(misfits: Audited, name: str) -> None:
    bad = misfits.collections[name]
    assert bad.status is CollectionStatus.FAILED
    assert bad.reason is not None and BAD[name][1] in bad.reason.en, bad.reason


def test_what_rests_on_it_is_unknown_while_the_good_target_completes(misfits: Audited) -> None:
    assert misfits.collections["good"].status is CollectionStatus.OK
    assert (misfits.policy(DEFAULT_ACCOUNTS)["verdict"], misfits.code) == ("unknown", 3)
    assert_nowhere([SECRET], misfits.project / ".hiscomply", misfits.out, misfits.err)


def test_a_dry_run_shows_no_password_of_a_url(misfits: Audited) -> None:
    _, out, err = command("collect", str(misfits.project), "--dry-run")
    assert "mysql+pymysql://a@127.0.0.1/x" in out
    assert_nowhere([SECRET], out, err)


@needs("initdb", "postgres", package="postgresql-15")
@needs_root()
def test_a_real_postgresql_is_asked_read_only_over_verified_tls(postgres: Postgres, tmp_path: Path) -> None:
    monkeypatch = pytest.MonkeyPatch()
    monkeypatch.setenv("PG_PASSWORD", AUDITOR)
    monkeypatch.setenv("PG_WRONG", "Wr0ng-canary-5512")
    url = f"postgresql+psycopg://auditor@127.0.0.1:{postgres.port}/postgres"
    query = "SELECT 'EMR' AS system_id, rolname AS login, rolsuper AS privileged FROM pg_roles WHERE rolname LIKE '%_dba'"
    base = {
        "url": url, "query": query, "password": {"env": "PG_PASSWORD"}, "tls": {"ca_file": str(postgres.ca_file)},
        "step_timeout": 10,
    }  # fmt: skip
    with (
        trouble.hung() as hung,
        trouble.garbage() as garbage,
        trouble.cut_off(postgres.port, 60_000) as cut,
        trouble.cut_off(postgres.port, 60_000, hang=True) as silent,
        trouble.spoilt(postgres.port, 3, b"\xff" * 4000) as midway,
    ):
        many = "SELECT 'a' AS system_id, i::text AS login, 'human' AS kind FROM generate_series(1, 20000) i"

        def at(port: int) -> dict[str, str]:
            return {"url": url.replace(str(postgres.port), str(port))}

        bad: dict[str, dict[str, Any]] = {
            "wrong_password": {"password": {"env": "PG_WRONG"}},
            "no_rights": {"query": "SELECT name AS login, id AS system_id FROM patient"},
            "no_tls": {"tls": None},
            "hung": at(hung) | {"step_timeout": 1},
            "garbage": at(garbage),
            "cut": at(cut) | {"query": many},
            "slow": {
                "query": "SELECT 'a' AS system_id, count(*)::text AS login FROM generate_series(1, 1000000000)",
                "step_timeout": 1,
            },
            "writes": {"query": "SELECT 'a' AS system_id, sneak() AS login"},
            "nobody": at(free_port()),
            "garbage_midway": at(midway),
            "hung_midway": at(silent) | {"step_timeout": 1, "query": many},
            "many": {"query": many.replace("20000", "100001")},
            "wide": {"query": "SELECT 'a' AS system_id, repeat('x', 70000000) AS login"},
        }
        status = {
            "wrong_password": ("denied", "refuses the login (it was not tried again)"),
            "no_rights": ("denied", "may not run the query"),
            "no_tls": ("failed", "TLS failed"),
            "hung": ("timed_out", "within 1 seconds"),
            "garbage": ("failed", "invalid response to SSL negotiation"),
            "cut": ("failed", "cannot be asked"),
            "slow": ("timed_out", "within 1 seconds"),
            "writes": ("failed", "cannot be asked"),
            "nobody": ("failed", "cannot be asked"),
            "garbage_midway": ("failed", ""),
            "hung_midway": ("timed_out", "within 1 seconds"),
            "many": ("failed", "more than 100,000 rows"),
            "wide": ("failed", "more than 64,000,000 bytes"),
        }
        postgres.sql("CREATE TABLE notes (it text); GRANT INSERT, SELECT ON notes TO auditor")
        postgres.sql(
            "CREATE FUNCTION sneak() RETURNS text LANGUAGE sql AS 'INSERT INTO notes VALUES (1) RETURNING it'"
        )
        before = postgres.written()
        targets = [target(name, **(base | more)) for name, more in bad.items()]
        folder = project(tmp_path, target("good", **base), *targets)
        done = audit(folder, [DEFAULT_ACCOUNTS])
    monkeypatch.undo()
    assert postgres.written() == before
    assert [row["login"] for row in done.rows("account") if row["system_id"] == "EMR"] == ["shared_dba"]
    assert_only_these(done, DEFAULT_ACCOUNTS, status)
    assert_nowhere(["Wr0ng-canary-5512", AUDITOR, PATIENT], folder / ".hiscomply", done.out, done.err)
