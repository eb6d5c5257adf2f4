"""Values of a check that its conditions name, the first source that knows, and matches over an expression."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from policy_maker import PolicyMaker, parameter

from hiscomply.errors import PolicyError

PART: dict[str, Any] = {"from": "part", "match": {"thing_id": "id"}}


@pytest.fixture
def maker(tmp_path: Path) -> PolicyMaker:
    return PolicyMaker(tmp_path)


class TestNamedValues:
    def test_a_condition_may_name_a_value_and_a_value_an_earlier_or_later_one(
        self, maker: PolicyMaker
    ) -> None:
        check = {
            "each": "thing",
            "values": {"is_large": "doubled > 10", "doubled": "n * 2"},
            "assert": "is_large",
        }
        policy = maker.load(check)
        things = [{"id": "a", "n": 6}, {"id": "b", "n": 5}, {"id": "c"}]
        judged = maker.judge(policy, {"thing": things})
        assert {name: one.verdict for name, one in judged.items()} == {
            "a": "pass",
            "b": "fail",
            "c": "unknown",
        }
        assert judged["b"].values["doubled"] == 10
        assert judged["c"].reason == "missing_field"

    def test_a_where_that_names_a_value_over_related_records_is_judged_after_they_are_joined(
        self, maker: PolicyMaker
    ) -> None:
        check = {
            "each": "thing",
            "related": {"one": PART},
            "values": {"grade": "one.v"},
            "where": "grade > 3",
            "assert": "flag",
        }
        things = [{"id": "a", "flag": True}, {"id": "b", "flag": True}]
        parts = [{"part_id": "1", "thing_id": "a", "v": 4}, {"part_id": "2", "thing_id": "b", "v": 3}]
        said = maker.verdicts(maker.load(check), {"thing": things, "part": parts})
        assert said == {"a": "pass", "b": "not_applicable"}

    def test_a_keyed_parameter_takes_named_values_as_its_key(self, maker: PolicyMaker) -> None:
        check = {"each": "thing", "values": {"is_big": "n > 5"}, "assert": "m <= most(is_big)"}
        most = parameter("integer", [[True, 3], [False, 1]], key=["boolean"])
        things = [{"id": "a", "n": 6, "m": 3}, {"id": "b", "n": 5, "m": 2}, {"id": "c", "m": 0}]
        said = maker.verdicts(maker.load(check, {"most": most}), {"thing": things})
        assert said == {"a": "pass", "b": "fail", "c": "unknown"}

    def test_values_that_need_each_other_are_refused(self, maker: PolicyMaker) -> None:
        check = {"each": "thing", "values": {"x1": "x2 + n", "x2": "x1 + 1"}, "assert": "x1 > 0"}
        with pytest.raises(PolicyError, match="needs itself"):
            maker.load(check)

    def test_a_related_set_that_only_a_message_shows_is_still_refused(self, maker: PolicyMaker) -> None:
        check = {"each": "thing", "related": {"one": PART}, "values": {"grade": "one.v"}, "assert": "flag"}
        with pytest.raises(PolicyError, match="never used"):
            maker.load(check)

    def test_a_field_keeps_its_name_against_a_value(self, maker: PolicyMaker) -> None:
        check = {"each": "thing", "values": {"n": "m"}, "assert": "n = 1"}
        said = maker.verdicts(maker.load(check), {"thing": [{"id": "a", "n": 1, "m": 2}]})
        assert said == {"a": "pass"}

    def test_a_misspelt_value_is_told_with_the_nearest_name(self, maker: PolicyMaker) -> None:
        check = {"each": "thing", "values": {"is_large": "n > 1"}, "assert": "is_larg"}
        with pytest.raises(PolicyError, match="is_large"):
            maker.load(check)


class TestFirstKnown:
    @pytest.mark.parametrize(
        ("row", "verdict"),
        [
            ({"n": 1, "m": 9}, "pass"),
            ({"n": 9, "m": 1}, "fail"),
            ({"m": 1}, "pass"),
            ({"m": 9}, "fail"),
            ({}, "unknown"),
        ],
    )
    def test_the_first_source_that_knows_decides(
        self, maker: PolicyMaker, row: dict[str, Any], verdict: str
    ) -> None:
        policy = maker.load({"each": "thing", "assert": "first_known(n, m) <= 5"})
        assert maker.verdicts(policy, {"thing": [{"id": "a", **row}]}) == {"a": verdict}

    def test_a_set_that_may_hide_records_does_not_know(self, maker: PolicyMaker) -> None:
        check = {"each": "thing", "related": {"one": PART}, "assert": "first_known(exists(one), flag)"}
        policy = maker.load(check)
        other = [{"part_id": "1", "thing_id": "z"}]
        given = {"thing": [{"id": "a", "flag": True}], "part": other}
        assert maker.verdicts(policy, given) == {"a": "fail"}
        assert maker.verdicts(policy, given, incomplete=["part"]) == {"a": "pass"}

    @pytest.mark.parametrize("source", ["true", "1 = 1", "as_of > as_of", "not false"])
    def test_a_constant_is_no_source(self, maker: PolicyMaker, source: str) -> None:
        with pytest.raises(PolicyError, match="must read evidence"):
            maker.load({"each": "thing", "assert": f"first_known(flag, {source})"})

    def test_a_parameter_is_no_source(self, maker: PolicyMaker) -> None:
        limit = parameter("integer", 3)
        with pytest.raises(PolicyError, match="must read evidence"):
            maker.load({"each": "thing", "assert": "first_known(n, most) > 2"}, {"most": limit})

    @pytest.mark.parametrize(
        ("condition", "told"),
        [("first_known(n) > 1", "two or more"), ("first_known(n, word) = 1", "sources of one type")],
    )
    def test_what_it_takes_is_told(self, maker: PolicyMaker, condition: str, told: str) -> None:
        with pytest.raises(PolicyError, match=told):
            maker.load({"each": "thing", "assert": condition})


class TestMatches:
    def test_a_match_may_be_over_an_expression_of_the_subject(self, maker: PolicyMaker) -> None:
        related = {"from": "part", "match": {"word": "lower(word)"}, "may_be_empty": True}
        policy = maker.load({"each": "thing", "related": {"one": related}, "assert": "exists(one)"})
        things = [{"id": "a", "word": "RED"}, {"id": "b", "word": "blue"}, {"id": "c"}]
        parts = [{"part_id": "1", "word": "red"}]
        assert maker.verdicts(policy, {"thing": things, "part": parts}) == {
            "a": "pass",
            "b": "fail",
            "c": "unknown",
        }

    @pytest.mark.parametrize(
        ("match", "told"),
        [
            ({"word": "wrod"}, "word"),
            ({"wrod": "word"}, "word"),
            ({"word": "n + 1"}, "different types"),
            ({"word": "lower('x')"}, "reads a field"),
        ],
    )
    def test_a_wrong_match_is_told(self, maker: PolicyMaker, match: dict[str, str], told: str) -> None:
        related = {"from": "part", "match": match}
        with pytest.raises(PolicyError, match=told):
            maker.load({"each": "thing", "related": {"one": related}, "assert": "exists(one)"})
