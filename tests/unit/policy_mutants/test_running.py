"""Cases kill what they can tell from the policy, and nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest
from mutation import Bench, by_fate, case
from policy_maker import parameter

from hiscomply.errors import PolicyError
from hiscomply.policy_mutants.model import Fate


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path)


def _things(*numbers: int) -> dict[str, list[dict[str, object]]]:
    return {"thing": [{"id": str(number), "n": number} for number in numbers]}


def test_a_bound_that_no_case_touches_survives_and_says_where(bench: Bench) -> None:
    parameters = {"most": parameter("integer", 5)}
    check = {"each": "thing", "assert": "n <= most"}
    file = bench.write(check, [case(_things(1, 9), {"1": "pass", "9": "fail"})], parameters)
    found = bench.outcomes(file)
    assert by_fate(found, Fate.SURVIVED) == [
        "assert: <= -> <",
        "parameters.most: 5 -> 4",
        "parameters.most: 5 -> 6",
    ]
    assert by_fate(found, Fate.KILLED) == ["assert: <= -> >", "assert: n -> m"]
    [twin, *_] = found
    line, column = next(
        (number, text.index("<=") + 1)
        for number, text in enumerate(file.read_text(encoding="utf-8").splitlines(), 1)
        if "<=" in text
    )
    assert twin.place == f"{file}:{line}:{column}"
    assert twin.change.en == "`n <= most` becomes `n < most`"
    assert "exactly `most`" in twin.advice.en


def test_cases_at_the_bound_and_past_it_kill_all(bench: Bench) -> None:
    parameters = {"most": parameter("integer", 5)}
    cases = [case(_things(5, 6), {"5": "pass", "6": "fail"})]
    found = bench.outcomes(bench.write({"each": "thing", "assert": "n <= most"}, cases, parameters))
    assert {one.fate for one in found} == {Fate.KILLED}
    assert {one.by for one in found} == {cases[0]["name"]}


def test_a_null_guard_survives_until_a_case_has_the_null(bench: Bench) -> None:
    check = {"each": "thing", "assert": "owner is null or owner = 'x'"}
    owned = case(
        {"thing": [{"id": "a", "owner": "x"}, {"id": "b", "owner": "y"}]}, {"a": "pass", "b": "fail"}
    )
    free = case({"thing": [{"id": "a", "owner": None}]}, {"a": "pass"})
    assert "assert: drop owner is null" in by_fate(bench.outcomes(bench.write(check, [owned])), Fate.SURVIVED)
    assert by_fate(bench.outcomes(bench.write(check, [owned, free])), Fate.SURVIVED) == []


def test_an_override_in_a_case_says_nothing_of_the_default(bench: Bench) -> None:
    cases = [case(_things(5, 6), {"5": "pass", "6": "fail"}, parameters={"most": 5})]
    file = bench.write({"each": "thing", "assert": "n <= most"}, cases, {"most": parameter("integer", 5)})
    assert by_fate(bench.outcomes(file), Fate.SURVIVED) == [
        "parameters.most: 5 -> 4",
        "parameters.most: 5 -> 6",
    ]


def test_failed_collections_and_empty_kinds_count_as_they_do_for_the_policy(bench: Bench) -> None:
    related = {"from": "part", "match": {"thing_id": "id"}}
    check = {"each": "thing", "related": {"p": related}, "assert": "count(p) = 0"}
    part = {"part_id": "1", "thing_id": "a"}
    thing = {"id": "a"}
    cases = [
        case({"thing": [thing]}, {"a": "unknown"}),
        case({"thing": [thing, {"id": "b"}], "part": [part]}, {"a": "fail", "b": "pass"}),
        case(
            {"thing": [thing], "part": [part]}, {"*": "unknown", "a": "fail"}, collections={"thing": "failed"}
        ),
    ]
    found = bench.outcomes(bench.write(check, cases))
    fate = {one.id: one.fate for one in found}
    assert fate["related.p.may_be_empty: false -> true"] is Fate.KILLED
    assert by_fate(found, Fate.SURVIVED) == []


def test_what_does_not_compile_is_invalid_and_no_kill(bench: Bench) -> None:
    check = {"each": "thing", "assert": "planned - as_of >= age"}
    rows = [{"id": "a", "planned": "as_of + 2 days"}, {"id": "b", "planned": "as_of + 1 days"}]
    file = bench.write(
        check, [case({"thing": rows}, {"a": "pass", "b": "fail"})], {"age": parameter("duration", "2 days")}
    )
    [invalid] = [one for one in bench.outcomes(file) if one.fate is Fate.INVALID]
    assert invalid.id == "assert: - -> +"
    assert "has no meaning" in invalid.by


def test_a_case_that_the_policy_itself_fails_is_an_error_with_its_place(bench: Bench) -> None:
    file = bench.write({"each": "thing", "assert": "n > 1"}, [case(_things(5), {"5": "fail"})])
    with pytest.raises(PolicyError, match="does not hold for the policy itself") as caught:
        bench.outcomes(file)
    assert str(caught.value.place) == f"{file.with_name('cases.yaml')}:3:3"


def test_a_policy_that_nothing_can_change_is_an_error(bench: Bench) -> None:
    check = {"subject": ["id"], "sql": "select id, flag as verdict from thing"}
    file = bench.write(check, [case({"thing": [{"id": "a", "flag": True}]}, {"a": "pass"})])
    with pytest.raises(PolicyError, match="nothing that could be mutated"):
        bench.outcomes(file)


def test_one_engine_serves_policies_one_after_another(bench: Bench) -> None:
    cases = [case(_things(1, 2), {"1": "fail", "2": "pass"})]
    first = bench.write({"each": "thing", "assert": "n > 1"}, cases)
    second = bench.write({"each": "part", "assert": "v > 1"}, [case({}, {"*": "unknown"})])
    again = [bench.outcomes(first), bench.outcomes(second), bench.outcomes(first)]
    assert [one.fate for one in again[0]] == [one.fate for one in again[2]]
