"""Runs collectors on their targets, side by side, each within its time-out; none costs another.

What a collector gives passes the border and is staged as JSON Lines, one file per kind and target.
"""

from __future__ import annotations

import threading
import time
from collections import defaultdict, deque
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from queue import SimpleQueue
from types import MappingProxyType
from typing import Any

from hiscomply.collect.ahead import Ahead
from hiscomply.collect.border import Border
from hiscomply.collect.deriving import Given, staged_rows, with_gaps
from hiscomply.collect.errand import errand
from hiscomply.collect.fingerprint import fingerprint_of
from hiscomply.collect.jobs import Job, jobs_of, without_asking
from hiscomply.collect.keeper import Keeper
from hiscomply.collect.kept_rows import KeptRows
from hiscomply.collect.plain_rows import Memory
from hiscomply.collect.secrets import read_secret
from hiscomply.collect.work import Progress, Work, shown, status_of
from hiscomply.hookspecs import (
    PARALLEL,
    CollectContext,
    CollectFailed,
    Collector,
    Deriving,
    Parallel,
    Staged,
)
from hiscomply.kinds import Kind
from hiscomply.model import Collection, CollectionStatus, Target, Text
from hiscomply.units import FromEnd, Keeping


def collect_all(
    targets: Sequence[Target],
    collectors: Mapping[str, Collector],
    kinds: Mapping[str, Kind],
    staging: Path,
    *,
    project: Path,
    zone: str,
    digest: Callable[[str], str],
    progress: Progress,
    only: Sequence[str] = (),
    kept: KeptRows | None = None,
    ahead: Sequence[str] = (),
) -> tuple[Collection, ...]:
    """Collects from every target; gives one collection each, in the order of the targets.

    Each collector has as many workers as it allows (``parallel``), so that slow ones do not hold up the others. What
    a target gave stands in a folder of its own below ``staging``; one that is found there already, finished by an
    interrupted run of the same collector over the same options, is not collected again. Targets that conclude from
    others (``Deriving``) come last, one after the other.

    Args:
        only: patterns of target names; the others are skipped, which leaves what rests on them unknown. Empty for all.
        kept: rows of an earlier check, for the one target that a check has.
        ahead: the command of another process that makes units of it, too (``making_ahead``); empty for none.
    """
    jobs: list[Job] = []
    for target in targets:
        jobs += jobs_of(target, collectors[target.collector], project, only)
    keeper = Keeper(staging, kinds, zone)
    keeper.forget_others([job.target for job in jobs if job.outcome is None])
    fields = {name: frozenset(kind.fields) for name, kind in kinds.items()}
    memory = Memory()

    def collect(job: Job, staged: Mapping[str, Staged] = MappingProxyType({})) -> Collection:
        border = Border(kinds, digest, memory=memory)

        def secret(spec: Mapping[str, Any]) -> str:
            found = read_secret(spec, project)
            border.secrets.add(found)
            return found

        def noted(text: str) -> str:
            work.note_digest()
            return digest(text)

        # One and the same for all targets of an audit: by it they can tell that they are of one run.
        own = noted if kept is not None else digest
        context = CollectContext(project, zone, datetime.now(UTC), fields, own, secret, staged)
        folder = keeper.fresh(job.target)
        work = Work(job.target, job.collector, context, border, folder, progress, datetime.now(UTC))
        work.kept = _opened(kept, job, kinds)
        work.ahead = _ahead(ahead, job, kinds, context, staging, is_kept=work.kept is not None)
        try:
            outcome = with_gaps(_collect_one(work), staged)
        finally:
            if work.ahead is not None:
                work.ahead.close()
        if work.kept is not None and outcome.status in (CollectionStatus.OK, CollectionStatus.PARTIAL):
            work.kept.save()
        if not staged:
            progress(job.target.name, work.records.total(), outcome.status)
        keeper.keep(outcome, folder)
        return outcome

    outcomes: dict[int, Collection] = {}
    waiting: dict[str, deque[tuple[int, Job]]] = defaultdict(deque)
    deriving: list[tuple[int, Job]] = []
    for number, job in enumerate(jobs):
        progress(job.target.name, 0, None)
        is_derived = isinstance(job.collector, Deriving)
        # What is derived from the others follows anew, whatever an interrupted run had concluded.
        known = job.outcome or (None if is_derived else keeper.finished(job.target))
        if known is not None:
            outcomes[number] = known
            progress(job.target.name, sum(known.records.values()), known.status)
        elif is_derived:
            deriving.append((number, job))
        else:
            waiting[job.target.collector].append((number, job))
    outcomes |= _work_off(waiting, {name: parallel_of(collectors[name]) for name in waiting}, collect)
    given = [
        (outcomes[number], keeper.folder(job.target))
        for number, job in enumerate(jobs)
        if not isinstance(job.collector, Deriving)
    ]
    for number, job in deriving:
        one = outcomes[number] = _derive(job, given, collect)
        progress(job.target.name, sum(one.records.values()), one.status)
    return tuple(outcomes[number] for number in range(len(jobs)))


def _opened(kept: KeptRows | None, job: Job, kinds: Mapping[str, Kind]) -> KeptRows | None:
    """What an earlier check kept, if this collector allows that; no error of it costs more than the time."""
    if kept is None or not isinstance(job.collector, Keeping):
        return None
    kept.open(partial(fingerprint_of, job.collector, job.target, kinds))
    return kept


def _ahead(
    command: Sequence[str],
    job: Job,
    kinds: Mapping[str, Kind],
    context: CollectContext,
    staging: Path,
    *,
    is_kept: bool,
) -> Ahead | None:
    """Another process for this target, if it is asked for and the collector allows that; it starts later, if at all."""
    if not command or not isinstance(job.collector, FromEnd):
        return None
    told = partial(errand, job.collector, job.target, kinds, context, is_kept=is_kept)
    return Ahead(command, told, staging)


def _derive(job: Job, given: Given, collect: Callable[[Job, Mapping[str, Staged]], Collection]) -> Collection:
    """One target that concludes from what the others gave."""
    try:
        assert isinstance(job.collector, Deriving)
        staged = staged_rows(job.collector.derives_from(job.target.options), given)
    except CollectFailed as error:
        return without_asking(job.target, job.collector, status_of(error), shown(error.reason))
    except Exception as error:  # noqa: BLE001 - a stranger's collector may raise anything
        told = Text(f"采集器出错:{error!r}", f"the collector raised {error!r}")
        return without_asking(job.target, job.collector, CollectionStatus.FAILED, shown(told))
    return collect(job, staged)


def _work_off(
    waiting: Mapping[str, deque[tuple[int, Job]]],
    workers: Mapping[str, int],
    collect: Callable[[Job], Collection],
) -> dict[int, Collection]:
    """All outcomes by number. On an interruption nothing new is begun, and what is under way is left behind."""
    done: SimpleQueue[tuple[int, Collection | BaseException]] = SimpleQueue()
    is_stopped = threading.Event()

    def worker(jobs: deque[tuple[int, Job]]) -> None:
        while not is_stopped.is_set():
            try:
                number, job = jobs.popleft()
            except IndexError:
                return
            try:
                done.put((number, collect(job)))
            except BaseException as error:  # noqa: BLE001 - told to the one who waits
                done.put((number, error))

    total = sum(map(len, waiting.values()))
    for name, jobs in waiting.items():
        for number in range(min(workers[name], len(jobs))):
            threading.Thread(target=worker, args=(jobs,), name=f"{name}-{number}", daemon=True).start()
    outcomes: dict[int, Collection] = {}
    try:
        while len(outcomes) < total:
            number, outcome = done.get()
            if isinstance(outcome, BaseException):
                raise outcome
            outcomes[number] = outcome
    finally:
        is_stopped.set()
    return outcomes


def _collect_one(work: Work) -> Collection:
    target = work.target
    thread = threading.Thread(target=work.run, name=f"collect-{target.name}", daemon=True)
    began = time.monotonic()
    thread.start()
    thread.join(target.timeout_s)
    if thread.is_alive():
        waited = f"{time.monotonic() - began:.0f}"
        work.stop(
            (
                CollectionStatus.TIMED_OUT,
                Text(f"{waited} 秒内未完成", f"not done within {waited} seconds"),
            )
        )
    return work.outcome()


def parallel_of(collector: Collector) -> int:
    """How many targets of a collector are collected side by side."""
    return collector.parallel if isinstance(collector, Parallel) else PARALLEL
