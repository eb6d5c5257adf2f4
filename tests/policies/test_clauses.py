"""clauses.yaml, the catalogue and the policies say the same."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

import pytest
import yaml

from hiscomply.paths import policies_dir

CHECKS_OF_CLAUSE = {
    "1": 3, "2": 5, "3.1": 4, "3.2": 3, "3.3": 4, "3.4": 3, "3.5": 3,
    "4.1": 2, "4.1.1": 5, "4.1.2": 5, "4.1.3": 4, "4.1.4": 5, "4.1.5": 4,
    "4.2": 3, "4.2.1": 5, "4.2.2": 6, "4.2.3": 5,
    "4.3.1": 6, "4.3.2": 6, "4.3.3": 6,
    "4.4": 3, "4.4.1": 6, "4.4.2": 6, "4.4.3": 6,
    "5.1.1": 6, "5.1.2": 6, "5.1.3": 5,
    "5.2.1": 5, "5.2.2": 6, "5.2.3": 6,
    "5.3": 2, "5.3.1": 6, "5.3.2": 5, "5.3.3": 5,
    "6.1": 2, "6.1.1": 4, "6.1.2": 3, "6.1.3": 4,
    "6.2": 2, "6.2.1": 3, "6.2.2": 4, "6.2.3": 3,
    "7": 5,
}  # fmt: skip
"""How many checks the catalogue has for each clause, in its order."""

SECTIONS = ["1", "2", "3", "4.1", "4.2", "4.3", "4.4", "5.1", "5.2", "5.3", "6.1", "6.2", "7"]


@cache
def pack() -> Mapping[str, Any]:
    loaded: Mapping[str, Any] = yaml.safe_load((policies_dir() / "clauses.yaml").read_text(encoding="utf-8"))
    return loaded


@cache
def policies() -> Mapping[str, Mapping[str, Any]]:
    """Every policy of the pack by the name of its folder."""
    files = sorted(policies_dir().glob("*/*/policy.yaml"))
    return {file.parent.name: yaml.safe_load(file.read_text(encoding="utf-8")) for file in files}


def checks() -> Iterator[tuple[str, str, Mapping[str, Any]]]:
    """Clause id, check id and entry of every check of clauses.yaml."""
    for clause in pack()["clauses"]:
        for check_id, entry in clause["checks"].items():
            yield clause["id"], check_id, entry


def test_the_clauses_are_the_43_of_the_catalogue_in_its_order() -> None:
    assert [clause["id"] for clause in pack()["clauses"]] == list(CHECKS_OF_CLAUSE)
    assert len(CHECKS_OF_CLAUSE) == 43


def test_every_clause_has_all_its_checks_in_order() -> None:
    expected = [f"{clause}-c{n + 1}" for clause, count in CHECKS_OF_CLAUSE.items() for n in range(count)]
    assert [check_id for _, check_id, _ in checks()] == expected
    assert len(expected) == 190


def test_sections_are_those_of_the_specification_and_each_has_a_clause() -> None:
    assert [section["id"] for section in pack()["sections"]] == SECTIONS
    assert list(dict.fromkeys(clause["section"] for clause in pack()["clauses"])) == SECTIONS


@pytest.mark.parametrize("clause", pack()["clauses"], ids=lambda clause: clause["id"])
def test_a_clause_belongs_to_the_section_its_number_says(clause: Mapping[str, Any]) -> None:
    number = clause["id"]
    chapter = number if "." not in number else "3" if number.startswith("3.") else number[:3]
    assert clause["section"] == chapter


@pytest.mark.parametrize("clause", pack()["clauses"], ids=lambda clause: clause["id"])
def test_a_clause_names_all_frameworks_and_only_text_ids(clause: Mapping[str, Any]) -> None:
    assert list(clause["crosswalk"]) == list(pack()["frameworks"])
    ids = [entry for entries in clause["crosswalk"].values() for entry in entries]
    assert [entry for entry in ids if not isinstance(entry, str) or not entry.strip()] == []


@pytest.mark.parametrize("clause", pack()["clauses"], ids=lambda clause: clause["id"])
def test_control_status_follows_from_the_checks_that_have_a_policy(clause: Mapping[str, Any]) -> None:
    served = [bool(entry["policies"]) for entry in clause["checks"].values()]
    expected = {"automated", "manual"} if all(served) else {"partial"} if any(served) else {"pending"}
    assert clause["control_status"] in expected


def test_titles_and_reasons_are_in_both_languages() -> None:
    titled = [
        *pack()["sections"],
        *pack()["clauses"],
        *pack()["frameworks"].values(),
        pack()["specification"],
    ]
    texts = [item["title"] for item in titled] + [
        entry["reason"] for *_, entry in checks() if "reason" in entry
    ]
    assert [text for text in texts if not (text["zh"].strip() and text["en"].strip())] == []


def test_every_check_has_a_policy_or_a_reason_and_never_both() -> None:
    wrong = [check_id for _, check_id, entry in checks() if bool(entry["policies"]) == ("reason" in entry)]
    assert wrong == []


def test_checks_have_the_classes_of_the_catalogue() -> None:
    classes = [entry["class"] for *_, entry in checks()]
    assert {name: classes.count(name) for name in "ASM"} == {"A": 89, "S": 81, "M": 20}


def test_a_policy_has_the_id_of_its_folder() -> None:
    assert {folder: policy["id"] for folder, policy in policies().items()} == {
        name: name for name in policies()
    }


def test_clauses_yaml_and_the_policies_name_the_same_checks() -> None:
    of_pack = {(check_id, policy) for _, check_id, entry in checks() for policy in entry["policies"]}
    of_policies = {(check_id, name) for name, policy in policies().items() for check_id in policy["checks"]}
    assert of_pack == of_policies


def test_a_policy_names_exactly_the_clauses_of_its_checks_or_more_that_exist() -> None:
    known = set(CHECKS_OF_CLAUSE)
    wrong = {
        name: policy["clauses"]
        for name, policy in policies().items()
        if not set(policy["clauses"]) <= known
        or not {check_id.rpartition("-c")[0] for check_id in policy["checks"]} <= set(policy["clauses"])
    }
    assert wrong == {}
