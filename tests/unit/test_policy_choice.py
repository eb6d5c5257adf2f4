"""Which policies `policy list` shows."""

from __future__ import annotations

import pytest

from hiscomply.errors import ConfigError
from hiscomply.paths import policies_dir
from hiscomply.plugins import evidence_kinds
from hiscomply.policy.clauses import load_clauses
from hiscomply.policy.pack import load_pack
from hiscomply.policy_choice import PolicyChoice, choose

KINDS = evidence_kinds()
POLICIES = load_pack([policies_dir()], KINDS).policies
CLAUSES = load_clauses(policies_dir() / "clauses.yaml")


def chosen(choice: PolicyChoice) -> list[str]:
    return [one.id for one in choose(POLICIES, choice, KINDS)]


def test_nothing_asked_for_is_every_policy() -> None:
    assert chosen(PolicyChoice()) == [one.id for one in POLICIES]


@pytest.mark.parametrize(
    ("control", "clauses"),
    [
        ("nist:AC-2", {"4.3.1", "4.3.2"}),
        ("nist:AC-2(3)", {"4.3.2"}),
        ("mlps:8.1.8.2", {"4.3.2"}),
        ("mlps:7.1.8.2", {"4.3.2"}),
        ("hipaa:164.308(a)(3)", {"4.3.2"}),
        ("iso:A.6.5", {"4.3.2"}),
        ("cis:5.3", {"4.3.2"}),
    ],
)
def test_a_control_gives_the_policies_of_its_clauses(control: str, clauses: set[str]) -> None:
    assert chosen(PolicyChoice(controls=[control])) == [
        one.id for one in POLICIES if clauses & set(one.clauses)
    ]


def test_a_section_gives_the_policies_of_all_clauses_below_it() -> None:
    found = chosen(PolicyChoice(clauses=["4.3"]))
    assert found == [one.id for one in POLICIES if any(id_.startswith("4.3.") for id_ in one.clauses)]


@pytest.mark.parametrize("letter", ["A", "S", "M"])
def test_a_class_gives_the_policies_of_its_checks(letter: str) -> None:
    checks = [check for clause in CLAUSES.clauses for check in clause.checks if check.check_class == letter]
    assert chosen(PolicyChoice(classes=[letter])) == sorted({id_ for one in checks for id_ in one.policies})


def test_a_kind_gives_the_policies_that_read_it() -> None:
    assert chosen(PolicyChoice(kinds=["account"])) == [one.id for one in POLICIES if "account" in one.kinds]


def test_one_sort_widens_and_several_sorts_narrow() -> None:
    wide = chosen(PolicyChoice(clauses=["4.3.1", "4.3.2"]))
    assert set(wide) == {*chosen(PolicyChoice(clauses=["4.3.1"])), *chosen(PolicyChoice(clauses=["4.3.2"]))}
    narrow = chosen(PolicyChoice(clauses=["4.3.1", "4.3.2"], classes=["S"], kinds=["access_review"]))
    assert set(narrow) < set(wide)
    assert "review_decided_by_another_person" in narrow


@pytest.mark.parametrize(
    ("choice", "hint"),
    [
        (PolicyChoice(controls=["nist:AC-22"]), "nist:AC-2"),
        (PolicyChoice(controls=["AC-2"]), "nist:AC-2"),
        (PolicyChoice(clauses=["4.3.9"]), "clause:4.3.3"),
        (PolicyChoice(kinds=["acount"]), "account"),
    ],
)
def test_what_nothing_knows_is_refused_with_what_is_near(choice: PolicyChoice, hint: str) -> None:
    with pytest.raises(ConfigError) as caught:
        chosen(choice)
    assert hint in caught.value.hint
