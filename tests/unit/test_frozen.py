"""What stands in for the standard library's frozen data classes behaves as they do."""

from __future__ import annotations

import copy
import dataclasses
import pickle
from collections.abc import Mapping
from typing import Any

import pytest

from hiscomply.frozen import dataclass


@dataclass(frozen=True, slots=True)
class Light:
    """As ``Plain``."""

    name: str
    size: int = 3
    parts: Mapping[str, int] = dataclasses.field(default_factory=dict)
    note: str = dataclasses.field(default="", compare=False, repr=False)

    @property
    def double(self) -> int:
        """Twice the size."""
        return 2 * self.size


@dataclasses.dataclass(frozen=True, slots=True)
class Plain:
    """As ``Light``."""

    name: str
    size: int = 3
    parts: Mapping[str, int] = dataclasses.field(default_factory=dict)
    note: str = dataclasses.field(default="", compare=False, repr=False)

    @property
    def double(self) -> int:
        """Twice the size."""
        return 2 * self.size


@dataclass(frozen=True, slots=True)
class Alone:
    """With one field."""

    value: Any


@dataclass(frozen=True, slots=True)
class Checked:
    """With a condition on its field."""

    value: int

    def __post_init__(self) -> None:
        if self.value < 0:
            raise ValueError("less than nothing")


@dataclasses.dataclass(frozen=True, slots=True)
class Derived(Alone):
    """As a plugin may derive one."""

    more: int


@dataclass(frozen=True, slots=True)
class DerivedHere(Alone):
    """The same of ours."""

    more: int


BOTH = pytest.mark.parametrize("cls", [Light, Plain])


@BOTH
def test_fields_are_given_by_place_or_name_and_have_defaults(cls: Any) -> None:
    one = cls("a", parts={"b": 1})
    assert (one.name, one.size, one.parts, one.note, one.double) == ("a", 3, {"b": 1}, "", 6)
    assert cls("a").parts is not cls("a").parts


@BOTH
@pytest.mark.parametrize("arguments", [(), ("a", 1, {}, "", 5)])
def test_too_few_or_too_many_arguments_are_an_error_that_names_the_class(
    cls: Any, arguments: tuple[Any, ...]
) -> None:
    with pytest.raises(TypeError, match=rf"^{cls.__name__}\.__init__\(\) "):
        cls(*arguments)


@BOTH
def test_nothing_is_set_changed_or_removed_afterwards(cls: Any) -> None:
    one = cls("a")
    with pytest.raises(dataclasses.FrozenInstanceError):
        one.name = "b"
    with pytest.raises(dataclasses.FrozenInstanceError):
        del one.name
    with pytest.raises((dataclasses.FrozenInstanceError, TypeError)):
        one.other = 1
    assert not hasattr(one, "__dict__")
    assert one.name == "a"


@BOTH
def test_equal_are_those_of_one_class_with_equal_fields(cls: Any) -> None:
    assert cls("a", note="x") == cls("a", note="y")
    assert cls("a") != cls("a", 4)
    assert cls("a") != Alone("a")
    assert Light("a").__eq__(Plain("a")) is NotImplemented


@BOTH
def test_those_that_are_equal_have_one_hash(cls: Any) -> None:
    assert hash(cls("a", parts=frozenset())) == hash(cls("a", parts=frozenset(), note="x"))
    with pytest.raises(TypeError):
        hash(cls("a", parts={}))


@BOTH
def test_it_shows_its_fields(cls: Any) -> None:
    assert repr(cls("a", note="x")) == f"{cls.__name__}(name='a', size=3, parts={{}})"


@BOTH
def test_the_functions_of_dataclasses_know_it(cls: Any) -> None:
    one = dataclasses.replace(cls("a"), size=4)
    assert dataclasses.asdict(one) == {"name": "a", "size": 4, "parts": {}, "note": ""}
    assert [field.name for field in dataclasses.fields(cls)] == ["name", "size", "parts", "note"]
    match one:
        case Light(name, size) | Plain(name, size):
            assert (name, size) == ("a", 4)


@BOTH
@pytest.mark.parametrize("again", [copy.copy, copy.deepcopy, lambda one: pickle.loads(pickle.dumps(one))])
def test_a_copy_is_equal(cls: Any, again: Any) -> None:
    one = again(cls("a", 4, {"b": 1}, "x"))
    assert (one, one.note, type(one)) == (cls("a", 4, {"b": 1}), "x", cls)


def test_a_single_field_is_enough() -> None:
    assert (Alone(1), hash(Alone(1))) == (Alone(1), hash(Alone(1)))
    assert Alone(1) != Alone(2)


def test_a_class_can_look_at_what_it_was_given() -> None:
    with pytest.raises(ValueError, match="less than nothing"):
        Checked(-1)


@pytest.mark.parametrize("cls", [Derived, DerivedHere])
def test_a_class_that_is_derived_has_the_fields_of_both(cls: Any) -> None:
    assert (cls(1, 2), copy.copy(cls(1, 2))) == (cls(1, 2), cls(1, 2))
    assert cls(1, 2) != cls(1, 3)
    assert repr(cls(1, 2)) == f"{cls.__name__}(value=1, more=2)"
    with pytest.raises(dataclasses.FrozenInstanceError):
        cls(1, 2).value = 3
