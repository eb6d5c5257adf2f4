"""The ``backups`` collector: what restic, Borg and pgBackRest say of their own copies, read-only."""

from __future__ import annotations

from hiscomply.hookspecs import Collector, hookimpl


@hookimpl
def hiscomply_collectors() -> list[Collector]:
    """The one collector of this package."""
    from hiscomply_backups.collector import BackupsCollector

    return [BackupsCollector()]
