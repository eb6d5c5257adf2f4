"""The ``redfish`` collector: hardware faults of servers and devices, asked of their management controllers."""

from __future__ import annotations

from hiscomply.hookspecs import Collector, hookimpl


@hookimpl
def hiscomply_collectors() -> list[Collector]:
    """Registers the collector."""
    from hiscomply_redfish.collector import RedfishCollector

    return [RedfishCollector()]
