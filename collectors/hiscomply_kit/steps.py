"""A collection in steps: one that fails does not cost the others, unless asking on could do harm or never end."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from hiscomply.hookspecs import (
    CollectDenied,
    CollectFailed,
    CollectTimedOut,
    joined_failures,
    limited,
)
from hiscomply.model import Record, Rejected, Text

Item = Record | Rejected


@dataclass(frozen=True, slots=True)
class Step:
    """One part of a collection, and the kinds that are incomplete without it."""

    name: str
    kinds: tuple[str, ...]
    run: Callable[[], Iterator[Item]]


def run_steps(steps: Sequence[Step]) -> Iterator[Item]:
    """What all steps give. After a refusal or a time-out no further step asks.

    Raises:
        CollectFailed: some steps failed, were refused or ran out of time; names the kinds that are incomplete.
    """
    failures: list[tuple[str, CollectFailed]] = []
    for number, step in enumerate(steps):
        try:
            yield from step.run()
        except CollectFailed as failure:
            failures.append((step.name, limited(failure, step.kinds)))
            if isinstance(failure, CollectDenied | CollectTimedOut):
                not_asked = [kind for later in steps[number + 1 :] for kind in later.kinds]
                whole = joined_failures(failures, not_asked)
                raise type(failure)(
                    failure.reason if len(failures) == 1 else whole.reason, whole.kinds
                ) from None
    if len(failures) == 1:
        raise failures[0][1]
    if failures:
        raise joined_failures(failures)


@contextmanager
def shaped(where: str) -> Iterator[None]:
    """Reads an answer of which the shape is not certain.

    Raises:
        CollectFailed: something is missing or of another type.
    """
    try:
        yield
    except (KeyError, TypeError, ValueError, AttributeError, IndexError, OverflowError, RecursionError):
        raise CollectFailed(
            Text(
                f"{where} 的回答不是预期的结构:请确认地址指向该产品",
                f"{where} answers in another shape than expected; check that the address is that product's",
            )
        ) from None
