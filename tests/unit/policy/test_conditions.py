"""Conditions keep what is not known as not known, and say where they are wrong."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from small_world import AS_OF, compile_check, judge

from hiscomply.errors import HiscomplyError

NOW = AS_OF.replace(tzinfo=None)
ROW: dict[str, Any] = {
    "id": "a",
    "flag": True,
    "flag2": False,
    "n": 5,
    "x": 2.5,
    "word": "red",
    "text": "abc",
    "at": NOW - timedelta(days=3),
    "at2": NOW - timedelta(days=1),
    "day": NOW.date(),
    "tags": ["p", "q"],
    "ended": NOW - timedelta(days=2),
}
TRUE_CONDITIONS = [
    "n = 5",
    "n <> 4",
    "n < 6",
    "n <= 5",
    "n > 4",
    "n >= 5",
    "n between 5 and 6",
    "n in (1, 5)",
    "word in ('red', 'green')",
    "text like 'a%'",
    "n + 1 = 6",
    "n * x = 12.5",
    "n / 2 = 2.5",
    "-n = -5",
    "at >= as_of - days(3)",
    "as_of - at = days(3)",
    "at2 - at <= hours(48)",
    "day = today",
    "date(at) < today",
    "lower(upper(text)) = text",
    "length(trim(text)) = 3",
    "abs(-n) = 5",
    "floor(x) = 2",
    "round(x, 1) = 2.5",
    "contains(tags, 'p')",
    "size(tags) = 2",
    "matches(text, '^a')",
    "starts_with(text, 'a')",
    "ends_with(text, 'c')",
    "earlier(at, at2) = at",
    "later(at, at2) = at2",
    "month(at) = 6",
    "hour(at2) = 8",
    "working_days(at, at2) = 1",
    "ended is not null",
    "case when flag then n = 5 else false end",
    "not flag2",
    "flag = true",
]


def verdict(tmp_path: Path, condition: str, row: dict[str, Any]) -> str:
    policy, kinds = compile_check(tmp_path, f"  each: thing\n  assert: {condition}\n")
    return judge(policy, kinds, {"thing": [row]})["a"]


@pytest.mark.parametrize("condition", TRUE_CONDITIONS)
def test_each_operator_and_function_is_true_where_it_should_be_and_unknown_without_its_fields(
    tmp_path: Path, condition: str
) -> None:
    assert verdict(tmp_path, condition, ROW) == "pass"
    assert verdict(tmp_path, condition, {"id": "a"}) == "unknown"


NEGATED = ["text not like 'a%'", "not text like 'a%'", "n not in (1, 5)", "n not between 5 and 6"]


@pytest.mark.parametrize("condition", NEGATED)
def test_a_negation_is_never_lost(tmp_path: Path, condition: str) -> None:
    assert verdict(tmp_path, condition, ROW) == "fail"
    assert verdict(tmp_path, condition, {**ROW, "text": "xyz", "n": 9}) == "pass"
    assert verdict(tmp_path, condition, {"id": "a"}) == "unknown"


@pytest.mark.parametrize(
    ("flag", "flag2", "both", "either"),
    [
        (True, True, "pass", "pass"),
        (True, False, "fail", "pass"),
        (False, False, "fail", "fail"),
        (True, None, "unknown", "pass"),
        (False, None, "fail", "unknown"),
        (None, None, "unknown", "unknown"),
    ],
)
def test_and_and_or_follow_three_valued_logic(
    tmp_path: Path, flag: bool | None, flag2: bool | None, both: str, either: str
) -> None:
    row = {"id": "a", "flag": flag, "flag2": flag2}
    assert verdict(tmp_path, "flag and flag2", row) == both
    assert verdict(tmp_path, "flag or flag2", row) == either


def test_a_case_with_an_unknown_condition_does_not_fall_through(tmp_path: Path) -> None:
    row = {"id": "a", "n": 1}
    assert verdict(tmp_path, "case when flag then false else n = 1 end", row) == "unknown"


def test_an_explicit_none_is_known_and_a_field_left_out_is_not(tmp_path: Path) -> None:
    assert verdict(tmp_path, "ended is null", {"id": "a", "ended": None}) == "pass"
    assert verdict(tmp_path, "ended is null", {"id": "a"}) == "unknown"
    assert verdict(tmp_path, "ended is null", {"id": "a", "ended": NOW}) == "fail"


def test_a_past_field_from_the_future_is_not_known(tmp_path: Path) -> None:
    row = {"id": "a", "at": datetime(2030, 1, 1)}
    assert verdict(tmp_path, "at >= as_of - days(30)", row) == "unknown"


@pytest.mark.parametrize("age", [timedelta(days=8), timedelta(minutes=-6)], ids=["stale", "from the future"])
def test_a_record_of_the_wrong_time_is_unknown_whatever_it_says(tmp_path: Path, age: timedelta) -> None:
    assert verdict(tmp_path, "n = 5", {**ROW, "_observed_at": NOW - age}) == "unknown"


def test_a_keyed_parameter_without_the_key_is_unknown(tmp_path: Path) -> None:
    parameters = (
        "parameters:\n  most:\n    type: integer\n    key: [text]\n    tighter: lower\n"
        "    default: {tertiary: {red: 9}}\n    source: {id: HISCOMPLY, strength: default}\n"
    )
    policy, kinds = compile_check(tmp_path, "  each: thing\n  assert: n <= most(word)\n", parameters)
    rows = [
        {"id": "a", "n": 5, "word": "red"},
        {"id": "b", "n": 5, "word": "green"},
        {"id": "c", "n": 10, "word": "red"},
    ]
    assert judge(policy, kinds, {"thing": rows}) == {"a": "pass", "b": "unknown", "c": "fail"}


WRONG = {
    "flags": "unknown name 'flags'",
    "n": "a condition must be true or false",
    "n = 'red'": "cannot compare integer with text",
    "word = 'rad'": "'rad' can never be a value here",
    "day >= as_of": "cannot compare date with timestamp",
    "as_of - at <= 3": "cannot compare duration with integer",
    "text is null": "an empty text is 'not known'",
    "flag is true": "only `field is null` is allowed",
    "coalesce(flag, true)": "is not allowed",
    "flag is distinct from true": "is not allowed",
    "exists(select 1)": "exists takes the name",
    "(select true)": "is not allowed",
    "read_text('/etc/passwd') = ''": "is not allowed",
    "getenv('HOME') = ''": "is not allowed",
    "n in (select n from thing)": "write x in",
    "select 1": "is not allowed",
    "drop table thing": "is not allowed",
    "flag; drop table thing": "exactly one expression",
    "attach 'x'": "is not allowed",
    "flag and": "not an SQL expression",
    "count(part) = 0": "an aggregate is over a related set",
    "true": "reads no evidence",
    "lenght(text) = 3": "function 'lenght' is not allowed",
    "length(n) = 3": "length takes text here",
    "n + flag > 1": "has no meaning",
}


@pytest.mark.parametrize("condition", WRONG)
def test_what_is_wrong_with_a_condition_is_told_with_its_place_when_it_loads(
    tmp_path: Path, condition: str
) -> None:
    with pytest.raises(HiscomplyError) as caught:
        compile_check(tmp_path, f"  each: thing\n  assert: >-\n    {condition}\n")
    assert WRONG[condition] in caught.value.what
    place = caught.value.place
    assert place is not None
    assert place.name.endswith("policy.yaml")
    assert place.line is not None


def test_the_place_is_the_very_word(tmp_path: Path) -> None:
    with pytest.raises(HiscomplyError) as caught:
        compile_check(tmp_path, "  each: thing\n  assert: flag and lst_login > as_of\n")
    place = caught.value.place
    assert place is not None
    assert (place.line, place.column) == (9, 20)


def test_a_literal_cannot_leave_its_quotes(tmp_path: Path) -> None:
    hostile = "text = 'x'' or 1=1 --'"
    assert verdict(tmp_path, f'"{hostile}"', {"id": "a", "text": "abc"}) == "fail"
    assert verdict(tmp_path, f'"{hostile}"', {"id": "a", "text": "x' or 1=1 --"}) == "pass"
