"""The ``prometheus`` collector: targets, gaps, alerts, availability and utilisation, asked over its HTTP API."""

from __future__ import annotations

from hiscomply.hookspecs import Collector, hookimpl


@hookimpl
def hiscomply_collectors() -> list[Collector]:
    """Registers the collector."""
    from hiscomply_prometheus.collector import PrometheusCollector

    return [PrometheusCollector()]
