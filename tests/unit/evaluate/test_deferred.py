"""Results too large for memory are written straight from the scan: the same rows, the same verdicts."""

from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pytest

from hiscomply.evaluate import engine as engine_module
from hiscomply.evaluate.deferred import defer
from hiscomply.evaluate.evaluator import Moment
from hiscomply.evaluate.stage import evaluate_policies
from hiscomply.evidence.store import open_evidence
from hiscomply.model import Collection, CollectionStatus, Evaluation
from hiscomply.plugins import evidence_kinds
from hiscomply.policy.pack import load_pack
from hiscomply.policy.tuning import tune

AS_OF = datetime(2026, 6, 30, tzinfo=UTC)
ROWS = 8_000
POLICY = """
id: {id}
clauses: ["4.3.2"]
title: {{zh: 账户, en: Accounts}}
severity: high
parameters:
  most: {{type: integer, default: {limit}, tighter: lower, source: {{id: HISCOMPLY, ref: test, strength: default}}}}
check:
  each: account
  where: enabled and login <> '$as_of__0, it''s no placeholder'
  {values}
  assert: uid <= most
message: {{zh: "{{uid}}", en: "{{uid}}"}}
remediation: {{zh: 改, en: Mend it.}}
"""


def evaluate(folder: Path, policies: dict[str, str]) -> Evaluation:
    kinds = evidence_kinds()
    for number, (name, values) in enumerate(policies.items()):
        file = folder / "pack" / name / "policy.yaml"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(POLICY.format(id=name, limit=1000 + number, values=values), encoding="utf-8")
    row = {
        "system_id": "'HIS'",
        "login": "printf('u%05d', i)",
        "kind": "'human'",
        "enabled": "true",
        "uid": "i",
        "_source": "'a.csv'",
        "_line": "i + 2",
        "_observed_at": "TIMESTAMP '2026-06-29 12:00:00'",
    }
    columns = ", ".join(
        f'CAST({row.get(name, "NULL")} AS {type_}) AS "{name}"'
        for name, type_ in kinds["account"].columns().items()
    )
    duckdb.execute(f"COPY (SELECT {columns} FROM range({ROWS}) t(i)) TO '{folder}/account.parquet'")
    collection = Collection("t", "1", "t", ("account",), CollectionStatus.OK, None, AS_OF, AS_OF)
    compiled = load_pack([folder / "pack"], kinds, use_cache=False).policies
    bound, _ = tune(compiled, {}, "tertiary", frozenset())
    evidence = open_evidence(folder, kinds, [collection])
    return evaluate_policies(compiled, bound, evidence, kinds, Moment(AS_OF), folder / "verdicts.parquet")


def rows(evaluation: Evaluation) -> list[tuple[object, ...]]:
    query = "SELECT * FROM read_parquet(?) ORDER BY policy_id, subject"
    return duckdb.execute(query, [str(evaluation.path)]).fetchall()


def test_rows_written_from_the_scan_equal_rows_kept_in_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    policies = {"first": "", "second": ""}
    deferred = evaluate(tmp_path, policies)
    expected = rows(deferred)
    monkeypatch.setattr(engine_module, "DEFER_ROWS", 10**9)
    assert rows(evaluate(tmp_path, policies)) == expected
    assert [count.failed for count in deferred.counts] == [ROWS - 1001, ROWS - 1002]


def test_a_value_that_cannot_be_computed_makes_its_own_policy_unknown_and_no_other(tmp_path: Path) -> None:
    broken = "values: {big: uid * 9223372036854775807}"
    evaluation = evaluate(tmp_path, {"broken": broken, "sound": ""})
    first, second = evaluation.counts
    assert (first.policy_id, first.failed, first.unknown) == ("broken", 0, 1)
    assert (second.policy_id, second.failed, second.unknown) == ("sound", ROWS - 1002, 0)
    written = rows(evaluation)
    assert [row[2:4] for row in written if row[0] == "broken"] == [("*", "error")]
    assert len(written) == 1 + ROWS - 1002


def test_text_that_looks_like_a_placeholder_stays_text() -> None:
    sql = "SELECT $day, $day_2, 'it''s $day', $other"
    renamed = defer(None, sql, {"day": 1, "day_2": 2}, 3)  # type: ignore[arg-type] # only carried along
    assert renamed.sql == "SELECT $day__3, $day_2__3, 'it''s $day', $other"
    assert dict(renamed.bound) == {"day__3": 1, "day_2__3": 2}
