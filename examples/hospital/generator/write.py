"""Tables to files below ``exports/``."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from itertools import chain
from pathlib import Path
from typing import Any

from generator.campus import stamp
from generator.clock import ZONE
from generator.exports import EXPORTS
from generator.exports.export import Export
from generator.plan import Row, listed
from generator.world import World
from generator.writers import write_csv, write_jsonl, write_xlsx

STREAMS = (
    ("monitor_target", "监控/采集项"),
    ("log_source", "监控/日志源"),
    ("alert", "监控/告警"),
    ("package", "安全/软件清单"),
    ("audit", "合规/内审系统"),
)
"""Kinds that programs hand over as JSON Lines; rows of kinds with another export too say so in ``_stream``."""
RECORDS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("主机/sshd生效配置", ("setting",)),
    (
        "安全/安全平台",
        listed("""
        security_measure admin_interface admin_session application_patch firmware malware_agent time_source
        phishing_test record_access_review disposal
        """),
    ),
    (
        "运维/运维平台",
        listed("component redundancy utilisation response_time duty_shift room_round observed_change"),
    ),
    (
        "管理/管理台账",
        listed("budget retention_rule review_trigger metric_definition release_training handover"),
    ),
)
"""What programs of the hospital write as records: each line names its kind, the last one counts them."""


def write_exports(world: World, folder: Path, campus: int = 1) -> dict[str, int]:
    """Writes every export; gives rows by file. A further campus writes no empty files."""
    sizes: dict[str, int] = {}
    for name, rows, write in _files(world, campus):
        if campus > 1 and (not rows or not write):
            continue
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        write(path)
        sizes[name] = len(rows)
    return sizes


def _files(world: World, campus: int) -> Iterator[tuple[str, list[Any], Any]]:
    made = stamp(world.clock, campus)
    streamed = {kind for kind, _ in STREAMS}
    for export in EXPORTS:
        is_dated = "{stamp}" in export.name
        rows = [row for row in world.tables[export.kind] if _belongs(export, row)]
        if is_dated or campus == 1:
            yield export.name.format(stamp=made), rows, _table_writer(export, rows, world)
    both = streamed & {export.kind for export in EXPORTS}
    for kind, name in STREAMS:
        rows = [row for row in world.tables[kind] if kind not in both or row.get("_stream")]
        yield f"{name}_{made}.jsonl", rows, _stream_writer(rows, world)
    for name, kinds in RECORDS:
        rows = [(kind, row) for kind in kinds for row in world.tables[kind]]
        yield f"{name}_{made}.jsonl", rows, _record_writer(rows, kinds, world)


def _belongs(export: Export, row: Row) -> bool:
    if row.get("_stream"):
        return False
    if export.systems:
        return row["system_id"] in export.systems
    return not export.but_systems or row["system_id"] not in export.but_systems


def _table_writer(export: Export, rows: Iterable[Row], world: World) -> Any:
    def write(path: Path) -> None:
        table = (export.columns.row(row) for row in rows)
        if path.suffix == ".xlsx":
            made = world.clock.on(0, 6, 30)
            write_xlsx(path, "Sheet1", export.title, export.columns.headers, table, made)
        else:
            write_csv(path, export.columns.headers, table, export.encoding)

    return write


def _stream_writer(rows: Iterable[Row], world: World) -> Any:
    made = {"exported_at": _value(world.clock.ago(minutes=0.5))}
    return lambda path: write_jsonl(path, ({**made, **_shown(row)} for row in rows))


def _record_writer(rows: list[tuple[str, Row]], kinds: Sequence[str], world: World) -> Any:
    made = _value(world.clock.on(0, 5))
    counts = Counter(kind for kind, _ in rows)
    end = {"kind": "_end", "records": {kind: counts[kind] for kind in kinds}}
    lines = ({"_kind": kind, "_observed_at": made, **_shown(row)} for kind, row in rows)
    return lambda path: write_jsonl(path, chain(lines, [end]))


def _shown(row: Row) -> dict[str, Any]:
    absent = row.get("_absent", ())
    return {name: _value(value) for name, value in row.items() if name[0] != "_" and name not in absent}


def _value(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.replace(tzinfo=ZONE).isoformat(timespec="seconds")
    return value.isoformat() if isinstance(value, date) else value
