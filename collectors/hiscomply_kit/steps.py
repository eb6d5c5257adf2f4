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
    kinds: list[str] = []
    for number, step in enumerate(steps):
        try:
            yield from step.run()
        except CollectFailed as failure:
            failures.append((step.name, failure))
            kinds += failure.kinds or step.kinds
            if isinstance(failure, CollectDenied | CollectTimedOut):
                kinds += [kind for later in steps[number + 1 :] for kind in later.kinds]
                break
    if not failures:
        return
    first, last = failures[0][1], failures[-1][1]
    missing = tuple(dict.fromkeys(kinds))
    if len(failures) == 1:
        raise type(first)(first.reason, missing)
    joined = joined_failures(failures)
    one = type(last) if isinstance(last, CollectDenied | CollectTimedOut) else type(joined)
    raise one(joined.reason, missing)


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
