"""Each operator changes a condition in the one way it is for."""

from __future__ import annotations

import pytest
from policy_maker import write_schemas
from sqlglot import exp

from hiscomply.errors import Place
from hiscomply.kinds import Kind
from hiscomply.policy.expression import parse
from hiscomply.policy_mutants.conditions import condition_changes
from hiscomply.policy_mutants.fields import Names
from hiscomply.policy_mutants.variation import Variation
from hiscomply.policy_mutants.wording import text_of


@pytest.fixture(scope="module")
def kinds(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Kind]:
    return write_schemas(tmp_path_factory.mktemp("schemas"))


def _tree(text: str) -> exp.Expr:
    return parse(text, lambda _: Place("policy.yaml"))


def _changes(text: str, names: Names | None = None) -> list[Variation]:
    return list(condition_changes(_tree(text), text, names))


def _written(text: str, names: Names | None = None) -> dict[str, str]:
    return {one.label: text_of(one.tree) for one in _changes(text, names) if one.tree}


@pytest.mark.parametrize(
    ("sign", "labels"),
    [
        (">=", {">= -> >": "n > m", ">= -> <": "n < m"}),
        (">", {"> -> >=": "n >= m", "> -> <=": "n <= m"}),
        ("<=", {"<= -> <": "n < m", "<= -> >": "n > m"}),
        ("<", {"< -> <=": "n <= m", "< -> >=": "n >= m"}),
        ("=", {"= -> <>": "n <> m"}),
        ("<>", {"<> -> =": "n = m"}),
    ],
)
def test_a_comparison_becomes_its_twin_and_its_contrary(sign: str, labels: dict[str, str]) -> None:
    assert _written(f"n {sign} m") == labels


def test_a_chain_loses_each_part_and_each_connector_is_swapped() -> None:
    made = _written("flag and mark and exists(p)")
    assert {label: made[label] for label in made if label.startswith("drop")} == {
        "drop flag": "mark and exists(p)",
        "drop mark": "flag and exists(p)",
        "drop exists(p)": "flag and mark",
    }
    swapped = [
        text_of(one.tree) for one in _changes("flag and mark or n > 1") if one.tree and " -> " in one.label
    ]
    assert "(flag or mark) or n > 1" in swapped
    assert "(flag and mark and n > 1)" in swapped


@pytest.mark.parametrize(
    ("text", "label", "changed"),
    [
        ("owner is null or n > 1", "drop owner is null", "n > 1"),
        ("owner is not null and n > 1", "drop owner is not null", "n > 1"),
        ("count(p) >= 1 and max(p.at) >= as_of", "drop count(p) >= 1", "max(p.at) >= as_of"),
    ],
)
def test_a_guard_is_dropped(text: str, label: str, changed: str) -> None:
    assert _written(text)[label] == changed


@pytest.mark.parametrize(
    ("text", "label", "changed"),
    [
        ("owner is null", "is null -> is not null", "owner is not null"),
        ("owner is not null", "is not null -> is null", "owner is null"),
        ("flag", "not flag", "not flag"),
        ("not flag", "not flag -> no not", "flag"),
        ("word like 'a%'", "not word like 'a%'", "word not like 'a%'"),
        ("word not like 'a%'", "not word not like 'a%'", "word like 'a%'"),
        ("word in ('a', 'b')", "not word in ('a', 'b')", "word not in ('a', 'b')"),
        ("word in ('a', 'b')", "in, drop 'a'", "word in ('b')"),
        ("n between 1 and 5", "between, low >", "(n > 1 and n <= 5)"),
        ("n between 1 and 5", "between, high <", "(n >= 1 and n < 5)"),
        ("n between 1 and 5", "between, no low", "(n <= 5)"),
        ("n between 1 and 5", "between, no high", "(n >= 1)"),
        ("n between 1 and 5", "5 -> 6", "n between 1 and 6"),
        ("n > 0", "0 -> 1", "n > 1"),
        ("x > 0.5", "0.5 -> 0.4", "x > 0.4"),
        ("flag = true", "true -> false", "flag = false"),
        ("max(p.at) > as_of", "max(p.at) -> min", "min(p.at) > as_of"),
        ("count(distinct p.word) > n", "count(distinct p.word) -> count", "count(p) > n"),
        ("earlier(n, m) > x", "earlier -> later", "later(n, m) > x"),
        ("contains_all(tags, more_tags)", "contains_all -> contains_any", "contains_any(tags, more_tags)"),
        ("planned > as_of - age", "- -> +", "planned > as_of + age"),
        (
            "case when flag then n > m else mark end",
            "case, swap after flag",
            "case when flag then mark else n > m end",
        ),
        (
            "case when flag then n > m when mark then n < m else n = m end",
            "case, drop mark",
            "case when flag then n > m else n = m end",
        ),
    ],
)
def test_an_operator_makes_its_change(text: str, label: str, changed: str) -> None:
    assert _written(text)[label] == changed


def test_nothing_is_made_less_than_zero() -> None:
    assert [label for label in _written("n > 0") if label.startswith("0 ->")] == ["0 -> 1"]


def test_a_field_becomes_others_of_its_type_those_with_values_first(kinds: dict[str, Kind]) -> None:
    names = Names(kinds["thing"], {"p": kinds["part"]}, frozenset({("thing", "place")}))
    others = [one.label for one in _changes("word = 'x'", names) if one.label.startswith("word ->")]
    assert others == ["word -> place", "word -> id", "word -> other_word"]
    assert "p.at -> left_at" in _written("max(p.at) > as_of", names)


def test_only_a_field_with_a_known_none_stands_before_is_null(kinds: dict[str, Kind]) -> None:
    names = Names(kinds["part"], {}, frozenset())
    assert [label for label in _written("owner_id is null", names) if label.startswith("owner_id")] == []


def test_a_word_of_an_enum_becomes_another_that_is_allowed(kinds: dict[str, Kind]) -> None:
    names = Names(kinds["thing"], {}, frozenset())
    assert "'red' -> 'green'" in _written("colour = 'red'", names)
    assert "'blue' -> 'red'" in _written("colour <> 'blue'", names)
    assert "'green' -> 'blue'" in _written("colour in ('red', 'green')", names)


def test_a_change_stands_at_its_operator_or_at_its_first_word() -> None:
    text = "(count(p) >= 1\n and n < 2)"
    places = {one.label: text[one.offset :].split(maxsplit=1)[0] for one in _changes(text)}
    assert (places[">= -> >"], places["and -> or"], places["< -> <="]) == (">=", "and", "<")
    assert (places["drop n < 2"], places["2 -> 3"]) == ("n", "2)")


def test_the_condition_itself_stays_as_it_was() -> None:
    text = "flag and (n >= 1 or word in ('a', 'b')) and case when mark then n > 1 else n < 2 end"
    tree = _tree(text)
    before = tree.sql()
    assert len(list(condition_changes(tree, text, None))) > 20
    assert tree.sql() == before
