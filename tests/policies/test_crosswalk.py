"""clauses.yaml holds the crosswalk of the catalogue, row by row, and nothing that the catalogue does not say."""

from __future__ import annotations

import csv
import re
from pathlib import Path

import pytest

from hiscomply.controls import at_level_2
from hiscomply.paths import policies_dir
from hiscomply.policy.clauses import Clause, load_clauses

FRAMEWORKS = ("mlps", "hipaa", "nist", "iso", "cis")
with Path(__file__).with_name("crosswalk.csv").open(encoding="utf-8", newline="") as file:
    ROWS = {row.pop("clause"): row for row in csv.DictReader(file)}
"""The catalogue's table by clause, MLPS at level 3; empty where the catalogue has a dash."""

FAMILIES = re.findall("..", "ACATAUCACMCPIAIRMAMPPEPLPMPSPTRASASCSISR")

MAP = load_clauses(policies_dir() / "clauses.yaml")


def row(clause_id: str, framework: str) -> tuple[str, ...]:
    """The catalogue's ids, ``XX-1`` as the first control of every family."""
    ids = ROWS[clause_id][framework].split("; ")
    spelt = [f"{family}-1" for family in FAMILIES]
    return tuple(dict.fromkeys(one for id_ in ids if id_ for one in (spelt if id_ == "XX-1" else [id_])))


def test_the_table_has_a_row_for_every_clause_and_the_pack_its_frameworks() -> None:
    assert list(ROWS) == [clause.id for clause in MAP.clauses]
    assert tuple(MAP.frameworks) == FRAMEWORKS


@pytest.mark.parametrize("framework", FRAMEWORKS)
@pytest.mark.parametrize("clause", MAP.clauses, ids=lambda clause: clause.id)
def test_a_clause_has_the_controls_of_its_row(clause: Clause, framework: str) -> None:
    assert clause.crosswalk[framework] == row(clause.id, framework)


def test_no_placeholder_is_left_where_a_control_should_stand() -> None:
    ids = {id_ for clause in MAP.clauses for ids in clause.crosswalk.values() for id_ in ids}
    assert [id_ for id_ in ids if "XX" in id_ or "\u2013" in id_ or "," in id_] == []


def test_the_clauses_without_counterpart_name_what_comes_near_and_do_not_claim_it() -> None:
    near = {clause.id: dict(clause.nearest) for clause in MAP.clauses if clause.nearest}
    assert near == {"6.2": {"mlps": ("8.1.7.5",)}, "6.2.1": {"mlps": ("8.1.7.5",)}}


def test_every_framework_says_what_of_it_was_checked() -> None:
    assert list(MAP.notes) == list(FRAMEWORKS)


LEVEL_2 = {
    "3.1": ("7.1.2.1",),
    "3.4": ("7.1.10.6",),
    "4.1": ("7.1.7.1",),
    "4.1.4": ("7.1.7.5 a", "7.1.10.5 a", "7.1.4.4"),
    "4.1.5": ("7.1.10.11", "7.1.4.8"),
    "4.2": ("7.1.2.1",),
    "4.3.1": ("7.1.4.2", "7.1.10.6", "7.1.5.1", "7.1.5.2"),
    "5.1.1": ("7.1.10.6",),
    "5.1.2": ("7.1.4.8 a", "7.1.4.8 b", "7.1.10.11"),
    "5.2.1": ("7.1.10.10 a", "7.1.7.3"),
    "5.2.3": ("7.1.10.6", "7.1.10.8"),
    "5.3.1": ("7.1.9.9",),
    "5.3.3": ("7.1.4.3", "7.1.5.2"),
    "6.1.1": ("7.1.7.5 a",),
    "6.2": (),
}
"""The clauses that an exception of the level-2 numbering concerns."""


@pytest.mark.parametrize("clause_id", LEVEL_2)
def test_level_2_has_its_own_numbers_and_lacks_what_only_level_3_asks(clause_id: str) -> None:
    (clause,) = (one for one in MAP.clauses if one.id == clause_id)
    assert at_level_2(clause.crosswalk["mlps"]) == LEVEL_2[clause_id]


def test_level_2_never_names_what_the_text_does_not_have() -> None:
    found = {id_ for clause in MAP.clauses for id_ in at_level_2(clause.crosswalk["mlps"])}
    assert [id_ for id_ in found if id_.startswith(("7.1.5.3", "7.1.5.4", "7.1.4.9", "8."))] == []
    for number in ("7.1.7.5", "7.1.10.5", "7.1.10.10"):
        assert {id_ for id_ in found if id_.partition(" ")[0] == number} == {f"{number} a"}
