"""Verdicts of an earlier check of files, in the place of judging the same content by the same policies again.

They are one file for each tree, beside the rows that are kept of it, and count only under the digest of all that they
follow from; whatever is wrong with it, it counts as absent. Times are those of each run. See docs/adr/0032.
"""

from __future__ import annotations

import hashlib
import marshal
import os
import sys
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final, NamedTuple

from hiscomply import __version__
from hiscomply.collect.kept_rows import KeptRows
from hiscomply.compiled import CompiledPolicy
from hiscomply.duck import shared
from hiscomply.evidence.store import describe
from hiscomply.findings.comments import files_of
from hiscomply.kinds import Kind
from hiscomply.model import Collection, CollectionStatus, Evaluation, Evidence, PolicyCount, Recalled
from hiscomply.own_files import code_digest, make_room, read_kept, write_kept
from hiscomply.paths import cache_dir

MAX_BYTES: Final = 32 << 20
"""Of the verdicts of one tree, compressed; more are judged anew each time."""
MAX_ROWS: Final = 100_000
"""Of verdict rows, which are in memory at once."""
MAX_ALL_BYTES: Final = 128 << 20
"""Of all trees together; the files that were used longest ago go first."""
LONGEST_CHECK: Final = timedelta(days=1)
"""Evidence that may be older than this is fresh at the end of any check in which it was read."""
_ANY: Final = datetime.min
_SECOND: Final = timedelta(seconds=1)
"""The moment of judging is told in whole seconds."""
_AT_ONCE: Final = 2_000
"""So many verdict rows are read from their file at once."""
_PREFIX: Final = "verdicts-"
_JUDGING: Final = ("evaluate", "evidence")
_BESIDE: Final = ("compiled.py", "duck.py", "kept_verdicts.py", "kinds.py", "model.py", "re2.py", "sqlite.py")
_BROKEN: Final = "error"
"""The reason of a policy that the engine refused, which it may not do the next time."""


class Judging(NamedTuple):
    """What verdicts follow from besides records.

    Attributes:
        pack: digest of the pack that the policies are of.
        values: parameters by policy id and placeholder.
        at: zone, working hours and profile, and what tells the key apart by which secrets are shown.
    """

    pack: str
    policies: Sequence[CompiledPolicy]
    values: Mapping[str, Mapping[str, Any]]
    kinds: Mapping[str, Kind]
    at: Sequence[str]

    def is_timeless(self) -> bool:
        """Whether the same records, read just now, are judged alike at any time."""
        return all(
            policy.small and policy.fresh.get(kind, self.kinds[kind].fresh) >= LONGEST_CHECK
            for policy in self.policies
            for kind in policy.kinds
        )

    def digest(self) -> str | None:
        """Of all of it, engines and code included; None where the code cannot be read."""
        here = Path(__file__).parent
        code = code_digest([here / name for name in _JUDGING], _BESIDE)
        if code is None:
            return None
        from importlib.metadata import version

        try:
            from sqlite3 import sqlite_version
        except ImportError:  # this Python was built without it
            sqlite_version = ""
        program = (__version__, sys.version, sqlite_version, version("duckdb"), code)
        digest = hashlib.sha256(repr((*program, self.pack, *self.at)).encode())
        for name, kind in sorted(self.kinds.items()):
            digest.update(f"{name} {kind.digest} {kind.fresh}\n".encode())
        for policy in self.policies:
            said = [getattr(policy, name) for name in policy.__dataclass_fields__]
            texts = [one if isinstance(one, str) else repr(one) for one in said]
            texts.append(repr(sorted(self.values[policy.id].items())))
            digest.update("\0".join([f"{len(texts)}", *texts, ""]).encode("utf-8", "surrogatepass"))
        return digest.hexdigest()


class KeptVerdicts:
    """The verdicts of one tree.

    Args:
        rows: what is kept of the same tree, which says after collecting what the records follow from.
        judging: asked for once it is needed.
    """

    def __init__(self, rows: KeptRows, judging: Callable[[], Judging]) -> None:
        self._rows = rows
        self._judging = judging
        self._file = cache_dir() / f"{_PREFIX}{rows.tree}"
        self._key: str | None = None
        self._observed_at = datetime.min

    def recall(self, staging: Path, collections: Sequence[Collection]) -> Evidence | None:
        """Evidence with the verdicts on it, if all of it was judged before; None if it has to be stored and judged.

        Args:
            staging: where the records are, which stays the evidence's folder.
        """
        self._key = self._key_of(collections)
        body = None if self._key is None else read_kept(self._file, self._key)
        if body is None:
            return None
        with suppress(OSError):
            os.utime(self._file)
        tables, files, counts, rows = marshal.loads(zlib.decompress(body))  # noqa: S302 - read_kept vouches for it
        recalled = Recalled(
            files,
            tuple(PolicyCount(*count) for count in counts),
            _placed(rows, collections[0].target, self._naive),
        )
        described = {
            kind: describe(
                kind, Path(), count, *(self._naive if count else None,) * 2, collections, superseded
            )
            for kind, count, superseded in tables
        }
        return Evidence(staging, described, tuple(collections), recalled=recalled)

    def _key_of(self, collections: Sequence[Collection]) -> str | None:
        """Digest of all that verdicts on what was collected follow from; None if they are not to be kept."""
        content = self._rows.content()
        if content is None or not _is_ended(collections):
            return None
        records, self._observed_at = content
        judging = self._judging()
        if not judging.is_timeless() or not self._is_now(datetime.now(UTC)):
            return None
        digest = judging.digest()
        told = [replace(one, started=_ANY, ended=_ANY) for one in collections]
        key = hashlib.sha256(repr((records, digest, told)).encode("utf-8", "surrogatepass"))
        return None if digest is None else key.hexdigest()

    def _is_now(self, moment: datetime) -> bool:
        """Whether the records are neither old nor of the future, which they would be once the clock was set."""
        return -_SECOND <= moment - self._observed_at <= LONGEST_CHECK

    def keep(self, evidence: Evidence, evaluation: Evaluation) -> None:
        """Keeps what was judged for the next check, if ``recall`` found that this may be done."""
        if self._key is None or evidence.recalled is not None or evaluation.statements:
            return
        if not self._is_now(evaluation.as_of):
            return
        for table in evidence.tables.values():
            if table.rows and not table.oldest == table.newest == self._observed_at:
                return
        rows = _bare(evaluation, evidence.collections[0].target, self._naive)
        if rows is None:
            return
        tables = [(one.kind, one.rows, one.superseded) for one in evidence.tables.values()]
        counts = [
            (one.policy_id, one.passed, one.failed, one.unknown, one.not_applicable, 0.0, one.topics)
            for one in evaluation.counts
        ]
        body = zlib.compress(marshal.dumps((tables, tuple(files_of(evidence)), counts, rows)), 1)
        if len(body) <= MAX_BYTES:
            write_kept(self._file, self._key, body)
            make_room(self._file, _PREFIX, MAX_ALL_BYTES)

    @property
    def _naive(self) -> datetime:
        """When the records of this run were observed, as tables store times."""
        return self._observed_at.astimezone(UTC).replace(tzinfo=None)


def _is_ended(collections: Sequence[Collection]) -> bool:
    """Whether there is one collection that came to its end, whatever it had to set aside on the way."""
    return len(collections) == 1 and collections[0].status in (CollectionStatus.OK, CollectionStatus.PARTIAL)


def _bare(evaluation: Evaluation, collection: str, observed_at: datetime) -> list[tuple[Any, ...]] | None:
    """Verdict rows without what is another in each run, but whether they have it; None if they are not to be kept."""
    count = sum(one.failed + one.unknown for one in evaluation.counts)
    if count > MAX_ROWS:
        return None
    bare: list[tuple[Any, ...]] = []
    shared_texts: dict[Any, Any] = {}
    for row in _rows_of(evaluation):
        *said, source, line, column, pointer, collected, observed = row
        policy, code, subject, reason, missing, data = said
        if reason == _BROKEN or collected not in (None, collection) or observed not in (None, observed_at):
            return None
        alike = [shared_texts.setdefault(one, one) for one in (policy, reason, data, source, pointer)]
        policy, reason, data, source, pointer = alike
        place = (source, line, column, pointer)
        bare.append(
            (
                policy,
                code,
                subject,
                reason,
                missing,
                data,
                *place,
                collected is not None,
                observed is not None,
            )
        )
    return bare if len(bare) == count else None


def _rows_of(evaluation: Evaluation) -> Iterator[Sequence[Any]]:
    if evaluation.rows is not None:
        yield from evaluation.rows
        return
    cursor = shared().execute("SELECT * FROM read_parquet(?)", [str(evaluation.path)])
    while rows := cursor.fetchmany(_AT_ONCE):
        yield from rows


def _placed(
    rows: Sequence[tuple[Any, ...]], collection: str, observed_at: datetime
) -> tuple[tuple[Any, ...], ...]:
    """The inverse of ``_bare``, in this run."""
    return tuple(
        (*said, collection if is_collected else None, observed_at if is_observed else None)
        for *said, is_collected, is_observed in rows
    )
