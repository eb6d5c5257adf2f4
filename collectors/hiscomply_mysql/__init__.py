"""The ``mysql`` collector: what a MySQL or MariaDB server says of its accounts, settings and replication."""

from __future__ import annotations

from hiscomply.hookspecs import Collector, hookimpl


@hookimpl
def hiscomply_collectors() -> list[Collector]:
    """Registers the collector; its library is imported when a target is collected."""
    from hiscomply_mysql.collector import MysqlCollector

    return [MysqlCollector()]
