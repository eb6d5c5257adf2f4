"""The reference data that ship: sound, each with its source, and no date that nobody knows."""

from __future__ import annotations

import re
from datetime import date
from functools import cache
from typing import Any

import pytest
import yaml

from hiscomply.paths import policies_dir
from hiscomply.reference.checking import open_intact
from hiscomply.reference.datasets import DATASETS
from hiscomply.reference.imports.versions import is_usable_pattern
from hiscomply.reference.shelf import look_up

SHIPPED = [name for name, one in DATASETS.items() if one.is_shipped]
STATED = {
    ("windows-server", "2012"): (None, "2026-10-13"),
    ("windows-server", "2012-r2"): (None, "2026-10-13"),
    ("windows-server", "2016"): ("2027-01-12", None),
    ("windows", "10"): ("2025-10-14", "2028-10-10"),
    ("mssqlserver", "12.0-sp3"): (None, "2027-07-12"),
    ("mssqlserver", "13.0-sp3"): ("2026-07-14", None),
    ("centos", "7"): ("2024-06-30", None),
    ("mysql", "8.0"): ("2026-04-30", None),
    ("postgresql", "13"): ("2025-11-13", None),
    ("postgresql", "14"): ("2026-11-12", None),
    ("oracle-database", "19"): ("2029-12-31", None),
}
"""What the source register states: support end and extended support end."""
CHINESE, ENGLISH = re.compile("[\u4e00-\u9fff]"), re.compile("(^|[ (])[a-z]{2,}($|[ ,;)])")
NOBODY_STATES = ("kylin-server", "kylin-desktop", "neokylin", "uos-server", "uos-desktop", "dm", "kingbasees")


@cache
def rows(dataset: str) -> list[dict[str, Any]]:
    return [row for _, row in open_intact(look_up(DATASETS[dataset], None)).read_rows()]


@pytest.mark.parametrize("dataset", sorted(DATASETS))
def test_exactly_the_sets_that_are_said_to_ship_do(dataset: str) -> None:
    assert (look_up(DATASETS[dataset], None).origin == "shipped") is DATASETS[dataset].is_shipped


def test_the_dates_of_the_source_register_are_in_the_list() -> None:
    listed = {(row["product"], row["cycle"]): row for row in rows("support_cycle")}
    for cycle, (end, extended) in STATED.items():
        found = listed[cycle]
        assert end in (None, found["support_end"]), cycle
        assert extended in (None, found["extended_support_end"]), cycle


def test_every_cycle_says_its_source_and_the_day_it_was_read() -> None:
    assert [
        row for row in rows("support_cycle") if not row["source"] or not date.fromisoformat(row["read_on"])
    ] == []


@pytest.mark.parametrize("dataset", SHIPPED)
def test_what_a_set_says_of_itself_is_a_citation_or_in_both_languages(dataset: str) -> None:
    header = open_intact(look_up(DATASETS[dataset], None)).header
    assert header.note is not None
    assert (bool(CHINESE.search(header.note.zh)), bool(CHINESE.search(header.note.en))) == (True, False)
    sources = {header.source, *(row["source"] for row in rows(dataset))}
    told = [source for source in sources if ENGLISH.search(source)]
    assert [source for source in told if not CHINESE.search(source)] == []


@pytest.mark.parametrize("product", NOBODY_STATES)
def test_a_product_whose_end_nobody_states_is_listed_as_not_known(product: str) -> None:
    found = [row for row in rows("support_cycle") if row["product"] == product]
    assert found
    assert [(row["state"], row["support_end"]) for row in found] == [(None, None)] * len(found)


def test_openeuler_is_listed_with_its_dates() -> None:
    found = {
        row["cycle"]: row["support_end"] for row in rows("support_cycle") if row["product"] == "openeuler"
    }
    assert (found["20.03-lts-sp4"], found["24.03-lts-sp3"]) == ("2025-11-30", "2027-12-31")


def test_every_pattern_of_versions_can_be_matched_by_the_engine() -> None:
    assert [row["versions"] for row in rows("support_cycle") if not is_usable_pattern(row["versions"])] == []


def test_no_name_and_cycle_stands_twice() -> None:
    pairs = [(name, row["cycle"]) for row in rows("support_cycle") for name in row["names"]]
    assert len(pairs) == len(set(pairs))


def test_the_matrix_has_all_sixteen_combinations_and_is_marked_as_a_benchmark() -> None:
    cells = [row for row in rows("remediation_deadline") if row["basis"] == "matrix"]
    keys = {(row["internet_exposed"], row["in_kev"], row["automatable"], row["tech_impact"]) for row in cells}
    assert (len(cells), len(keys)) == (16, 16)
    assert {row["strength"] for row in cells} == {"intl"}
    assert sorted(str(row["days"]) for row in cells) == sorted(
        ["3"] * 5 + ["14"] * 6 + ["60"] * 3 + ["None"] * 2
    )
    assert sum(row["forensic_triage"] for row in cells) == 3


@pytest.mark.parametrize(
    "policy", ["4.1/vulnerabilities_fixed_by_deadline", "4.1/core_vulnerabilities_fixed_by_deadline"]
)
def test_the_policies_have_the_deadlines_of_the_reference(policy: str) -> None:
    document = yaml.safe_load((policies_dir() / policy / "policy.yaml").read_text(encoding="utf-8"))
    cells = [row for row in rows("remediation_deadline") if row["days"] is not None]
    matrix = [
        [
            row["internet_exposed"],
            row["in_kev"],
            row["automatable"],
            row["tech_impact"],
            f"{row['days']} days",
        ]
        for row in cells
        if row["basis"] == "matrix"
    ]
    fallback = {row["severity"]: f"{row['days']} days" for row in cells if row["basis"] == "severity"}
    assert document["parameters"]["deadline"]["default"]["tertiary"] == matrix
    assert document["parameters"]["fallback"]["default"]["tertiary"] == fallback


def test_there_are_ten_categories_and_four_levels() -> None:
    assert [row["number"] for row in rows("incident_category")] == list(range(1, 11))
    levels = {row["id"]: (row["min_persons_leaked"], row["must_report"]) for row in rows("incident_level")}
    assert levels == {
        "especially_major": (100_000_000, True),
        "major": (10_000_000, True),
        "large": (1_000_000, True),
        "general": (None, False),
    }


def test_the_levels_are_those_that_a_ticket_may_have() -> None:
    import json

    schema = json.loads(
        (policies_dir().parent / "schemas/evidence/ticket.schema.json").read_text(encoding="utf-8")
    )
    allowed = set(schema["properties"]["nat_level"]["enum"]) - {None}
    assert {row["id"] for row in rows("incident_level")} == allowed
