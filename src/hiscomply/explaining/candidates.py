"""Values that may meet a condition: taken from what it compares with, in the order in which they are tried."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

from hiscomply.model import ParameterValue

MOST = 16
"""More are not tried."""
_SIDE = r"'(?:[^']|'')*'|-?\d+(?:\.\d+)?|[A-Za-z_]\w*|true|false"
_COMPARED = re.compile(
    rf"""\b(?:value|number)\b[\s)]*
    (?:(?P<is_not>not)\s+)?
    (?:in\s*\((?P<list>[^)]*)\)|between\s+(?P<low>{_SIDE})\s+and\s+(?P<high>{_SIDE})|(?P<sign><=|>=|<>|=|<|>)\s*(?P<side>{_SIDE}))""",
    re.I | re.X,
)
_REFUSED = re.compile(r"\bnot\s*\(", re.I)
_SETTING = re.compile(r"^setting [^\n:]*: (?P<keys>[^\n]+?)(?: \(optional\))?$", re.M)
_DURATION = re.compile(r"(\d+(?:\.\d+)?) (second|minute|hour|day|week)s?")
_SECONDS = {"second": 1, "minute": 60, "hour": 3600, "day": 86400, "week": 604800}
_PAIRS = (("yes", "no"), ("true", "false"), ("on", "off"), ("enabled", "disabled"))


def keys_of(condition: str) -> list[str]:
    """The keys that a condition of the form ``setting`` names."""
    match = _SETTING.search(condition)
    return [key.strip() for key in match["keys"].split(" | ")] if match else []


def candidates(condition: str, parameters: Sequence[ParameterValue], current: str | None) -> list[str]:
    """Values for a setting, without the present one, the best first.

    First the other of yes and no; then the words that the condition asks for; then its bounds, those that the policy
    states as parameters before those that stand in the condition, and the nearer to the present number the earlier,
    so that the first that passes changes least. What a condition speaks of in another sense than "must be" is no
    value to put anywhere.
    """
    bounds = {one.name: [*_texts(one.value)] for one in parameters}
    asserted = condition.rpartition("assert ")[2] if "assert " in condition else ""
    sides: list[str] = []
    if not _REFUSED.search(asserted):
        for match in _COMPARED.finditer(asserted):
            sides.extend(_compared(match, bounds))
    stated = {text for texts in bounds.values() for text in texts}
    words = [one for one in sides if _number(one) is None]
    numbers = sorted(
        (one for one in {*sides, *stated} if _number(one) is not None),
        key=lambda one: (one not in stated, _far(one, current), one),
    )
    every = [*_other(current), *words, *numbers, *sorted(stated)]
    return [one for one in dict.fromkeys(every) if one != current][:MOST]


def spelled(value: str, written: str | None) -> Iterator[str]:
    """The value in the words of what stands there: a file that says ``off`` is given ``on`` and not ``true``."""
    lower = (written or "").lower()
    for position in (0, 1):
        for pair in _PAIRS:
            if value == pair[position] and lower not in pair:
                yield from (other[position] for other in _PAIRS if lower in other)
    yield value


def _compared(match: re.Match[str], bounds: dict[str, list[str]]) -> Iterator[str]:
    if match["is_not"] or match["sign"] == "<>":
        return
    if match["list"] is not None:
        for side in re.findall(_SIDE, match["list"]):
            yield from _side(side, bounds)
    elif match["low"] is not None:
        yield from _side(match["high"], bounds)
        yield from _side(match["low"], bounds)
    else:
        step = {"<": -1, ">": 1}.get(match["sign"], 0)
        for text in _side(match["side"], bounds):
            number = _number(text)
            yield text if number is None or not step else _plain(number + step)


def _side(text: str, bounds: dict[str, list[str]]) -> list[str]:
    if text.startswith("'"):
        return [text[1:-1].replace("''", "'")]
    if text in bounds:
        return bounds[text]
    return [text] if _number(text) is not None or text in ("true", "false") else []


def _texts(value: Any) -> Iterator[str]:
    """A parameter's value as a file would write it: a duration in seconds, minutes, days; each entry of a list."""
    if isinstance(value, (list, tuple)):
        for one in value:
            yield from _texts(one)
    elif isinstance(value, bool):
        yield str(value).lower()
    elif isinstance(value, (int, float)):
        yield _plain(value)
    elif isinstance(value, str):
        match = _DURATION.fullmatch(value)
        if match is None:
            yield value
            return
        seconds = float(match[1]) * _SECONDS[match[2]]
        yield from (_plain(seconds / unit) for unit in (1, 60, 86400) if seconds % unit == 0)


def _other(current: str | None) -> list[str]:
    lower = (current or "").lower()
    return [pair[1 - pair.index(lower)] for pair in _PAIRS if lower in pair]


def _far(text: str, current: str | None) -> float:
    here, there = _number(current or ""), _number(text)
    return abs((here or 0) - (there or 0)) if here is not None else 0


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


def _plain(number: float) -> str:
    return str(int(number)) if number == int(number) else str(number)
