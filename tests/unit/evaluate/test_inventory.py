"""Policies can ask what a run holds of each evidence kind."""

from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pytest

from hiscomply.evaluate.evaluator import Moment
from hiscomply.evaluate.stage import evaluate_policies
from hiscomply.evidence.store import open_evidence
from hiscomply.kinds import Kind
from hiscomply.model import Collection, CollectionStatus, PolicyCount
from hiscomply.plugins import evidence_kinds, pack_folders
from hiscomply.policy.pack import load_pack
from hiscomply.policy.tuning import tune

AS_OF = datetime(2026, 6, 30, tzinfo=UTC)
POLICY = "metrics_computable_from_evidence"


def write(folder: Path, kind: Kind, values: list[dict[str, str]]) -> None:
    """A Parquet table of a kind; values are SQL."""
    selects = [
        "SELECT " + ", ".join(
            f'CAST({row.get(name, "NULL")} AS {type_}) AS "{name}"' for name, type_ in kind.columns().items()
        )
        for row in values
    ]  # fmt: skip
    duckdb.execute(f"COPY ({' UNION ALL '.join(selects)}) TO '{folder / kind.name}.parquet'")


def judge(folder: Path, ticket_observed: str, status: CollectionStatus = CollectionStatus.OK) -> PolicyCount:
    kinds = evidence_kinds()
    seen = {"_source": "'x.csv'", "_observed_at": "TIMESTAMP '2026-06-29 12:00:00'"}
    metrics = [
        {"metric": "'mttr'", "sources": "['ticket']", **seen},
        {"metric": "'x'", "sources": "['scan']", **seen},
    ]
    write(folder, kinds["metric_definition"], metrics)
    write(folder, kinds["ticket"], [{"id": "'T1'", **seen, "_observed_at": ticket_observed}])
    collections = [
        Collection("t", "1", "metrics", ("metric_definition",), CollectionStatus.OK, None, AS_OF, AS_OF),
        Collection("t", "1", "tickets", ("ticket",), status, None, AS_OF, AS_OF, affected=("ticket",)),
    ]
    compiled = [one for one in load_pack(pack_folders(), kinds).policies if one.id == POLICY]
    bound, _ = tune(compiled, {}, "tertiary", frozenset())
    evidence = open_evidence(folder, kinds, collections)
    evaluation = evaluate_policies(
        compiled, bound, evidence, kinds, Moment(AS_OF), folder / "verdicts.parquet"
    )
    return evaluation.counts[0]


@pytest.mark.parametrize("status", [CollectionStatus.OK, CollectionStatus.PARTIAL])
def test_a_metric_passes_on_rows_that_were_collected_and_fails_on_a_kind_that_was_not(
    tmp_path: Path, status: CollectionStatus
) -> None:
    count = judge(tmp_path, "TIMESTAMP '2026-06-29 12:00:00'", status)
    assert (count.passed, count.failed, count.unknown) == (1, 1, 0)


def test_evidence_of_last_quarter_is_not_live(tmp_path: Path) -> None:
    count = judge(tmp_path, "TIMESTAMP '2026-03-29 12:00:00'")
    assert (count.passed, count.failed, count.unknown) == (0, 2, 0)
