"""The ``scans`` collector: result files of scanners that the institution already runs."""

from __future__ import annotations

from hiscomply.hookspecs import Collector, hookimpl
from hiscomply_scans.collector import ScansCollector


@hookimpl
def hiscomply_collectors() -> list[Collector]:
    """The one collector of this package."""
    return [ScansCollector()]
