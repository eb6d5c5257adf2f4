"""Whether there is anything that a policy is about is asked once, and "no" only when every record says so."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import duckdb
import pytest
from tests.unit.evaluate.test_deferred import evaluate

from hiscomply.compiled import CompiledPolicy
from hiscomply.evaluate.concern import Concern
from hiscomply.plugins import evidence_kinds, pack_folders
from hiscomply.policy.pack import load_pack

NOW = datetime(2026, 6, 30)
OLDEST = NOW - timedelta(days=7)


@pytest.fixture(scope="module")
def nginx() -> CompiledPolicy:
    pack = load_pack(pack_folders(), evidence_kinds())
    (found,) = [one for one in pack.policies if one.id == "web_hsts_set"]
    assert found.only == {"software": ("nginx_tls_server", "apache_tls_server", "haproxy_tls_frontend")}
    return found


def table(*rows: tuple[str | None, datetime | None]) -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect()
    connection.execute(
        "CREATE SCHEMA ev; CREATE TABLE ev.configuration (software VARCHAR, _observed_at TIMESTAMP)"
    )
    connection.executemany("INSERT INTO ev.configuration VALUES (?, ?)", rows)
    return connection


@pytest.mark.parametrize(
    ("rows", "is_ruled_out"),
    [
        ([("dockerfile", NOW)], True),
        ([("dockerfile", NOW), ("redis", OLDEST)], True),
        ([("dockerfile", NOW), ("nginx_tls_server", NOW)], False),
        ([("dockerfile", NOW), (None, NOW)], False),
        ([("dockerfile", None)], False),
        ([("dockerfile", NOW), ("redis", OLDEST - timedelta(seconds=1))], False),
        ([("dockerfile", NOW + timedelta(seconds=1))], False),
    ],
    ids=["other", "others", "one", "unknown value", "no time", "stale", "future"],
)
def test_a_policy_is_ruled_out_only_when_every_record_is_known_to_be_of_something_else(
    nginx: CompiledPolicy, rows: list[tuple[str | None, datetime | None]], is_ruled_out: bool
) -> None:
    assert Concern().is_ruled_out(table(*rows), nginx, OLDEST, NOW) is is_ruled_out


def test_what_was_answered_is_kept_until_the_tables_are_others(nginx: CompiledPolicy) -> None:
    concern, connection = Concern(), table(("dockerfile", NOW))
    assert concern.is_ruled_out(connection, nginx, OLDEST, NOW)
    connection.execute("INSERT INTO ev.configuration VALUES ('nginx_tls_server', NULL)")
    other = replace(nginx, id="other")
    assert concern.is_ruled_out(connection, other, OLDEST, NOW)
    concern.forget()
    assert not concern.is_ruled_out(connection, other, OLDEST, NOW)


def test_the_same_question_is_asked_once_and_another_moment_is_another_question() -> None:
    concern, connection = Concern(), table(("dockerfile", NOW))
    sql = "SELECT count(*) FROM ev.configuration WHERE _observed_at <= $now"
    assert concern.is_raised(connection, sql, {"now": NOW})
    connection.execute("DELETE FROM ev.configuration")
    assert concern.is_raised(connection, sql, {"now": NOW})
    assert not concern.is_raised(connection, sql, {"now": NOW + timedelta(days=1)})


def test_policies_that_ask_the_same_are_each_judged(tmp_path: Path) -> None:
    found = evaluate(tmp_path, dict.fromkeys(("first", "second", "third"), ""))
    assert [one.passed for one in found.counts] == [1001, 1002, 1003]
