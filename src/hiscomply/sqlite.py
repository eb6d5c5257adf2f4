"""SQLite in memory, with the functions of DuckDB that compiled policies use.

It is part of Python and there in a millisecond. Values are held so: a time as whole microseconds since 1970, UTC; a
duration as microseconds; true and false as 1 and 0; a list as its JSON in bytes, which no text is.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from functools import lru_cache
from json.encoder import encode_basestring
from typing import Any, Final

from hiscomply.errors import NotHeld
from hiscomply.re2 import as_python

NEEDED: Final = (3, 35, 0)
"""From this version of SQLite on, the queries of policies can be run."""
LONGEST_MATCHED: Final = 500
"""Characters of a text up to which it is matched here: DuckDB's patterns take no more time for a longer text than its
length, and Python's may."""
_MEMORY: Final = 8_192
"""So many answers of each function are remembered: the same few texts are asked about for every policy."""
_EPOCH: Final = datetime(1970, 1, 1)
_LAST: Final = "\U0010ffff"
"""After every text and number of a place, as DuckDB has what is not known."""
_SEPARATOR: Final = "\0"
"""Before every other letter, as the end of a text is; no text that is held has it."""
_WRITTEN: Final[Mapping[type, Callable[[Any], str]]] = {
    str: encode_basestring,
    int: repr,
    float: repr,
    bytes: bytes.decode,
    type(None): lambda _: "null",
}
"""How a value is written as JSON, by its type."""
_SPACES: Final = (
    "\u0020\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000"
)
"""What Unicode has for spaces, which is what DuckDB trims."""


def connect() -> sqlite3.Connection:
    """An empty database with a schema ``ev``."""
    connection = sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)
    connection.execute("ATTACH ':memory:' AS ev")
    connection.execute("PRAGMA case_sensitive_like = ON")
    for name, function, count in _FUNCTIONS:
        connection.create_function(name, count, function, deterministic=True)
    for name, answer, count in _REMEMBERED:
        connection.create_function(name, count, lru_cache(maxsize=_MEMORY)(answer), deterministic=True)
    return connection


def is_able() -> bool:
    """Whether this SQLite is new enough."""
    return sqlite3.sqlite_version_info >= NEEDED


# ------------------------------------------------------------ values


def microseconds(moment: datetime) -> int:
    """A naive UTC time as SQLite holds it."""
    return (moment - _EPOCH) // timedelta(microseconds=1)


def moment(held: int | None) -> datetime | None:
    """The naive UTC time that is held so."""
    return None if held is None else _moment(held)


@lru_cache(maxsize=256)
def _moment(held: int) -> datetime:
    return _EPOCH + timedelta(microseconds=held)


def held(value: Any) -> Any:
    """A bound value as SQLite holds it.

    Raises:
        NotHeld: a date, or another type without a counterpart.
    """
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, datetime):
        return microseconds(value)
    if isinstance(value, timedelta):
        return value // timedelta(microseconds=1)
    if isinstance(value, list | tuple):
        return list_(value)
    raise NotHeld


def list_(texts: Iterable[str | None]) -> bytes:
    """A list as SQLite holds it."""
    return json.dumps(list(texts), ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass")


@lru_cache(maxsize=1024)
def texts_of(held: bytes) -> tuple[str | None, ...]:
    """The list that is held so."""
    return tuple(json.loads(held))


def place_of(
    source: str | None, line: int | None, column: int | None, pointer: str | None
) -> tuple[str | None, int | None, int | None, str | None]:
    """A place, whose first part may be the whole of another that ``place`` made."""
    if source is None or _SEPARATOR not in source:
        return source, line, column, pointer
    first, second, third, last = [None if text == _LAST else text for text in source.split(_SEPARATOR, 3)]
    return first, None if second is None else int(second), None if third is None else int(third), last


# ------------------------------------------------------------ functions


def _strict(function: Any) -> Any:
    """Not known where an argument is not."""

    def called(*arguments: Any) -> Any:
        return None if None in arguments else function(*arguments)

    return called


def _string_split(text: str, separator: str) -> bytes:
    return list_(text.split(separator))


def _list_contains(held: bytes | None, text: str | None) -> bool | None:
    """Not known where an argument is not; but nothing is in an empty list, whatever it is."""
    if held is None:
        return None
    texts = texts_of(held)
    return None if texts and text is None else text in texts


def _matches(text: str, pattern: str) -> bool:
    if len(text) > LONGEST_MATCHED:
        raise NotHeld
    found = as_python(pattern)
    if found is None:
        raise NotHeld
    return found.search(text) is not None


def _lower(text: str) -> str:
    return text.lower() if text.isascii() else "".join(map(_lower_letter, text))


def _upper(text: str) -> str:
    return text.upper() if text.isascii() else "".join(map(_upper_letter, text))


def _lower_letter(letter: str) -> str:
    """Letter by letter, and never two for one, as DuckDB does it."""
    lower = letter.lower()
    return lower if len(lower) == 1 else {"\u0130": "i"}.get(letter, letter)


def _upper_letter(letter: str) -> str:
    for upper in (letter.upper(), letter.title()):
        if len(upper) == 1:
            return upper
    return {"\u00df": "\u1e9e"}.get(letter, letter)


def _trim(text: str) -> str:
    return text.strip(_SPACES)


def _to_seconds(number: float) -> int:
    return round(number * 1_000_000)


def _truth(value: int | None) -> bytes:
    return b"null" if value is None else b"true" if value else b"false"


def _json_row(*pairs: Any) -> str:
    """Names, which are plain words, and values in turn as a JSON object; what is bytes is JSON already."""
    said = [
        f'"{name}":{_WRITTEN[type(value)](value)}'
        for name, value in zip(pairs[::2], pairs[1::2], strict=True)
    ]
    return "{" + ",".join(said) + "}"


def _place(source: str | None, line: int | None, column: int | None, pointer: str | None) -> str:
    """A place as a text that sorts as its parts do, what is not known last."""
    return (
        f"{_LAST if source is None else source}{_SEPARATOR}{_LAST if line is None else f'{line:011}'}{_SEPARATOR}"
        f"{_LAST if column is None else f'{column:011}'}{_SEPARATOR}{_LAST if pointer is None else pointer}"
    )


_FUNCTIONS: Final = (
    ("json_row", _json_row, -1),
    ("place", _place, 4),
)
_REMEMBERED: Final = (
    ("array_length", _strict(lambda held: len(texts_of(held))), 1),
    ("chr", _strict(chr), 1),
    ("list_contains", _list_contains, 2),
    ("lower", _strict(_lower), 1),
    ("regexp_matches", _strict(_matches), 2),
    ("starts_with", _strict(str.startswith), 2),
    ("string_split", _strict(_string_split), 2),
    ("to_seconds", _strict(_to_seconds), 1),
    ("trim", _strict(_trim), 1),
    ("truth", _truth, 1),
    ("upper", _strict(_upper), 1),
)
"""Those of which few things are asked again and again."""
