"""Audits of a real MariaDB: what is found, what is refused, and what never leaves it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.collectors.mysql.conftest import AUDITOR, PATIENT, PATIENT_ID, SHARED_WORD, Maria
from tests.servers import trouble
from tests.servers.audits import Audited, assert_nowhere, audit, write_project
from tests.servers.beside import assert_only_these
from tests.servers.running import free_port, needs, needs_root

from hiscomply.model import CollectionStatus
from hiscomply_kit.databases import MAX_ROWS

pytestmark = [needs("mariadbd", "mariadb-install-db", package="mariadb-server"), needs_root()]

DEFAULT_ACCOUNTS, SHARED = "default_accounts_disabled", "shared_accounts_registered"
WRONG = "Wr0ng-canary-5512"
IN_EFFECT = {
    "mysql_tls_required": "version",
    "mysql_client_files_refused": "local_infile",
    "mysql_password_min_length_set": "version",
}
"""Policies that the planted server fails, and the setting each finds."""


@pytest.fixture(autouse=True)
def passwords(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MY_PASSWORD", AUDITOR)


@pytest.fixture(scope="module")
def whole(maria: Maria, tmp_path_factory: pytest.TempPathFactory) -> Audited:
    """All that the least rights allow."""
    before = maria.written()
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("MY_PASSWORD", AUDITOR)
        target = maria.target(
            include=["accounts", "settings", "replication"],
            account_kinds={"shared": ["shared_*"], "service": ["*"]},
        )
        done = audit(
            write_project(tmp_path_factory.mktemp("whole"), target),
            [DEFAULT_ACCOUNTS, SHARED, *IN_EFFECT, "mysql_binary_log_on"],
        )
    assert maria.written() == before
    return done


def test_root_is_found_enabled_wherever_it_may_come_from(whole: Audited) -> None:
    subjects = [one["subject"] for one in whole.findings(DEFAULT_ACCOUNTS) if one["verdict"] == "fail"]
    assert len(subjects) >= 3 and whole.code == 1


def test_without_the_rights_on_single_databases_nobody_is_called_unprivileged(
    maria: Maria, tmp_path: Path
) -> None:
    maria.sql("REVOKE SELECT ON mysql.tables_priv FROM auditor@'127.0.0.1'")
    try:
        done = audit(write_project(tmp_path, maria.target()), ["privileged_accounts_named"])
    finally:
        maria.sql("GRANT SELECT ON mysql.tables_priv TO auditor@'127.0.0.1'")
    told = {row["login"]: row["privileged"] for row in done.rows("account")}
    assert (told["own_data@%"], told["by_pattern@%"], told["shared_his@%"]) == (None, None, True)
    assert done.collections["my"].status is CollectionStatus.PARTIAL


def test_an_empty_password_of_root_is_evidence(whole: Audited) -> None:
    states = {row["login"]: row["has_password"] for row in whole.rows("password_state")}
    assert (states["root@localhost"], states["shared_his@%"]) == (False, True)
    assert "peer@localhost" not in states and states["either@localhost"] is True


def test_of_several_ways_in_the_weakest_counts_as_the_server_lets_in_by_it(
    whole: Audited, maria: Maria
) -> None:
    states = {row["login"]: row for row in whole.rows("password_state")}
    assert states["open_door@localhost"]["has_password"] is False
    assert states["three@localhost"]["has_password"] is True
    assert states["three@localhost"]["hash_scheme"] == "mysql_old_password"
    import pymysql

    login: dict[str, Any] = {
        "user": "open_door",
        "password": "",
        "unix_socket": str(maria.folder / "my.sock"),
    }
    with pymysql.connect(**login) as connection, connection.cursor() as cursor:
        cursor.execute("SELECT user()")
        assert cursor.fetchone() == ("open_door@localhost",)


def test_accounts_say_what_the_server_knows(whole: Audited) -> None:
    rows = {row["login"]: row for row in whole.rows("account")}
    assert {login for login, row in rows.items() if row["privileged"]} == {
        "root@localhost", "root@127.0.0.1", "root@::1", "shared_his@%", "sneaky@%",
        # who may write to the tables of rights, in each of the ways to be allowed that
        "by_pattern@%", "by_table@%", "by_column@%", "everywhere@%", "mariadb.sys@localhost",
        *(login for login in rows if login.startswith("root@")),
    }  # fmt: skip
    assert (rows["left1@10.%"]["enabled"], rows["left1@10.%"]["locked"]) == (False, True)
    assert rows["aged@%"]["pwd_max_age_days"] == 90
    assert str(rows["aged@%"]["pwd_changed_at"]) == "2023-11-14 22:13:20"
    assert "operators@" not in rows


def test_settings_are_the_ones_in_effect(whole: Audited) -> None:
    values = {row["key"]: row["value"] for row in whole.rows("setting")}
    assert {
        "require_secure_transport": "OFF", "log_bin": "ON", "local_infile": "ON", "connection.tls": "TLSv1.3",
    }.items() <= values.items()  # fmt: skip
    assert [row["covers_every_user"] for row in whole.rows("log_source")] == [False]


@pytest.mark.parametrize("policy", IN_EFFECT)
def test_a_weak_setting_in_effect_is_found_by_its_policy(whole: Audited, policy: str) -> None:
    (finding,) = whole.findings(policy)
    assert (finding["verdict"], finding["subject"].split("/")[-2]) == ("fail", IN_EFFECT[policy])
    assert whole.policy("mysql_binary_log_on")["verdict"] == "pass"


def test_a_primary_says_nothing_of_redundancy(whole: Audited) -> None:
    assert whole.collections["my"].affected == ("redundancy",)


def test_hashes_passwords_and_patients_stay_on_the_server(whole: Audited, maria: Maria) -> None:
    hashes = [
        row[0]
        for row in maria.sql("SELECT json_value(priv, '$.authentication_string') FROM mysql.global_priv")
    ]
    pieces = [one for one in hashes if one and len(one) > 20]
    assert len(pieces) > 4
    canaries = [AUDITOR, SHARED_WORD, PATIENT, PATIENT_ID, *pieces, *(one[1:21] for one in pieces)]
    assert_nowhere(canaries, whole.project, whole.out, whole.err)


@pytest.fixture(scope="module")
def unlucky(maria: Maria, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Audited, int]]:
    """One project with every misfortune beside a good target of another system; and how many logins were refused."""
    with (
        pytest.MonkeyPatch.context() as environment,
        trouble.hung() as hung,
        trouble.garbage() as garbage,
        trouble.garbage(b"\x2a\x00\x00\x00\x0a8.0.1\x00" + b"\xff" * 60) as half_right,
        trouble.cut_off(maria.port, 60) as before_tls,
        trouble.cut_off(maria.port, 4500) as early,
        trouble.cut_off(maria.port, 4500, hang=True) as midway,
    ):
        environment.setenv("MY_PASSWORD", AUDITOR)
        environment.setenv("MY_WRONG", WRONG)
        bad: dict[str, dict[str, Any]] = {
            "wrong_password": {"password": {"env": "MY_WRONG"}},
            "no_rights": {"user": "nobody_special"},
            "no_roles": {"user": "half_seeing"},
            "hung": {"port": hung, "step_timeout": 2},
            "hung_midway": {"port": midway, "step_timeout": 1},
            "garbage": {"port": garbage},
            "half_right": {"port": half_right},
            "cut_before_tls": {"port": before_tls},
            "cut_midway": {"port": early},
            "stopped": {"port": free_port()},
            "unknown_certificate": {"tls": None},
            "other_name": {"tls": {"ca_file": str(maria.folder / "cert.pem"), "server_name": "db.example"}},
            "no_tls_but_required": {"use_tls": False, "tls": None},
            "cleartext": {"host": "192.0.2.1", "use_tls": False, "tls": None},
        }
        targets = [
            maria.target(name, **({"system_id": name, "asset_id": name, "step_timeout": 20} | more))
            for name, more in bad.items()
        ]
        log = maria.folder / "log"
        before = log.read_text().count("Access denied")
        folder = write_project(
            tmp_path_factory.mktemp("unlucky"),
            "".join((*targets, maria.target("good", account_kinds={"service": ["*"]}))),
        )
        done = audit(folder, [SHARED])
        yield done, log.read_text().count("Access denied") - before


STATUS = {
    "wrong_password": ("denied", "refuses the login (it was not tried again)"),
    "no_rights": ("denied", "may not read mysql.user"),
    "no_roles": ("denied", "may not read mysql.roles_mapping"),
    "hung": ("timed_out", "within 2 seconds"),
    "hung_midway": ("timed_out", "within 1 seconds"),
    "garbage": ("failed", "cannot be reached"),
    "half_right": ("failed", "mysql://127.0.0.1"),
    "cut_before_tls": ("failed", "mysql://127.0.0.1"),
    "cut_midway": ("failed", "mysql://127.0.0.1"),
    "stopped": ("failed", "cannot be reached"),
    "unknown_certificate": ("failed", "TLS failed"),
    "other_name": ("failed", "TLS failed"),
    "no_tls_but_required": ("denied", "refuses the login"),
    "cleartext": ("failed", "cleartext: true"),
}


def test_every_misfortune_is_told_and_costs_only_its_own_target(unlucky: tuple[Audited, int]) -> None:
    done, _ = unlucky
    assert_only_these(done, SHARED, STATUS)
    assert done.collections["good"].records["account"] > 5


def test_a_refused_login_is_not_tried_again_and_no_password_is_told(unlucky: tuple[Audited, int]) -> None:
    done, refused = unlucky
    assert refused == 2  # the wrong password, and the account that requires TLS
    assert_nowhere([WRONG, AUDITOR], done.project, done.out, done.err)


def test_what_is_given_to_public_everybody_has(maria: Maria, tmp_path: Path) -> None:
    maria.sql("GRANT SHUTDOWN ON *.* TO PUBLIC")
    try:
        done = audit(write_project(tmp_path, maria.target()), [SHARED])
    finally:
        maria.sql("REVOKE SHUTDOWN ON *.* FROM PUBLIC")
    rows = {row["login"]: row for row in done.rows("account")}
    assert rows["aged@%"]["privileged"] is True
    assert not any(login.startswith("PUBLIC") for login in rows)


def test_an_answer_above_the_limit_is_a_failure_and_no_cut(maria: Maria, tmp_path: Path) -> None:
    """A server that really has more members of roles than are read."""
    # In the engine that is there the rows would take twice as long to write.
    maria.sql(
        "CREATE TABLE his.kept AS SELECT * FROM mysql.roles_mapping; ALTER TABLE mysql.roles_mapping ENGINE = InnoDB;"
        "INSERT INTO mysql.roles_mapping (host, user, role, admin_option) SELECT '%', concat('many', seq), 'operators', 'N' "
        f"FROM mysql.seq_1_to_{MAX_ROWS}"
    )
    try:
        good = maria.target("good", system_id="LIS", asset_id="lis-db-01", include=["settings"])
        done = audit(write_project(tmp_path, maria.target("bad") + good), [SHARED])
    finally:
        maria.sql(
            "TRUNCATE mysql.roles_mapping; ALTER TABLE mysql.roles_mapping ENGINE = Aria;"
            "INSERT INTO mysql.roles_mapping SELECT * FROM his.kept; DROP TABLE his.kept"
        )
    told = "mysql.roles_mapping, mysql.role_edges with more than 200,000 rows"
    assert_only_these(done, SHARED, {"bad": ("failed", told)})
    assert done.collections["bad"].records == {}


def test_the_server_itself_refuses_a_write_in_the_session(maria: Maria) -> None:
    from hiscomply.hookspecs import CollectFailed
    from hiscomply_mysql.fetch import Session

    options = {"socket": str(maria.folder / "my.sock"), "user": "root"}
    with Session(options, None, maria.folder) as session, pytest.raises(CollectFailed, match="1792"):
        session._rows("patient", "INSERT INTO his.patient VALUES ('a', 'b')")
