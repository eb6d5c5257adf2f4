"""The parts of an explanation: which values are tried, how a text is changed, what is covered."""

from __future__ import annotations

from typing import Any

import pytest

from hiscomply.explaining.candidates import candidates, keys_of, spelled
from hiscomply.explaining.edit import Edit, added, replaced
from hiscomply.explaining.evidence import COVER, Settings
from hiscomply.explaining.lines import around, covered
from hiscomply.model import ParameterValue, Source, Text
from hiscomply_files.formats import builtin_formats

FORMATS = {one.name: one for one in builtin_formats()}


def parameter(name: str, value: Any) -> ParameterValue:
    return ParameterValue(name, "integer", value, value, Source("X", Text("", ""), "default"), "default")


@pytest.mark.parametrize(
    ("condition", "current", "first"),
    [
        ("assert lower(value) = 'no'", "yes", "no"),
        ("assert number between 1 and most", "10", "5"),
        ("assert number between 1 and most", "0", "5"),
        ("assert number between 2 and 3", "9", "3"),
        ("each setting\nwhere value = 'bad'\nassert value = 'good'", "x", "good"),
        ("assert number > 6", "0", "7"),
        ("assert value in ('scram-sha-256', 'x')", "md5", "scram-sha-256"),
        ("assert value <> 'on'", "on", "off"),
        ("assert value not in ('true')", "true", "false"),
        ("assert number <= age", "9999", "90"),
    ],
)
def test_the_first_value_that_is_tried(condition: str, current: str, first: str) -> None:
    parameters = [one for one in (parameter("most", 5), parameter("age", "90 days")) if one.name in condition]
    assert candidates(condition, parameters, current)[0] == first


def test_what_a_condition_forbids_is_never_tried_and_the_present_value_neither() -> None:
    assert candidates("assert value not in ('a', 'b') and value <> 'c'", [], "d") == []
    assert (
        candidates("each setting\nbad = setting where value = 'host'\nassert count(bad) = 0", [], "x") == []
    )
    assert candidates("assert not (value = 'a')", [], "d") == []
    assert "10" not in candidates("assert number = 10", [], "10")


def test_the_keys_of_a_condition() -> None:
    assert keys_of("setting sshd: port | listenaddress (optional)\nassert value = 'x'") == [
        "port",
        "listenaddress",
    ]
    assert keys_of("each setting\nassert value = 'x'") == []


def test_a_switch_is_spelled_as_the_file_does() -> None:
    assert next(iter(spelled("true", "off"))) == "on"
    assert list(spelled("true", "5")) == ["true"]


@pytest.mark.parametrize(
    ("text", "column", "current", "expected"),
    [
        ("ssl = off # c", 7, "false", "ssl = true # c"),
        ("ssl = 'off'", 7, "off", "ssl = 'true'"),
        ("a: x, b", 4, "x, b", "a: true"),
        ('{"a":"x y"}', 6, "x y", '{"a":"true"}'),
    ],
)
def test_only_the_value_is_replaced(text: str, column: int, current: str, expected: str) -> None:
    edits = list(replaced(text, 1, column, current, ["true"]))
    assert Edit("true", expected) in edits
    assert edits[-1] == Edit(None, "")


@pytest.mark.parametrize("name", ["sshd_config", "sysctl_conf", "postgresql_conf", "login_defs", "pwquality"])
@pytest.mark.parametrize("text", ["", "# c", "# c\n", "# c\r\n"])
def test_a_line_that_states_a_setting_is_read_again(name: str, text: str) -> None:
    (edit,) = added(text, FORMATS[name], "minlen", ["12"])
    found = [one for one in FORMATS[name].parse(edit.text.replace("\r", "")) if one.is_effective]
    assert [(one.key, one.value) for one in found] == [("minlen", "12")]
    assert edit.text.startswith(text)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("postgresql_conf", "a'b"),
        ("postgresql_conf", "a\nPort 22"),
        ("sshd_config", "x # y"),
        ("sshd_config", ""),
    ],
)
def test_a_value_that_would_be_read_as_something_else_is_not_stated(name: str, value: str) -> None:
    assert list(added("", FORMATS[name], "port", [value])) == []


def test_a_format_that_does_not_say_how_is_left_alone() -> None:
    assert list(added("", FORMATS["json"], "a", ["1"])) == []


def test_a_secret_is_covered_to_the_next_setting() -> None:
    lines = ["a: 1", "key: |", "  PRIVATE", "", "  MORE", "b: 2"]
    settings = Settings(frozenset({1, 2, 6}), {2: 6})
    assert covered(lines, settings) == ["a: 1", f"key: {COVER}", COVER, "", COVER, "b: 2"]


def test_a_secret_in_a_comment_is_covered() -> None:
    lines = ["# DB_PASSWORD=old-one", "# 口令：his-2019", "#  ordinary words"]
    assert covered(lines, Settings(frozenset(), {})) == [
        f"# DB_PASSWORD={COVER}",
        f"# 口令：{COVER}",
        lines[2],
    ]


def test_lines_around_stay_inside_the_file() -> None:
    assert [one.number for one in around(["a", "b", ""], 2)] == [1, 2]
    assert [one.number for one in around(["a"] * 20, 10)] == [7, 8, 9, 10, 11, 12, 13]
    assert [one.number for one in around(["a"] * 20, None)] == [1, 2, 3, 4]
