"""The ``zabbix`` collector: what is monitored, how fresh it is, and what was done about problems."""

from __future__ import annotations

from hiscomply.hookspecs import Collector, hookimpl


@hookimpl
def hiscomply_collectors() -> list[Collector]:
    """Registers the collector."""
    from hiscomply_zabbix.collector import ZabbixCollector

    return [ZabbixCollector()]
