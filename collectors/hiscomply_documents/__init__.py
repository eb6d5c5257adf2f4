"""The ``documents`` collector: a folder of rules, plans and signed statements, by its index, each file by its hash."""

from __future__ import annotations

from hiscomply.hookspecs import Collector, hookimpl


@hookimpl
def hiscomply_collectors() -> list[Collector]:
    """The one collector of this package."""
    from hiscomply_documents.collector import DocumentsCollector

    return [DocumentsCollector()]
