"""A waiver that names a file or a line covers the failures there, and nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.unit.findings.verdicts import Row, Runs, unknown, waiver

from hiscomply.model import Waiver

ROWS = (
    Row("a", source="deploy/test/a.yml", line=4),
    Row("b", source="deploy/test/a.yml", line=5),
    Row("c", source="deploy/prod/a.yml", line=4),
    Row("d", source="a.yml", line=4),
    Row("e", source="a[1].yml", line=None),
)


def covered(tmp_path: Path, one: Waiver) -> set[str]:
    found = Runs(tmp_path).findings(*ROWS, waivers=[one])
    return {subject for subject, finding in found.items() if finding.waiver}


@pytest.mark.parametrize(
    ("file", "line", "subjects"),
    [
        ("", None, {"a", "b", "c", "d", "e"}),
        ("deploy/test/*", None, {"a", "b"}),
        ("deploy/*", None, {"a", "b", "c"}),
        ("**/a.yml", None, {"a", "b", "c", "d"}),
        ("deploy/test/a.yml", 4, {"a"}),
        ("a[[]1].yml", None, {"e"}),
        ("a[[]1].yml", 4, set()),
        ("elsewhere/*", None, set()),
    ],
)
def test_only_its_place_is_covered(file: str, line: int | None, subjects: set[str], tmp_path: Path) -> None:
    assert covered(tmp_path, waiver(file=file, line=line)) == subjects


def test_one_that_covers_nothing_in_its_place_is_a_finding(tmp_path: Path) -> None:
    judgement = Runs(tmp_path).judge(*ROWS, waivers=[waiver(file="elsewhere/*")])
    assert [one.what.en for one in judgement.problems] == ["covers no finding"]


def test_an_unknown_in_its_place_is_never_waived_and_its_waiver_is_kept(tmp_path: Path) -> None:
    runs = Runs(tmp_path)
    judgement = runs.judge(unknown("a", source="a.yml"), waivers=[waiver(file="a.yml", line=9)])
    assert [(one.waiver, one.subject) for one in judgement.findings()] == [(None, "a")]
    assert judgement.problems == ()


def test_one_in_a_comment_has_no_second_person_to_name(tmp_path: Path) -> None:
    inline = waiver(id="a.yml#x", requested_by="", approved_by="", file="a.yml", line=4, digest="0" * 64)
    assert covered(tmp_path, inline) == {"d"}


@pytest.mark.parametrize(
    ("subject", "subjects"),
    [
        ("W/HOSP\\li", {"W/HOSP\\li"}),
        ("W/HOSP\\*", {"W/HOSP\\li"}),
        ("W/HOSP*", {"W/HOSP\\li", "W/HOSPli"}),
        ("W/svc[1]", {"W/svc[1]"}),
        ("W/svc?", {"W/svc1"}),
    ],
)
def test_a_subject_is_meant_as_it_is_written_but_for_its_stars(
    subject: str, subjects: set[str], tmp_path: Path
) -> None:
    rows = [Row(one) for one in ("W/HOSP\\li", "W/HOSPli", "W/svc[1]", "W/svc1")]
    found = Runs(tmp_path).findings(*rows, waivers=[waiver(subject=subject)])
    assert {one for one, finding in found.items() if finding.waiver} == subjects


def test_a_backslash_in_a_file_is_one(tmp_path: Path) -> None:
    rows = [Row("a", source="a\\b.yml"), Row("b", source="ab.yml")]
    found = Runs(tmp_path).findings(*rows, waivers=[waiver(file="a\\b.yml")])
    assert {one for one, finding in found.items() if finding.waiver} == {"a"}
