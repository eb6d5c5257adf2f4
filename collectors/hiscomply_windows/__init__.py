"""The ``windows`` collector: what Windows hosts say of themselves, over their OpenSSH server, read-only."""

from __future__ import annotations

from hiscomply.hookspecs import Collector, hookimpl


@hookimpl
def hiscomply_collectors() -> list[Collector]:
    """The one collector of this package."""
    from hiscomply_windows.collector import WindowsCollector

    return [WindowsCollector()]
