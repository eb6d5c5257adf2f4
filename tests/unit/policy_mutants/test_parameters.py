"""Values of parameters move by one unit as they are written."""

from __future__ import annotations

from typing import Any

import pytest

from hiscomply.policy.document import ParameterDocument, SourceDocument
from hiscomply.policy_mutants.parameters import neighbours, value_changes

_SOURCE = SourceDocument(id="HISCOMPLY", strength="default")


@pytest.mark.parametrize(
    ("type_", "written", "near"),
    [
        ("duration", "45 days", ["44 days", "46 days"]),
        ("duration", "1 hour", ["0 hours", "2 hours"]),
        ("duration", "2 days", ["1 day", "3 days"]),
        ("percent", "95 %", ["94 %", "96 %"]),
        ("percent", "99.5 %", ["99.4 %", "99.6 %"]),
        ("percent", "100 %", ["99 %"]),
        ("percent", "0 %", ["1 %"]),
        ("integer", 3, [2, 4]),
        ("integer", 0, [1]),
        ("number", 1.5, [1.4, 1.6]),
        ("boolean", True, [False]),
        ("text", "deny", ["deny~"]),
    ],
)
def test_a_value_has_its_neighbours(type_: str, written: Any, near: list[Any]) -> None:
    assert neighbours(type_, written) == near


def test_each_item_of_a_list_is_left_out_once() -> None:
    document = ParameterDocument(type="list", default=["a", "b"], source=_SOURCE)
    assert [one.default for one in value_changes(document, ["a", "b"])] == [["b"], ["a"]]
    assert [one.default for one in value_changes(document, ["a"])] == [["a~"]]


def test_each_value_of_a_keyed_parameter_moves_alone() -> None:
    document = ParameterDocument(type="duration", key=["integer"], default={}, source=_SOURCE)
    changes = list(value_changes(document, {1: "4 hours", 2: "8 hours"}))
    assert [(one.key, one.default) for one in changes] == [
        ("(1)", {1: "3 hours", 2: "8 hours"}),
        ("(1)", {1: "5 hours", 2: "8 hours"}),
        ("(2)", {1: "4 hours", 2: "7 hours"}),
        ("(2)", {1: "4 hours", 2: "9 hours"}),
    ]
    rows = [[True, "total", "3 days"]]
    assert [one.key for one in value_changes(document, rows)] == ["(true, total)"] * 2
