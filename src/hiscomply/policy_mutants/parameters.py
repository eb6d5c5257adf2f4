"""Changes of the values of parameters, as they are written: one unit less, one unit more, one item fewer."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from hiscomply.policy.document import ParameterDocument
from hiscomply.policy_mutants.literals import one_off
from hiscomply.yaml_source import Path_

_WRITTEN = re.compile(r"^(\d+(?:\.\d+)?)( ?)(\D.*)$")
NOWHERE = "~"
"""Added to a word, so that no evidence has it."""


@dataclass(frozen=True, slots=True)
class ValueChange:
    """One changed default.

    Attributes:
        key: which value of a keyed parameter, ``(2)``; or "".
        path: of the value, below the parameter's default of the profile.
        default: the whole default with the change.
    """

    key: str
    before: str
    after: str
    path: Path_
    default: Any


def value_changes(document: ParameterDocument, written: Any) -> Iterator[ValueChange]:
    """Every change of one profile's default."""
    if document.key:
        yield from _keyed(document.type, written)
        return
    if document.type == "list":
        yield from _list(written)
        return
    for after in neighbours(document.type, written):
        yield ValueChange("", _shown(written), _shown(after), (), after)


def neighbours(type_: str, written: Any) -> list[Any]:
    """The written values one unit away: ``44 days`` and ``46 days`` for ``45 days``."""
    match type_:
        case "boolean":
            return [not written]
        case "text":
            return [f"{written}{NOWHERE}"]
        case "integer":
            return [one for one in (written - 1, written + 1) if one >= 0]
        case "number":
            return [float(one) for one in one_off(str(written))]
        case "duration" | "percent":
            found = _WRITTEN.match(str(written).strip())
            if found is None:
                return []
            numbers = one_off(found[1])
            if type_ == "percent":
                numbers = [one for one in numbers if float(one) <= 100]
            return [f"{one}{found[2]}{_unit(found[3], one)}" for one in numbers]
    return []


def _unit(unit: str, number: str) -> str:
    """``days``, but ``1 day``."""
    if not unit.rstrip("s").isalpha():
        return unit
    return unit.rstrip("s") + ("" if number == "1" else "s")


def _list(written: list[str]) -> Iterator[ValueChange]:
    if len(written) == 1:
        yield ValueChange("", repr(written[0]), repr(written[0] + NOWHERE), (0,), [written[0] + NOWHERE])
        return
    for position, item in enumerate(written):
        rest = [one for number, one in enumerate(written) if number != position]
        yield ValueChange("", repr(item), "", (position,), rest)


def _keyed(type_: str, written: Any) -> Iterator[ValueChange]:
    if isinstance(written, Mapping):
        for key, value in written.items():
            for after in neighbours(type_, value):
                yield ValueChange(
                    f"({_shown(key)})", _shown(value), _shown(after), (key,), {**written, key: after}
                )
        return
    for position, row in enumerate(written):
        key = ", ".join(_shown(part) for part in row[:-1])
        for after in neighbours(type_, row[-1]):
            rows = [[*one[:-1], after] if number == position else one for number, one in enumerate(written)]
            yield ValueChange(f"({key})", _shown(row[-1]), _shown(after), (position, len(row) - 1), rows)


def _shown(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
