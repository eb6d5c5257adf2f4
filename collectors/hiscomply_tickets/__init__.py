"""The ``tickets`` collector: the course of tickets, changes and alerts in a service desk, never what they say."""

from __future__ import annotations

from hiscomply.hookspecs import Collector, hookimpl


@hookimpl
def hiscomply_collectors() -> list[Collector]:
    """Registers the collector."""
    from hiscomply_tickets.collector import TicketsCollector

    return [TicketsCollector()]
