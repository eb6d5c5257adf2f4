"""One function per column, from cell to value, made once before the first row."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Any

from hiscomply_tables import moments, numbers, values
from hiscomply_tables.columns import ColumnPlan
from hiscomply_tables.schema import FieldSpec
from hiscomply_tables.values import Missing, Unfit

Convert = Callable[[Any], Any]

_MEMORY = 20_000
"""So many different texts of one column are remembered; unique ones beyond are converted each time."""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a conversion needs besides cell and field.

    Attributes:
        zone: for times that carry none.
        epoch: where bare serial numbers of a worksheet count from; None for text sources.
        digest: the project's keyed digest.
    """

    zone: tzinfo
    epoch: datetime | None
    digest: Callable[[str], str]


def build(column: ColumnPlan, around: Surroundings) -> Remembering:
    """The column's conversion: returns a value, ``None`` (known to be empty) or ``Missing``; raises Unfit."""
    field = column.field
    base = _list(column) if field.type == "list" else _scalar(column, around)
    blank = frozenset(_blank_words(column))
    undecided = frozenset(_undecided_words(column))
    nothing: Any = None if field.has_none else Missing.NOT_KNOWN
    nothing = column.when_empty if column.has_empty_value else nothing
    longest = max(map(len, blank | undecided), default=0) + 8

    def convert(cell: Any) -> Any:
        if cell is None:
            return nothing
        if cell is Missing.NO_CELL:
            return Missing.NOT_KNOWN
        if isinstance(cell, str):
            cell = values.unwrapped(cell)
            said = values.word(cell) if len(cell) <= longest else ""
            if said in undecided:
                return Missing.NOT_KNOWN
            if len(cell) <= longest and said in blank:
                return nothing
            if not cell.strip():
                return nothing
        values.refuse_error(cell)
        return base(cell)

    return Remembering(convert)


def _blank_words(column: ColumnPlan) -> Iterable[str]:
    """The words that mean an empty cell here; what the map names is never empty."""
    configured = column.empty_values
    chosen = values.EMPTY_VALUES if configured is None else configured
    for entry in chosen:
        said = values.word(entry)
        if said in column.words or (configured is None and column.field.type == "boolean" and said == "无"):
            continue
        yield said


def _undecided_words(column: ColumnPlan) -> Iterable[str]:
    """The words that say of a free text that it is still to come; a project that names its empty cells has them all."""
    if column.field.type != "text" or column.field.words or column.empty_values is not None:
        return ()
    return (said for said in map(values.word, values.UNDECIDED.split()) if said not in column.words)


class Remembering(dict[str, Any]):
    """A conversion that knows what each text became; cells of other types, of which 1 and True are equal, it converts.

    Look a text up as in a dict; call it with any other cell.
    """

    __slots__ = ("convert",)

    def __init__(self, convert: Convert) -> None:
        super().__init__()
        self.convert = convert

    def __missing__(self, cell: str) -> Any:
        value = self.convert(cell)
        if len(self) < _MEMORY:
            self[cell] = value
        return value

    def __call__(self, cell: Any) -> Any:
        """The value of any cell."""
        return self[cell] if type(cell) is str else self.convert(cell)


def _scalar(column: ColumnPlan, around: Surroundings) -> Convert:
    field = column.field
    if field.type in ("text", "list"):
        base = _worded(column, _element(field))
        return base if not column.digest else lambda cell: around.digest(base(cell))
    return _mapped_first(column.words, column, _typed(column, around))


def _typed(column: ColumnPlan, around: Surroundings) -> Convert:
    field = column.field
    if field.type == "boolean":
        return values.boolean
    if field.type in ("timestamp", "date"):
        read = moments.reader(column.formats, around.epoch)
        finish = moments.to_utc if field.type == "timestamp" else moments.to_day
        return lambda cell: finish(read(cell), around.zone)
    number = numbers.reader(field.unit or column.unit, column.unit, column.formats[0])
    shape = numbers.whole if field.type == "integer" else numbers.real
    return lambda cell: shape(number(cell), cell)


def _mapped_first(words: Mapping[str, Any], column: ColumnPlan, otherwise: Convert) -> Convert:
    """The map's value for its words, else ``otherwise``, else the column's ``other``."""
    if not words and not column.has_other:
        return otherwise

    def convert(cell: Any) -> Any:
        said = values.word(cell)
        if said in words:
            return words[said]
        try:
            return otherwise(cell)
        except Unfit:
            if column.has_other:
                return column.other
            raise

    return convert


def _worded(column: ColumnPlan, element: Convert) -> Convert:
    """Text, enum and list elements: with a map, a word must be in it, or be an identifier of the schema."""
    words, identifiers = column.words, column.field.words
    if not words and not column.has_other:
        return element

    def convert(cell: Any) -> Any:
        said = values.word(cell)
        if said in words:
            return words[said]
        text = values.text(cell)
        if text in identifiers:
            return text
        if column.has_other:
            return column.other
        raise Unfit(
            f"{values.shown(cell)} 不在 values 的对照表里",
            f"{values.shown(cell)} is not in the map of values",
        )

    return convert


def _element(field: FieldSpec) -> Convert:
    if not field.words:
        return values.text
    allowed = " ".join(sorted(field.words))

    def convert(cell: Any) -> str:
        text = values.text(cell)
        if text not in field.words:
            shown = values.shown(cell)
            raise Unfit(
                f"{shown} 不是 {allowed} 之一;请在列上写 values",
                f"{shown} is none of {allowed}; say values on the column",
            )
        return text

    return convert


def _list(column: ColumnPlan) -> Convert:
    element = _worded(column, _element(column.field))
    split = column.split

    def convert(cell: Any) -> list[str]:
        parts = cell if isinstance(cell, list) else split(values.text(cell))
        # dict: each element once, in order
        found = list(
            dict.fromkeys(element(part) for part in parts if not isinstance(part, str) or part.strip())
        )
        if parts and not found:
            raise Unfit("只有分隔符,没有内容", "separators only, and nothing between them")
        return found

    return convert
