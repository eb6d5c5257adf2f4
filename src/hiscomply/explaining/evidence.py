"""What the evidence of a run says around a finding."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from hiscomply.duck import connect
from hiscomply.explaining.model import InEffect
from hiscomply.model import Evidence, Finding

COVER = "******"
_SHOWN = 20


@dataclass(frozen=True, slots=True)
class Settings:
    """Where the settings of one file stand: ``secrets`` gives the column of the first secret by line."""

    lines: frozenset[int]
    secrets: Mapping[int, int]


class Known:
    """The tables of the ``files`` collector, as far as there are any."""

    def __init__(self, evidence: Evidence) -> None:
        self._evidence = evidence
        self._connection = connect("256MB", threads=1)

    def rows(self, kind: str, columns: str, where: str, values: Sequence[Any]) -> list[tuple[Any, ...]]:
        """Columns of the records that meet a condition, in the order of file, line and column."""
        table = self._evidence.tables.get(kind)
        if table is None or not table.path.exists():
            return []
        query = f'SELECT {columns} FROM read_parquet(?) WHERE {where} ORDER BY "_source", "_line", "_column"'
        return list(self._connection.execute(query, [str(table.path), *values]).fetchall())

    def values(self, finding: Finding, keys: Sequence[str]) -> list[InEffect]:
        """What is in effect of the finding's configuration: at its place, or of the keys that the rule names."""
        columns = "key, value, origin, file, _line, _column, section, is_certain, is_secret"
        key = finding.pointer or ""
        found = self.rows(
            "effective_setting",
            columns,
            "configuration = ? AND (key = ? OR list_contains(?, key))",
            [finding.subject, key, list(keys)],
        )
        if not found:
            found = self.rows(
                "setting",
                "key, value, 'setting', file, _line, _column, section, is_effective, is_secret",
                "file = ? AND (key = ? OR (_line = ? AND _column = ?))",
                [finding.source, key, finding.line, finding.column],
            )
        return [_in_effect(row) for row in found[:_SHOWN]]

    def read(self, finding: Finding) -> list[str]:
        """The files that the values of the finding's configuration come from."""
        rows = self.rows("effective_setting", "file, _line, _column", "configuration = ?", [finding.subject])
        return sorted({row[0] for row in rows if row[0] is not None})

    def missing(self, finding: Finding) -> str | None:
        """Why the finding's configuration is not complete."""
        rows = self.rows("configuration", "missing", "id = ?", [finding.subject])
        return next((row[0] for row in rows if row[0]), None)

    def root(self, finding: Finding) -> str | None:
        """The main file of the finding's configuration."""
        rows = self.rows("configuration", "file", "id = ?", [finding.subject])
        return rows[0][0] if rows else finding.source

    def format(self, file: str) -> str | None:
        """The format that read a file; None for one that was not read."""
        rows = self.rows("config_file", "format", "path = ? AND status = 'read'", [file])
        return rows[0][0] if rows else None

    def files(self) -> dict[str, bool]:
        """All files that were seen, and whether they could be read (not: parsed)."""
        return dict(self.rows("config_file", "path, status <> 'unreadable'", "true", []))

    def sha256(self, file: str) -> str | None:
        """The digest of a file as it was read."""
        rows = self.rows("config_file", "sha256", "path = ?", [file])
        return rows[0][0] if rows else None

    def settings(self, file: str) -> Settings:
        """Where the settings and the secrets of a file stand."""
        rows = self.rows("setting", "_line, _column, is_secret", "file = ?", [file])
        secrets: dict[int, int] = {}
        for line, column, is_secret in rows:
            if is_secret and line is not None:
                secrets[line] = min(column or 1, secrets.get(line, column or 1))
        return Settings(frozenset(row[0] for row in rows if row[0] is not None), secrets)


def _in_effect(row: tuple[Any, ...]) -> InEffect:
    key, value, origin, file, line, column, section, is_certain, is_secret = row
    shown = COVER if is_secret and value else value
    return InEffect(key, shown, origin, file, line, column, section, is_certain is True)
