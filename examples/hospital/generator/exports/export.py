"""What one export file is."""

from __future__ import annotations

from dataclasses import dataclass

from generator.columns import Columns


@dataclass(frozen=True)
class Export:
    """One file: kind, folder and name (``{stamp}`` is the date), columns, and which rows."""

    kind: str
    name: str
    columns: Columns
    title: str = ""
    encoding: str = "utf-8-sig"
    systems: tuple[str, ...] = ()
    but_systems: tuple[str, ...] = ()
