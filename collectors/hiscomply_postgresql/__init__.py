"""The ``postgresql`` collector: what a PostgreSQL server says of its roles, settings, host rules and archiving."""

from __future__ import annotations

from hiscomply.hookspecs import Collector, hookimpl


@hookimpl
def hiscomply_collectors() -> list[Collector]:
    """Registers the collector; its library is imported when a target is collected."""
    from hiscomply_postgresql.collector import PostgresqlCollector

    return [PostgresqlCollector()]
