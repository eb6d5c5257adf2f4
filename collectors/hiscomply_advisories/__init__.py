"""Vulnerabilities of installed packages, from advisory feeds that lie in the project."""

from __future__ import annotations

from hiscomply.hookspecs import Collector, hookimpl


@hookimpl
def hiscomply_collectors() -> list[Collector]:
    """The collector ``advisories``."""
    from hiscomply_advisories.collector import AdvisoriesCollector

    return [AdvisoriesCollector()]
