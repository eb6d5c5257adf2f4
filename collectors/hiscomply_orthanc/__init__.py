"""The ``orthanc`` collector: what an Orthanc image server says of itself, never what it stores."""

from __future__ import annotations

from hiscomply.hookspecs import Collector, hookimpl


@hookimpl
def hiscomply_collectors() -> list[Collector]:
    """Registers the collector."""
    from hiscomply_orthanc.collector import OrthancCollector

    return [OrthancCollector()]
