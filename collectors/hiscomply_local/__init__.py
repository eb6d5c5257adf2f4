"""The ``local`` collector: what this Linux host says of itself, read-only."""

from __future__ import annotations

from hiscomply.hookspecs import Collector, hookimpl


@hookimpl
def hiscomply_collectors() -> list[Collector]:
    """Registers the collector; importing its facts waits until then."""
    from hiscomply_local.collector import LocalCollector

    return [LocalCollector()]
