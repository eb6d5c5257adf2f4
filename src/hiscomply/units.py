"""Parts of a collection that can be kept between runs: the contract between a collector and the runner."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from datetime import datetime
from typing import Protocol, runtime_checkable

from hiscomply.frozen import dataclass
from hiscomply.hookspecs import CollectContext
from hiscomply.model import Record, Rejected, Target

Making = Generator[Record | Rejected, None, str]
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
    """

    name: str | None
    observed_at: datetime | None
    make: Callable[[], Making]
    recall: Callable[[str], None] = _forget


@runtime_checkable
class Keeping(Protocol):
    """A collector of which the records of parts may be kept between checks."""

    def fingerprint(self) -> str | None:
        """Digest of all code that turns content into records; None where that cannot be said, so nothing is kept."""
        ...

    def units(self, target: Target, context: CollectContext) -> Iterator[Unit]:
        """What ``collect`` gives, in the same order; each unit is made or recalled before the next is asked for."""
        ...
