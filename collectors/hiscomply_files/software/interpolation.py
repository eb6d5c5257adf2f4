"""Variables in Compose files and Dockerfiles: ``$X``, ``${X:-default}`` and its kin.

Source: the Compose specification, 12-interpolation.md; Dockerfile reference, environment replacement.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

_MAX_DEPTH = 10
_TEMPLATE = ("{{", "{%")
"""What Ansible and its like fill in before anybody reads the file."""
_OPERATOR = re.compile(r":?[-?+]")
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


def interpolated(
    text: str, known: Mapping[str, str], *, is_closed: bool = False, depth: int = 0
) -> str | None:
    """The text with its variables replaced; None where one is not among the known, or a template fills it in.

    Args:
        is_closed: nobody can set a variable from outside, so that a default (``${X:-y}``) is the value.
    """
    if any(mark in text for mark in _TEMPLATE):
        return None
    if "$" not in text:
        return text
    if depth > _MAX_DEPTH:
        return None
    parts: list[str] = []
    at = 0
    while at < len(text):
        dollar = text.find("$", at)
        if dollar < 0:
            parts.append(text[at:])
            break
        parts.append(text[at:dollar])
        if text[dollar + 1 : dollar + 2] == "$":
            parts.append("$")
            at = dollar + 2
            continue
        value, at = _variable(text, dollar + 1, known, is_closed, depth)
        if value is None:
            return None
        parts.append(value)
    return "".join(parts)


def _variable(
    text: str, at: int, known: Mapping[str, str], is_closed: bool, depth: int
) -> tuple[str | None, int]:
    """The value of the variable that begins after a dollar sign, and where the text goes on."""
    is_braced = text[at : at + 1] == "{"
    name = _NAME.match(text, at + is_braced)
    if name is None:
        return (None, at + 1) if is_braced else ("$", at)
    if not is_braced:
        return known.get(name[0]), name.end()
    end = _closing(text, at)
    value = known.get(name[0])
    operator = _OPERATOR.match(text, name.end(), end)
    if operator is None:
        return value, end + 1
    other = text[operator.end() : end]
    is_set = value is not None and (value != "" or operator[0][0] != ":")
    if operator[0][-1] == "+":
        takes_other, otherwise = is_set, "" if value is not None or is_closed else None
    else:
        takes_other = operator[0][-1] == "-" and not is_set and (value is not None or is_closed)
        otherwise = value if is_set else None
    if takes_other:
        return interpolated(other, known, is_closed=is_closed, depth=depth + 1), end + 1
    return otherwise, end + 1


def _closing(text: str, at: int) -> int:
    """Where the brace that opens at ``at`` closes; the end of the text if it never does."""
    depth = 0
    for position in range(at, len(text)):
        if text[position] == "{" and text[position - 1] == "$":
            depth += 1
        elif text[position] == "}":
            depth -= 1
            if depth == 0:
                return position
    return len(text)
