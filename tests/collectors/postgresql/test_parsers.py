"""What the answers of servers become: PostgreSQL as tried, its relatives and odd states by hand."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from hiscomply.hookspecs import CollectDenied
from hiscomply.model import Record, Rejected
from hiscomply_kit.databases import Instance
from hiscomply_postgresql.facts import FACTS
from hiscomply_postgresql.questions import QUESTIONS

INSTANCE = Instance(
    "HIS", "db-1", "postgresql://db:5432", datetime(2026, 7, 1, tzinfo=UTC), {"shared": ["shared_*"]}
)
ROLE: dict[str, Any] = {
    "login": "app",
    "is_first": False,
    "can_login": True,
    "rolsuper": False,
    "connection_limit": -1,
    "never_expires": True,
    "valid_until_s": None,
}
CALM: dict[str, list[dict[str, Any]]] = {"connection": [], "extensions": [], "overrides": []}


def override(name: str, value: str) -> dict[str, Any]:
    return {"name": name, "value": value, "login": "app", "database": None}


def read(fact: str, **answers: Any) -> list[Record | Rejected]:
    return list(FACTS[fact].parse(answers, INSTANCE))


def account(role: dict[str, Any], *groups: tuple[str, str], **others: dict[str, Any]) -> dict[str, Any]:
    roles = [
        ROLE | role,
        *({**ROLE, "can_login": False, "login": name} | one for name, one in others.items()),
    ]
    memberships = [{"login": member, "role": group} for member, group in groups]
    found = read("accounts", roles=roles, memberships=memberships)
    return dict(next(one.fields for one in found if isinstance(one, Record) and one.kind == "account"))


def source(*settings: tuple[str, str], overrides: bool = False) -> Any:
    rows = [
        {"name": name, "value": value, "is_withheld": False, "is_empty": not value, "source": "default"}
        for name, value in (("shared_preload_libraries", ""), *settings)
    ]
    answers = CALM | {"settings": rows, "overrides": [override("log_statement", "none")] * overrides}
    found = read("settings", **answers)
    return next(one for one in found if isinstance(one, Record) and one.kind == "log_source").fields.get(
        "covers_every_user", "not known"
    )


def test_what_a_role_or_database_has_instead_stands_beside_the_servers_own() -> None:
    row = {"name": "log_statement", "value": "ddl", "is_withheld": False, "is_empty": False, "source": "file"}
    more = [
        override("log_statement", "none"),
        {"name": "log_statement", "value": "all", "login": "app", "database": "his"},
        {"name": "password_encryption", "value": "md5", "login": None, "database": "his"},
    ]
    rows = [row, row | {"name": "shared_preload_libraries", "value": ""}]
    found = [
        one.fields for one in read("settings", **CALM | {"settings": rows, "overrides": more})
        if isinstance(one, Record)
    ]  # fmt: skip
    own = [one for one in found if one.get("format") == "postgresql_override"]
    assert [(one["key"], one["occurrence"], one["section"], one["value"]) for one in own] == [
        ("log_statement", 2, "role app", "none"),
        ("log_statement", 3, "role app, database his", "all"),
        ("password_encryption", 2, "database his", "md5"),
    ]
    in_effect = [one for one in found if one.get("origin") == "conditional"]
    assert [(one["key"], one["value"]) for one in in_effect] == [
        ("log_statement", "none"), ("log_statement", "all"), ("password_encryption", "md5"),
    ]  # fmt: skip


def test_infinity_never_expires() -> None:
    assert account({"never_expires": True})["expires_at"] is None


def test_a_limited_role_expires_on_its_day_in_utc() -> None:
    role = {"never_expires": False, "valid_until_s": 1704067200.0}
    assert account(role)["expires_at"] == "2024-01-01"


@pytest.mark.parametrize("seconds", [None, -9e18, 9e18])
def test_a_limit_that_no_calendar_holds_is_not_known(seconds: float | None) -> None:
    assert "expires_at" not in account({"never_expires": False, "valid_until_s": seconds})


def test_a_role_that_inherits_a_superuser_is_privileged() -> None:
    groups = (("app", "team"), ("team", "dba"))
    assert account({}, *groups, team={}, dba={"rolsuper": True})["privileged"] is True


def test_circles_of_membership_end() -> None:
    assert account({}, ("app", "a"), ("a", "b"), ("b", "a"), a={}, b={})["privileged"] is False


def test_who_may_start_programs_is_privileged() -> None:
    assert account({}, ("app", "pg_execute_server_program"))["privileged"] is True


def test_without_the_superuser_column_nobody_is_called_unprivileged() -> None:
    role = {key: value for key, value in ROLE.items() if key != "rolsuper"}
    found = read("accounts", roles=[role], memberships=[])
    assert isinstance(found[0], Record) and "privileged" not in found[0].fields


def test_a_connection_limit_of_zero_disables_all_but_superusers() -> None:
    limit = {"connection_limit": 0}
    assert (account(limit)["enabled"], account(limit | {"rolsuper": True})["enabled"]) == (False, True)


def test_the_target_says_which_logins_are_shared() -> None:
    assert account({"login": "shared_dba"})["kind"] == "shared"


def test_an_opengauss_system_administrator_is_privileged() -> None:
    assert account({"rolsystemadmin": True})["privileged"] is True


def test_no_role_at_all_is_no_evidence() -> None:
    (found,) = read("accounts", roles=[], memberships=[])
    assert isinstance(found, Rejected)


@pytest.mark.parametrize(
    ("settings", "overrides", "expected"),
    [
        ([("log_statement", "all")], False, True),
        ([("log_statement", "all")], True, "not known"),
        ([("log_statement", "none")], False, False),
        ([("log_statement", "ddl")], False, "not known"),
        (
            [("log_statement", "none"), ("shared_preload_libraries", "pgaudit"), ("pgaudit.log", "all")],
            False,
            True,
        ),
        ([("log_statement", "none"), ("pgaudit.log", "all")], False, False),
        (
            [("log_statement", "none"), ("shared_preload_libraries", "pgaudit"), ("pgaudit.log", "ddl")],
            False,
            "not known",
        ),
        ([], False, "not known"),
    ],
)
def test_whether_every_user_is_audited(settings: Any, overrides: bool, expected: Any) -> None:
    assert source(*settings, overrides=overrides) == expected


def test_settings_without_the_monitoring_role_are_denied_after_the_rest_is_given() -> None:
    rows = [{"name": "ssl", "value": "off", "is_withheld": False, "is_empty": False, "source": "default"}]
    given = []
    with pytest.raises(CollectDenied) as denied:
        for one in FACTS["settings"].parse(CALM | {"settings": rows}, INSTANCE):
            given.append(one)
    assert set(denied.value.kinds) == {"setting", "log_source", "configuration", "effective_setting"}
    assert [one.kind for one in given] == ["setting", "config_file", "configuration", "effective_setting"]


def test_a_value_set_for_the_collecting_account_is_not_the_servers() -> None:
    row = {"name": "log_statement", "value": "all", "is_withheld": False, "is_empty": False, "source": "user"}
    other = row | {"name": "shared_preload_libraries", "value": "", "source": "default"}
    found = read("settings", **CALM, settings=[row, other])
    assert isinstance(found[0], Rejected)
    (configuration,) = [one for one in found if isinstance(one, Record) and one.kind == "configuration"]
    assert "settings" not in configuration.fields
    assert configuration.fields["missing"]
    assert [one.fields["key"] for one in found if isinstance(one, Record) and one.kind == "setting"] == [
        "shared_preload_libraries"
    ]


def test_a_withheld_setting_is_a_secret_without_value_or_length() -> None:
    row = {
        "name": "archive_command",
        "value": None,
        "is_withheld": True,
        "is_empty": False,
        "source": "default",
    }
    other = row | {"name": "shared_preload_libraries", "value": "", "is_withheld": False, "is_empty": True}
    found = read("settings", **CALM, settings=[row, other])[0]
    assert isinstance(found, Record)
    assert found.fields["is_secret"] and not {"value", "value_length"} & set(found.fields)


@pytest.mark.parametrize(
    ("row", "jobs"),
    [
        ({"mode": "off", "archived_s": None, "failed_s": 5.0}, []),
        ({"mode": "on", "archived_s": 9.0, "failed_s": 5.0}, [("success", 9), ("failed", 5)]),
        ({"mode": "on", "archived_s": 5.0, "failed_s": 9.0}, [("success", 5), ("failed", 9)]),
        ({"mode": "on", "archived_s": 5.0, "failed_s": 5.0}, [("success", 5)]),
        ({"mode": "on", "archived_s": None, "failed_s": None}, []),
        ({"mode": "on", "is_standby": True, "archived_s": 9.0, "failed_s": None}, []),
        ({"mode": "always", "is_standby": True, "archived_s": 9.0, "failed_s": None}, [("success", 9)]),
    ],
)
def test_the_archiver_is_a_log_backup(row: dict[str, Any], jobs: list[tuple[str, int]]) -> None:
    found = read("archiving", archiver=[{"is_standby": False} | row])
    assert [
        (one.fields["status"], one.fields["started"].timestamp()) for one in found if isinstance(one, Record)
    ] == jobs


@pytest.mark.parametrize(
    ("standbys", "receiver", "kind"),
    [
        ([{"state": "streaming", "is_replaying": True, "is_logical": False}], [], Record),
        ([{"state": "streaming", "is_replaying": False, "is_logical": False}], [], Rejected),  # pg_receivewal
        ([{"state": "streaming", "is_replaying": True, "is_logical": True}], [], Rejected),
        ([{"state": "catchup", "is_replaying": True, "is_logical": False}], [], Rejected),
        ([{"state": None, "is_replaying": None, "is_logical": False}], [], Rejected),
        ([], [{"status": "streaming"}], Record),
        ([], [], Rejected),
    ],
)
def test_only_a_standby_that_replays_is_redundancy(standbys: Any, receiver: Any, kind: type) -> None:
    (found,) = read("replication", standbys=standbys, receiver=receiver)
    assert isinstance(found, kind)


def test_columns_that_a_relative_does_not_have_are_not_asked() -> None:
    sql = QUESTIONS["host_rules"].sql(frozenset({"line_number", "type", "auth_method"}))
    assert "file_name" not in sql and "line_number AS line_number" in sql


def test_no_question_lets_a_hash_leave_the_server() -> None:
    for name, question in QUESTIONS.items():
        for alias, (needed, expression) in question.columns.items():
            assert expression != "rolpassword", (name, alias)
            assert "rolpassword" not in needed or "left(" in expression or "coalesce" in expression
