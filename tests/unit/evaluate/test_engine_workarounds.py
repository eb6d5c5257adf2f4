"""Known wrongs of the engine that the product must not show."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import duckdb

from hiscomply.evaluate.engine import Engine
from hiscomply.evaluate.evaluator import Moment
from hiscomply.plugins import evidence_kinds


def test_a_comparison_that_statistics_rule_out_is_judged_and_does_not_fail(tmp_path: Path) -> None:
    """A keyed parameter none of whose values occur: the engine's statistics prove that it is never equal."""
    path = tmp_path / "probe.parquet"
    duckdb.sql("SELECT 'port' AS key, '22' AS value UNION ALL SELECT 'root', 'yes'").write_parquet(str(path))
    engine = Engine(evidence_kinds(), Moment(datetime(2026, 6, 30, tzinfo=UTC)))
    query = f"SELECT value = (CASE WHEN key = 'other' THEN '0' END) FROM read_parquet('{path}')"
    assert engine.connection.execute(query).fetchall() == [(None,), (None,)]
