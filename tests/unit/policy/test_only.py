"""What a condition limits its subjects to is read off it, and never more than it says."""

from __future__ import annotations

import pytest
import sqlglot

from hiscomply.plugins import evidence_kinds
from hiscomply.policy.only import is_all_said, only_values

FIELDS = {**evidence_kinds()["configuration"].fields, **evidence_kinds()["effective_setting"].fields}
A = {"software": ("a",)}


@pytest.mark.parametrize(
    ("condition", "only", "is_all"),
    [
        ("software = 'a'", A, True),
        ("(software = 'a')", A, True),
        ("software = 'a' and missing is null", A, False),
        ("missing is null and software = 'a'", A, False),
        ("software in ('a', 'b')", {"software": ("a", "b")}, True),
        ("software = 'a' or software in ('b', 'a')", {"software": ("a", "b")}, True),
        ("software = 'a' or (software = 'b' and settings > 1)", {"software": ("a", "b")}, False),
        ("software = 'a' and file = 'f'", {"software": ("a",), "file": ("f",)}, False),
        ("(software = 'a' and file = 'f') or (software = 'b' and file = 'f')",
         {"software": ("a", "b"), "file": ("f",)}, False),
        ("software = 'a' or file = 'f'", {}, False),
        ("software = 'a' or missing is null", {}, False),
        ("not software = 'a'", {}, False),
        ("software <> 'a'", {}, False),
        ("not (software in ('a', 'b'))", {}, False),
        ("lower(software) = 'a'", {}, False),
        ("software = file", {}, False),
        ("software in ('a', file)", {}, False),
        ("settings = 1", {}, False),
        ("other.software = 'a'", {}, False),
        ("software = 'a' is true", {}, False),
        ("is_secret", {"is_secret": (True,)}, True),
        ("(is_secret) and is_certain", {"is_secret": (True,), "is_certain": (True,)}, False),
        ("is_secret or is_secret", {"is_secret": (True,)}, True),
        ("is_secret or is_certain", {}, False),
        ("not is_secret", {}, False),
        ("other.is_secret", {}, False),
        ("software", {}, False),
        ("is_secret = true", {}, False),
    ],
)  # fmt: skip
def test_a_field_is_limited_where_the_condition_is_surely_false_without_it(
    condition: str, only: dict[str, tuple[str | bool, ...]], is_all: bool
) -> None:
    tree = sqlglot.parse_one(condition, dialect="duckdb")
    assert only_values(tree, FIELDS) == only
    assert is_all_said(tree, only) is is_all
