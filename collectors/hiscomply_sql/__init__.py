"""The ``sql`` collector: the answer to one SELECT, of any database that SQLAlchemy knows."""

from __future__ import annotations

from hiscomply.hookspecs import Collector, hookimpl


@hookimpl
def hiscomply_collectors() -> list[Collector]:
    """Registers the collector; its library is imported when a target is collected."""
    from hiscomply_sql.collector import SqlCollector

    return [SqlCollector()]
