"""Patterns of RE2, which DuckDB matches with, as patterns of Python that find the same."""

from __future__ import annotations

import re
from functools import cache
from typing import Final, NamedTuple

_PIECE: Final = re.compile(
    r"(?P<escape>\\.)|(?P<set>\[\^?\]?(?:\\.|[^\]\\])*\])|(?P<flag>\(\?[is]\))|(?P<open>\((?:\?:)?)|(?P<close>\))"
    r"|(?P<count>[*+?]\??|\{\d+(?:,\d*)?\}\??)|(?P<or>\|)|(?P<plain>[^\\()\[\]{}*+?|])",
    re.DOTALL,
)
_FLAGS: Final = re.compile(r"(?:\(\?[is]\))*")
_ESCAPES: Final = {
    "\\d": "[0-9]",
    "\\D": "[^0-9]",
    "\\w": "[0-9A-Za-z_]",
    "\\W": "[^0-9A-Za-z_]",
    "\\s": "[\\t\\n\\f\\r ]",
    "\\S": "[^\\t\\n\\f\\r ]",
    "\\z": "\\Z",
    "\\A": "\\A",
}
_IN_SET: Final = {"\\d": "0-9", "\\w": "0-9A-Za-z_", "\\s": "\\t\\n\\f\\r "}
_SIGNS: Final = frozenset(".^$*+?()[]{}|\\/-\"' =:,;#@!%&<>~`_tnrf")
_MOST_TIMES: Final = 9
"""A group that is repeated no more often than this may repeat something in it."""


class _Piece(NamedTuple):
    kind: str
    text: str


@cache
def as_python(written: str) -> re.Pattern[str] | None:
    """The pattern; None if it has a piece that Python reads otherwise, or on which Python may take for ever.

    RE2 needs no more time than a text is long. Python tries every way in which a repeated group can be split, so a
    group that repeats something in it is taken only where there is one way.
    """
    pieces = _pieces(written)
    if pieces is None or not _is_quick(pieces):
        return None
    try:
        return re.compile("".join(piece.text for piece in pieces))
    except re.error:
        return None


def _pieces(written: str) -> list[_Piece] | None:
    flags = _FLAGS.match(written)
    at = flags.end() if flags else 0
    found = [_Piece("flag", written[:at])]
    while at < len(written):
        match = _PIECE.match(written, at)
        if match is None or match.lastgroup == "flag":
            return None
        if match.lastgroup == "count" and found[-1].kind in ("flag", "open", "or", "count"):
            return None
        text = _read(str(match.lastgroup), match[0])
        if text is None:
            return None
        found.append(_Piece(str(match.lastgroup), text))
        at = match.end()
    return found


def _read(kind: str, text: str) -> str | None:
    """A piece as Python writes it; None if it has no such form."""
    if kind == "escape":
        return _escaped(text, _ESCAPES)
    if kind == "set":
        return _set(text)
    return "\\Z" if kind == "plain" and text == "$" else text


def _escaped(text: str, known: dict[str, str]) -> str | None:
    return known.get(text) or (text if text[1] in _SIGNS else None)


def _set(text: str) -> str | None:
    """A set of letters; Python warns of some pairs of signs in one, which it may read otherwise some day."""
    if any(pair in text for pair in ("[:", "&&", "||", "--", "~~")):
        return None
    start = 2 if text[1] == "^" else 1
    letters = re.findall(r"\\.|.", text[start:-1], re.DOTALL)
    read = [
        _escaped(one, _IN_SET) if one[0] == "\\" else "\\" + one if one in "[]" else one for one in letters
    ]
    return None if None in read else text[:start] + "".join(filter(None, read)) + "]"


def _is_quick(pieces: list[_Piece]) -> bool:
    """Whether no group is repeated that can be split in several ways."""
    open_: list[int] = []
    for at, piece in enumerate(pieces):
        if piece.kind == "open":
            open_.append(at)
        elif piece.kind == "close":
            if not open_:
                return False
            inside = pieces[open_.pop() + 1 : at]
            times = pieces[at + 1] if at + 1 < len(pieces) else _Piece("", "")
            if times.kind == "count" and _is_many(times.text) and not _is_split_one_way(inside):
                return False
    return not open_


def _is_many(count: str) -> bool:
    """Whether a count stands for more times than a few."""
    if count[0] in "*+?":
        return count[0] != "?"
    most = count.strip("{}?").split(",")[-1]
    return not most or int(most) > _MOST_TIMES


def _is_split_one_way(inside: list[_Piece]) -> bool:
    """Nothing in it is repeated, or each turn has one letter that nothing else in it can be."""
    if not any(piece.kind == "count" and piece.text[0] != "?" for piece in inside):
        return True
    if any(piece.kind in ("or", "open", "escape") or piece.text == "." for piece in inside):
        return False
    sets = [piece.text for piece in inside if piece.kind == "set"]
    plain = [piece.text for piece in inside if piece.kind == "plain"]
    counted = {at for at, piece in enumerate(inside[1:]) if piece.kind == "count"}
    return any(
        piece.kind == "plain"
        and at not in counted
        and plain.count(piece.text) == 1
        and not any(re.match(one, piece.text, re.IGNORECASE) for one in sets)
        for at, piece in enumerate(inside)
    )
