"""Every case of every policy that SQLite can judge, judged by both engines: the same counts, rows and places."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from hiscomply import sqlite
from hiscomply.compiled import CompiledPolicy
from hiscomply.errors import NotHeld
from hiscomply.evaluate.engine import Engine
from hiscomply.evaluate.evaluator import Evaluator
from hiscomply.evaluate.small import SmallEngine
from hiscomply.evidence.held import read_of
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


@pytest.mark.parametrize("age", [timedelta(0), timedelta(days=900)], ids=["fresh", "stale"])
@pytest.mark.parametrize(
    "policy",
    [policy for policy in POLICIES if policy.small and (policy.only or policy.only_related)],
    ids=lambda policy: policy.id,
)
def test_the_query_over_fewer_records_says_the_same_as_over_all(
    policy: CompiledPolicy, age: timedelta
) -> None:
    cases = read_cases(policy, KINDS)
    engine = Engine(KINDS, cases.moment)
    for number, case in enumerate(cases.document.cases):
        values = case_bindings(policy, case.profile, case.parameters)
        cases.load(engine, policy, number)
        narrow, whole = _same_evidence(engine, policy, cases), _same_evidence(engine, policy, cases)
        whole._narrowed = lambda policy: (policy.small, {})  # type: ignore[method-assign]
        whole._concerns_none = lambda policy: False  # type: ignore[method-assign]
        for small in (narrow, whole):
            for kind in policy.kinds:
                small.connection.execute(
                    f'UPDATE ev."{kind}" SET _observed_at = _observed_at - ?', [sqlite.held(age)]
                )
        query, bound = narrow._narrowed(policy)
        assert all(f"${name}" in query for name in bound)
        assert _numbers(narrow.evaluate(policy, values)) == _numbers(whole.evaluate(policy, values)), (
            case.name
        )
        assert _rows(narrow) == _rows(whole), case.name


def test_settings_are_looked_up_by_the_names_that_a_policy_reads() -> None:
    (policy,) = [one for one in POLICIES if one.id == "compose_memory_limited"]
    assert policy.only_related == {
        "bad": ("effective_setting", {"key": ("memory_limit",), "is_certain": (True,)}),
        "stated": ("effective_setting", {"key": ("memory_limit",)}),
    }
    cases = read_cases(policy, KINDS)
    engine = Engine(KINDS, cases.moment)
    cases.load(engine, policy, 0)
    small = _same_evidence(engine, policy, cases)
    query, bound = small._narrowed(policy)
    assert sorted(map(str, bound.values())) == ["True", "compose_service", "memory_limit", "memory_limit"]
    assert query.count('r . "key" IN ($only_') == 2
    assert "(SELECT count(*) FROM src_bad r" in query
    small.connection.execute("UPDATE ev.effective_setting SET key = NULL WHERE rowid = 1")
    other = SmallEngine(KINDS, cases.moment, small.connection, engine.tables)
    assert "memory_limit" not in other._narrowed(policy)[1].values()


def test_a_column_that_is_not_held_is_no_text() -> None:
    (policy,) = [one for one in POLICIES if one.id == "compose_memory_limited"]
    cases = read_cases(policy, KINDS)
    engine = Engine(KINDS, cases.moment)
    cases.load(engine, policy, 0)
    small = _same_evidence(engine, replace(policy, reads=()), cases)
    with pytest.raises(NotHeld):
        small.evaluate(policy, case_bindings(policy, cases.document.cases[0].profile, {}))


def _numbers(count: Any) -> tuple[Any, ...]:
    return count.passed, count.failed, count.unknown, count.not_applicable, count.topics


def _rows(engine: Evaluator) -> list[tuple[Any, ...]]:
    rows = [(*row[:5], _data(row[5]), *row[6:]) for row in engine.found()]
    return sorted(rows, key=repr)


def _data(written: str) -> str:
    return json.dumps(json.loads(written), sort_keys=True)


def _same_evidence(engine: Engine, policy: CompiledPolicy, cases: Cases) -> SmallEngine:
    """SQLite over the rows that stand in DuckDB, with the columns that are held for the policy."""
    connection = sqlite.connect()
    small = SmallEngine(KINDS, cases.moment, connection, engine.tables)
    small.scoped = engine.scoped
    assert policy.small
    for kind in engine.tables:
        columns = ", ".join(
            f'"{name}"' for name in KINDS[kind].columns() if name in read_of(KINDS[kind], [policy])
        )
        connection.execute(f'CREATE TABLE ev."{kind}" ({columns})')
        rows = engine.connection.execute(f'SELECT {columns} FROM ev."{kind}"').fetchall()
        marks = ", ".join("?" * (columns.count(",") + 1))
        connection.executemany(
            f'INSERT INTO ev."{kind}" VALUES ({marks})', [[_held(value) for value in row] for row in rows]
        )
    return small


def _held(value: Any) -> Any:
    is_day = isinstance(value, date) and not isinstance(value, datetime)
    return value.isoformat() if is_day else sqlite.held(value)


def test_of_a_policy_with_sql_of_its_own_all_columns_are_held() -> None:
    found = [policy for policy in POLICIES if policy.id == "recurring_faults_have_problem_record"]
    assert [{*policy.reads} for policy in found] == [{*KINDS["ticket"].columns()}]
