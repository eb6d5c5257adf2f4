from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from hiscomply import paths
from hiscomply.hookspecs import CollectContext
from hiscomply.model import Record, Rejected, Target
from hiscomply_tables import hiscomply_collectors

NONE = {"zh": "没有", "en": "none"}
SCHEMA = {
    "title": "staff",
    "x-key": ["id"],
    "type": "object",
    "properties": {
        "id": {"type": "string"},
        "name": {"type": "string"},
        "system_id": {"type": "string"},
        "status": {"type": "string", "enum": ["active", "left", "leave"]},
        "enabled": {"type": "boolean"},
        "hired_on": {"type": "string", "format": "date"},
        "seen_at": {"type": "string", "format": "date-time"},
        "left_at": {"type": ["string", "null"], "format": "date-time", "x-none": NONE},
        "rto_min": {"type": ["integer", "null"], "x-unit": "minute", "x-none": NONE},
        "hours": {"type": "number", "x-unit": "hour"},
        "share": {"type": "number", "x-unit": "percent"},
        "budget": {"type": "number", "x-unit": "yuan"},
        "count": {"type": "integer"},
        "roles": {"type": "array", "items": {"type": "string"}},
    },
}

Rows = list[list[Any]]


class Project:
    """A project folder, and the collector run over it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def write(self, name: str, content: str | bytes, encoding: str = "utf-8") -> Path:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode(encoding))
        return path

    def excel(self, name: str, rows: Rows, edit: Callable[[Any], None] = lambda _: None) -> Path:
        book = openpyxl.Workbook()
        for row in rows:
            book.active.append(row)
        edit(book)
        book.save(self.folder / name)
        return self.folder / name

    def read(self, path: str, columns: dict[str, Any], **options: Any) -> Iterator[Record | Rejected]:
        [collector] = hiscomply_collectors()
        written = {"path": path, "kind": "staff", "columns": columns, **options}
        target = Target("tables", "test", written, collector.kinds(written))
        context = CollectContext(
            project=self.folder,
            zone="Asia/Shanghai",
            now=datetime(2026, 6, 30, tzinfo=UTC),
            fields={"staff": frozenset(SCHEMA["properties"])},
            digest=lambda secret: f"hmac-sha256:{len(secret)}",
        )
        return collector.collect(target, context)

    def records(self, path: str, columns: dict[str, Any], **options: Any) -> list[Record]:
        items = list(self.read(path, columns, **options))
        assert [item for item in items if isinstance(item, Rejected)] == []
        return [item for item in items if isinstance(item, Record)]

    def fields(self, path: str, columns: dict[str, Any], **options: Any) -> list[dict[str, Any]]:
        return [dict(record.fields) for record in self.records(path, columns, **options)]

    def rejected(self, path: str, columns: dict[str, Any], **options: Any) -> list[Rejected]:
        return [item for item in self.read(path, columns, **options) if isinstance(item, Rejected)]


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Project:
    schemas = tmp_path / "schemas"
    (schemas / "evidence").mkdir(parents=True)
    (schemas / "evidence" / "staff.schema.json").write_text(json.dumps(SCHEMA), encoding="utf-8")
    monkeypatch.setattr(paths, "schemas_dir", lambda: schemas)
    folder = tmp_path / "project"
    folder.mkdir()
    return Project(folder)
