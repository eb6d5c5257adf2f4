"""Audits of a real PostgreSQL 15: what is found, what is refused, and what never leaves it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.collectors.postgresql.conftest import ADMIN, AUDITOR, PATIENT, PATIENT_ID, TOKEN, Postgres
from tests.servers import trouble
from tests.servers.audits import Audited, assert_nowhere, audit, command, write_project
from tests.servers.beside import assert_only_these, assert_unknown
from tests.servers.running import free_port, needs, needs_root, wait_until

from hiscomply.model import CollectionStatus
from hiscomply_kit.databases import MAX_ROWS

pytestmark = [needs("initdb", "postgres", package="postgresql-15"), needs_root()]

SYSTEMS = """  - {collector: tables, name: systems, path: systems.csv, kind: system, columns: {id: id, stage: stage, tier: tier}}
"""
WRONG, REFUSED = "Wr0ng-canary-5512", "password authentication failed for user"
SHARED = "shared_accounts_registered"
DEFAULT_ACCOUNTS = "default_accounts_disabled"
TLS = "postgresql_tls_enabled"
IN_EFFECT = (
    "postgresql_network_rules_ask_who_connects", "postgresql_network_rules_ask_for_tls",
    "postgresql_writes_survive_power_loss",
)  # fmt: skip
EVERYTHING = ["accounts", "settings", "host_rules", "archiving", "replication", "password_schemes"]
ADMIN_LOGIN = {
    "user": "postgres",
    "account_kinds": {"shared": ["shared_*"], "service": ["*"]},
    "password": {"env": "PG_ADMIN"},
    "include": EVERYTHING,
}


def project(folder: Path, *targets: str) -> Path:
    write_project(folder, "".join((*targets, SYSTEMS)))
    (folder / "systems.csv").write_text("id,stage,tier\nHIS,run,1\n")
    return folder


@pytest.fixture(scope="module")
def whole(postgres: Postgres, tmp_path_factory: pytest.TempPathFactory) -> Audited:
    """Everything that an administrator's login can read, audited by the policies that it concerns."""
    monkeypatch = pytest.MonkeyPatch()
    monkeypatch.setenv("PG_ADMIN", ADMIN)
    before = postgres.written()
    folder = project(tmp_path_factory.mktemp("whole"), postgres.target(**ADMIN_LOGIN))
    done = audit(
        folder,
        [DEFAULT_ACCOUNTS, "privileged_share_limited", "postgresql_tls_enabled", "postgresql_connections_logged",
         "postgresql_passwords_hashed_with_scram", "core_audit_logs_cover_every_user", *IN_EFFECT],
    )  # fmt: skip
    monkeypatch.undo()
    assert postgres.written() == before
    return done


def test_the_default_superuser_is_found(whole: Audited) -> None:
    assert whole.policy(DEFAULT_ACCOUNTS)["verdict"] == "fail"
    assert [one["verdict"] for one in whole.findings(DEFAULT_ACCOUNTS)] == ["fail"]


def test_too_many_superusers_are_found(whole: Audited) -> None:
    (finding,) = whole.findings("privileged_share_limited")
    assert (finding["subject"], finding["verdict"]) == ("HIS", "fail")


def test_what_one_role_or_database_has_instead_is_found(postgres: Postgres, tmp_path: Path) -> None:
    scram, ddl = "postgresql_passwords_hashed_with_scram", "postgresql_schema_changes_logged"
    postgres.sql(
        "ALTER SYSTEM SET log_statement = 'ddl'; SELECT pg_reload_conf(); CREATE DATABASE his;"
        "ALTER ROLE sneaky SET password_encryption = 'md5'; ALTER DATABASE his SET log_statement = 'none'"
    )
    assert wait_until(lambda: postgres.sql("SHOW log_statement") == [("ddl",)])
    try:
        done = audit(project(tmp_path, postgres.target(include=["settings"])), [scram, ddl])
    finally:
        postgres.sql(
            "ALTER ROLE sneaky RESET ALL; DROP DATABASE his; ALTER SYSTEM RESET log_statement;"
            "SELECT pg_reload_conf()"
        )
    assert done.collections["pg"].status is CollectionStatus.OK
    assert {one: done.policy(one)["verdict"] for one in (scram, ddl)} == {scram: "fail", ddl: "fail"}
    sections = {one["key"]: one["section"] for one in done.rows("setting") if one["section"]}
    assert sections == {"log_statement": "database his", "password_encryption": "role sneaky"}


def test_log_settings_in_effect_are_judged_by_the_policy_for_the_file(
    postgres: Postgres, tmp_path: Path
) -> None:
    policy = "postgresql_connections_logged"
    folder = project(tmp_path, postgres.target(include=["settings"]))
    done = audit(folder, [policy, "postgresql_tls_enabled", "postgresql_passwords_hashed_with_scram"])
    assert done.collections["pg"].status is CollectionStatus.OK
    (finding,) = done.findings(policy)
    assert (finding["subject"], finding["verdict"]) == ("his-db-01:pg_settings", "fail")
    assert done.policy("postgresql_tls_enabled")["verdict"] == "pass"
    assert done.policy("postgresql_passwords_hashed_with_scram")["verdict"] == "pass"
    assert done.code == 1


def test_a_server_without_tls_is_found_by_its_settings(postgres: Postgres, tmp_path: Path) -> None:
    def switch(value: str) -> None:
        postgres.sql(f"ALTER SYSTEM SET ssl = {value}; SELECT pg_reload_conf()")
        for _ in range(1000):
            if postgres.sql("SHOW ssl") == [(value,)]:
                return
        raise AssertionError(value)

    switch("off")
    try:
        over_socket = {"host": None, "tls": None, "socket": str(postgres.folder), "port": postgres.port}
        folder = project(tmp_path, postgres.target(include=["settings"], **over_socket))
        done = audit(folder, ["postgresql_tls_enabled"])
    finally:
        switch("on")
    (finding,) = done.findings("postgresql_tls_enabled")
    assert (finding["verdict"], done.code) == ("fail", 1)


def test_a_rule_that_trusts_everybody_is_evidence_with_its_line(whole: Audited) -> None:
    (rule,) = [row for row in whole.rows("setting") if row["format"] == "pg_hba" and row["value"] == "trust"]
    assert (rule["key"], rule["_line"]) == ("host all all 192.168.0.0/255.255.0.0", 4)


def test_rules_that_let_anyone_in_and_lost_writes_are_found_by_their_policies(whole: Audited) -> None:
    failed = {
        policy: sorted(one["subject"] for one in whole.findings(policy) if one["verdict"] == "fail")
        for policy in IN_EFFECT
    }
    assert ["host all all 192.168.0.0/255.255.0.0" in one for one in failed[IN_EFFECT[0]]] == [True]
    assert [one.rsplit("conf/", 1)[1].split("/")[0] for one in failed[IN_EFFECT[1]]] == [
        "host all all 192.168.0.0",
        "host app legacy 10.0.0.0",
    ]
    assert failed[IN_EFFECT[2]] == ["his-db-01:pg_settings/fsync/1"]


def test_a_broken_rule_is_set_aside_with_its_line_and_the_rest_is_kept(whole: Audited) -> None:
    one = whole.collections["pg"]
    assert (one.status, [item.line for item in one.rejected if item.kind == "setting"]) == (
        CollectionStatus.PARTIAL,
        [5],
    )


def test_accounts_say_what_the_server_knows(whole: Audited) -> None:
    rows = {row["login"]: row for row in whole.rows("account")}
    assert {name for name, row in rows.items() if row["privileged"]} == {
        "postgres", "shared_dba", "dba2", "dba3", "sneaky",
    }  # fmt: skip
    assert str(rows["old_app"]["expires_at"]) == "2024-01-01"
    assert rows["shared_dba"]["expires_at"] is None and "expires_at" not in rows["shared_dba"]["_missing"]
    assert rows["closed_app"]["enabled"] is False


def test_password_schemes_are_named(whole: Audited) -> None:
    schemes = {
        row["login"]: (row["has_password"], row["hash_scheme"]) for row in whole.rows("password_state")
    }
    assert schemes["md5_app"] == (True, "md5")
    assert schemes["shared_dba"] == (True, "scram-sha-256")
    assert schemes["closed_app"] == (False, None)


def test_failing_archiving_is_a_failed_log_backup(whole: Audited) -> None:
    assert [(row["job"], row["type"], row["status"]) for row in whole.rows("backup_job")] == [
        ("wal-archive", "log", "failed")
    ]


@pytest.mark.parametrize(
    ("does", "verdict"), [("/bin/true", "fail"), (" exit 0 ;", "fail"), ("cp %p /srv/wal/%f", "pass")]
)
def test_a_command_that_keeps_nothing_archives_nothing(
    postgres: Postgres, tmp_path: Path, does: str, verdict: str
) -> None:
    import psycopg

    policy = "postgresql_archives_its_log"
    with psycopg.connect(
        host=str(postgres.folder), port=postgres.port, user="postgres", password=ADMIN, autocommit=True
    ) as connection:  # the helper parts statements at semicolons
        connection.execute(f"ALTER SYSTEM SET archive_command = '{does}'")
        connection.execute("SELECT pg_reload_conf()")
    try:
        assert wait_until(lambda: postgres.sql("SHOW archive_command") == [(does,)])
        done = audit(project(tmp_path, postgres.target(include=["settings"])), [policy])
    finally:
        postgres.sql("ALTER SYSTEM RESET archive_command; SELECT pg_reload_conf()")
    assert done.policy(policy)["verdict"] == verdict


def test_no_standby_in_sight_is_not_called_none(whole: Audited) -> None:
    assert whole.rows("redundancy") == []
    assert "redundancy" in whole.collections["pg"].affected


def test_hashes_tokens_passwords_and_patients_stay_on_the_server(whole: Audited, postgres: Postgres) -> None:
    hashes = [
        row[0] for row in postgres.sql("SELECT rolpassword FROM pg_authid WHERE rolpassword IS NOT NULL")
    ]
    pieces = [piece for one in hashes for piece in (one, one[-24:], one[14:34])]
    canaries = [ADMIN, AUDITOR, TOKEN, PATIENT, PATIENT_ID, *pieces]
    assert_nowhere(canaries, whole.project, whole.out, whole.err)
    assert {"archive_command", "primary_conninfo"} <= {
        row["key"] for row in whole.rows("setting") if row["is_secret"]
    }


def test_a_dry_run_asks_nobody(tmp_path: Path) -> None:
    with trouble.hung() as port:
        target = Postgres(port, tmp_path, None).target(**ADMIN_LOGIN)  # type: ignore[arg-type]
        code, out, err = command("collect", str(project(tmp_path, target)), "--dry-run")
    assert "pg_authid" in out and "$PG_ADMIN" in out, (code, out, err)


@pytest.fixture(scope="module")
def unlucky(postgres: Postgres, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Audited, int]]:
    """One project with every misfortune beside a good target of another system; and how many logins were refused."""
    with (
        pytest.MonkeyPatch.context() as environment,
        trouble.hung() as hung,
        trouble.garbage() as garbage,
        trouble.cut_off(postgres.port, 3000) as in_tls,
        trouble.cut_off(postgres.port, 6000) as early,
        trouble.cut_off(postgres.port, 12000) as late,
        trouble.cut_off(postgres.port, 5500, hang=True) as midway,
    ):
        environment.setenv("PG_PASSWORD", AUDITOR)
        environment.setenv("PG_WRONG", WRONG)
        ca_file = str(postgres.ca_file)
        bad: dict[str, dict[str, Any]] = {
            "wrong_password": {"password": {"env": "PG_WRONG"}},
            "hung": {"port": hung, "step_timeout": 2},
            "hung_midway": {"port": midway, "step_timeout": 0.5},
            "garbage": {"port": garbage},
            "cut_in_tls": {"port": in_tls},
            "cut_early": {"port": early},
            "cut_late": {"port": late},
            "stopped": {"port": free_port()},
            "unknown_certificate": {"tls": None},
            "other_name": {"tls": {"ca_file": ca_file, "server_name": "db.example"}},
            "cleartext": {"host": "192.0.2.1", "use_tls": False, "tls": None},
        }
        targets = [
            postgres.target(name, **({"system_id": name, "asset_id": name, "step_timeout": 20} | more))
            for name, more in bad.items()
        ]
        log = postgres.folder / "log"
        before = log.read_text().count(REFUSED)
        good = postgres.target("good", include=["accounts", "settings"])
        folder = project(tmp_path_factory.mktemp("unlucky"), *targets, good)
        done = audit(folder, [SHARED, TLS])
        yield done, log.read_text().count(REFUSED) - before


STATUS = {
    "wrong_password": ("denied", "refuses the login (it was not tried again)"),
    "hung": ("timed_out", "within 2 seconds"),
    "hung_midway": ("timed_out", "within 0.5 seconds"),
    "garbage": ("failed", "cannot be reached"),
    "cut_in_tls": ("failed", "postgresql://127.0.0.1"),
    "cut_early": ("failed", "postgresql://127.0.0.1"),
    "cut_late": ("failed", "postgresql://127.0.0.1"),
    "stopped": ("failed", "cannot be reached"),
    "unknown_certificate": ("failed", "TLS failed"),
    "other_name": ("failed", "TLS failed"),
    "cleartext": ("failed", "cleartext: true"),
}


def test_every_misfortune_is_told_and_costs_only_its_own_target(unlucky: tuple[Audited, int]) -> None:
    done, _ = unlucky
    assert_only_these(done, TLS, STATUS)
    # its accounts had come whole before the end
    assert_unknown(done, SHARED, sorted(STATUS.keys() - {"cut_late"}))
    assert done.collections["good"].records["account"] > 5


def test_a_refused_login_is_not_tried_again_and_no_password_is_told(unlucky: tuple[Audited, int]) -> None:
    done, refused = unlucky
    assert refused == 1
    assert_nowhere([WRONG, AUDITOR], done.project, done.out, done.err)


def test_an_account_without_rights_costs_the_kinds_that_it_cannot_read(
    postgres: Postgres, tmp_path: Path
) -> None:
    include = ["accounts", "settings", "host_rules", "password_schemes"]
    bad = postgres.target("bad", user="nobody_special", include=include)
    good = postgres.target("good", system_id="LIS", asset_id="lis-db-01", include=["accounts", "settings"])
    done = audit(project(tmp_path, bad, good), ["postgresql_passwords_hashed_with_scram"])
    assert_only_these(done, "postgresql_passwords_hashed_with_scram", {"bad": ("denied", "pg_monitor")})
    one = done.collections["bad"]
    assert set(one.affected) == {
        "setting", "log_source", "password_state", "configuration", "effective_setting",
    }  # fmt: skip
    assert one.records["account"] > 5
    assert all(word in one.reason.en for word in ("pg_authid", "pg_hba_file_rules"))  # type: ignore[union-attr]


def test_an_answer_above_the_limit_is_a_failure_and_no_cut(postgres: Postgres, tmp_path: Path) -> None:
    """A server that really has more roles than are read."""
    postgres.sql(
        "INSERT INTO pg_authid (oid, rolname, rolsuper, rolinherit, rolcreaterole, rolcreatedb, rolcanlogin, rolreplication, "
        "rolbypassrls, rolconnlimit) SELECT 1000000 + one, 'many' || one, false, true, false, false, true, false, false, -1 "
        f"FROM generate_series(1, {MAX_ROWS}) one"
    )
    try:
        bad = postgres.target("bad", include=["accounts"])
        good = postgres.target("good", system_id="LIS", asset_id="lis-db-01", include=["settings"])
        done = audit(project(tmp_path, bad, good), [SHARED])
    finally:
        postgres.sql("DELETE FROM pg_authid WHERE oid > 1000000 AND rolname LIKE 'many%'; VACUUM pg_authid")
    assert_only_these(done, SHARED, {"bad": ("failed", "with more than 200,000 rows")})
    assert done.collections["bad"].records == {}


def test_the_server_itself_refuses_a_write_in_the_session(postgres: Postgres) -> None:
    from hiscomply.hookspecs import CollectFailed
    from hiscomply_postgresql.fetch import Session

    options = {"socket": str(postgres.folder), "port": postgres.port, "user": "postgres"}
    with (
        Session(options, ADMIN, postgres.folder) as session,
        pytest.raises(CollectFailed, match="SQLSTATE 25006"),
    ):
        session._rows("patient", "INSERT INTO public.patient VALUES ('a', 'b') RETURNING name")
