"""The rows of one table become records, or are rejected with their place and reason."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from hiscomply.hookspecs import CollectFailed
from hiscomply.model import Record, Rejected, Text
from hiscomply_tables.converters import Convert, Remembering, Surroundings, build
from hiscomply_tables.header import Header
from hiscomply_tables.matching import missing_headers
from hiscomply_tables.plan import Plan
from hiscomply_tables.table import BrokenRow, Row, Table
from hiscomply_tables.values import Missing, Unfit, header_word, plain, refuse_error, word

_NO_DATA = re.compile(
    r"\s*((合\s*计|总\s*计|小\s*计|共\s*计|汇\s*总|总\s*数|平\s*均值?|(grand\s+|sub)?total)(?![^\W\d])"
    r"|(共|总共|已选择)\s*\d+\s*(条|行|项|人|名|个|台|份|笔|页)"
    r"|[(（]?\d+\s*(条|行|rows?)\s*(记录|受影响|affected|selected)"
    r"|[-—\s]*以下(空白|无正文|无内容)"
    r"|(制表|填表|审核|复核|打印|导出|统计|数据来源|来源|备注|说明|注)[^\s:：]{0,6}\s*[:：])",
    re.IGNORECASE,
)
"""Totals, and notes under a table: never the first cell of a record."""


@dataclass(slots=True)
class Tally:
    """What became of the rows of one file."""

    records: int = 0
    rejected: int = 0
    passed_over: Counter[str] = field(default_factory=Counter)


class Reader:
    """Reads one table after its plan; every conversion is chosen before the first row."""

    def __init__(
        self,
        *,
        plan: Plan,
        table: Table,
        header: Header,
        around: Surroundings,
        source: str,
        observed: datetime | None,
        read_moment: Callable[[Any], datetime],
        tally: Tally,
    ) -> None:
        self._plan, self._table, self._header, self._source = plan, table, header, source
        self._observed, self._read_moment, self._tally = observed, read_moment, tally
        self._constants: dict[str, Any] = {}
        self._bound: list[tuple[str, int, Remembering]] = []
        for column in plan.columns:
            name, convert = column.field.name, build(column, around)
            if column.source is None:
                self._constants[name] = _constant(name, column.constant, convert)
            elif (position := header.positions[column.source]) is not None:
                self._bound.append((name, position, convert))
        self._conditions = [
            (header.positions[condition.source], condition.words, condition.is_wanted)
            for condition in plan.conditions
        ]
        self._observed_at = None if plan.observed is None else header.positions[plan.observed]
        self._unseen = set() if table.has_header else set(range(len(plan.sources)))

    def read(self) -> Iterator[Record | Rejected]:
        """Every row of the table below its headers.

        Raises:
            CollectFailed: a JSON key that is asked for stands in no row at all.
        """
        rows = 0
        for row in self._table.rows():
            if row.line is not None and row.line <= self._header.line and not self._may_hold_rows(row):
                continue
            rows += 1
            outcome = self._reject_broken(row) if isinstance(row, BrokenRow) else self._outcome(row)
            if outcome is not None:
                yield outcome
        never = [self._plan.sources[index] for index in sorted(self._unseen)]
        if rows and (never := [source for source in never if not source.is_optional]):
            raise missing_headers((), never)

    def _may_hold_rows(self, row: Row | BrokenRow) -> bool:
        """Whether something above the headers may be more than a title: a quote may have swallowed headers like them."""
        return isinstance(row, BrokenRow) and self._plan.header_row is None

    def _outcome(self, row: Row) -> Record | Rejected | None:
        first = _first(row.cells)
        if (reason := self._passes_over(row.cells, first)) is not None:
            self._tally.passed_over[reason] += 1
            return None
        cells, width = row.cells, self._header.width
        if self._unseen:
            self._unseen -= {index for index in self._unseen if cells[index] is not Missing.NO_CELL}
        if len(cells) != width:
            if not self._table.is_ragged_normal and _is_damaged(cells, width):
                return self._reject(row, _ragged(len(cells), width))
            cells = [*cells, *[None] * (width - len(cells))]
        if isinstance(first, str) and _NO_DATA.match(first):
            return self._reject(row, _LOOKS_NO_DATA)
        fields = dict(self._constants)
        try:
            if not self._is_wanted(cells):
                self._tally.passed_over["where"] += 1
                return None
            for name, position, convert in self._bound:
                cell = cells[position]
                value = convert[cell] if type(cell) is str else convert(cell)
                if value is not Missing.NOT_KNOWN:
                    fields[name] = value
        except Unfit as unfit:
            return self._reject_cells(row, cells, unfit)
        for name in self._plan.kind.key:
            if fields.get(name) in (None, ""):
                return self._reject(row, _no_key(name), self._place_of(name))
        return self._record(row, cells, fields)

    def _record(self, row: Row, cells: Sequence[Any], fields: dict[str, Any]) -> Record | Rejected:
        observed = self._observed
        if self._observed_at is not None:
            try:
                observed = self._read_moment(cells[self._observed_at])
            except Unfit as unfit:
                return self._reject(row, unfit.reason, self._observed_at)
        self._tally.records += 1
        pointer = row.pointer if row.pointer is not None else self._table.pointer
        return Record(self._plan.kind.kind, fields, self._source, observed, row.line, None, pointer)

    def _passes_over(self, cells: Sequence[Any], first: Any) -> str | None:
        if first is None:
            return "blank"
        if self._plan.skip is not None and self._plan.skip.search(plain(first)):
            return "skip_rows"
        if self._header.cells and self._repeats_header(cells):
            return "repeated header"
        return None

    def _repeats_header(self, cells: Sequence[Any]) -> bool:
        header = self._header.cells
        for _, position, _ in self._bound:
            if position >= len(cells) or position >= len(header) or cells[position] != header[position]:
                return False
        return bool(self._bound) and header_word(cells[self._bound[0][1]]) != ""

    def _is_wanted(self, cells: Sequence[Any]) -> bool:
        for position, words, is_wanted in self._conditions:
            cell = None if position is None else cells[position]
            refuse_error(cell)
            said = "" if cell is None or cell is Missing.NO_CELL else word(cell)
            if (said in words) is not is_wanted:
                return False
        return True

    def _place_of(self, field_name: str) -> int | None:
        return next((position for name, position, _ in self._bound if name == field_name), None)

    def _reject_cells(self, row: Row, cells: Sequence[Any], unfit: Unfit) -> Rejected:
        """One rejection for the row, at its first bad cell; it names the other bad ones too."""
        bad: list[tuple[int, Text]] = []
        for _, position, convert in self._bound:
            try:
                convert(cells[position])
            except Unfit as found:
                bad.append((position, found.reason))
        if not bad:
            return self._reject(row, unfit.reason)
        place, reason = min(bad, key=lambda pair: pair[0])
        others = ", ".join(self._label(position) for position, _ in bad if position != place)
        if others:
            reason = Text(f"{reason.zh};另有:{others}", f"{reason.en}; also bad: {others}")
        return self._reject(row, reason, place)

    def _label(self, position: int) -> str:
        if position < len(self._header.cells):
            return " ".join(str(self._header.cells[position] or "").split())
        labels = [
            source.label
            for source, place in zip(self._plan.sources, self._header.positions, strict=True)
            if place == position
        ]
        return labels[0] if labels else f"#{position + 1}"

    def _reject_broken(self, row: BrokenRow) -> Rejected:
        return self._reject(row, row.reason)

    def _reject(self, row: Row | BrokenRow, reason: Text, position: int | None = None) -> Rejected:
        self._tally.rejected += 1
        column = None if position is None or not self._table.has_header else position + 1
        return Rejected(
            kind=self._plan.kind.kind,
            source=self._source,
            reason=reason,
            line=row.line,
            column=column,
            pointer=row.pointer if row.pointer is not None else self._table.pointer,
            subject="" if position is None else self._label(position),
        )


def _constant(name: str, constant: Any, convert: Convert) -> Any:
    try:
        value = convert(constant)
    except Unfit as unfit:
        reason = unfit.reason
        raise CollectFailed(
            Text(f"columns.{name}.value:{reason.zh}", f"columns.{name}.value: {reason.en}")
        ) from None
    if value is Missing.NOT_KNOWN:
        raise CollectFailed(
            Text(f"columns.{name}.value:不能为空", f"columns.{name}.value: the field cannot be empty")
        )
    return value


def _first(cells: Sequence[Any]) -> Any:
    """The first cell that is not blank, or None."""
    for cell in cells:
        if cell is None or cell is Missing.NO_CELL or (isinstance(cell, str) and not cell.strip()):
            continue
        return cell
    return None


def _is_damaged(cells: Sequence[Any], width: int) -> bool:
    return len(cells) < width or _first(cells[width:]) is not None


_LOOKS_NO_DATA = Text(
    "像是合计行或表注;若确是,请用 skip_rows 写明",
    "looks like a row of totals or a note; if it is one, say so in skip_rows",
)


def _ragged(count: int, width: int) -> Text:
    return Text(f"该行有 {count} 格,表头有 {width} 格", f"the row has {count} cells, the header has {width}")


def _no_key(name: str) -> Text:
    return Text(f"主键字段 {name} 为空", f"the key field {name} is empty")
