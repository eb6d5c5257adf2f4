"""The ``tables`` collector: CSV, TSV, Excel, JSON and JSON Lines exports become evidence by a column map."""

from __future__ import annotations

from hiscomply.hookspecs import Collector, hookimpl


@hookimpl
def hiscomply_collectors() -> list[Collector]:
    """The one collector of this package."""
    from hiscomply_tables.collector import TablesCollector

    return [TablesCollector()]
