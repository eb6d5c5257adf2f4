"""The ``ssh`` collector: a fleet of Linux hosts, each with the facts of ``local``, over one connection a host."""

from __future__ import annotations

from hiscomply.hookspecs import Collector, hookimpl


@hookimpl
def hiscomply_collectors() -> list[Collector]:
    """Registers the collector; neither its facts nor asyncssh are imported before the first host is asked."""
    from hiscomply_ssh.collector import SshCollector

    return [SshCollector()]
