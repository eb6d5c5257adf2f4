"""The ``dicom`` collector: whether a DICOM node answers, to whom, and how encrypted; never a study."""

from __future__ import annotations

from hiscomply.hookspecs import Collector, hookimpl


@hookimpl
def hiscomply_collectors() -> list[Collector]:
    """Registers the collector."""
    from hiscomply_dicom.collector import DicomCollector

    return [DicomCollector()]
