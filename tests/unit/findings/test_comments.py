"""Waivers in comments: what each covers, and that no misspelt one is silent."""

from __future__ import annotations

import time
from datetime import date

import pytest

from hiscomply.findings.comments import read_comments
from hiscomply.findings.waivers import WaiverProblem, check_waivers
from hiscomply.model import Severity, Waiver

TODAY = date(2026, 11, 27)
GOOD = "hiscomply: waive images_pinned until 2027-01-31 because one tag only"


def read(text: str) -> list[Waiver | WaiverProblem]:
    return list(read_comments(text, "deploy/a.yml", "0" * 64, TODAY))


def waivers(text: str) -> list[Waiver]:
    return [one for one in read(text) if isinstance(one, Waiver)]


def problem(text: str) -> str:
    (one,) = read(text)
    assert isinstance(one, WaiverProblem)
    assert one.what.zh
    return one.what.en


@pytest.mark.parametrize(
    "line",
    [
        f"# {GOOD}",
        f"// {GOOD}",
        f"; {GOOD}",
        f"-- {GOOD}",
        f"/* {GOOD} */",
        f"<!-- {GOOD} -->",
        f"   ## {GOOD}",
    ],
)
def test_a_comment_that_stands_alone_covers_the_next_line(line: str) -> None:
    (one,) = waivers(f"first\n{line}\nsecond\n")
    assert (one.policy, one.until, one.reason, one.line, one.origin) == (
        "images_pinned",
        "2027-01-31",
        "one tag only",
        3,
        "deploy/a.yml:2",
    )


@pytest.mark.parametrize(
    "line", [f"image: x  # {GOOD}", f"<image/> <!-- {GOOD} -->", f"/* {GOOD} */ image = x;"]
)
def test_a_comment_beside_a_setting_covers_that_line_only(line: str) -> None:
    (one,) = waivers(f"{line}\nimage: y\n")
    assert one.line == 1


def test_comments_in_a_row_cover_the_same_line() -> None:
    text = f"# {GOOD}\n# hiscomply: waive secrets_absent until 2027-01-31 because 测试\nimage: x\n"
    assert [one.line for one in waivers(text)] == [3, 3]


def test_a_comment_can_cover_its_whole_file() -> None:
    (one,) = waivers("# hiscomply: waive-file images_pinned until 2027-01-31 because 试验环境\nimage: x\n")
    assert (one.line, one.file) == (None, "deploy/a.yml")


def test_a_path_with_signs_of_a_pattern_covers_no_other_file() -> None:
    (one,) = read_comments(f"# {GOOD}", "a[1]*.yml", "", TODAY)
    assert isinstance(one, Waiver)
    assert one.file == "a[[]1][*].yml"


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("wave x until 2027-01-31 because y", "'wave' is not known"),
        ("waive", "lacks its policy"),
        ("waive until 2027-01-31 because y", "lacks its policy"),
        ("waive images_pinned because y", "lacks its date"),
        ("waive images_pinned until 2027-01-31", "lacks its reason"),
        ("waive images_pinned until 2027-01-31 because", "lacks its reason"),
        ("waive images_pinned until soon because y", "'soon' is no date"),
        ("waive images_pinned until 2027-02-30 because y", "'2027-02-30' is no date"),
        ("waive images_* until 2027-01-31 because y", "is no policy id"),
    ],
)
def test_what_cannot_be_read_is_told(said: str, told: str) -> None:
    assert told in problem(f"# hiscomply: {said}")


@pytest.mark.parametrize(
    "text", ["hiscomply:\n  script: x", "# hiscomply:", "- hiscomply: waive", "name: hiscomply: waive"]
)
def test_what_is_no_comment_says_nothing(text: str) -> None:
    assert read(text) == []


def test_a_line_of_comment_signs_takes_no_time() -> None:
    started = time.process_time()
    assert read("#" * 2_000_000 + " hiscomply: waive") != []
    assert read("x" + "/*" * 1_000_000 + f" {GOOD}") != []
    assert time.process_time() - started < 1


@pytest.mark.parametrize(
    ("until", "told"),
    [
        ("2026-11-27", None),
        ("2026-11-26", "expired on 2026-11-26"),
        ("2027-05-25", None),
        ("2027-05-26", "runs 181 days, at most 180 are allowed"),
    ],
)
def test_its_term_is_counted_from_today(until: str, told: str | None) -> None:
    (one,) = waivers(f"# hiscomply: waive images_pinned until {until} because y")
    in_force, problems = check_waivers([one], {"images_pinned": Severity.MEDIUM}, TODAY)
    assert [item.what.en for item in problems] == ([told] if told else [])
    assert len(in_force) == (told is None)


def test_a_policy_that_does_not_exist_is_told() -> None:
    (one,) = waivers(f"# {GOOD}")
    _, problems = check_waivers([one], {"other": Severity.LOW}, TODAY)
    assert [item.what.en for item in problems] == ["there is no policy images_pinned"]
