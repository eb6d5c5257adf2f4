"""The ``records`` collector: evidence as JSON Lines, from files or from any program in any language."""

from __future__ import annotations

from hiscomply.hookspecs import Collector, hookimpl


@hookimpl
def hiscomply_collectors() -> list[Collector]:
    """The one collector of this package."""
    from hiscomply_records.collector import RecordsCollector

    return [RecordsCollector()]
