"""The collector: files in, records out."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, ClassVar, Final
from zoneinfo import ZoneInfo

from hiscomply.hookspecs import CollectContext, CollectFailed, joined_failures
from hiscomply.model import Record, Rejected, Target, Text
from hiscomply.paths import name_in_project
from hiscomply_tables.options import OPTIONS_SCHEMA

_LOG: Final = logging.getLogger("hiscomply.tables")


class TablesCollector:
    """Turns rows of exports into records of one kind, by a column map."""

    name: ClassVar[str] = "tables"
    version: ClassVar[str] = "1.0"
    summary: ClassVar[Text] = Text(
        "读取 Excel、CSV、TSV、JSON 台账和导出表", "reads registers and exports: Excel, CSV, TSV, JSON"
    )
    options_schema: ClassVar[Mapping[str, Any]] = OPTIONS_SCHEMA

    def kinds(self, options: Mapping[str, Any]) -> tuple[str, ...]:
        """The one kind that the target names."""
        return (str(options["kind"]),)

    def asks(self, target: Target, project: Path) -> Iterator[Text]:
        """The files that would be read."""
        pattern = target.options["path"]
        yield Text(f"读取文件 {pattern}", f"reads the files {pattern}")

    def collect(self, target: Target, context: CollectContext) -> Iterator[Record | Rejected]:
        """The records of all files of the target; a file that fails is raised after the others are read."""
        from hiscomply_kit.files import find_files
        from hiscomply_tables.plan import plan_target
        from hiscomply_tables.schema import schema_of

        options = target.options
        plan = plan_target(options, schema_of(options["kind"]))
        failures: list[tuple[str, CollectFailed]] = []
        for path in find_files(context.project, options["path"]):
            source = name_in_project(path, context.project)
            try:
                yield from _read_file(path, source, options, plan, context)
            except CollectFailed as failure:
                failures.append((source, failure))
        if failures:
            raise joined_failures(failures)


def _read_file(
    path: Path, source: str, options: Mapping[str, Any], plan: Any, context: CollectContext
) -> Iterator[Record | Rejected]:
    from hiscomply_tables.converters import Surroundings
    from hiscomply_tables.fetch import open_file
    from hiscomply_tables.header import find_header
    from hiscomply_tables.observed import moment_reader, observed_of
    from hiscomply_tables.rows import Reader, Tally

    zone, tally = ZoneInfo(context.zone), Tally()
    with open_file(path, options, plan) as tables:
        for table in tables:
            observed = observed_of(options, path, table, zone)
            read_moment = moment_reader(options, zone, table.epoch)
            around = Surroundings(zone, table.epoch, context.digest)
            header = find_header(table, plan)
            reader = Reader(
                plan=plan,
                table=table,
                header=header,
                around=around,
                source=source,
                observed=observed,
                read_moment=read_moment,
                tally=tally,
            )
            yield from reader.read()
    for reason, count in sorted(tally.passed_over.items()):
        _LOG.info("%s: %d rows passed over: %s", source, count, reason)
    if not (tally.records or tally.rejected or options.get("allow_empty", False)):
        raise CollectFailed(_no_row(sum(tally.passed_over.values())))


def _no_row(passed_over: int) -> Text:
    return Text(
        f"没有数据行(另有 {passed_over} 行被略过);空表若属实,请写 allow_empty: true",
        f"no rows ({passed_over} were passed over); if that is the truth, say allow_empty: true",
    )
