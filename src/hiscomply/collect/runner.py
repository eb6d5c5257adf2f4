"""Runs collectors on their targets, side by side, each within its time-out; none costs another.

What a collector gives passes the border and is staged as JSON Lines, one file per kind and target.
"""

from __future__ import annotations

import gc
import json
import sys
import threading
import time
from collections import Counter, defaultdict, deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from fnmatch import fnmatchcase
from pathlib import Path
from queue import SimpleQueue
from types import MappingProxyType
from typing import IO, Any

from hiscomply import __version__
from hiscomply.collect.border import Border
from hiscomply.collect.deriving import Given, staged_rows, with_gaps
from hiscomply.collect.keeper import Keeper
from hiscomply.collect.kept_rows import KeptRows, KeptUnit, Recording
from hiscomply.collect.plain_rows import Memory, written
from hiscomply.collect.secrets import read_secret
from hiscomply.collect.stored_values import utc_stamp
from hiscomply.collect.suspects import mask
from hiscomply.hookspecs import (
    PARALLEL,
    CollectContext,
    CollectDenied,
    CollectFailed,
    Collector,
    CollectTimedOut,
    Deriving,
    Fleet,
    Parallel,
    Staged,
)
from hiscomply.kinds import Kind
from hiscomply.model import Collection, CollectionStatus, Record, Rejected, Target, Text
from hiscomply.own_files import code_digest
from hiscomply.units import Keeping, Unit

KEPT_REJECTED = 200
"""How many rejected items are kept with their reason; all are counted."""
_BUFFER_BYTES = 1 << 16
_ROWS_PER_PROGRESS = 2000
_OBJECTS_UNTIL_SEARCH = 50_000
_STATUS: Mapping[type[CollectFailed], CollectionStatus] = {
    CollectDenied: CollectionStatus.DENIED,
    CollectTimedOut: CollectionStatus.TIMED_OUT,
}

_BORDER_MODULES = ("configurations.py", "hookspecs.py", "kinds.py", "model.py", "units.py")
"""Beside this folder, what a row follows from."""
Progress = Callable[[str, int, CollectionStatus | None], None]
"""Called with target name, records so far, and the status once it has ended; for every target once before any begins."""


@dataclass(slots=True)
class _Work:
    """One collection under way. ``is_over`` is set when its time is up: nothing is written after that."""

    target: Target
    collector: Collector
    context: CollectContext
    border: Border
    folder: Path
    progress: Progress
    started: datetime
    records: Counter[str] = field(default_factory=Counter)
    rejected: list[Rejected] = field(default_factory=list)
    rejected_kinds: set[str | None] = field(default_factory=set)
    rejected_count: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)
    is_over: bool = False
    failure: tuple[CollectionStatus, Text] | None = None
    failed_kinds: tuple[str, ...] = ()
    """The kinds that a failure is known to be limited to, empty for all."""
    files: dict[str, IO[bytes]] = field(default_factory=dict)
    total: int = 0
    kept: KeptRows | None = None
    recording: Recording | None = None
    """Of the unit that is being made, where such are kept."""
    stamps: tuple[datetime | None, str] = (None, "null")
    """The last time of observation, and how it is written; most records of a target share it."""
    pointers: tuple[str | None, str] = (None, "null")
    """The same for the pointer, which is often one command's."""
    collection: str = field(init=False)
    collected: str = field(init=False)

    def __post_init__(self) -> None:
        self.collection, self.collected = written(self.target.name), _stamp(self.started)

    def run(self) -> None:
        """Collects until the end, an error, or the time-out."""
        try:
            with ExitStack() as stack:
                self._take_all(stack)
        except CollectFailed as error:
            self.failure, self.failed_kinds = (_status_of(error), self._shown(error.reason)), error.kinds
        except BaseException as error:  # noqa: BLE001 - even an exit must cost only this one, and never read as an end
            self.failure = (
                CollectionStatus.FAILED,
                self._shown(Text(f"采集器出错:{error!r}", f"the collector raised {error!r}")),
            )

    def _shown(self, reason: Text) -> Text:
        return Text(self.border.shown(reason.zh), self.border.shown(reason.en))

    def _take_all(self, stack: ExitStack) -> None:
        if self.kept is not None and isinstance(self.collector, Keeping):
            for unit in self.collector.units(self.target, self.context):
                if not self._take_unit(unit, self.kept, stack):
                    return
            return
        for item in self.collector.collect(self.target, self.context):
            if not self._take(item, stack):
                return

    def _take(self, item: Record | Rejected, stack: ExitStack) -> bool:
        """Stages it or sets it aside; False when the time is up."""
        with self.lock:
            if self.is_over:
                return False
            if isinstance(item, Rejected):
                self._set_aside(item)
            else:
                self._stage(item, stack)
            return True

    def _take_unit(self, unit: Unit, kept: KeptRows, stack: ExitStack) -> bool:
        """Stages what was kept of it, or makes it and keeps what has nothing to hide; False when the time is up."""
        known = kept.get(unit.name) if unit.name is not None else None
        if known is not None:
            with self.lock:
                if self.is_over:
                    return False
                self._stage_kept(known, unit.observed_at, stack)
            unit.recall(known.note)
            return True
        self.recording = Recording(unit.observed_at)
        making = unit.make()
        try:
            while True:
                if not self._take(next(making), stack):
                    return False
        except StopIteration as end:
            if unit.name is not None and self.recording.is_plain and not self.border.secrets:
                kept.put(unit.name, self.recording.unit(end.value))
        return True

    def _stage_kept(self, unit: KeptUnit, observed_at: datetime | None, stack: ExitStack) -> None:
        between, end = f',"_collection":{self.collection},'.encode(), self._times(observed_at).encode()
        for kind, (count, _) in unit.rows.items():
            self._file(kind, stack).write(unit.lines(kind, between, end))
            self._count(kind, count)

    def _count(self, kind: str, count: int) -> None:
        before, self.total = self.total, self.total + count
        self.records[kind] += count
        if self.total // _ROWS_PER_PROGRESS > before // _ROWS_PER_PROGRESS:
            self.progress(self.target.name, self.total, None)

    def _file(self, kind: str, stack: ExitStack) -> IO[bytes]:
        file = self.files.get(kind)
        if file is None:
            path = self.folder / f"{kind}.jsonl"
            file = self.files[kind] = stack.enter_context(path.open("wb", _BUFFER_BYTES))
        return file

    def note_digest(self) -> None:
        """A secret was replaced: what it was replaced by is not the same in every run."""
        if self.recording is not None:
            self.recording.is_plain = False

    def _stage(self, record: Record, stack: ExitStack) -> None:
        row = self.border.plain(record)
        if row is None:
            if self.recording is not None:
                self.recording.is_plain = False
            admitted, rejected = self.border.admit(record)
            for item in rejected:
                self._set_aside(item)
            if admitted is None:
                return
            row = written(admitted)[1:-1]
        place = self._place(record)
        line = f'{{{row},"_collection":{self.collection},{place}{self._times(record.observed_at)}}}\n'
        self._file(record.kind, stack).write(line.encode("utf-8", "replace"))
        if self.recording is not None:
            self.recording.add(record.kind, row, place, record.observed_at)
        self._count(record.kind, 1)

    def _times(self, observed_at: datetime | None) -> str:
        if self.stamps[0] is not observed_at:
            self.stamps = observed_at, _stamp(observed_at)
        return f',"_observed_at":{self.stamps[1]},"_collected_at":{self.collected}'

    def _place(self, record: Record) -> str:
        """Where a record was found, as JSON without braces."""
        if self.pointers[0] != record.pointer:
            self.pointers = record.pointer, written(record.pointer)
        return (
            f'"_source":{self.border.place(record.source)},"_line":{written(record.line)},'
            f'"_column":{written(record.column)},"_pointer":{self.pointers[1]}'
        )

    def _set_aside(self, item: Rejected) -> None:
        if self.recording is not None:
            self.recording.is_plain = False
        self.rejected_count += 1
        self.rejected_kinds.add(item.kind if item.kind in self.border.kinds else None)
        if len(self.rejected) < KEPT_REJECTED:
            self.rejected.append(self.border.shown_rejected(item))

    def stop(self, failure: tuple[CollectionStatus, Text]) -> None:
        """Ends the collection from outside; what was staged so far ends with a whole line."""
        with self.lock:
            self.is_over = True
            self.failure, self.failed_kinds = failure, ()
            for file in self.files.values():
                if not file.closed:
                    file.flush()

    def outcome(self) -> Collection:
        """The collection record, whatever happened."""
        with self.lock:
            status, reason = self.failure or (CollectionStatus.OK, None)
            named = {kind for kind in self.rejected_kinds if kind is not None}
            given = {*self.target.kinds, *self.records, *named, *self.failed_kinds}
            affected = (
                ({*self.failed_kinds, *named} if self.failed_kinds else given) if self.failure else set()
            )
            if not self.failure and self.rejected_count:
                status = CollectionStatus.PARTIAL
                reason = Text(
                    f"有 {self.rejected_count} 项无法作为证据,已单独列出",
                    f"{self.rejected_count} items could not become evidence and are listed apart",
                )
                is_misnamed = any(kind not in self.border.kinds for kind in self.rejected_kinds)
                affected = given if is_misnamed else named
            return Collection(
                collector=self.collector.name,
                collector_version=self.collector.version,
                target=self.target.name,
                kinds=tuple(sorted(given)),
                status=status,
                reason=reason,
                started=self.started,
                ended=datetime.now(UTC),
                records=dict(sorted(self.records.items())),
                rejected=tuple(self.rejected),
                rejected_count=self.rejected_count,
                dropped_fields=dict(sorted(self.border.dropped.items())),
                affected=tuple(sorted(affected)),
            )


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
) -> tuple[Collection, ...]:
    """Collects from every target; gives one collection each, in the order of the targets.

    Each collector has as many workers as it allows (``parallel``), so that slow ones do not hold up the others. What
    a target gave stands in a folder of its own below ``staging``; one that is found there already, finished by an
    interrupted run of the same collector over the same options, is not collected again. Targets that conclude from
    others (``Deriving``) come last, one after the other.

    Args:
        only: patterns of target names; the others are skipped, which leaves what rests on them unknown. Empty for all.
        kept: rows of an earlier check, for the one target that a check has.
    """
    jobs: list[_Job] = []
    for target in targets:
        jobs += _jobs_of(target, collectors[target.collector], project, only)
    keeper = Keeper(staging, kinds)
    keeper.forget_others([job.target for job in jobs if job.outcome is None])
    fields = {name: frozenset(kind.fields) for name, kind in kinds.items()}
    memory = Memory()

    def collect(job: _Job, staged: Mapping[str, Staged] = MappingProxyType({})) -> Collection:
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
        work = _Work(job.target, job.collector, context, border, folder, progress, datetime.now(UTC))
        work.kept = _opened(kept, job, kinds)
        outcome = with_gaps(_collect_one(work), staged)
        if work.kept is not None and outcome.status in (CollectionStatus.OK, CollectionStatus.PARTIAL):
            work.kept.save()
        if not staged:
            progress(job.target.name, work.records.total(), outcome.status)
        keeper.keep(outcome, folder)
        return outcome

    outcomes: dict[int, Collection] = {}
    waiting: dict[str, deque[tuple[int, _Job]]] = defaultdict(deque)
    deriving: list[tuple[int, _Job]] = []
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
    with _seldom_searched():
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


def _opened(kept: KeptRows | None, job: _Job, kinds: Mapping[str, Kind]) -> KeptRows | None:
    """What an earlier check kept, if this collector allows that; no error of it costs more than the time."""
    if kept is None or not isinstance(job.collector, Keeping):
        return None
    of_collector, of_border = (
        job.collector.fingerprint(),
        code_digest([Path(__file__).parent], _BORDER_MODULES),
    )
    if of_collector is None or of_border is None:
        return None
    shapes = [kinds.get(name) for name in sorted(job.target.kinds)]
    options = json.dumps(job.target.options, sort_keys=True, default=str)
    kept.open("\n".join([__version__, sys.version, of_collector, of_border, repr(shapes), options]))
    return kept


@contextmanager
def _seldom_searched() -> Iterator[None]:
    """Unreachable cycles are looked for less often: rows come by the hundred thousand and hold none."""
    before = gc.get_threshold()
    gc.set_threshold(_OBJECTS_UNTIL_SEARCH, *before[1:])
    try:
        yield
    finally:
        gc.set_threshold(*before)


def _derive(
    job: _Job, given: Given, collect: Callable[[_Job, Mapping[str, Staged]], Collection]
) -> Collection:
    """One target that concludes from what the others gave."""
    try:
        assert isinstance(job.collector, Deriving)
        staged = staged_rows(job.collector.derives_from(job.target.options), given)
    except CollectFailed as error:
        return _outcome_without_asking(job.target, job.collector, _status_of(error), _shown(error.reason))
    except Exception as error:  # noqa: BLE001 - a stranger's collector may raise anything
        told = Text(f"采集器出错:{error!r}", f"the collector raised {error!r}")
        return _outcome_without_asking(job.target, job.collector, CollectionStatus.FAILED, _shown(told))
    return collect(job, staged)


@dataclass(frozen=True, slots=True)
class _Job:
    """One target to collect from, or the outcome that it has without being asked."""

    target: Target
    collector: Collector
    outcome: Collection | None = None


def parallel_of(collector: Collector) -> int:
    """How many targets of a collector are collected side by side."""
    return collector.parallel if isinstance(collector, Parallel) else PARALLEL


def _jobs_of(target: Target, collector: Collector, project: Path, only: Sequence[str]) -> list[_Job]:
    """The target, or those that it stands for."""
    if is_asked(target.name, only) or not isinstance(collector, Fleet):
        one = None if is_asked(target.name, only) else _skipped(target, collector, only)
        if one is not None or not isinstance(collector, Fleet):
            return [_Job(target, collector, one)]
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
        status = _status_of(error)
        return [
            _Job(target, collector, _outcome_without_asking(target, collector, status, _shown(error.reason)))
        ]
    except Exception as error:  # noqa: BLE001 - a stranger's collector may raise anything
        told = Text(f"采集器出错:{error!r}", f"the collector raised {error!r}")
        return [
            _Job(
                target,
                collector,
                _outcome_without_asking(target, collector, CollectionStatus.FAILED, _shown(told)),
            )
        ]
    is_whole = is_asked(target.name, only)
    return [
        _Job(one, collector, None if is_whole or is_asked(one.name, only) else _skipped(one, collector, only))
        for one in members
    ]


def is_asked(name: str, only: Sequence[str]) -> bool:
    """True if a target is meant by one of the patterns, or there are none."""
    return not only or any(fnmatchcase(name, pattern) for pattern in only)


def _skipped(target: Target, collector: Collector, only: Sequence[str]) -> Collection:
    asked = " ".join(only)
    return _outcome_without_asking(
        target,
        collector,
        CollectionStatus.SKIPPED,
        Text(f"本次未要求采集(--only {asked})", f"not asked for this time (--only {asked})"),
    )


def _outcome_without_asking(
    target: Target, collector: Collector, status: CollectionStatus, reason: Text
) -> Collection:
    now = datetime.now(UTC)
    kinds = tuple(sorted(target.kinds))
    return Collection(
        collector.name, collector.version, target.name, kinds, status, reason, now, now, affected=kinds
    )


def _work_off(
    waiting: Mapping[str, deque[tuple[int, _Job]]],
    workers: Mapping[str, int],
    collect: Callable[[_Job], Collection],
) -> dict[int, Collection]:
    """All outcomes by number. On an interruption nothing new is begun, and what is under way is left behind."""
    done: SimpleQueue[tuple[int, Collection | BaseException]] = SimpleQueue()
    is_stopped = threading.Event()

    def worker(jobs: deque[tuple[int, _Job]]) -> None:
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


def _collect_one(work: _Work) -> Collection:
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


def _status_of(error: CollectFailed) -> CollectionStatus:
    return next(
        (status for kind, status in _STATUS.items() if isinstance(error, kind)), CollectionStatus.FAILED
    )


def _shown(reason: Text) -> Text:
    """A collector's own words, which may quote a password or a patient."""
    return Text(mask(reason.zh), mask(reason.en))


def _stamp(moment: datetime | None) -> str:
    return written(None if moment is None or moment.tzinfo is None else utc_stamp(moment))
