"""Ids of other frameworks' controls: which of them a question means, and what level 2 calls those of level 3."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from hiscomply.errors import ConfigError, nearest
from hiscomply.frozen import dataclass
from hiscomply.patterns import late

CLAUSE: Final = "clause"
"""Stands before a clause id of the specification itself, as ``nist`` does before a control of NIST."""
ALIASES: Final[Mapping[str, str]] = {
    "mlps": "mlps", "等保": "mlps", "gb/t 22239": "mlps",
    "hipaa": "hipaa",
    "nist": "nist", "800-53": "nist",
    "iso": "iso", "27001": "iso",
    "cis": "cis",
    "clause": CLAUSE, "条款": CLAUSE,
}  # fmt: skip
"""What people write before a control, in lower case, and the framework they mean."""
_ITEMISED: Final = frozenset({"mlps", "hipaa"})
"""Frameworks in which a control that is named as a whole means all that stands below it."""
_PART: Final = late(r"[a-z]+|\d+")

_ONLY_ITEM_A: Final = frozenset({"8.1.7.5", "8.1.10.5", "8.1.10.10"})
_LEVEL_3_ONLY: Final = frozenset({"8.1.4.8", "8.1.5.3", "8.1.5.4"})
_RENUMBERED: Final = {"8.1.4.9": "7.1.4.8", "8.1.4.10": "7.1.4.9", "8.1.4.11": "7.1.4.10"}
_ITEMS_AT_LEVEL_2: Final = {"7.1.4.8": frozenset("ab")}


@dataclass(frozen=True, slots=True)
class ControlQuery:
    """A control that somebody asks for: ``nist:AC-2``."""

    framework: str
    control: str

    def __str__(self) -> str:
        return f"{self.framework}:{self.control}"


def parse_query(text: str, frameworks: Iterable[str]) -> ControlQuery:
    """The control that ``framework:id`` names, the framework under its own name.

    Raises:
        ConfigError: no framework of that name, or no id.
    """
    known = [*frameworks, CLAUSE]
    name, separator, control = text.partition(":")
    framework = ALIASES.get(name.strip().lower(), name.strip().lower())
    if not separator or not parts_of("", control) or framework not in known:
        near = nearest(name.strip().lower(), known) if separator else ""
        raise ConfigError(
            f"{text!r} names no control of a framework / 应写作 框架:控制项",
            hint=near
            or "for example / 例如 nist:AC-2, mlps:8.1.4.2, hipaa:164.308(a)(4), iso:A.5.15, cis:5.1, clause:4.3.2"
            " ("
            + ", ".join(known)
            + ")",
        )
    return ControlQuery(framework, control.strip())


def concerns(query: ControlQuery, listed: Iterable[str]) -> bool:
    """Whether one of the controls of the query's framework is the one asked for, or part of it.

    Where the framework numbers items (MLPS, HIPAA), a control that is listed as a whole holds the item asked for.
    An enhancement of NIST (``AC-2(3)``) is a control of its own and not part of the promise of its base.
    """
    asked = parts_of(query.framework, query.control)
    for control in listed:
        found = parts_of(query.framework, control)
        if found[: len(asked)] == asked:
            return True
        if query.framework in _ITEMISED and asked[: len(found)] == found:
            return True
    return False


def parts_of(framework: str, control: str) -> tuple[str, ...]:
    """The parts of an id from the whole to the item: ``8.1.4.2 c`` is 8, 1, 4, 2, c.

    ``308(a)(4)`` and ``§164.308(a)(4)`` are the same of HIPAA.
    """
    found = tuple(_PART.findall(control.lower()))
    return ("164", *found) if framework == "hipaa" and found[:1] != ("164",) else found


def at_level_2(controls: Iterable[str]) -> tuple[str, ...]:
    """What the level-2 text calls these level-3 controls of MLPS, each once; those that it lacks are left out.

    Item letters are given only where they are known to mean the same at both levels.

    Source: GB/T 22239-2019, 7.1 against 8.1.
    """
    found: dict[str, None] = {}
    for control in controls:
        number, _, item = control.partition(" ")
        if number in _LEVEL_3_ONLY or (number in _ONLY_ITEM_A and item not in ("", "a")):
            continue
        if number in _ONLY_ITEM_A:
            found[f"7{number[1:]} a"] = None
            continue
        other = _RENUMBERED.get(number, f"7{number[1:]}")
        items = _ITEMS_AT_LEVEL_2.get(other)
        if items is None or not item:
            found[other] = None
        elif item in items:
            found[f"{other} {item}"] = None
    return tuple(found)


def in_profile(crosswalk: Mapping[str, tuple[str, ...]], profile: str) -> dict[str, tuple[str, ...]]:
    """The crosswalk as it holds for an institution of this profile: ``baseline`` is level 2 of MLPS."""
    if profile != "baseline":
        return dict(crosswalk)
    return {name: at_level_2(ids) if name == "mlps" else ids for name, ids in crosswalk.items()}
