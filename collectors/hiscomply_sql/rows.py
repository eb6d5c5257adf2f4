"""The rows of a query as a table of the ``tables`` collector, whose conversions then apply. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from hiscomply.errors import nearest
from hiscomply.hookspecs import CollectContext, CollectFailed
from hiscomply.model import Record, Rejected, Text
from hiscomply_tables.converters import Surroundings
from hiscomply_tables.header import find_header
from hiscomply_tables.matching import find_positions, missing_headers, refuse_duplicates
from hiscomply_tables.observed import moment_reader
from hiscomply_tables.plan import Plan, plan_target
from hiscomply_tables.rows import Reader, Tally
from hiscomply_tables.schema import KindSpec, schema_of
from hiscomply_tables.table import Row, Table
from hiscomply_tables.values import Missing, header_word


def plan_of(options: Mapping[str, Any], columns: Sequence[str]) -> Plan:
    """Which column fills which field: as the target says, and for the others the field of the column's own name.

    Raises:
        CollectFailed: a column without field, a field without column, a name that stands twice.
    """
    kind = schema_of(options["kind"])
    written = dict(options.get("columns", {}))
    used = {header_word(name) for body in written.values() for name in _names(body)}
    for column in columns:
        if header_word(column) in used:
            continue
        written.setdefault(_field(column, kind), column)
    plan = plan_target({**options, "columns": written}, kind)
    refuse_duplicates(columns, plan.sources)
    missing = [
        source
        for source, place in zip(plan.sources, find_positions(columns, plan.sources), strict=True)
        if place is None and not source.is_optional
    ]
    if missing:
        raise missing_headers(columns, missing)
    return plan


def _names(body: Any) -> list[str]:
    reference = body.get("column", []) if isinstance(body, Mapping) else body
    listed = [reference] if isinstance(reference, str | int) else list(reference)
    return [name for name in listed if isinstance(name, str)]


def _field(column: str, kind: KindSpec) -> str:
    name = next((one for one in kind.fields if header_word(one) == header_word(column)), None)
    if name is None:
        hint = nearest(column, kind.fields)
        raise CollectFailed(
            Text(
                f"查询的列 {column} 不是 {kind.kind} 的字段;{hint}",
                f"the query's column {column} is no field of {kind.kind}; {hint}",
            )
        )
    return name


def read_rows(
    plan: Plan,
    columns: Sequence[str],
    rows: Callable[[], Iterator[Sequence[Any]]],
    source: str,
    context: CollectContext,
    tally: Tally,
) -> Iterator[Record | Rejected]:
    """A record per row; what cannot be one is set aside with the row's number."""
    places = find_positions(columns, plan.sources)
    zone = ZoneInfo(context.zone)

    def picked() -> Iterator[Row]:
        for number, row in enumerate(rows(), 1):
            cells = [Missing.NO_CELL if place is None else _cell(row[place]) for place in places]
            yield Row(number, cells, "query")

    table = Table("query", picked, has_header=False)
    yield from Reader(
        plan=plan,
        table=table,
        header=find_header(table, plan),
        around=Surroundings(zone, None, context.digest),
        source=source,
        observed=context.now,
        read_moment=moment_reader({}, zone, None),
        tally=tally,
    ).read()


def _cell(value: Any) -> Any:
    """A driver's value as a cell: decimals become numbers, bytes are no text of anything."""
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    if isinstance(value, bytes | bytearray | memoryview):
        return Missing.NO_CELL
    return value if isinstance(value, str | int | float | datetime | type(None)) else _other(value)


def _other(value: Any) -> Any:
    from datetime import date, time, timedelta

    return value if isinstance(value, date | time | timedelta) else str(value)
