"""A MariaDB 10.11 as it answered an account with the least rights, read without a server."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from tests.collectors.mysql.conftest import AUDITOR, PATIENT, SHARED_WORD
from tests.collectors.mysql.recorded_mysql import FILE
from tests.servers.recorded_answers import Told

from hiscomply_mysql.facts import FACTS
from hiscomply_mysql.questions import QUESTIONS


@pytest.fixture(scope="module")
def told() -> Told:
    return Told(FILE, FACTS, "mysql://db:3306")


def test_every_question_was_answered_and_no_secret_is_in_the_file(told: Told) -> None:
    assert list(told.answers) == list(QUESTIONS)
    text = FILE.read_text(encoding="utf-8")
    assert not [one for one in (AUDITOR, SHARED_WORD, PATIENT, '"*', "/tmp/") if one in text]


def test_accounts_have_their_rights_lock_and_age(told: Told) -> None:
    accounts = {one["login"]: one for one in told.fields("account")}
    roots = {"root@localhost", "root@127.0.0.1", "root@::1", "root@db-host"}
    ours = {"aged@%", "auditor@127.0.0.1", "either@localhost", "half_seeing@127.0.0.1", "left1@10.%", "nobody_special@127.0.0.1",
            "open_door@localhost", "peer@localhost", "shared_his@%", "sneaky@%", "three@localhost",
            "own_data@%", "reader@%"}  # fmt: skip
    writers = {"by_pattern@%", "by_table@%", "by_column@%", "everywhere@%"}
    assert set(accounts) == roots | ours | writers | {"mariadb.sys@localhost"}
    # the server's own locked account may delete accounts
    assert {login for login, one in accounts.items() if one["privileged"]} == (
        roots | writers | {"shared_his@%", "sneaky@%", "mariadb.sys@localhost"}
    )
    assert {login for login, one in accounts.items() if one["locked"]} == {
        "left1@10.%",
        "mariadb.sys@localhost",
    }
    aged = accounts["aged@%"]
    assert (aged["pwd_max_age_days"], aged["pwd_changed_at"]) == (
        90,
        datetime(2023, 11, 14, 22, 13, 20, tzinfo=UTC),
    )
    assert accounts["sneaky@%"]["pwd_max_age_days"] is None
    assert "pwd_changed_at" not in accounts["mariadb.sys@localhost"]
    assert (accounts["shared_his@%"]["kind"], accounts["root@::1"]["kind"]) == ("shared", "default")
    roles = [one["role"] for one in told.fields("entitlement") if one["login"] == "sneaky@%"]
    assert roles == ["operators"]


def test_empty_passwords_are_told_from_those_of_the_socket(told: Told) -> None:
    states = {one["login"]: one for one in told.fields("password_state")}
    assert {login for login, one in states.items() if not one["has_password"]} == {
        "root@localhost", "root@127.0.0.1", "root@::1", "root@db-host", "mariadb.sys@localhost", "open_door@localhost",
    }  # fmt: skip
    assert states["either@localhost"] == {
        "system_id": "HIS", "login": "either@localhost", "has_password": True, "is_locked": False,
        "hash_scheme": "mysql_native_password",
    }  # fmt: skip
    assert "peer@localhost" not in states


def test_settings_are_the_ones_in_effect(told: Told) -> None:
    found = told.one("setting", key="max_connections")
    assert (found["value"], found["number"], found["format"], found["asset_id"]) == (
        "151", 151.0, "mysql_effective", "db-01",
    )  # fmt: skip
    values = {one["key"]: one.get("value") for one in told.fields("setting")}
    assert len(values) == 38
    assert [values[key] for key in ("version", "require_secure_transport", "local_infile", "log_bin", "tls_version",
                                    "connection.tls", "general_log", "innodb_flush_log_at_trx_commit")] == [
        "10.11.19-MariaDB-0+deb12u1-log", "OFF", "ON", "ON", "TLSv1.2,TLSv1.3", "TLSv1.3", "OFF", "1"]  # fmt: skip
    assert told.one("log_source")["covers_every_user"] is False


def test_a_server_alone_says_nothing_of_redundancy(told: Told) -> None:
    assert told.fields("redundancy") == []
    assert [one.kind for one in told.rejected] == ["redundancy"]
