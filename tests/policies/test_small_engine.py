"""Every case of every policy that SQLite can judge, judged by both engines: the same counts, rows and places."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

import pytest

from hiscomply import sqlite
from hiscomply.compiled import CompiledPolicy
from hiscomply.evaluate.engine import Engine
from hiscomply.evaluate.evaluator import Evaluator
from hiscomply.evaluate.small import SmallEngine
from hiscomply.file_check import FILE_KINDS
from hiscomply.plugins import evidence_kinds, pack_folders
from hiscomply.policy.pack import load_pack
from hiscomply.policy_cases import Cases, case_bindings, read_cases

KINDS = evidence_kinds()
POLICIES = load_pack(pack_folders(), KINDS).policies


def test_every_policy_that_files_alone_answer_has_a_query_for_sqlite() -> None:
    asked = [policy for policy in POLICIES if set(policy.kinds) <= FILE_KINDS]
    assert len(asked) > 200
    assert not [policy.id for policy in asked if not policy.small]


@pytest.mark.parametrize(
    "policy", [policy for policy in POLICIES if policy.small], ids=lambda policy: policy.id
)
def test_both_engines_say_the_same_of_every_case(policy: CompiledPolicy) -> None:
    cases = read_cases(policy, KINDS)
    engine = Engine(KINDS, cases.moment)
    for number, case in enumerate(cases.document.cases):
        values = case_bindings(policy, case.profile, case.parameters)
        cases.load(engine, policy, number)
        small = _same_evidence(engine, policy, cases)
        counts, held = engine.evaluate(policy, values), small.evaluate(policy, values)
        assert _numbers(held) == _numbers(counts), case.name
        assert _rows(small) == _rows(engine), case.name


def _numbers(count: Any) -> tuple[Any, ...]:
    return count.passed, count.failed, count.unknown, count.not_applicable, count.topics


def _rows(engine: Evaluator) -> list[tuple[Any, ...]]:
    rows = [(*row[:5], _data(row[5]), *row[6:]) for row in engine.found()]
    return sorted(rows, key=repr)


def _data(written: str) -> str:
    return json.dumps(json.loads(written), sort_keys=True)


def _same_evidence(engine: Engine, policy: CompiledPolicy, cases: Cases) -> SmallEngine:
    """SQLite over the rows that stand in DuckDB."""
    connection = sqlite.connect()
    small = SmallEngine(KINDS, cases.moment, connection, engine.tables)
    small.scoped = engine.scoped
    for kind in engine.tables:
        small.add_empty(kind)
        columns: Mapping[str, str] = KINDS[kind].columns()
        rows = engine.connection.execute(f'SELECT * FROM ev."{kind}"').fetchall()
        marks = ", ".join("?" * len(columns))
        connection.executemany(
            f'INSERT INTO ev."{kind}" VALUES ({marks})', [[_held(value) for value in row] for row in rows]
        )
    assert policy.small
    return small


def _held(value: Any) -> Any:
    is_day = isinstance(value, date) and not isinstance(value, datetime)
    return value.isoformat() if is_day else sqlite.held(value)
