"""A PostgreSQL 15 as it answered its superuser, read without a server."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime

import pytest
from tests.collectors.postgresql.conftest import ADMIN, AUDITOR, PATIENT, TOKEN
from tests.collectors.postgresql.recorded_postgresql import FILE
from tests.servers.recorded_answers import Told

from hiscomply_postgresql.facts import FACTS
from hiscomply_postgresql.questions import QUESTIONS


@pytest.fixture(scope="module")
def told() -> Told:
    return Told(FILE, FACTS, "postgresql://db:5432")


def test_every_question_was_answered_and_every_record_is_counted(told: Told) -> None:
    assert list(told.answers) == list(QUESTIONS)
    assert Counter(one.kind for one in told.records) == {
        "account": 10, "entitlement": 10, "password_state": 10, "setting": 61, "effective_setting": 53,
        "config_file": 1, "configuration": 1, "log_source": 1, "backup_job": 1,
    }  # fmt: skip


def test_accounts_have_their_rights_and_their_end(told: Told) -> None:
    plain = {"system_id": "HIS", "privileged": False, "enabled": True, "expires_at": None, "uid": None}
    powerful = plain | {"privileged": True}
    assert {one.pop("login"): one for one in told.fields("account")} == {
        "auditor": plain, "md5_app": plain, "nobody_special": plain,
        "closed_app": plain | {"enabled": False},
        "old_app": plain | {"expires_at": "2024-01-01"},
        "dba2": powerful, "dba3": powerful, "sneaky": powerful,
        "postgres": powerful | {"kind": "default"},
        "shared_dba": powerful | {"kind": "shared"},
    }  # fmt: skip
    roles = {(one["login"], one["role"]) for one in told.fields("entitlement")}
    assert {("sneaky", "backdoor_group"), ("auditor", "pg_monitor"), ("dba2", "SUPERUSER")} <= roles


def test_passwords_are_told_by_their_scheme_alone(told: Told) -> None:
    schemes = {one["login"]: one.get("hash_scheme") for one in told.fields("password_state")}
    assert schemes.pop("md5_app") == "md5"
    assert schemes.pop("closed_app") is None
    assert set(schemes.values()) == {"scram-sha-256"}
    closed, open_ = (told.one("password_state", login=one) for one in ("closed_app", "md5_app"))
    assert (closed["has_password"], closed["is_locked"]) == (False, True), "no password is right for it"
    assert (open_["has_password"], open_["is_locked"]) == (True, False)
    text = FILE.read_text(encoding="utf-8")
    assert not [one for one in ("SCRAM-SHA-256$", ADMIN, AUDITOR, TOKEN, PATIENT, "/tmp/") if one in text]


def test_settings_have_value_number_and_what_is_withheld(told: Told) -> None:
    rest = {"file": "db-01:pg_settings", "format": "postgresql_effective", "asset_id": "db-01"}
    found = told.one("setting", key="log_rotation_age")
    assert rest.items() <= found.items()
    assert (found["value"], found["number"], found["section"]) == ("1440", 1440.0, None)
    values = {one["key"]: one.get("value") for one in told.fields("setting")}
    assert [values[key] for key in ("fsync", "ssl", "ssl_min_protocol_version", "log_connections", "connection.tls",
                                    "server_version", "extension.plpgsql")] == [
        "off", "on", "TLSv1.2", "off", "TLSv1.3", "15.18 (Debian 15.18-0+deb12u1)", "1.0"]  # fmt: skip
    assert {one["key"] for one in told.fields("setting") if one["is_secret"]} == {
        "archive_command",
        "primary_conninfo",
    }
    assert told.one("log_source") == {
        "asset_id": "db-01", "name": "postgresql", "system_id": "HIS", "layer": "database", "covers_every_user": False,
    }  # fmt: skip


def test_rules_have_their_lines_and_a_broken_one_is_set_aside(told: Told) -> None:
    rules = [
        (one.line, one.fields["key"], one.fields["value"])
        for one in told.records
        if one.kind == "setting" and one.fields["format"] == "pg_hba"
    ]
    assert rules == [
        (1, "local all all", "scram-sha-256"),
        (2, "hostssl all all 127.0.0.1/255.255.255.255", "scram-sha-256"),
        (3, "host app legacy 10.0.0.0/255.0.0.0", "md5"),
        (4, "host all all 192.168.0.0/255.255.0.0", "trust"),
    ]
    assert [(one.kind, one.line) for one in told.rejected] == [("setting", 5), ("redundancy", None)]


def test_archiving_that_failed_is_a_failed_log_backup(told: Told) -> None:
    at = datetime(2026, 11, 27, 11, 24, 34, 690172, tzinfo=UTC)
    assert told.one("backup_job") == {
        "system_id": "HIS", "job": "wal-archive", "type": "log", "status": "failed", "started": at, "ended": at,
    }  # fmt: skip
