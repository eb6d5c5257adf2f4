"""The same verdicts from a real Spark, for the cases of a sample of policies. Skipped where PySpark is not installed.

See docs/portability.md for how to run it.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

pyspark = pytest.importorskip("pyspark", reason="PySpark is 400 MB and no dependency")

from hiscomply import policy_cases  # noqa: E402
from hiscomply.compiled import CompiledPolicy  # noqa: E402
from hiscomply.evaluate.engine import Engine  # noqa: E402
from hiscomply.kinds import Kind  # noqa: E402
from hiscomply.paths import policies_dir  # noqa: E402
from hiscomply.plugins import evidence_kinds  # noqa: E402
from hiscomply.policy.pack import load_pack  # noqa: E402
from hiscomply.policy.spark import to_spark  # noqa: E402

pytestmark = [
    pytest.mark.filterwarnings("ignore"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]
KINDS = evidence_kinds()
POLICIES = {policy.id: policy for policy in load_pack([policies_dir()], KINDS).policies}
# plain conditions, related records, dates, shares, free SQL, working time
SAMPLE = [
    "accounts_have_current_owner",
    "authenticated_scan_done",
    "configuration_baseline_score_met",
    "consecutive_backup_failures_absent",
    "dormant_accounts_disabled",
    "end_of_life_foreseen",
    "external_accounts_expire",
    "incident_response_started_in_time",
    "leavers_disabled",
    "postgresql_passwords_hashed_with_scram",
]
TYPES = {"VARCHAR": "string", "BIGINT": "bigint", "INTEGER": "int", "VARCHAR[]": "array<string>"}


@pytest.fixture(scope="module")
def spark() -> Iterator[Any]:
    from pyspark.sql import SparkSession

    os.environ["TZ"] = "UTC"
    session = (
        SparkSession.builder.master("local[1]")
        .config("spark.ui.enabled", "false")
        .config("spark.sql.shuffle.partitions", "1")
        .config("spark.sql.session.timeZone", "UTC")
        .config("spark.sql.jsonGenerator.ignoreNullFields", "false")
        .config("spark.sql.warehouse.dir", "/nonexistent")
        .getOrCreate()
    )
    session.sparkContext.setLogLevel("ERROR")
    yield session
    session.stop()


@pytest.mark.parametrize("policy_id", SAMPLE)
def test_spark_gives_the_verdicts_of_the_built_in_engine(
    spark: Any, policy_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    compared = []

    def compare(engine: Engine, policy: CompiledPolicy) -> Any:
        if engine.last_bound is not None:
            ours = engine.rows(policy.query, engine.last_bound)
            theirs = judged_by_spark(spark, engine, policy, KINDS)
            assert sorted(theirs, key=repr) == sorted(ours, key=repr)
            compared.append(len(ours))
        return original(engine, policy)

    original = policy_cases._verdicts
    monkeypatch.setattr(policy_cases, "_verdicts", compare)
    results = list(policy_cases.run_cases(POLICIES[policy_id], KINDS))
    assert all(result.is_passed for result in results)
    assert sum(compared) > 0


def judged_by_spark(
    spark: Any, engine: Engine, policy: CompiledPolicy, kinds: dict[str, Kind]
) -> list[tuple[str, int, str | None]]:
    tables = [*policy.kinds, *(["calendar"] if "ev.calendar" in policy.query else [])]
    for name in tables:
        relation = engine.connection.execute(f'SELECT * FROM ev."{name}"')
        schema = ", ".join(
            f"`{column[0]}` {TYPES.get(str(column[1]), str(column[1]))}" for column in relation.description
        )
        spark.createDataFrame(relation.fetchall(), schema).createOrReplaceTempView(f"ev_{name}")
    sql = re.sub(
        r"\bev\.`?(\w+)`?", r"ev_\1", to_spark(f"SELECT subject, code, reason FROM ({policy.query})")
    )
    bound = {name: value for name, value in (engine.last_bound or {}).items() if f":{name}" in sql}
    rows = spark.sql(sql, args={name: literal(value) for name, value in bound.items()}).collect()
    return [(row[0], row[1], row[2]) for row in rows]


def literal(value: Any) -> Any:
    from pyspark.sql import functions

    if isinstance(value, list):
        return functions.array(*(functions.lit(one) for one in value))
    if isinstance(value, datetime):
        value = value.replace(tzinfo=UTC)
    return functions.lit(value)
