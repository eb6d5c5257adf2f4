"""The ``snmp`` collector: hardware faults that an agent tells, and how openly the agent itself answers."""

from __future__ import annotations

from hiscomply.hookspecs import Collector, hookimpl


@hookimpl
def hiscomply_collectors() -> list[Collector]:
    """Registers the collector."""
    from hiscomply_snmp.collector import SnmpCollector

    return [SnmpCollector()]
