"""Light values behave as frozen ones in all but the guard."""

from __future__ import annotations

from copy import copy
from dataclasses import dataclass, replace

from hiscomply.light import light


@light(frozen=True, slots=True)
class Point:
    x: int
    y: int = 2


@dataclass(frozen=True, slots=True)
class Frozen:
    x: int
    y: int = 2


@light(frozen=True, slots=True)
class Named(Point):
    name: str = ""


def test_equal_values_are_equal_and_have_one_hash() -> None:
    assert Point(1) == Point(1, 2) != Point(1, 3)
    assert hash(Point(1)) == hash(Point(1, 2)) == hash(Frozen(1))


def test_a_value_of_a_class_below_is_another_value() -> None:
    assert Named(1) != Point(1)
    assert Named(1, name="a") == replace(Named(1), name="a")


def test_values_are_copied_and_have_no_room_for_more() -> None:
    assert copy(Named(1, 3, "a")) == Named(1, 3, "a")
    assert not hasattr(Point(1), "__dict__")
