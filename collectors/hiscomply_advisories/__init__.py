"""Vulnerabilities of installed packages, from advisory feeds that lie in the project."""

from __future__ import annotations

from hiscomply.hookspecs import Collector, hookimpl
from hiscomply_advisories.collector import AdvisoriesCollector


@hookimpl
def hiscomply_collectors() -> list[Collector]:
    """The collector ``advisories``."""
    return [AdvisoriesCollector()]
