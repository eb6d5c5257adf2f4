"""JSON5: what it allows beyond JSON, where each value stands, and what it still refuses."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hiscomply.hookspecs import FormatError
from hiscomply_files.formats.json5 import Json5
from hiscomply_files.formats.json_comments import Json


def read(text: str) -> list[tuple[str, str | None, int, int]]:
    return [(one.key, one.value, one.line, one.column) for one in Json5().parse(text)]


def test_all_that_the_specification_shows() -> None:
    text = """// comments
{
  unquoted: 'and you can quote me on that',
  singleQuotes: 'I can use "double quotes" here',
  lineBreaks: "Look, Mom! \\
No \\\\n's!",
  hexadecimal: 0xdecaf,
  leadingDecimalPoint: .8675309, andTrailing: 8675309.,
  positiveSign: +1,
  trailingComma: 'in objects', andIn: ['arrays',],
  "backwardsCompatible": "with JSON", /* last */
}
"""
    assert read(text) == [
        ("unquoted", "and you can quote me on that", 3, 13),
        ("singleQuotes", 'I can use "double quotes" here', 4, 17),
        ("lineBreaks", "Look, Mom! No \\n's!", 5, 15),
        ("hexadecimal", "912559", 7, 16),
        ("leadingDecimalPoint", "0.8675309", 8, 24),
        ("andTrailing", "8675309", 8, 47),
        ("positiveSign", "1", 9, 17),
        ("trailingComma", "in objects", 10, 18),
        ("andIn[0]", "arrays", 10, 40),
        ("backwardsCompatible", "with JSON", 11, 26),
    ]


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("Infinity", "Infinity"), ("-Infinity", "-Infinity"), ("+Infinity", "Infinity"), ("NaN", "NaN"),
        ("+NaN", "NaN"), ("-0x1F", "-31"), ("0X0", "0"), ("-.5e-3", "-0.5e-3"), ("5.e2", "5e2"), ("-0", "-0"),
        ("null", None), ("true", "true"), (r"'\x41\u00e9\v\0\q\''", "A\u00e9\v\0q'"), ("'\\\r\nx'", "x"),
        ("'\\\u2028x'", "x"), ("'\u2028'", "\u2028"), (r"'\ud83d\ude00'", "\U0001f600"), ("''", ""),
        ("\ufeff\u00a0\v\f1\u2029", "1"), ("0x" + "f" * 5000, "0x" + "f" * 5000),
    ],
)  # fmt: skip
def test_a_value(written: str, value: str | None) -> None:
    assert [one[1] for one in read(written)] == [value]


@pytest.mark.parametrize(
    "key",
    ["a", "$", "_x9", "Infinity", "NaN", "null", "true", "\u00fcber", "\u540d\u79f0", r"\u0061b", "a\u0301"],
)
def test_a_key_without_quotes(key: str) -> None:
    wanted = "ab" if key == r"\u0061b" else key
    assert read(f"{{{key}: 1}}") == [(wanted, "1", 1, len(key) + 4)]


def test_of_a_key_written_in_two_ways_the_last_is_effective() -> None:
    found = list(Json5().parse("{a: 1, 'a': 2, \"\\u0061\": 3}"))
    assert [(one.value, one.is_effective) for one in found] == [("1", False), ("2", False), ("3", True)]


@pytest.mark.parametrize(
    ("text", "line", "column"),
    [
        ("", 1, 1), ("{a: 010}", 1, 5), ("{a: 1 2}", 1, 7), ("[,]", 1, 2), ("[1,,2]", 1, 4), ("{,}", 1, 2),
        ("{a 1}", 1, 4), ("{1: 2}", 1, 2), ("{a-b: 1}", 1, 3), ("{a: yes}", 1, 5), ("'a\nb'", 1, 1), ("'\\1'", 1, 1),
        ("'\\x4'", 1, 1), ("'\\u00'", 1, 1), ("{a: 'x}", 1, 5), ("/* open", 1, 1), ("1 / 2", 1, 3), ("+ 1", 1, 1),
        ("0x", 1, 1), ("1e", 1, 1), (".", 1, 1), ("{\n  a: 1\n  b: 2}", 3, 3), ("\x85 1", 1, 1), ("{a: 1}}", 1, 7),
        ("{\u00b7a: 1}", 1, 2), ("--1", 1, 1), ("Infinityx", 1, 1), ("[" * 5000, 1, 102),
    ],
)  # fmt: skip
def test_what_is_no_json5_is_refused_at_its_place(text: str, line: int, column: int) -> None:
    with pytest.raises(FormatError) as error:
        read(text)
    assert (error.value.line, error.value.column) == (line, column)


LEAF = (
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63)
    | st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
)
DATA = st.recursive(
    LEAF,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.text("ab$_\u540d 'x\"\\", min_size=1, max_size=4), inner, max_size=4)
    ),
    max_leaves=12,
)
FREE = st.sampled_from(["", " ", "\n", "\t", "// c'\n", '/* " { */', "\u00a0"])


def written(draw: Any, data: Any) -> str:
    """The data as JSON5, each choice of style drawn."""
    free = lambda: draw(FREE)  # noqa: E731 - one word for each gap
    comma = draw(st.sampled_from(["", ","]))
    if isinstance(data, dict) and data:
        parts = [f"{free()}{key(draw, name)}{free()}:{written(draw, one)}" for name, one in data.items()]
        return free() + "{" + ",".join(parts) + free() + comma + free() + "}" + free()
    if isinstance(data, list) and data:
        return free() + "[" + ",".join(written(draw, one) for one in data) + comma + free() + "]" + free()
    if isinstance(data, str):
        return free() + quoted(draw, data) + free()
    if isinstance(data, int) and not isinstance(data, bool):
        sign, digits = ("-" if data < 0 else draw(st.sampled_from(["", "+"]))), abs(data)
        return free() + sign + draw(st.sampled_from([str(digits), hex(digits), f"{digits}."])) + free()
    return free() + json.dumps(data) + free()


def key(draw: Any, name: str) -> str:
    if name.isidentifier() and draw(st.booleans()):
        return name
    return quoted(draw, name)


def quoted(draw: Any, text: str) -> str:
    quote = draw(st.sampled_from("'\""))
    styles = []
    for one in text:
        if one in "\\\n\r" or one == quote:
            styles.append(f"\\u{ord(one):04x}")
        elif one in "\u2028\u2029" or ord(one) > 0xFFFF or one == "\0":
            styles.append(one)
        else:
            plain = [one, f"\\u{ord(one):04x}", f"\\\n{one}", f"\\\r\n{one}"]
            styles.append(draw(st.sampled_from(plain)))
    return quote + "".join(styles) + quote


@given(st.data(), DATA)
@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_however_it_is_written_the_settings_are_those_of_plain_json(data: st.DataObject, value: Any) -> None:
    text = written(data.draw, value)
    plain = [(one.key, one.value) for one in Json().parse(json.dumps(value))]
    assert [one[:2] for one in read(text)] == plain, text


@given(st.data(), DATA)
@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_each_value_begins_at_the_place_that_is_told(data: st.DataObject, value: Any) -> None:
    text = written(data.draw, value)
    lines = text.split("\n")
    for name, found, line, column in read(text):
        rest = "\n".join([lines[line - 1][column - 1 :], *lines[line:]])
        first = rest[0]
        if found in ("{}", "[]", "true", "false", None):
            assert first in f"{found or 'null'}'\"", (name, text)
        else:
            assert first in "'\"+-0123456789", (name, text)


@given(st.text(st.sampled_from("{}[]:,'\"\\ux0aeINn+-./*\n\r\u2028\u00a0 $_\u540d\x85"), max_size=40))
@settings(max_examples=1000, deadline=None)
def test_any_text_is_read_or_refused_at_a_place_within_it(text: str) -> None:
    try:
        read(text)
    except FormatError as error:
        assert error.line is not None and 1 <= error.line <= text.count("\n") + 1
        assert error.column is not None and 1 <= error.column <= len(text) + 1


@given(DATA)
@settings(max_examples=200, deadline=None)
def test_every_json_is_json5(value: Any) -> None:
    for text in (json.dumps(value), json.dumps(value, ensure_ascii=False, indent=2)):
        assert read(text) == [(one.key, one.value, one.line, one.column) for one in Json().parse(text)]
