"""A target's options, read once: what is asked for, of which rows."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from hiscomply.hookspecs import CollectFailed
from hiscomply.model import Text
from hiscomply_tables.columns import ColumnPlan, Source, Sources, plan_columns
from hiscomply_tables.schema import KindSpec
from hiscomply_tables.values import word


@dataclass(frozen=True, slots=True)
class Condition:
    """Rows whose column has one of the words, or none of them."""

    source: int
    words: frozenset[str]
    is_wanted: bool


@dataclass(frozen=True, slots=True)
class Plan:
    """One target.

    Attributes:
        sources: every column that is asked for; the others refer to them by index.
        observed: the source of ``observed_at``, if it is a column.
        header_row: None: to be found; 0: there is none.
    """

    kind: KindSpec
    columns: tuple[ColumnPlan, ...]
    sources: tuple[Source, ...]
    conditions: tuple[Condition, ...]
    observed: int | None
    skip: re.Pattern[str] | None
    header_row: int | None


def plan_target(options: Mapping[str, Any], kind: KindSpec) -> Plan:
    """The options as a plan; raises CollectFailed for what the schema of options cannot see."""
    sources = Sources()
    columns = plan_columns(options["columns"], kind, sources, options.get("empty_values"))
    written = options.get("where", [])
    conditions = tuple(
        Condition(
            source=sources.add(condition["column"]),
            words=frozenset(map(word, condition.get("in", condition.get("not_in")))),
            is_wanted="in" in condition,
        )
        for condition in ([written] if isinstance(written, Mapping) else written)
    )
    moment = options.get("observed_at")
    observed = sources.add(moment["column"]) if isinstance(moment, Mapping) and "column" in moment else None
    header_row = options.get("header_row")
    if header_row == 0 and any(source.number is None for source in sources.all):
        raise CollectFailed(
            Text("header_row: 0 时,列只能按列号给出", "with header_row: 0, columns must be given by number")
        )
    skip = _pattern(options.get("skip_rows"))
    return Plan(kind, columns, tuple(sources.all), conditions, observed, skip, header_row)


def _pattern(written: str | None) -> re.Pattern[str] | None:
    try:
        return None if written is None else re.compile(written)
    except re.error as error:
        raise CollectFailed(
            Text(f"skip_rows 的正则不对:{error}", f"skip_rows: bad regular expression: {error}")
        ) from None
