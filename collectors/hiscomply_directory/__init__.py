"""The ``directory`` collector: accounts, groups and password rules of an LDAP or Active Directory server, read-only."""

from __future__ import annotations

from hiscomply.hookspecs import Collector, hookimpl


@hookimpl
def hiscomply_collectors() -> list[Collector]:
    """Registers the collector; importing its parts waits until then."""
    from hiscomply_directory.collector import DirectoryCollector

    return [DirectoryCollector()]
