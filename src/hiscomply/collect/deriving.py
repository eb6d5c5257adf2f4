"""What some targets conclude from the rows of others: what they are given to read, and what its gaps cost them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from hiscomply.hookspecs import CollectFailed, Staged
from hiscomply.model import Collection, CollectionStatus, Text

Given = Sequence[tuple[Collection, Path]]
"""Collections that have ended, each with the folder of its rows."""

_SHOWN = 5


def staged_rows(kinds: Iterable[str], given: Given) -> Mapping[str, Staged]:
    """The rows of each of these kinds, and the targets of which rows may be missing.

    Raises:
        CollectFailed: no target is to give one of the kinds: nothing follows from what nobody looked at.
    """
    staged = {}
    for kind in kinds:
        givers = [(one, folder) for one, folder in given if kind in one.kinds]
        if not givers:
            raise CollectFailed(
                Text(
                    f"没有目标提供 {kind} 证据,无从推导",
                    f"no target gives {kind}, so nothing can be concluded from it",
                )
            )
        files = [folder / f"{kind}.jsonl" for _, folder in givers]
        staged[kind] = Staged(
            tuple(file for file in files if file.is_file()),
            tuple(one.target for one, _ in givers if kind in one.affected),
        )
    return staged


def with_gaps(outcome: Collection, staged: Mapping[str, Staged]) -> Collection:
    """The outcome, with all its kinds in doubt where rows that it was derived from may be missing."""
    gaps = list(dict.fromkeys(name for one in staged.values() for name in one.gaps))
    if not gaps:
        return outcome
    more = f" (+{len(gaps) - _SHOWN})" if len(gaps) > _SHOWN else ""
    named = Text("、".join(gaps[:_SHOWN]) + more, ", ".join(gaps[:_SHOWN]) + more)
    told = Text(
        f"所依据的采集不完整:{named.zh}",
        f"it rests on collections that are incomplete: {named.en}",
    )
    if outcome.reason is not None:
        told = Text(f"{outcome.reason.zh};{told.zh}", f"{outcome.reason.en}; {told.en}")
    status = CollectionStatus.PARTIAL if outcome.status is CollectionStatus.OK else outcome.status
    return replace(outcome, status=status, reason=told, affected=outcome.kinds)
