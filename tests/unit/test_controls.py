"""Questions for controls of other frameworks: what they find, what they do not, and how they may be written."""

from __future__ import annotations

import pytest

from hiscomply.controls import ControlQuery, at_level_2, concerns, in_profile, parse_query
from hiscomply.errors import ConfigError

FRAMEWORKS = ("mlps", "hipaa", "nist", "iso", "cis")


@pytest.mark.parametrize(
    ("text", "framework", "control"),
    [
        ("nist:AC-2", "nist", "AC-2"),
        ("NIST: AC-2 ", "nist", "AC-2"),
        ("800-53:AC-2(3)", "nist", "AC-2(3)"),
        ("等保:8.1.4.2 c", "mlps", "8.1.4.2 c"),
        ("27001:A.5.15", "iso", "A.5.15"),
        ("clause:4.3.2", "clause", "4.3.2"),
        ("条款:4.3.2", "clause", "4.3.2"),
    ],
)
def test_a_control_may_be_asked_for_under_the_names_people_use(
    text: str, framework: str, control: str
) -> None:
    assert parse_query(text, FRAMEWORKS) == ControlQuery(framework, control)


@pytest.mark.parametrize("text", ["AC-2", "nist:", "nist:-", "nits:AC-2", ":AC-2", ""])
def test_what_names_no_control_is_refused_with_the_next_step(text: str) -> None:
    with pytest.raises(ConfigError, match="框架") as caught:
        parse_query(text, FRAMEWORKS)
    assert "nist" in caught.value.hint


@pytest.mark.parametrize(
    ("asked", "listed", "is_found"),
    [
        ("nist:AC-2", "AC-2", True),
        ("nist:ac-2", "AC-2", True),
        ("nist:AC-2", "AC-2(3)", True),
        ("nist:AC-2(3)", "AC-2", False),
        ("nist:AC-2", "AC-20", False),
        ("nist:AC", "AC-2", True),
        ("mlps:8.1.4.2", "8.1.4.2 c", True),
        ("mlps:8.1.4.2 c", "8.1.4.2 c", True),
        ("mlps:8.1.4.2c", "8.1.4.2 c", True),
        ("mlps:8.1.4.2 c", "8.1.4.2", True),
        ("mlps:8.1.4.2 c", "8.1.4.2 d", False),
        ("mlps:8.1.1", "8.1.10.5", False),
        ("mlps:1.4.2", "8.1.4.2", False),
        ("hipaa:164.308(a)(4)", "164.308(a)(4)(ii)(C)", True),
        ("hipaa:164.308(a)(4)(ii)(C)", "164.308(a)(4)", True),
        ("hipaa:§164.308(a)(4)", "164.308(a)(4)", True),
        ("hipaa:308(a)(4)", "164.308(a)(4)", True),
        ("hipaa:164.308(a)(1)", "164.308(a)(8)", False),
        ("iso:A.5.1", "A.5.15", False),
        ("iso:A.5", "A.5.15", True),
        ("iso:5.15", "A.5.15", False),
        ("cis:5.1", "5.1", True),
        ("cis:5.1", "15.1", False),
        ("cis:5", "5.1", True),
        ("clause:4.3", "4.3.2", True),
        ("clause:4.3.2", "4.3", False),
    ],
)
def test_a_control_finds_itself_and_its_parts_and_no_other(asked: str, listed: str, is_found: bool) -> None:
    assert concerns(parse_query(asked, FRAMEWORKS), [listed]) is is_found


def test_nothing_listed_is_nothing_found() -> None:
    assert not concerns(ControlQuery("nist", "AC-2"), [])


@pytest.mark.parametrize(
    ("level_3", "level_2"),
    [
        ("8.1.4.1", ("7.1.4.1",)),
        ("8.1.4.2 c", ("7.1.4.2",)),
        ("8.1.4.8", ()),
        ("8.1.4.9", ("7.1.4.8",)),
        ("8.1.4.9 b", ("7.1.4.8 b",)),
        ("8.1.4.9 c", ()),
        ("8.1.5.2", ("7.1.5.2",)),
        ("8.1.5.3", ()),
        ("8.1.5.4 c", ()),
        ("8.1.7.5", ("7.1.7.5 a",)),
        ("8.1.7.5 a", ("7.1.7.5 a",)),
        ("8.1.7.5 c", ()),
        ("8.1.10.5 b", ()),
        ("8.1.10.10 b", ()),
        ("8.1.10.11", ("7.1.10.11",)),
    ],
)
def test_level_3_ids_become_those_of_level_2(level_3: str, level_2: tuple[str, ...]) -> None:
    assert at_level_2([level_3]) == level_2


def test_items_of_one_control_become_that_control_once() -> None:
    assert at_level_2(["8.1.4.2 a", "8.1.4.2 b", "8.1.8.2"]) == ("7.1.4.2", "7.1.8.2")


def test_only_the_profile_of_level_2_changes_the_ids_and_only_those_of_mlps() -> None:
    crosswalk = {"mlps": ("8.1.4.9 a",), "nist": ("CP-9",)}
    assert in_profile(crosswalk, "baseline") == {"mlps": ("7.1.4.8 a",), "nist": ("CP-9",)}
    assert in_profile(crosswalk, "tertiary") == crosswalk
    assert in_profile(crosswalk, "strict") == crosswalk
