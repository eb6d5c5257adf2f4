"""The form of a check has mutants too: matches, periods, shares, freshness; and each has an id of its own."""

from __future__ import annotations

from pathlib import Path

import pytest
from mutation import Bench, case
from policy_maker import parameter

_CASE = case({"thing": [{"id": "a", "n": 1}]}, {"a": "pass"})


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path)


def test_a_related_set_loses_its_match_its_where_its_total_and_its_rule_for_none(bench: Bench) -> None:
    related = {"from": "part", "match": {"thing_id": "id"}, "where": "good", "total": "n"}
    file = bench.write({"each": "thing", "related": {"p": related}, "assert": "count(p) >= 1"}, [_CASE])
    assert {
        "related.p.match: drop thing_id: id",
        "related.p.match: thing_id: id -> owner_id: id",
        "related.p.match: thing_id: id -> thing_id: word",
        "related.p.where: dropped",
        "related.p.where: not good",
        "related.p.total: dropped",
        "related.p.may_be_empty: false -> true",
    } <= set(bench.ids(file))


@pytest.mark.parametrize(
    ("kind", "condition", "is_asked"),
    [
        ("part", "count(p) = 0", True),
        ("part", "not exists(p)", True),
        ("part", "sum(p.amount) <= 5", True),
        ("part", "max(p.at) >= as_of", False),
        ("part", "p.word = 'x'", False),
        ("thing", "count(p) = 0", False),
    ],
)
def test_an_empty_kind_is_asked_about_only_where_it_can_matter(
    bench: Bench, kind: str, condition: str, is_asked: bool
) -> None:
    match = {"thing_id": "id"} if kind == "part" else {"word": "id"}
    check = {
        "each": "thing",
        "related": {"p": {"from": kind, "match": match}},
        "assert": f"flag or {condition}",
    }
    assert ("related.p.may_be_empty: false -> true" in bench.ids(bench.write(check, [_CASE]))) is is_asked


def test_a_duty_loses_its_grace_and_is_proved_by_another_time(bench: Bench) -> None:
    periodic = {
        "done": "part",
        "match": {"thing_id": "id"},
        "where": "good",
        "at": "at",
        "every": "every",
        "grace": "grace",
    }
    parameters = {"every": parameter("duration", "30 days"), "grace": parameter("duration", "5 days")}
    file = bench.write({"each": "thing", "periodic": periodic}, [_CASE], parameters)
    assert {
        "periodic.match: drop thing_id: id",
        "periodic.where: dropped",
        "periodic.grace: dropped",
        "periodic.at: at -> left_at",
        "periodic.may_be_empty: false -> true",
        "parameters.every: 30 days -> 29 days",
        "parameters.grace: 5 days -> 6 days",
    } <= set(bench.ids(file, different=True))


def test_a_share_is_turned_round_and_its_population_moved(bench: Bench) -> None:
    rate = {"at_least": "share", "min_population": 5, "per": ["place"]}
    check = {"each": "thing", "where": "flag", "assert": "n > 1", "rate": rate}
    file = bench.write(check, [_CASE], {"share": parameter("percent", "95 %")})
    assert {
        "where: dropped",
        "rate: at_least: share -> at_most: share",
        "rate.min_population: 5 -> 4",
        "rate.min_population: 5 -> 6",
        "rate.per: drop place",
        "parameters.share: 95 % -> 96 %",
    } <= set(bench.ids(file, different=True))


def test_freshness_moves_and_goes(bench: Bench) -> None:
    file = bench.write({"each": "thing", "assert": "n > 1"}, [_CASE], freshness={"thing": "2 days"})
    assert {
        "evidence.thing.fresh: 2 days -> 1 day",
        "evidence.thing.fresh: 2 days -> 3 days",
        "evidence.thing: dropped",
    } <= set(bench.ids(file, different=True))


def test_a_query_is_changed_in_its_comparisons_logic_and_numbers(bench: Bench) -> None:
    sql = "select place, bool_and(n > 1 and m <= 2) as verdict from thing where word = 'a' group by place"
    file = bench.write({"subject": ["place"], "sql": sql}, [case({"thing": []}, {"*": "unknown"})])
    assert {
        "sql: > -> >=",
        "sql: and -> or",
        "sql: <= -> <",
        "sql: drop n > 1",
        "sql: 1 -> 2",
        "sql: = -> <>",
    } <= set(bench.ids(file, different=True))


def test_mutants_that_mean_the_same_are_one(bench: Bench) -> None:
    file = bench.write({"each": "thing", "assert": "n = 1 and n = 1"}, [_CASE])
    ids = bench.ids(file)
    assert {"assert: drop n = 1", "assert: drop n = 1 #2"} <= set(ids)
    assert len(ids) == len(set(ids))
    assert "assert: drop n = 1 #2" not in bench.ids(file, different=True)


def test_a_profile_without_a_value_of_its_own_uses_that_of_tertiary(bench: Bench) -> None:
    strict = case({"thing": [{"id": "a", "n": 1}]}, {"a": "pass"}, profile="strict")
    file = bench.write({"each": "thing", "assert": "n <= most"}, [strict], {"most": parameter("integer", 5)})
    assert [id_ for id_ in bench.ids(file, different=True) if id_.startswith("parameters")] == [
        "parameters.most: 5 -> 4",
        "parameters.most: 5 -> 6",
    ]


def test_profiles_that_no_case_uses_keep_their_values(bench: Bench) -> None:
    limit = parameter("integer", 5) | {"default": {"tertiary": 5, "strict": 3, "baseline": 9}}
    cases = [_CASE, case({"thing": [{"id": "a", "n": 1}]}, {"a": "pass"}, profile="strict")]
    file = bench.write({"each": "thing", "assert": "n <= limit_"}, cases, {"limit_": limit})
    assert [id_ for id_ in bench.ids(file) if id_.startswith("parameters")] == [
        "parameters.limit_: 5 -> 4",
        "parameters.limit_: 5 -> 6",
        "parameters.limit_.strict: 3 -> 2",
        "parameters.limit_.strict: 3 -> 4",
    ]


@pytest.mark.parametrize(("condition", "is_mutated"), [("p.at >= as_of", False), ("at >= as_of", True)])
def test_a_value_for_the_message_is_left_alone_where_a_field_shares_its_name(
    bench: Bench, condition: str, is_mutated: bool
) -> None:
    related = {"p": {"from": "part", "match": {"thing_id": "id"}}}
    check = {"each": "thing", "related": related, "values": {"at": "max(p.at)"}, "assert": condition}
    found = [one for one in bench.ids(bench.write(check, [_CASE])) if one.startswith("values.")]
    assert bool(found) is is_mutated
