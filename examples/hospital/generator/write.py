"""Tables to files below ``exports/``."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from pathlib import Path
from typing import Any

from generator.clock import ZONE
from generator.exports import EXPORTS
from generator.exports.export import Export
from generator.plan import Row
from generator.world import World
from generator.writers import write_csv, write_jsonl, write_xlsx

STREAMS = {"monitor_target": "监控/采集项", "log_source": "监控/日志源", "alert": "监控/告警"}
"""Kinds that monitoring hands over as JSON Lines."""


def write_exports(world: World, folder: Path) -> dict[str, int]:
    """Writes every export; gives rows by file."""
    sizes: dict[str, int] = {}
    for export in EXPORTS:
        path = folder / export.name.format(stamp=world.clock.stamp)
        path.parent.mkdir(parents=True, exist_ok=True)
        rows = [row for row in world.tables[export.kind] if _belongs(export, row)]
        _write(export, path, rows, world)
        sizes[path.relative_to(folder).as_posix()] = len(rows)
    for kind, name in STREAMS.items():
        path = folder / f"{name}_{world.clock.stamp}.jsonl"
        path.parent.mkdir(parents=True, exist_ok=True)
        made = world.clock.ago(minutes=0.5)
        write_jsonl(path, (_json(row, made) for row in world.tables[kind]))
        sizes[path.relative_to(folder).as_posix()] = len(world.tables[kind])
    return sizes


def _belongs(export: Export, row: Row) -> bool:
    if export.systems:
        return row["system_id"] in export.systems
    return not export.but_systems or row["system_id"] not in export.but_systems


def _write(export: Export, path: Path, rows: Iterable[Row], world: World) -> None:
    table = (export.columns.row(row) for row in rows)
    if path.suffix == ".xlsx":
        made = world.clock.on(0, 6, 30)
        write_xlsx(path, "Sheet1", export.title, export.columns.headers, table, made)
    else:
        write_csv(path, export.columns.headers, table, export.encoding)


def _json(row: Row, made: datetime) -> dict[str, Any]:
    absent = row.get("_absent", ())
    shown = {name: _value(value) for name, value in row.items() if name[0] != "_" and name not in absent}
    return {"exported_at": _value(made), **shown}


def _value(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.replace(tzinfo=ZONE).isoformat(timespec="seconds")
    return value.isoformat() if isinstance(value, date) else value
