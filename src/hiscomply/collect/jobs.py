"""Which targets are collected, each with the collector that does it, or the outcome that it has without being asked."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from fnmatch import fnmatchcase
from pathlib import Path

from hiscomply.collect.work import shown, status_of
from hiscomply.frozen import dataclass
from hiscomply.hookspecs import CollectFailed, Collector, Fleet
from hiscomply.model import Collection, CollectionStatus, Target, Text


@dataclass(frozen=True, slots=True)
class Job:
    """One target to collect from, or the outcome that it has without being asked."""

    target: Target
    collector: Collector
    outcome: Collection | None = None


def jobs_of(target: Target, collector: Collector, project: Path, only: Sequence[str]) -> list[Job]:
    """The target, or those that it stands for."""
    if is_asked(target.name, only) or not isinstance(collector, Fleet):
        one = None if is_asked(target.name, only) else _skipped(target, collector, only)
        if one is not None or not isinstance(collector, Fleet):
            return [Job(target, collector, one)]
    try:
        members = collector.expand(target, project)
        names = [one.name for one in members]
        twice = (
            sorted({name for name in names if names.count(name) > 1}) if len(set(names)) < len(names) else []
        )
        if twice:
            raise CollectFailed(
                Text(f"目标重复:{'、'.join(twice[:5])}", f"named twice: {', '.join(twice[:5])}")
            )
        if not members:
            raise CollectFailed(Text("目标清单为空", "the list of targets is empty"))
    except CollectFailed as error:
        status = status_of(error)
        return [Job(target, collector, without_asking(target, collector, status, shown(error.reason)))]
    except Exception as error:  # noqa: BLE001 - a stranger's collector may raise anything
        told = Text(f"采集器出错:{error!r}", f"the collector raised {error!r}")
        return [
            Job(
                target,
                collector,
                without_asking(target, collector, CollectionStatus.FAILED, shown(told)),
            )
        ]
    is_whole = is_asked(target.name, only)
    return [
        Job(one, collector, None if is_whole or is_asked(one.name, only) else _skipped(one, collector, only))
        for one in members
    ]


def is_asked(name: str, only: Sequence[str]) -> bool:
    """True if a target is meant by one of the patterns, or there are none."""
    return not only or any(fnmatchcase(name, pattern) for pattern in only)


def _skipped(target: Target, collector: Collector, only: Sequence[str]) -> Collection:
    asked = " ".join(only)
    return without_asking(
        target,
        collector,
        CollectionStatus.SKIPPED,
        Text(f"本次未要求采集(--only {asked})", f"not asked for this time (--only {asked})"),
    )


def without_asking(
    target: Target, collector: Collector, status: CollectionStatus, reason: Text
) -> Collection:
    """The outcome of a target that nobody asked, which leaves all that it would have given unknown."""
    now = datetime.now(UTC)
    kinds = tuple(sorted(target.kinds))
    return Collection(
        collector.name, collector.version, target.name, kinds, status, reason, now, now, affected=kinds
    )
