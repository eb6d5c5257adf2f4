"""Expressions: each operator and function with what is not known, and all that must not load.

``test_conditions.py`` holds the plain readings; here are the full tables, the edges, and the hostile inputs.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from policy_maker import NOW, TODAY, PolicyMaker, parameter

from hiscomply.errors import PolicyError

WORDS = {True: "pass", False: "fail", None: "unknown"}
FULL: dict[str, Any] = {
    "word": "Abc ",
    "other_word": "b",
    "n": 4,
    "m": 2,
    "x": 2.5,
    "flag": True,
    "mark": False,
    "tags": ["a", "b"],
    "more_tags": ["b"],
    "seen": NOW - timedelta(days=4),
    "planned": NOW + timedelta(days=1),
    "day": TODAY,
    "born": TODAY - timedelta(days=10),
    "colour": "red",
}


@pytest.fixture
def make(tmp_path: Path) -> PolicyMaker:
    return PolicyMaker(tmp_path)


def said(make: PolicyMaker, condition: str, row: dict[str, Any], **parameters: Any) -> str:
    policy = make.load({"each": "thing", "assert": condition}, parameters)
    return make.verdicts(policy, {"thing": [{"id": "a", **row}]})["a"]


def refusal(make: PolicyMaker, condition: Any, parameters: Any = None, **check: Any) -> PolicyError:
    with pytest.raises(PolicyError) as caught:
        make.load({"each": "thing", "assert": condition, **check}, parameters)
    return caught.value


# ---------------------------------------------------------------- what is not known stays not known

TERMS: list[tuple[str, tuple[str, ...], bool]] = [
    ("n = 4", ("n",), True),
    ("n <> 4", ("n",), False),
    ("n < m", ("n", "m"), False),
    ("m <= n", ("n", "m"), True),
    ("n > m", ("n", "m"), True),
    ("n >= 5", ("n",), False),
    ("n + m = 6", ("n", "m"), True),
    ("n - m = 3", ("n", "m"), False),
    ("n * x = 10", ("n", "x"), True),
    ("n / m = 2", ("n", "m"), True),
    ("-n = -4", ("n",), True),
    ("n between m and 9", ("n", "m"), True),
    ("n not between m and 9", ("n", "m"), False),
    ("n in (m, 3)", ("n", "m"), False),
    ("word like 'A_c%'", ("word",), True),
    ("word not like 'A%'", ("word",), False),
    ("colour in ('green', 'red')", ("colour",), True),
    ("colour not in ('green', 'red')", ("colour",), False),
    ("flag", ("flag",), True),
    ("not flag", ("flag",), False),
    ("flag = mark", ("flag", "mark"), False),
    ("lower(word) = 'abc '", ("word",), True),
    ("upper(word) = 'abc'", ("word",), False),
    ("length(trim(word)) = 3", ("word",), True),
    ("abs(m - n) = 2", ("m", "n"), True),
    ("floor(x) = 2", ("x",), True),
    ("round(x) = 3", ("x",), True),
    ("round(x, 1) = 2.5", ("x",), True),
    ("number(word) > 0 or n > 0", ("n",), True),
    ("days(n) = hours(96)", ("n",), True),
    ("minutes(n) > seconds(240)", ("n",), False),
    ("contains(tags, other_word)", ("tags", "other_word"), True),
    ("contains_all(tags, more_tags)", ("tags", "more_tags"), True),
    ("contains_all(more_tags, tags)", ("tags", "more_tags"), False),
    ("contains_any(tags, more_tags)", ("tags", "more_tags"), True),
    ("size(tags) = 2", ("tags",), True),
    ("matches(word, '^A.c')", ("word",), True),
    ("starts_with(word, 'B')", ("word",), False),
    ("ends_with(trim(word), 'c')", ("word",), True),
    ("earlier(seen, planned) = seen", ("seen", "planned"), True),
    ("later(day, born) = born", ("day", "born"), False),
    ("later(n, x) = 4", ("n", "x"), True),
    ("month(planned) = 7", ("planned",), True),
    ("hour(planned) = 8", ("planned",), True),
    ("date(seen) = today - days(4)", ("seen",), True),
    ("start_of_day(day) < as_of", ("day",), True),
    ("working_days(seen, as_of) = 2", ("seen",), True),
    ("working_time(seen, planned) > hours(1)", ("seen", "planned"), True),
    ("day - born = days(10)", ("day", "born"), True),
    ("planned - seen > days(5)", ("seen", "planned"), False),
    ("seen + days(n) = as_of", ("seen", "n"), True),
    ("days(1) + seen < planned", ("seen", "planned"), True),
    ("(as_of - seen) / 2 = days(2)", ("seen",), True),
    ("(as_of - seen) / days(m) = 2", ("seen", "m"), True),
    ("2 * (as_of - seen) = days(8)", ("seen",), True),
    ("case when flag then n = 4 else mark end", ("flag", "n"), True),
    ("case when flag then n = 4 end", ("flag", "n"), True),
]


@pytest.mark.parametrize(("condition", "fields", "truth"), TERMS, ids=[term[0] for term in TERMS])
def test_a_term_is_what_it_says_and_unknown_without_any_one_of_its_fields(
    make: PolicyMaker, condition: str, fields: tuple[str, ...], truth: bool
) -> None:
    policy = make.load({"each": "thing", "assert": condition})
    rows = [{"id": "all", **FULL}]
    for name in fields:
        rows.append({"id": f"no {name}", **{key: value for key, value in FULL.items() if key != name}})
    expected = {"all": WORDS[truth]} | {f"no {name}": "unknown" for name in fields}
    assert make.verdicts(policy, {"thing": rows}) == expected


def _tables() -> Iterator[tuple[str, list[tuple[bool | None, bool | None, bool | None]]]]:
    three = (True, False, None)

    def and_(a: bool | None, b: bool | None) -> bool | None:
        return False if a is False or b is False else (None if a is None or b is None else True)

    def not_(a: bool | None) -> bool | None:
        return None if a is None else not a

    pairs = [(a, b) for a in three for b in three]
    yield "flag and mark", [(a, b, and_(a, b)) for a, b in pairs]
    yield "flag or mark", [(a, b, not_(and_(not_(a), not_(b)))) for a, b in pairs]
    yield "not (flag and mark)", [(a, b, not_(and_(a, b))) for a, b in pairs]
    yield "flag = mark", [(a, b, None if a is None or b is None else a == b) for a, b in pairs]
    yield "flag <> mark", [(a, b, None if a is None or b is None else a != b) for a, b in pairs]
    yield (
        "case when flag then mark else not mark end",
        [(a, b, None if a is None else (b if a else not_(b))) for a, b in pairs],
    )
    yield (
        "case when mark then true when flag then false else true end",
        [(a, b, None if b is None else (True if b else not_(a))) for a, b in pairs],
    )
    yield "case when flag then mark end", [(a, b, b if a else None) for a, b in pairs]
    yield (
        "case when mark then true when flag then false end",
        [(a, b, None if b is None else (True if b else (False if a else None))) for a, b in pairs],
    )


@pytest.mark.parametrize(("condition", "table"), list(_tables()), ids=[name for name, _ in _tables()])
def test_logic_has_three_values_in_all_nine_cells(
    make: PolicyMaker, condition: str, table: list[tuple[bool | None, bool | None, bool | None]]
) -> None:
    policy = make.load({"each": "thing", "assert": condition})
    rows = [{"id": str(number), "flag": a, "mark": b} for number, (a, b, _) in enumerate(table)]
    expected = {str(number): WORDS[truth] for number, (_, _, truth) in enumerate(table)}
    assert make.verdicts(policy, {"thing": rows}) == expected


@pytest.mark.parametrize(
    ("flag", "expected"), [(True, "fail"), (False, "not_applicable"), (None, "unknown")], ids=str
)
def test_where_has_three_values_too(make: PolicyMaker, flag: bool | None, expected: str) -> None:
    policy = make.load({"each": "thing", "where": "flag", "assert": "n = 1"})
    assert make.verdicts(policy, {"thing": [{"id": "a", "flag": flag, "n": 2}]})["a"] == expected


@pytest.mark.parametrize(
    "condition", ["n / m > 0", "days(1) / m > hours(1)", "days(1) / days(m) > 0.5"], ids=str
)
def test_a_division_by_zero_is_unknown_and_leaves_the_other_records_alone(
    make: PolicyMaker, condition: str
) -> None:
    policy = make.load({"each": "thing", "assert": condition})
    rows = [{"id": "zero", "n": 1, "m": 0}, {"id": "one", "n": 1, "m": 1}]
    assert make.verdicts(policy, {"thing": rows}) == {"zero": "unknown", "one": "pass"}


@pytest.mark.parametrize("word", ["", "many", "nan", "inf", "-Infinity", "1 000", None])
def test_a_text_that_is_no_finite_number_is_unknown(make: PolicyMaker, word: str | None) -> None:
    assert said(make, "number(word) >= 5", {"word": word}) == "unknown"


@pytest.mark.parametrize(
    ("condition", "row", "expected"),
    [
        ("owner is null", {"owner": None}, "pass"),
        ("owner is null", {"owner": "li"}, "fail"),
        ("owner is null", {}, "unknown"),
        ("owner is not null", {"owner": None}, "fail"),
        ("owner is not null", {}, "unknown"),
        ("owner = 'li'", {"owner": None}, "unknown"),
        ("owner is null or owner = 'li'", {"owner": None}, "pass"),
        ("left_at is null", {"left_at": NOW + timedelta(days=9)}, "unknown"),
        ("left_at is null", {"left_at": NOW}, "fail"),
        ("thing.left_at is null or left_at > as_of", {"left_at": None}, "pass"),
    ],
)
def test_an_explicit_none_is_knowledge_and_a_field_left_out_or_from_the_future_is_not(
    make: PolicyMaker, condition: str, row: dict[str, Any], expected: str
) -> None:
    assert said(make, condition, row) == expected


def test_the_clock_may_differ_by_five_minutes_before_a_past_time_is_from_the_future(
    make: PolicyMaker,
) -> None:
    policy = make.load({"each": "thing", "assert": "seen >= as_of"})
    rows = [{"id": str(minutes), "seen": NOW + timedelta(minutes=minutes)} for minutes in (0, 5, 6)]
    assert make.verdicts(policy, {"thing": rows}) == {"0": "pass", "5": "pass", "6": "unknown"}


def test_a_date_is_from_the_future_from_tomorrow_on(make: PolicyMaker) -> None:
    policy = make.load({"each": "thing", "assert": "born >= today"})
    rows = [{"id": str(days), "born": TODAY + timedelta(days=days)} for days in (0, 1)]
    assert make.verdicts(policy, {"thing": rows}) == {"0": "pass", "1": "unknown"}


@pytest.mark.parametrize(
    ("condition", "holds_from"),
    [
        ("day >= today - hours(36)", -1),  # noon of the day before yesterday
        ("day > today - hours(36)", -1),
        ("day >= today - hours(48)", -2),
        ("day > today - hours(48)", -1),
        ("day >= today + hours(36)", 2),
        ("day + hours(36) >= today", -1),
        ("today - day <= hours(36)", -1),
        ("today - (day + hours(12)) <= days(1)", -1),
    ],
)
def test_a_date_and_hours_that_are_no_whole_days_are_counted_to_the_hour(
    make: PolicyMaker, condition: str, holds_from: int
) -> None:
    policy = make.load({"each": "thing", "assert": condition})
    rows = [{"id": str(days), "day": TODAY + timedelta(days=days)} for days in range(-4, 5)]
    said = make.verdicts(policy, {"thing": rows})
    assert said == {str(days): "pass" if days >= holds_from else "fail" for days in range(-4, 5)}


def test_a_date_less_hours_is_shown_as_the_day_in_which_it_lies(make: PolicyMaker) -> None:
    check = {"each": "thing", "assert": "n = 1", "values": {"due": "day + hours(36)"}}
    policy = make.load(check, message="{due}")
    row = {"id": "a", "n": 2, "day": date(2026, 1, 2)}
    assert make.judge(policy, {"thing": [row]})["a"].values["due"] == "2026-01-03"


def test_the_start_of_a_day_is_midnight_also_of_a_date_and_hours(make: PolicyMaker) -> None:
    condition = "start_of_day(day + hours(36)) = start_of_day(day + hours(24))"
    policy = make.load({"each": "thing", "assert": condition})
    assert make.verdicts(policy, {"thing": [{"id": "a", "day": TODAY}]}) == {"a": "pass"}


def test_working_days_follow_the_chinese_calendar_and_end_where_it_ends(make: PolicyMaker) -> None:
    # the dragon boat holiday of 2026 is 19 to 21 June; nothing has been announced for 2035
    policy = make.load({"each": "thing", "assert": "working_days(seen, planned) = 1"})
    rows = [
        {"id": "holiday", "seen": NOW.replace(day=18), "planned": NOW.replace(day=22)},
        {"id": "plain", "seen": NOW.replace(day=23), "planned": NOW.replace(day=25)},
        {"id": "beyond", "seen": NOW.replace(day=23), "planned": NOW.replace(year=2035)},
    ]
    expected = {"holiday": "pass", "plain": "fail", "beyond": "unknown"}
    assert make.verdicts(policy, {"thing": rows}) == expected


# ---------------------------------------------------------------- parameters


def test_x_in_a_list_parameter_reads_the_same_with_and_without_brackets(make: PolicyMaker) -> None:
    for written in ("word in allowed", "word in (allowed)", "contains(allowed, word)"):
        policy = make.load({"each": "thing", "assert": written}, {"allowed": parameter("list", ["a", "b"])})
        rows = [{"id": "in", "word": "a"}, {"id": "out", "word": "c"}, {"id": "not known"}]
        expected = {"in": "pass", "out": "fail", "not known": "unknown"}
        assert make.verdicts(policy, {"thing": rows}) == expected


def test_a_keyed_parameter_is_unknown_for_a_key_not_listed_and_for_one_not_known(make: PolicyMaker) -> None:
    most = parameter("integer", [[True, "a", 1], [False, "a", 5]], key=["boolean", "text"])
    policy = make.load({"each": "thing", "assert": "n <= most(flag, word)"}, {"most": most})
    rows = [
        {"id": "first", "flag": True, "word": "a", "n": 1},
        {"id": "one past", "flag": True, "word": "a", "n": 2},
        {"id": "second", "flag": False, "word": "a", "n": 5},
        {"id": "not listed", "flag": False, "word": "z", "n": 0},
        {"id": "half known", "word": "a", "n": 0},
        {"id": "other half", "flag": True, "n": 0},
    ]
    said = make.verdicts(policy, {"thing": rows})
    assert [said[row["id"]] for row in rows] == ["pass", "fail", "pass", "unknown", "unknown", "unknown"]


def test_a_key_that_an_override_leaves_out_is_unknown(make: PolicyMaker) -> None:
    policy = make.load(
        {"each": "thing", "assert": "n <= most(m)"},
        {"most": parameter("integer", {1: 10, 2: 20}, key=["integer"])},
    )
    rows = [{"id": "one", "m": 1, "n": 7}, {"id": "two", "m": 2, "n": 7}]
    said = make.verdicts(policy, {"thing": rows}, overrides={"most": {1: 5}})
    assert said == {"one": "fail", "two": "unknown"}


@pytest.mark.parametrize(
    ("types", "default"),
    [
        (["integer"], {"high": 1}),
        (["text"], {1: 1}),
        (["integer"], {True: 1}),
        (["boolean"], {1: 1}),
        (["boolean", "text"], [[True, 1]]),
        (["boolean"], [[True, "a", 1]]),
    ],
)
def test_keys_of_another_type_or_number_are_refused_when_the_policy_loads(
    make: PolicyMaker, types: list[str], default: Any
) -> None:
    fields = {"integer": "n", "text": "word", "boolean": "flag"}
    call = f"most({', '.join(fields[type_] for type_ in types)})"
    error = refusal(make, f"m <= {call}", {"most": parameter("integer", default, key=types)})
    assert "is not of the types" in error.what
    assert error.place is not None
    assert error.place.line is not None


# ---------------------------------------------------------------- what must not load, and where it says so

REFUSED: dict[str, str] = {
    # misspelt or mistyped
    "lst_seen > as_of": "unknown name 'lst_seen'",
    "thing.wrd = 'a'": "thing has no field 'wrd'",
    "thang.word = 'a'": "unknown name 'thang' before the dot",
    "other.thing.word = 'a'": "with one dot",
    "n": "a condition must be true or false, this is integer",
    "n and flag": "a condition must be true or false",
    "not word": "a condition must be true or false",
    "n = word": "cannot compare integer with text",
    "seen > today": "cannot compare timestamp with date",
    "day > as_of": "cannot compare date with timestamp",
    "as_of - seen > 90": "cannot compare duration with integer",
    "seen > '2020-01-01'": "cannot compare timestamp with text",
    "flag > mark": "boolean has no order",
    "tags < more_tags": "list has no order",
    "colour = 'rde'": "'rde' can never be a value here",
    "colour in ('red', 'blu')": "'blu' can never be a value here",
    "word + 1 = 2": "text + integer has no meaning",
    "seen + day = as_of": "has no meaning",
    "-word = 'a'": "a minus before text",
    "length(n) = 1": "length takes text here, this is integer",
    "contains(word, 'a')": "contains takes list here",
    "round(x, 1, 2) = 1": "round takes 2 arguments",
    "starts_with(word)": "not an SQL expression",
    "earlier(seen, day) = seen": "earlier takes two of one type",
    "later(n, as_of) = 1": "later takes two of one type",
    "word like other_word": "like takes a text and a quoted pattern",
    "n in ()": "write x in",
    "case when flag then 1 else word end = 1": "the branches have different types",
    "case when flag then 1 when mark then word end = 1": "the branches have different types",
    "case n when 1 then true else false end": "write case when",
    "n between symmetric 9 and 1": "without symmetric",
    # NULL turned into a value
    "n is null": "an empty n is 'not known'",
    "as_of is null or n = 1": "a condition must be true or false|is always known",
    "flag is true": "only `field is null` is allowed",
    "flag is not false": "only `field is null` is allowed",
    "n is distinct from 1": "is not allowed",
    "n is not distinct from 1": "is not allowed",
    "n = null": "null is not allowed",
    "null": "null is not allowed",
    "n in (1, null)": "null is not allowed",
    "coalesce(flag, true)": "coalesce is not allowed",
    "ifnull(flag, true)": "is not allowed",
    "nullif(n, 1) = 2": "is not allowed",
    "greatest(n, m) = 2": "is not allowed",
    "try(n) = 1": "is not allowed",
    # statements and subqueries
    "select true": "select is not allowed",
    "(select true)": "is not allowed",
    "n = (select max(n) from thing)": "subquery is not allowed",
    "n in (select n from part)": "write x in",
    "exists(select 1)": "exists takes the name of a related set",
    "n = any(select 1)": "is not allowed",
    "flag; drop table thing": "write exactly one expression",
    "drop table thing": "drop is not allowed",
    "attach 'x.db'": "attach is not allowed",
    "detach x": "detach is not allowed",
    "copy thing to 'x.csv'": "copy is not allowed",
    "pragma database_list": "pragma is not allowed",
    "set threads = 1": "set is not allowed",
    "install httpfs": "is not allowed",
    "load httpfs": "is not allowed|not an SQL expression|one expression",
    "delete from thing": "delete is not allowed",
    "": "write exactly one expression",
    "flag and": "not an SQL expression",
    "flag)": "not an SQL expression",
    # reading the outside, and what is not the same twice
    "read_text('x') = word": "function 'read_text' is not allowed",
    "read_csv('x') = word": "is not allowed",
    "read_parquet('x') = word": "is not allowed",
    "read_blob('x') = word": "is not allowed",
    "glob('*') = word": "is not allowed",
    "getenv('HOME') = word": "function 'getenv' is not allowed",
    "current_setting('threads') = word": "is not allowed",
    "query('select 1') = n": "is not allowed",
    "now() > seen": "is not allowed",
    "current_timestamp > seen": "is not allowed",
    "current_date = day": "is not allowed",
    "random() > x": "is not allowed",
    "nextval('s') = n": "is not allowed",
    # other ways to write what is not listed
    "cast(n as text) = '1'": "cast is not allowed",
    "n::text = '1'": "cast is not allowed",
    "date '2020-01-01' = day": "cast is not allowed",
    "interval 1 day = as_of - seen": "interval is not allowed",
    "word || 'a' = 'b'": "is not allowed",
    "word ilike 'a'": "ilike is not allowed",
    "word similar to 'a'": "is not allowed",
    "word ~ 'a'": "is not allowed",
    "word glob 'a'": "glob is not allowed",
    "word like 'a' escape 'b'": "escape is not allowed",
    "word collate nocase = 'a'": "collate is not allowed",
    "seen at time zone 'UTC' = as_of": "is not allowed",
    "tags[1] = 'a'": "is not allowed",
    "list_filter(tags, x -> true) = tags": "is not allowed",
    "count(*) over () = 1": "window is not allowed",
    "word = $as_of": "is not allowed",
    "word = ?": "is not allowed",
    "word = :name": "is not allowed",
    "word = $$a$$": "is not allowed",
    "word = e'a'": "is not allowed",
    "columns(n) = 1": "is not allowed",
    "#1 = 1": "is not allowed",
    "thing.* = 1": "has no field '*'",
    "main.getenv('HOME') = word": "is not allowed",
    "true": "reads no evidence",
    "as_of > as_of - days(1)": "reads no evidence",
}


@pytest.mark.parametrize("condition", REFUSED)
def test_a_condition_outside_the_language_is_refused_when_it_loads(make: PolicyMaker, condition: str) -> None:
    error = refusal(make, condition)
    assert any(part in error.what for part in REFUSED[condition].split("|")), error.what
    assert error.place is not None
    assert error.place.line == 12 or "reads no evidence" in error.what
    assert error.place.column is not None


@pytest.mark.parametrize(
    ("condition", "word", "hint"),
    [
        ("flag and lst_word = 'a'", "lst_word", "'word'"),
        ("flag and thing.colr = 'red'", "thing.colr", "'colour'"),
        ("n > 1 or lenght(word) = 3", "lenght", "'length'"),
        ("n > 1 and working_day(seen, as_of) > 1", "working_day", "'working_days'"),
        ("n > 1 and as_off > seen", "as_off", "'as_of'"),
        ("n > 1 and limits < n", "limits", "'limit_'"),
    ],
)
def test_an_error_points_at_the_word_and_names_the_nearest_known(
    make: PolicyMaker, condition: str, word: str, hint: str
) -> None:
    error = refusal(make, condition, {"limit_": parameter("integer", 1)})
    text = Path(error.place.name).read_text("utf-8") if error.place else ""
    line = text.splitlines()[(error.place.line or 0) - 1] if error.place else ""
    start = (error.place.column or 0) - 1 if error.place else 0
    assert line[start:].startswith(word) or word.endswith(line[start:].split("(")[0].split(" ")[0]), line[
        start:
    ]
    assert hint in error.hint


def test_a_boolean_parameter_cannot_be_asked_for_null(make: PolicyMaker) -> None:
    error = refusal(make, "choice is null and n = 1", {"choice": parameter("boolean", True)})
    assert "always known" in error.what


def test_a_parameter_that_nothing_uses_is_refused_and_one_that_is_misused_too(make: PolicyMaker) -> None:
    limit = parameter("integer", 1)
    assert "never used" in refusal(make, "n = 1", {"most": limit}).what
    keyed = parameter("integer", {1: 1}, key=["integer"])
    assert "depends on a key" in refusal(make, "n = most", {"most": keyed}).what
    assert "takes (integer)" in refusal(make, "n = most(word)", {"most": keyed}).what
    assert "takes (integer)" in refusal(make, "n = most(m, m)", {"most": keyed}).what
    assert "is not allowed" in refusal(make, "n = most(m)", {"most": limit}).what


# ---------------------------------------------------------------- nothing that is text becomes SQL

HOSTILE = [
    "x' or 1=1 --",
    "'; drop table ev.thing; --",
    "a'' or ''a''=''a",
    "$as_of",
    "$p_other and true",
    "\\' or true --",
    "/* */ true",
    '"thing"."id"',
    "{judged}",
    "%s {0} ?",
    "换行\n-- true",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_text_from_a_literal_a_parameter_or_a_key_is_only_ever_text(make: PolicyMaker, text: str) -> None:
    rows = [{"id": "same", "word": text, "n": 1}, {"id": "other", "word": "safe", "n": 1}]
    quoted = "'" + text.replace("'", "''") + "'"
    for condition, parameters, other in [
        (f"word = {quoted}", {}, "fail"),
        (f"word in ({quoted}, 'no')", {}, "fail"),
        ("word = wanted", {"wanted": parameter("text", text)}, "fail"),
        ("word in wanted", {"wanted": parameter("list", [text])}, "fail"),
        ("n = wanted(word)", {"wanted": parameter("integer", {text: 1}, key=["text"])}, "unknown"),
    ]:
        policy = make.load({"each": "thing", "assert": condition}, parameters)
        assert make.verdicts(policy, {"thing": rows}) == {"same": "pass", "other": other}, condition


@pytest.mark.parametrize("text", HOSTILE)
def test_text_from_the_evidence_is_only_ever_text(make: PolicyMaker, text: str) -> None:
    policy = make.load({"each": "thing", "assert": "word = other_word"}, message="{word} {other_word}")
    said = make.judge(policy, {"thing": [{"id": text, "word": text, "other_word": "b"}]})
    assert {subject: (one.verdict, one.values["word"]) for subject, one in said.items()} == {
        text: ("fail", text)
    }


@pytest.mark.parametrize(
    "check",
    [
        {"each": 'thing" UNION SELECT 1 --'},
        {"each": "read_csv('x')"},
        {"related": {"p": {"from": "part; drop table x"}}},
        {"related": {"p": {"from": "part", "match": {"thing_id = r.thing_id --": "id"}}}},
        {"related": {"p": {"from": "part", "match": {"thing_id": 'id" OR TRUE --'}}}},
        {"related": {"p": {"from": "part", "total": "n OR TRUE"}}},
        {"related": {'p"': {"from": "part"}}},
        {"values": {'v"': "n"}},
        {"values": {"v": "(select 1)"}},
        {"locate": "p; select 1"},
        {"rate": {"at_least": "1 or true"}},
        {"rate": {"at_least": "share", "min_population": "0 or true"}},
        {"rate": {"at_least": "share", "per": ['n" --']}},
    ],
    ids=str,
)
def test_names_in_a_check_are_names_and_nothing_else(make: PolicyMaker, check: dict[str, Any]) -> None:
    parameters = {"share": parameter("percent", "90 %")} if "share" in str(check) else {}
    with pytest.raises(Exception, match=r"policy\.yaml:") as caught:
        make.load({"each": "thing", "assert": "n = 1", **check}, parameters)
    assert type(caught.value).__module__ == "hiscomply.errors"


@pytest.mark.parametrize("name", ["p_x; drop", "Limit", "a b", "a'b", "limit", "order", "select"])
def test_a_parameter_has_a_plain_name(make: PolicyMaker, name: str) -> None:
    with pytest.raises(Exception, match=r"policy\.yaml:") as caught:
        make.load({"each": "thing", "assert": "n = 1"}, {name: parameter("integer", 1)})
    assert type(caught.value).__module__ == "hiscomply.errors"


def test_a_pattern_that_is_none_is_an_error_of_the_policy_and_never_a_pass(make: PolicyMaker) -> None:
    policy = make.load({"each": "thing", "assert": "matches(word, '(')"})
    with pytest.raises(PolicyError, match="failed"):
        make.verdicts(policy, {"thing": [{"id": "a", "word": "("}]})


@pytest.mark.parametrize(
    ("age", "verdict", "reason"),
    [
        (timedelta(days=2), "pass", None),
        (timedelta(days=2, seconds=1), "unknown", "stale"),
        (timedelta(minutes=-5), "pass", None),
        (timedelta(minutes=-6), "unknown", "future"),
    ],
)
def test_a_policy_may_ask_for_fresher_evidence_than_its_kind(
    make: PolicyMaker, age: timedelta, verdict: str, reason: str | None
) -> None:
    policy = make.load({"each": "thing", "assert": "n = 1"}, freshness={"thing": "2 days"})
    said = make.judge(policy, {"thing": [{"id": "a", "n": 1, "_observed_at": NOW - age}]})["a"]
    assert (said.verdict, said.reason) == (verdict, reason)


def test_a_record_that_does_not_say_when_it_was_true_is_unknown(make: PolicyMaker) -> None:
    policy = make.load({"each": "thing", "assert": "n = 1"})
    said = make.judge(policy, {"thing": [{"id": "a", "n": 1, "_observed_at": None}]})["a"]
    assert (said.verdict, said.reason) == ("unknown", "no_time")


def test_values_are_shown_in_plain_forms(make: PolicyMaker) -> None:
    check = {"each": "thing", "assert": "n = 1", "values": {"age": "as_of - seen", "on_day": "day"}}
    policy = make.load(check, message="{n} {seen} {age} {on_day} {tags}")
    row = {"id": "a", "n": 2, "seen": NOW - timedelta(hours=30), "day": date(2026, 1, 2), "tags": ["b"]}
    assert make.judge(policy, {"thing": [row]})["a"].values == {
        "id": "a",
        "n": 2,
        "seen": "2026-06-28T18:00:00Z",
        "age": "PT108000S",
        "on_day": "2026-01-02",
        "tags": ["b"],
    }
