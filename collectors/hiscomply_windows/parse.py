"""What the script wrote, to records: the rules of the collector ``records``, and gaps with their reason. Pure."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

from hiscomply.model import Record, Rejected, Text
from hiscomply_records.fetch import numbered_lines
from hiscomply_records.lines import End, Origin, parse_line
from hiscomply_records.tally import StreamTally, missing_kinds


def parse(output: bytes, source: str, now: datetime, kinds: tuple[str, ...]) -> Iterator[Record | Rejected]:
    """Records, what the host could not tell, and kinds that never came.

    Raises:
        CollectFailed: no end line, another count, nothing at all: a cut-off answer never counts as whole.
    """
    origin = Origin(source, now, ZoneInfo("UTC"), frozenset(kinds))
    tally = StreamTally()
    for number, data in numbered_lines(io.BytesIO(output)):
        item = parse_line(number, data, origin)
        tally.take(item)
        if not isinstance(item, End):
            yield _gap(item) or (_seen_by(item, now) if isinstance(item, Record) else item)
    tally.close(is_end_required=True)
    yield from missing_kinds(kinds, [tally], source)


def partly(output: bytes, source: str, now: datetime, kinds: tuple[str, ...]) -> Iterator[Record]:
    """The whole lines of an answer that is known not to be whole."""
    origin = Origin(source, now, ZoneInfo("UTC"), frozenset(kinds))
    whole = output[: output.rfind(b"\n") + 1]
    for number, data in numbered_lines(io.BytesIO(whole)):
        item = parse_line(number, data, origin)
        if isinstance(item, Record) and _gap(item) is None:
            yield _seen_by(item, now)


def _seen_by(item: Record, now: datetime) -> Record:
    """By a host's clock that is ahead nothing is newer than the moment at which it was asked."""
    is_ahead = item.observed_at is not None and item.observed_at > now
    return replace(item, observed_at=now) if is_ahead else item


def _gap(item: Record | Rejected) -> Rejected | None:
    """A line with ``_reason`` says that a part could not be read, and by the name of which error."""
    reason = item.fields.get("_reason") if isinstance(item, Record) else None
    if reason is None:
        return None
    told = json.dumps(str(reason)[:200])[1:-1]
    return Rejected(
        item.kind,
        item.source,
        Text(f"主机未能提供:{told}", f"the host could not tell: {told}"),
        line=item.line,
        subject=told.split(":", 1)[0],
    )
