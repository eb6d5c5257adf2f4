"""Garbage and malice: a FormatError at most, soon, and never a secret in a message."""

from __future__ import annotations

import configparser
import json
import time
import tomllib
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hiscomply.hookspecs import FormatError, Setting
from hiscomply_files import hiscomply_formats
from hiscomply_files.decode import decode, with_line_feeds
from hiscomply_files.secrets import guard

FORMATS = {one.name: one for one in hiscomply_formats()}
MARKS = st.text(
    alphabet="abAZ09 \t\n\r=:#;'\"\\[]{}(),.-_&*!|>%<?/\u68c0\x00\u2028\ufeff\U0001f3e5", max_size=60
)


def read(name: str, text: str) -> list[Setting] | None:
    try:
        return list(FORMATS[name].parse(text))
    except FormatError:
        return None


@pytest.mark.parametrize("name", sorted(FORMATS))
@given(text=st.one_of(MARKS, st.text(max_size=60)))
@settings(max_examples=150, derandomize=True, deadline=None)
def test_garbage_gives_settings_in_range_or_a_format_error(name: str, text: str) -> None:
    lines = text.count("\n") + sum(text.count(end) for end in "\r\x85\u2028\u2029") + 1
    for setting in read(name, text) or []:
        assert 1 <= setting.line <= lines
        assert 1 <= setting.column <= len(text) + 1


@given(content=st.binary(max_size=200))
@settings(max_examples=300, derandomize=True, deadline=None)
def test_any_bytes_are_text_or_are_not(content: bytes) -> None:
    text = decode(content)
    assert text is None or "\r" not in with_line_feeds(text, "yaml")


JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda child: st.lists(child, max_size=3) | st.dictionaries(st.text(max_size=5), child, max_size=3),
    max_leaves=12,
)


def leaves(data: Any) -> int:
    children = data.values() if isinstance(data, dict) else data if isinstance(data, list) else ()
    return sum(map(leaves, children)) if children else 1


@given(data=JSON_VALUES)
@settings(max_examples=200, derandomize=True, deadline=None)
def test_every_leaf_of_valid_json_is_found(data: Any) -> None:
    for text in (json.dumps(data), json.dumps(data, ensure_ascii=False, indent=2)):
        found = read("json", text)
        assert found is not None
        assert len(found) == leaves(data)


KEYS = st.text(alphabet="ab-_", min_size=1, max_size=3)
TOML_LINES = st.lists(
    st.one_of(
        st.builds("[{}]".format, KEYS),
        st.builds("[[{}.{}]]".format, KEYS, KEYS),
        st.builds("{} = [1, 'a,]', {{x.y = \"#\", z = []}},\n # c\n]".format, KEYS),
        st.builds("{}.'q q' = '''\n'' ]'''".format, KEYS),
        st.builds('"{}" = """\n\\" "" x""" # c'.format, KEYS),
        st.builds("{} = 1979-05-27 07:32:00".format, KEYS),
    ),
    max_size=6,
)


@given(lines=TOML_LINES)
@settings(max_examples=400, derandomize=True, deadline=None)
def test_every_leaf_of_valid_toml_has_its_own_place(lines: list[str]) -> None:
    text = "\n".join(lines)
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        assert read("toml", text) is None
        return
    found = read("toml", text) or []
    assert len(found) == (leaves(data) if data else 0)
    assert len({(s.line, s.column) for s in found}) == len(found)


INI_LINES = st.lists(
    st.sampled_from(
        ["[a]", "[b]", "k = v", "K: w", " more", "alone", "x=", "; c", "", "# c = 1", "z = a = b"]
    ),
    max_size=8,
)


@given(lines=INI_LINES)
@settings(max_examples=400, derandomize=True, deadline=None)
def test_ini_values_agree_with_configparser(lines: list[str]) -> None:
    text = "\n".join(lines)
    reference = configparser.RawConfigParser(strict=False, allow_no_value=True, empty_lines_in_values=False)
    try:
        reference.read_string(text)
    except (configparser.Error, AttributeError):
        return  # it breaks on a continued key without value, which is read as a key here
    found = read("ini", text)
    assert found is not None
    effective = {s.key: s.value for s in found if s.is_effective}
    assert effective == {
        f"{name}.{key}": value for name in reference.sections() for key, value in reference.items(name)
    }


SLOW: list[Any] = [
    ("ini", "[a]\nk" + " " * 200_000 + "x"),
    ("login_defs", "K v" + " " * 200_000 + "x"),
    ("pwquality", "k" + " " * 200_000 + "v"),
    ("sysctl_conf", " " * 200_000 + "k v"),
    ("sshd_config", "k" + " " * 200_000 + "v"),
    ("sshd_config", "LoginGraceTime " + "1" * 60 + "x"),
    ("postgresql_conf", "k" + " " * 200_000 + "'v"),
    ("dotenv", "K" + " " * 200_000 + "v"),
    ("properties", "k" + "\\" * 200_000 + "u"),
    ("json", '"' + "\\a" * 100_000),
    ("json", "[" * 200_000),
    ("nginx_conf", "a{" * 100_000),
    ("nginx_conf", '"' + "\\a" * 100_000),
    ("nginx_conf", "a b c " * 30_000),
    ("nginx_conf", "a_by_lua_block {" + "[[" * 100_000),
    ("nginx_conf", "a_by_lua_block {" + "[=" * 100_000),
    ("nginx_conf", "a;" * 30_000),
    ("apache_conf", "a" + "\\\n" * 60_000),
    ("apache_conf", "a " + "'\\" * 60_000),
    ("apache_conf", "<a>" * 60_000),
    ("apache_conf", "<a>\n" * 60_000),
    ("haproxy_cfg", "global\n" + "a\\ " * 60_000),
    ("haproxy_cfg", "global\n" + "'" * 200_001),
    ("haproxy_cfg", "global\n" + "a" * 200_000 + '"'),
    ("haproxy_cfg", ".if x\n" * 30_000),
    ("haproxy_cfg", "global\n" + ".if xxxxxxxxxxxxxxxxxxxx\na\n" * 8_000),
    ("yaml", "[" * 200_000),
    ("yaml", "a: " + "x" * 200_000),
]


@pytest.mark.parametrize(("name", "text"), SLOW, ids=range(len(SLOW)))
def test_no_line_is_long_enough_to_stall_a_parser(name: str, text: str) -> None:
    started = time.process_time()
    read(name, text)
    assert time.process_time() - started < 2


@pytest.mark.parametrize("unit", ["a", "password", "://a:", "-a", " --", "A_", "${", "token=", " "])
def test_no_value_is_long_enough_to_stall_the_search_for_secrets(unit: str) -> None:
    started = time.process_time()
    guard("url", "", unit * (200_000 // len(unit)), lambda text: "digest")
    guard((unit * 1000)[:4096], "", "x", lambda text: "digest")
    assert time.process_time() - started < 2
