"""The ``scans`` collector: result files of scanners that the institution already runs."""

from __future__ import annotations

from hiscomply.hookspecs import Collector, hookimpl


@hookimpl
def hiscomply_collectors() -> list[Collector]:
    """The one collector of this package."""
    from hiscomply_scans.collector import ScansCollector

    return [ScansCollector()]
