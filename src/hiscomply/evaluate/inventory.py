"""What a run holds of each evidence kind, as a kind that policies can read: which metrics have live data."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from hiscomply.kinds import INVENTORY_KIND
from hiscomply.model import Evidence, EvidenceTable

if TYPE_CHECKING:
    from hiscomply.evaluate.engine import Engine


def add_inventory(engine: Engine, evidence: Evidence) -> None:
    """Fills kind ``evidence_table``: one row for each kind that the run collected, or should have.

    The inventory is complete by its nature and as fresh as the audit. A kind without rows is there with none.
    """
    if INVENTORY_KIND in evidence.tables or not evidence.tables:
        return
    as_of = engine.moment.naive
    engine.add_empty(INVENTORY_KIND)
    names = ("kind", "rows", "complete", "newest_at", "_observed_at", "_source", "_missing")
    rows: list[tuple[object, ...]] = [
        (name, table.rows, table.is_complete, _newest(table), as_of, table.path.name, [])
        for name, table in sorted(evidence.tables.items())
    ]
    columns = ", ".join(f'"{name}"' for name in names)
    marks = ", ".join(["(" + ", ".join("?" * len(names)) + ")"] * len(rows))
    engine.connection.execute(
        f'INSERT INTO ev."{INVENTORY_KIND}" ({columns}) VALUES {marks}',
        [value for row in rows for value in row],
    )
    now = engine.moment.as_of
    engine.set_table(EvidenceTable(INVENTORY_KIND, Path(), len(rows), True, (), now, now))


def _newest(table: EvidenceTable) -> object:
    return table.newest.replace(tzinfo=None) if table.newest else None
