"""Parts of a collection that can be kept between runs: the contract between a collector and the runner."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple, Protocol, runtime_checkable

from hiscomply.frozen import dataclass
from hiscomply.hookspecs import CollectContext
from hiscomply.model import Record, Rejected, Target

MAX_ROWS = 1_000
"""Of one ``Rows``: it passes the border as a whole."""


class Row(NamedTuple):
    """One record of ``Rows``.

    Attributes:
        said: fields that many records have alike. Where they do it is one and the same mapping, which nobody changes.
        own: the values of the other fields.
        source, line, column, pointer: as in ``Record``.
    """

    said: Mapping[str, Any]
    own: tuple[Any, ...]
    source: str
    line: int | None
    column: int | None
    pointer: str | None


@dataclass(frozen=True, slots=True)
class Rows:
    """Records of one kind that say much the same, for a collector that gives hundreds of thousands.

    Attributes:
        names: of the fields of ``Row.own``.
        rows: at most ``MAX_ROWS``.
    """

    kind: str
    names: tuple[str, ...]
    observed_at: datetime | None
    rows: Sequence[Row]

    def records(self) -> Iterator[Record]:
        """The same as records."""
        for one in self.rows:
            fields = {**one.said, **dict(zip(self.names, one.own, strict=True))}
            yield Record(self.kind, fields, one.source, self.observed_at, one.line, one.column, one.pointer)


class Stretch:
    """What one stretch of text says, whichever host it stands on: read once, and known by identity to the border.

    Attributes:
        said: fields of each record, but for those that tell hosts apart; nobody changes them.
        lines: where each record stands, 0 for the first line of the stretch.
    """

    __slots__ = ("__weakref__", "lines", "said")

    def __init__(self, said: Sequence[Mapping[str, Any]], lines: Sequence[int]) -> None:
        self.said, self.lines = said, lines


@dataclass(frozen=True, slots=True)
class Passage:
    """A stretch as it stands at one place: a record for each thing that it says, from one source.

    Attributes:
        own: the fields that come before those of the stretch, the same in each record.
        first_line: of the stretch.
    """

    kind: str
    own: Mapping[str, Any]
    stretch: Stretch
    source: str
    observed_at: datetime | None
    first_line: int
    pointer: str | None

    def records(self) -> Iterator[Record]:
        """The same as records."""
        for said, line in zip(self.stretch.said, self.stretch.lines, strict=True):
            fields = {**self.own, **said}
            yield Record(
                self.kind, fields, self.source, self.observed_at, self.first_line + line, None, self.pointer
            )


Item = Record | Rows | Passage | Rejected
"""What a collector gives."""


def one_by_one(items: Iterable[Item]) -> Iterator[Record | Rejected]:
    """The same without blocks."""
    for one in items:
        if isinstance(one, Rows | Passage):
            yield from one.records()
        else:
            yield one


Making = Generator[Item, None, str]
"""Records and what could not become one; what it returns at its end is the unit's note."""


def _forget(_note: str) -> None:
    """Nothing to be recalled."""


@dataclass(frozen=True, slots=True)
class Unit:
    """Records that follow from nothing but what ``name`` is made of, the target's options and the program itself.

    Attributes:
        name: digest of all content that the records follow from; None for what is never kept.
        observed_at: of all its records; whatever has another time is not kept.
        make: gives the records.
        recall: called with the note in the place of ``make`` when the records were kept.
        follows: whether its records follow from the units before it, so that their names say all of it, too.
    """

    name: str | None
    observed_at: datetime | None
    make: Callable[[], Making]
    recall: Callable[[str], None] = _forget
    follows: bool = False


@runtime_checkable
class Keeping(Protocol):
    """A collector of which the records of parts may be kept between checks."""

    def fingerprint(self) -> str | None:
        """Digest of all code that turns content into records; None where that cannot be said, so nothing is kept."""
        ...

    def units(self, target: Target, context: CollectContext) -> Iterator[Unit]:
        """What ``collect`` gives, in the same order; each unit is made or recalled before the next is asked for."""
        ...


@runtime_checkable
class FromEnd(Keeping, Protocol):
    """A collector of which a second process can make units from the end, while the first makes them from the start."""

    def from_end(
        self, target: Target, context: CollectContext
    ) -> tuple[Iterator[Unit], Callable[[], Iterator[Unit]]]:
        """Units as ``units`` gives them, the last first; any number of them may be made, each before the next.

        The second gives those that follow from units made so far taken together, and from no others; to be called
        once, when no more of the first are made. Those without a name are left out.
        """
        ...
