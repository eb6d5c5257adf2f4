"""The collector: lines in, records out, and proof that none is missing."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Mapping
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from hiscomply.errors import nearest
from hiscomply.hookspecs import CollectContext, CollectFailed, joined_failures
from hiscomply.model import Record, Rejected, Target, Text
from hiscomply.paths import name_in_project
from hiscomply_records.options import OPTIONS_SCHEMA


class RecordsCollector:
    """Takes evidence in its own shape, as JSON Lines."""

    name: ClassVar[str] = "records"
    version: ClassVar[str] = "1.0"
    summary: ClassVar[Text] = Text(
        "读取任意程序写出的证据(JSON Lines)", "takes evidence that any program wrote, as JSON Lines"
    )
    options_schema: ClassVar[Mapping[str, Any]] = OPTIONS_SCHEMA

    def kinds(self, options: Mapping[str, Any]) -> tuple[str, ...]:
        """The kinds that the target names."""
        return tuple(options["kinds"])

    def asks(self, target: Target, project: Path) -> Iterator[Text]:
        """The files that would be read, or the program that would be run."""
        if "command" in target.options:
            command = shlex.join(target.options["command"])
            yield Text(f"在项目文件夹中运行 {command}", f"runs {command} in the project folder")
        else:
            pattern = target.options["path"]
            yield Text(f"读取文件 {pattern}", f"reads the files {pattern}")

    def collect(self, target: Target, context: CollectContext) -> Iterator[Record | Rejected]:
        """The records; after them, one rejected item per promised kind that never came."""
        from hiscomply_records.tally import StreamTally, missing_kinds

        _check_kinds(target.kinds, context)
        tallies: list[StreamTally] = []
        if "command" in target.options:
            source = str(target.options["command"][0])
            tallies.append(StreamTally())
            yield from _from_program(target, context, source, tallies[0])
        else:
            source = str(target.options["path"])
            yield from _from_files(target, context, tallies)
        yield from missing_kinds(target.kinds, tallies, source)


def _check_kinds(kinds: tuple[str, ...], context: CollectContext) -> None:
    for kind in kinds:
        if kind not in context.fields:
            hint = nearest(kind, context.fields)
            raise CollectFailed(
                Text(f"没有证据类型 {kind!r} {hint}", f"there is no evidence kind {kind!r} {hint}".rstrip())
            )


def _from_program(
    target: Target, context: CollectContext, source: str, tally: Any
) -> Iterator[Record | Rejected]:
    from hiscomply_records.program import program_lines

    options = target.options
    started = datetime.now(UTC)
    lines = program_lines(options["command"], context.project, options.get("env", ()), target.timeout_s)
    with closing(lines):
        yield from _read(lines, target, context, source, started, tally)
    _close(tally, options)


def _from_files(target: Target, context: CollectContext, tallies: list[Any]) -> Iterator[Record | Rejected]:
    """Every file; one that fails is raised after the others are read."""
    from hiscomply_kit.files import find_files, modified
    from hiscomply_records.fetch import read_file
    from hiscomply_records.tally import StreamTally

    failures: list[tuple[str, CollectFailed]] = []
    for path in find_files(context.project, target.options["path"]):
        source = name_in_project(path, context.project)
        tallies.append(StreamTally())
        try:
            with closing(read_file(path)) as lines:
                yield from _read(lines, target, context, source, modified(path), tallies[-1])
            _close(tallies[-1], target.options)
        except CollectFailed as failure:
            failures.append((source, failure))
    if failures:
        raise joined_failures(failures)


def _read(
    lines: Iterator[tuple[int, bytes | None]],
    target: Target,
    context: CollectContext,
    source: str,
    default: datetime,
    tally: Any,
) -> Iterator[Record | Rejected]:
    from hiscomply_records.lines import End, Origin, parse_line

    zone = ZoneInfo(context.zone)
    observed = _observed_at(target.options.get("observed_at"), zone) or default
    origin = Origin(source, observed, zone, frozenset(target.kinds))
    for number, data in lines:
        item = parse_line(number, data, origin)
        tally.take(item)
        if not isinstance(item, End):
            yield item


def _observed_at(text: str | None, zone: ZoneInfo) -> datetime | None:
    from hiscomply_records.lines import parse_moment

    if text is None:
        return None
    try:
        return parse_moment(text, zone)
    except (ValueError, OverflowError):
        raise CollectFailed(
            Text(f"observed_at {text!r} 不是有效时间", f"observed_at {text!r} is no ISO 8601 time")
        ) from None


def _close(tally: Any, options: Mapping[str, Any]) -> None:
    tally.close(options.get("complete", "required") == "required")
