"""Runs collectors on their targets, side by side, each within its time-out; none costs another.

What a collector gives passes the border and is staged as JSON Lines, one file per kind and target.
"""

from __future__ import annotations

import json
import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any

from hiscomply.collect.border import Border, mask, mask_rejected
from hiscomply.hookspecs import CollectContext, CollectDenied, CollectFailed, Collector
from hiscomply.kinds import Kind
from hiscomply.model import Collection, CollectionStatus, Record, Rejected, Target, Text

KEPT_REJECTED = 200
"""How many rejected items are kept with their reason; all are counted."""
_PARALLEL = 4

Progress = Callable[[str, int, CollectionStatus | None], None]
"""Called with target name, records so far, and the status once it has ended."""


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
    files: dict[str, IO[str]] = field(default_factory=dict)

    def run(self) -> None:
        """Collects until the end, an error, or the time-out."""
        try:
            with ExitStack() as stack:
                self._take_all(stack)
        except CollectFailed as error:
            is_denied = isinstance(error, CollectDenied)
            status = CollectionStatus.DENIED if is_denied else CollectionStatus.FAILED
            self.failure, self.failed_kinds = (status, _shown(error.reason)), error.kinds
        except BaseException as error:  # noqa: BLE001 - even an exit must cost only this one, and never read as an end
            self.failure = (
                CollectionStatus.FAILED,
                _shown(Text(f"采集器出错:{error!r}", f"the collector raised {error!r}")),
            )

    def _take_all(self, stack: ExitStack) -> None:
        for item in self.collector.collect(self.target, self.context):
            with self.lock:
                if self.is_over:
                    return
                if isinstance(item, Rejected):
                    self._set_aside(item)
                else:
                    self._stage(item, stack)

    def _stage(self, record: Record, stack: ExitStack) -> None:
        row, rejected = self.border.admit(record)
        for item in rejected:
            self._set_aside(item)
        if row is None:
            return
        row |= {
            "_collection": self.target.name,
            "_source": record.source,
            "_line": record.line,
            "_column": record.column,
            "_pointer": record.pointer,
            "_observed_at": _stamp(record.observed_at),
            "_collected_at": _stamp(self.started),
        }
        file = self.files.get(record.kind)
        if file is None:
            path = self.folder / f"{record.kind}.jsonl"
            file = self.files[record.kind] = stack.enter_context(
                path.open("w", encoding="utf-8", errors="replace")
            )
        file.write(json.dumps(row, ensure_ascii=False, separators=(",", ":")) + "\n")
        self.records[record.kind] += 1
        total = self.records.total()
        if total % 2000 == 0:
            self.progress(self.target.name, total, None)

    def _set_aside(self, item: Rejected) -> None:
        self.rejected_count += 1
        self.rejected_kinds.add(item.kind if item.kind in self.border.kinds else None)
        if len(self.rejected) < KEPT_REJECTED:
            self.rejected.append(mask_rejected(item))

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
) -> tuple[Collection, ...]:
    """Collects from every target; gives one collection each, in the order of the targets."""
    fields = {name: frozenset(kind.fields) for name, kind in kinds.items()}
    with ThreadPoolExecutor(max_workers=_PARALLEL) as pool:
        futures = [
            pool.submit(
                _collect_one,
                target,
                collectors[target.collector],
                Border(kinds, digest),
                staging / f"{number:04d}",
                CollectContext(project, zone, datetime.now(UTC), fields, digest),
                progress,
            )
            for number, target in enumerate(targets)
        ]
        return tuple(future.result() for future in futures)


def _collect_one(
    target: Target,
    collector: Collector,
    border: Border,
    folder: Path,
    context: CollectContext,
    progress: Progress,
) -> Collection:
    folder.mkdir(parents=True)
    work = _Work(target, collector, context, border, folder, progress, datetime.now(UTC))
    progress(target.name, 0, None)
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
    outcome = work.outcome()
    progress(target.name, work.records.total(), outcome.status)
    return outcome


def _shown(reason: Text) -> Text:
    """A collector's own words, which may quote a password or a patient."""
    return Text(mask(reason.zh), mask(reason.en))


def _stamp(moment: datetime | None) -> Any:
    if moment is None or moment.tzinfo is None:
        return None
    return moment.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.%f")
