"""One collection under way: what a collector gives passes the border and is staged, one file per kind and target."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import IO

from hiscomply.collect.ahead import Ahead
from hiscomply.collect.border import Border
from hiscomply.collect.kept_rows import PLACE, ROW, KeptRows, KeptUnit, Recording, lines
from hiscomply.collect.plain_rows import written
from hiscomply.collect.stored_values import utc_stamp
from hiscomply.collect.suspects import mask
from hiscomply.hookspecs import CollectContext, CollectDenied, CollectFailed, Collector, CollectTimedOut
from hiscomply.i18n import counted
from hiscomply.model import Collection, CollectionStatus, Record, Rejected, Target, Text
from hiscomply.units import Item, Keeping, Passage, Rows, Unit

KEPT_REJECTED = 200
"""How many rejected items are kept with their reason; all are counted."""
_BUFFER_BYTES = 1 << 16
_ROWS_PER_PROGRESS = 2000
_POINTERS = 2000
"""So many pointers are remembered as they are written."""
_STATUS: Mapping[type[CollectFailed], CollectionStatus] = {
    CollectDenied: CollectionStatus.DENIED,
    CollectTimedOut: CollectionStatus.TIMED_OUT,
}
Progress = Callable[[str, int, CollectionStatus | None], None]
"""Called with target name, records so far, and the status once it has ended; for every target once before any begins."""


@dataclass(slots=True)
class Work:
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
    ahead: Ahead | None = None
    """Another process that makes units, too."""
    recording: Recording | None = None
    """Of the unit that is being made, where such are kept."""
    stamps: tuple[datetime | None, str] = (None, "null")
    """The last time of observation, and how it is written; most records of a target share it."""
    pointers: dict[str | None, str] = field(default_factory=dict)
    """How pointers are written: one command, or the keys of settings."""
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
            self.failure, self.failed_kinds = (status_of(error), self._shown(error.reason)), error.kinds
        except BaseException as error:  # noqa: BLE001 - even an exit must cost only this one, and never read as an end
            self.failure = (
                CollectionStatus.FAILED,
                self._shown(Text(f"采集器出错:{error!r}", f"the collector raised {error!r}")),
            )

    def _shown(self, reason: Text) -> Text:
        return Text(self.border.shown(reason.zh), self.border.shown(reason.en))

    def _take_all(self, stack: ExitStack) -> None:
        if isinstance(self.collector, Keeping):
            for unit in self.collector.units(self.target, self.context):
                if not self._take_unit(unit, self.kept, stack):
                    return
            return
        for item in self.collector.collect(self.target, self.context):
            if not self._take(item, stack):
                return

    def _take(self, item: Item, stack: ExitStack) -> bool:
        """Stages it or sets it aside; False when the time is up."""
        with self.lock:
            if self.is_over:
                return False
            if isinstance(item, Rejected):
                self._set_aside(item)
            elif isinstance(item, Rows):
                self._stage_rows(item, stack)
            elif isinstance(item, Passage):
                self._stage_passage(item, stack)
            else:
                self._stage(item, stack)
            return True

    def _take_unit(self, unit: Unit, kept: KeptRows | None, stack: ExitStack) -> bool:
        """Stages what was kept of it, or makes it and keeps what has nothing to hide; False when the time is up."""
        known = None if unit.name is None else self._known(unit.name, unit.observed_at, kept)
        if known is not None:
            with self.lock:
                if self.is_over:
                    return False
                self._stage_kept(known, unit.observed_at, stack)
            unit.recall(known.note)
            return True
        made = self.make(unit, stack, is_recorded=kept is not None)
        if self.is_over:
            return False
        if kept is not None and unit.name is not None:
            if made is not None:
                kept.put(unit.name, made)
            elif self.recording is not None and self.recording.is_timed and not self.border.secrets:
                kept.alike(unit.name)
        return True

    def make(self, unit: Unit, stack: ExitStack, *, is_recorded: bool) -> KeptUnit | None:
        """Stages what a unit gives; gives it as it may be kept, if it is recorded, has a name, and nothing to hide."""
        self.recording = Recording(unit.observed_at) if is_recorded and unit.name is not None else None
        making = unit.make()
        if unit.name is None and not unit.follows and self.kept is not None:
            making = self.kept.nameless(making)
        try:
            while self._take(next(making), stack):
                pass
        except StopIteration as end:
            recording = None if self.border.secrets else self.recording
            if recording is not None and recording.is_plain:
                return recording.unit(end.value)
        return None

    def _known(self, name: str, observed_at: datetime | None, kept: KeptRows | None) -> KeptUnit | None:
        """A unit that an earlier run kept, or that another process has made."""
        known = None if kept is None else kept.get(name, observed_at)
        if known is not None or self.ahead is None:
            return known
        taken = self.ahead.take(name)
        if taken is None:
            return None
        blob, known = taken
        if kept is not None:
            kept.put_packed(name, blob)
        return known

    def _stage_kept(self, unit: KeptUnit, observed_at: datetime | None, stack: ExitStack) -> None:
        for kind, (count, text) in unit.rows.items():
            self._write(kind, count, text, observed_at, stack)

    def _write(
        self, kind: str, count: int, text: bytes, observed_at: datetime | None, stack: ExitStack
    ) -> None:
        between, end = f',"_collection":{self.collection},'.encode(), self._times(observed_at).encode()
        self._file(kind, stack).write(lines(text, between, end))
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
        source = self.border.place(record.source)
        place = self._place(source, record.line, record.column, record.pointer)
        line = f'{{{row},"_collection":{self.collection},{place}{self._times(record.observed_at)}}}\n'
        file = self.files.get(record.kind) or self._file(record.kind, stack)
        file.write(line.encode("utf-8", "replace"))
        if self.recording is not None:
            self.recording.add(record.kind, row, place, record.observed_at)
        self._count(record.kind, 1)

    def _stage_rows(self, block: Rows, stack: ExitStack) -> None:
        rows = self.border.plain_rows(block)
        if rows is None:
            for record in block.records():
                self._stage(record, stack)
            return
        place, shown = self._place, self.border.place
        sources = {source: shown(source) for source in {one.source for one in block.rows}}
        marked = [
            f"{row}{PLACE}{place(sources[source], line, column, pointer)}{ROW}"
            for row, (_, _, source, line, column, pointer) in zip(rows, block.rows, strict=True)
        ]
        text = "".join(marked).encode("utf-8", "replace")
        if text:
            self._write(block.kind, len(rows), text, block.observed_at, stack)
        if self.recording is not None:
            self.recording.add_all(block.kind, len(rows), text, block.observed_at)

    def _stage_passage(self, passage: Passage, stack: ExitStack) -> None:
        # What is kept between checks is kept row by row.
        plain = None if self.recording is not None else self.border.plain_passage(passage)
        if plain is None:
            for record in passage.records():
                self._stage(record, stack)
            return
        start, rows = plain
        if not rows:
            return
        until_line = (
            f',"_collection":{self.collection},"_source":{self.border.place(passage.source)},"_line":'
        )
        end = f',"_column":null,"_pointer":{self._pointer(passage.pointer)}{self._times(passage.observed_at)}}}\n'
        first = passage.first_line
        lines = [
            f"{row}{until_line}{first + line}" for row, line in zip(rows, passage.stretch.lines, strict=True)
        ]
        text = f"{{{start}," + f"{end}{{{start},".join(lines) + end
        self._file(passage.kind, stack).write(text.encode("utf-8", "replace"))
        self._count(passage.kind, len(rows))

    def _times(self, observed_at: datetime | None) -> str:
        if self.stamps[0] is not observed_at:
            self.stamps = observed_at, _stamp(observed_at)
        return f',"_observed_at":{self.stamps[1]},"_collected_at":{self.collected}'

    def _place(self, source: str, line: int | None, column: int | None, pointer: str | None) -> str:
        """Where a record was found, as JSON without braces; the source is JSON already."""
        return (
            f'"_source":{source},"_line":{line if type(line) is int else written(line)},'
            f'"_column":{column if type(column) is int else written(column)},"_pointer":{self._pointer(pointer)}'
        )

    def _pointer(self, pointer: str | None) -> str:
        said = self.pointers.get(pointer)
        if said is None:
            if len(self.pointers) >= _POINTERS:
                self.pointers.clear()
            said = self.pointers[pointer] = written(pointer)
        return said

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
                    counted(
                        self.rejected_count,
                        "item could not become evidence and is listed apart",
                        "items could not become evidence and are listed apart",
                    ),
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


def status_of(error: CollectFailed) -> CollectionStatus:
    """How a collection ends that a collector gave up."""
    return next(
        (status for kind, status in _STATUS.items() if isinstance(error, kind)), CollectionStatus.FAILED
    )


def shown(reason: Text) -> Text:
    """A collector's own words, which may quote a password or a patient."""
    return Text(mask(reason.zh), mask(reason.en))


def _stamp(moment: datetime | None) -> str:
    return written(None if moment is None or moment.tzinfo is None else utc_stamp(moment))
