"""The ``reference`` collector: reference data as evidence, so that they are sealed in the run."""

from __future__ import annotations

from hiscomply.hookspecs import Collector, hookimpl


@hookimpl
def hiscomply_collectors() -> list[Collector]:
    """The one collector of this package."""
    from hiscomply_reference.collector import ReferenceCollector

    return [ReferenceCollector()]
