"""The short way over the border, for rows of which nothing is to be said.

Most values come again and again, in one collection and in those of a fleet: words, versions, days. Each is judged once
in a run, by the same checks as on the long way, and remembered as the piece of JSON that it becomes; a row is its
pieces joined. Where all but the first field are texts, they are remembered together, too: the first one often names
the host, and what follows is the same package on all of them. Whatever is not plainly right takes the long way.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime
from json.encoder import JSONEncoder, encode_basestring
from math import isfinite
from operator import getitem
from types import NoneType
from typing import Any
from weakref import WeakKeyDictionary

from hiscomply.collect.stored_values import MAX_TEXT, Converter, converter
from hiscomply.collect.suspects import is_suspect
from hiscomply.kinds import Field, FieldType, Kind
from hiscomply.units import Rows, Stretch

_MEMORY = 8_000
"""So many values of a field and type are remembered in a run; then they are forgotten, so that memory stays flat."""
_SHAPES = 2_000
"""So many sets of fields, with the types of their values, are remembered."""
_LONGEST_KEPT, _LONGEST_TAIL, _LONGEST_SAID = 200, 500, 800
_ENCODER = JSONEncoder(ensure_ascii=False, separators=(",", ":"))
_TYPES: Mapping[FieldType, tuple[type, ...]] = {
    FieldType.TEXT: (str,),
    FieldType.INTEGER: (int,),
    FieldType.NUMBER: (int, float),
    FieldType.BOOLEAN: (bool,),
    FieldType.TIMESTAMP: (str, datetime),
    FieldType.DATE: (str, date),
    FieldType.LIST: (list, tuple),
}

_Shape = tuple[Sequence["_Pieces | _ListPieces"], str, bool]
"""The pieces of each field, in their order; what ends the row; and whether all fields but the first are texts."""
_Said = tuple[Mapping[str, Any], str, str]
"""Fields that rows share, as JSON without braces, and what ends those rows."""


def written(value: Any) -> str:
    """A value as JSON, as ``json.dumps`` would have it."""
    kind = type(value)
    if kind is str:
        return encode_basestring(value)
    if kind is int or (kind is float and isfinite(value)):
        return repr(value)
    return "null" if value is None else _ENCODER.encode(value)


class Memory:
    """What has been judged so far, by kind; several threads may use one.

    What is suspect for any collection alike is never in it. What only one collection holds for secret is for that one
    to look for in the rows.
    """

    def __init__(self) -> None:
        self._rows: dict[str, PlainRows] = {}

    def rows(self, kind: Kind) -> PlainRows:
        """The rows of a kind."""
        found = self._rows.get(kind.name)
        return found if found is not None else self._rows.setdefault(kind.name, PlainRows(kind))


class PlainRows:
    """Rows of one kind."""

    def __init__(self, kind: Kind) -> None:
        self._key = frozenset(kind.key)
        self._nullable = [name for name, known in kind.fields.items() if known.none_means is not None]
        self._pieces = {name: _pieces(known) for name, known in kind.fields.items()}
        self._text_fields = {name for name, known in kind.fields.items() if known.type is FieldType.TEXT}
        self._tails: dict[tuple[tuple[str, ...], tuple[Any, ...]], str] = {}
        for name in self._key:
            del self._pieces[name][NoneType]  # no row without its key: that is the long way's to say
        self._shapes: dict[tuple[tuple[str, ...], tuple[type, ...]], _Shape] = {}
        self._said: dict[tuple[str, ...], dict[int, _Said]] = {}
        self._stretches: WeakKeyDictionary[Stretch, tuple[tuple[str, ...], list[str]]] = WeakKeyDictionary()

    def row(self, fields: Mapping[str, Any]) -> str | None:
        """The row as JSON without its braces; None if it has to take the long way."""
        # By type before value, for 1, 1.0 and True are one value to a dict.
        names, values = tuple(fields), tuple(fields.values())
        types = tuple(map(type, values))
        try:
            pieces, end, is_kept = self._shapes.get((names, types)) or self._shape(names, types)
            if not is_kept:
                return ",".join([*map(getitem, pieces, values), end])
            key = names, values[1:]
            return f"{pieces[0][values[0]]},{self._tails.get(key) or self._tail(key, pieces, end)}"
        except (LookupError, ValueError, OverflowError, TypeError):
            return None

    def _tail(
        self,
        key: tuple[tuple[str, ...], tuple[Any, ...]],
        pieces: Sequence[_Pieces | _ListPieces],
        end: str,
    ) -> str:
        """The row behind its first field."""
        tail = ",".join([*map(getitem, pieces[1:], key[1]), end])
        if len(tail) <= _LONGEST_TAIL:
            if len(self._tails) >= _MEMORY:
                self._tails.clear()
            self._tails[key] = tail
        return tail

    def rows(self, block: Rows) -> list[str] | None:
        """The rows of a block; None if one of them has to take the long way."""
        memory = self._said.setdefault(block.names, {})
        ends: dict[tuple[Any, ...], str] = {}
        rows = []
        try:
            for said, own, *_ in block.rows:
                known = memory.get(id(said))
                if known is None or known[0] is not said:
                    known = self._judged(said, block.names, memory)
                end = ends.get(own)
                if end is None:
                    end = ends[own] = self._texts(block.names, own)
                rows.append(f"{known[1]},{end},{known[2]}")
        except (LookupError, ValueError, OverflowError, TypeError):
            return None
        return rows

    def passage(self, own: Mapping[str, Any], stretch: Stretch) -> tuple[str, list[str]] | None:
        """How all rows of a passage begin, and how each ends; None if one of them has to take the long way."""
        names = tuple(own)
        try:
            start = self._texts(names, own.values())
            known = self._stretches.get(stretch)
            if known is None or known[0] != names:
                # For as long as whoever read the stretch remembers it.
                known = self._stretches[stretch] = names, [self._rest(own, one) for one in stretch.said]
        except (LookupError, ValueError, OverflowError, TypeError):
            return None
        return start, known[1]

    def _rest(self, own: Mapping[str, Any], said: Mapping[str, Any]) -> str:
        """A row behind its first fields; LookupError if it has one of these again, or there is nothing on either side."""
        if not own or not said or not said.keys().isdisjoint(own):
            raise LookupError
        names, types = (*own, *said), (*map(type, own.values()), *map(type, said.values()))
        pieces, end, _ = self._shapes.get((names, types)) or self._shape(names, types)
        return ",".join([*map(getitem, pieces[len(own) :], said.values()), end])

    def _judged(self, said: Mapping[str, Any], more: tuple[str, ...], memory: dict[int, _Said]) -> _Said:
        """What fields become that many rows share, and what ends such rows; known by the mapping, not by what is in it."""
        names = tuple(said)
        judged = said, self._texts(names, said.values()), self._end((*names, *more))
        if len(judged[1]) <= _LONGEST_SAID:
            if len(memory) >= _MEMORY:
                memory.clear()
            memory[id(said)] = judged  # which holds the mapping, so that no other has its number
        return judged

    def _texts(self, names: tuple[str, ...], values: Iterable[Any]) -> str:
        return ",".join(
            [self._pieces[name][type(value)][value] for name, value in zip(names, values, strict=True)]
        )

    def _shape(self, names: tuple[str, ...], types: tuple[type, ...]) -> _Shape:
        """How rows with these fields are put together; LookupError for a field that is unlisted or mistyped."""
        shape = (
            [self._pieces[name][one] for name, one in zip(names, types, strict=True)],
            self._end(names),
            self._text_fields.issuperset(names[1:]),
        )
        if len(self._shapes) >= _SHAPES:
            self._shapes.clear()
        self._shapes[names, types] = shape
        return shape

    def _end(self, names: tuple[str, ...]) -> str:
        """What ends a row with these fields; LookupError if one of the key is not among them."""
        if not self._key.issubset(names):
            raise LookupError
        missing = [name for name in self._nullable if name not in names]
        # Names of fields are plain words, see kinds.
        return '"_missing":["' + '","'.join(missing) + '"]' if missing else '"_missing":null'


def _pieces(known: Field) -> dict[type, _Pieces | _ListPieces]:
    """Pieces of JSON of one field, by type and value."""
    start, check = f'"{known.name}":', converter(known)
    if known.type is FieldType.LIST:
        by_type: dict[type, _Pieces | _ListPieces] = dict.fromkeys(
            _TYPES[known.type], _ListPieces(start, check)
        )
    else:
        is_text = known.type is FieldType.TEXT
        by_type = {one: _Pieces(start, check, is_text=is_text) for one in _TYPES[known.type]}
    return by_type | {NoneType: _Pieces(start, check)}


class _Pieces(dict[Any, str]):
    """What each value becomes, judged when it is first asked for.

    Raises:
        LookupError, ValueError, OverflowError: on look-up of a value that does not simply become a piece.
    """

    __slots__ = ("_check", "_is_text", "_start")

    def __init__(self, start: str, check: Converter, *, is_text: bool = False) -> None:
        super().__init__()
        self._start, self._check, self._is_text = start, check, is_text

    def __missing__(self, value: Any) -> str:
        stored = self._check(value)
        if self._is_text and (len(stored) > MAX_TEXT or is_suspect(stored)):
            raise LookupError
        piece = self._start + written(stored)
        if _is_kept(value):
            if len(self) >= _MEMORY:
                self.clear()
            self[value] = piece
        return piece


class _ListPieces:
    """The same for lists, which are searched as a whole: a secret may begin in one text and end in the next."""

    __slots__ = ("_pieces",)

    def __init__(self, start: str, check: Converter) -> None:
        def judged(key: tuple[Any, ...]) -> list[str]:
            stored: list[str] = check(key)
            if any(len(text) > MAX_TEXT for text in stored) or is_suspect("\n".join(stored)):
                raise LookupError
            return stored

        self._pieces = _Pieces(start, judged)

    def __getitem__(self, value: list[Any] | tuple[Any, ...]) -> str:
        return self._pieces[tuple(value)]


def _is_kept(value: Any) -> bool:
    """False for what is long, and for values that equal another one and are written otherwise.

    That is so for -0.0 and 0.0, and for times of one zone when its clocks are set back.
    """
    if isinstance(value, str):
        return len(value) <= _LONGEST_KEPT
    if isinstance(value, tuple):
        return sum(map(len, value)) <= _LONGEST_KEPT
    if isinstance(value, float):
        return value != 0
    return value.tzinfo is UTC if isinstance(value, datetime) else True
