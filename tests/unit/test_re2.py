"""Patterns as Python reads them, against DuckDB, which matches with RE2."""

from __future__ import annotations

import random
import re

import duckdb
import pytest

from hiscomply.file_check import FILE_KINDS
from hiscomply.plugins import evidence_kinds, pack_folders
from hiscomply.policy.pack import load_pack
from hiscomply.re2 import as_python

PIECES = (
    *(
        "a",
        "b",
        "-",
        ".",
        "\\.",
        "\\d",
        "\\w",
        "\\s",
        "\\D",
        "[a-c]",
        "[^a]",
        "[\\d.]",
        "[]x]",
        "[^]x]",
        "[a-]",
        "(ab)",
    ),
    *(
        "(?:a|b)",
        "(a,?)",
        "a*",
        "b+",
        "c?",
        "d{2}",
        "(a|b){1,3}",
        "\\b",
        "^",
        "$",
        "(?:,\\s*a)*",
        "( -[ab]+)*",
        "é",
        "中",
    ),
    *("\\t", "\\$", "[$]", "\\|", "/"),
)
LETTERS = "aabbcd-., \t\n\v$|/é中K\u2003x]"


def test_what_is_read_finds_what_duckdb_finds() -> None:
    chance = random.Random(20261127)
    connection = duckdb.connect()
    read = 0
    for _ in range(400):
        written = "".join(chance.choice(PIECES) for _ in range(chance.randint(1, 5)))
        found = as_python(written)
        if found is None:
            continue
        read += 1
        texts = ["".join(chance.choice(LETTERS) for _ in range(chance.randint(0, 8))) for _ in range(40)]
        theirs = connection.execute(
            "SELECT regexp_matches(text, $pattern) FROM (SELECT unnest($texts) AS text)",
            {"pattern": written, "texts": texts},
        ).fetchall()
        ours = [found.search(text) is not None for text in texts]
        assert ours == [is_found for (is_found,) in theirs], written
    assert read > 200


def test_every_pattern_of_the_policies_on_files_is_read() -> None:
    # a text of SQL, with chr(36) for the dollar sign, see policy/typed.py
    written = re.compile(r"regexp_matches\([^']*?, \(?((?:'(?:[^']|'')*'| \|\| |chr\(36\))+)\)?\)")
    found = {
        text
        for policy in load_pack(pack_folders(), evidence_kinds()).policies
        if set(policy.kinds) <= FILE_KINDS
        for text in written.findall(policy.query)
    }
    assert len(found) > 40
    connection = duckdb.connect()
    patterns = [connection.execute(f"SELECT {text}").fetchall()[0][0] for text in found]
    assert not [one for one in patterns if as_python(one) is None]


@pytest.mark.parametrize(
    "written",
    [
        "(a+)+$",
        "(a*)*",
        "(a|b*)+",
        "((ab)+c?)*",
        "(a+){1,30}",
        "(.*,)*x",
        "(?=a)",
        "(?<=a)b",
        "a(?i)b",
        "[[:alpha:]]",
        "\\pL",
        "\\Qa\\E",
        "\\C",
        "a**",
        "(",
        ")",
        "[a",
        "a\\",
        "{,3}",
        "x++",
    ],
)
def test_what_python_reads_otherwise_or_takes_long_over_is_not_read(written: str) -> None:
    assert as_python(written) is None


@pytest.mark.parametrize(
    "written", ["(a,)*", "( *, *[bc])*$", "([0-9]+[.]){3}", "(?i)abc", "(?s)a.b", "(?:ab)?c"]
)
def test_what_can_be_matched_in_one_way_is_read(written: str) -> None:
    assert as_python(written) is not None
