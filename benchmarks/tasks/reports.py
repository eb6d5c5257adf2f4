"""Large reports: a million findings to SARIF, a hundred thousand to one web page."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path

from benchmarks import sarif_million
from benchmarks.task import Watch
from hiscomply.model import AuditResult


def sarif(findings: int) -> Watch:
    """hiscomply's own writer."""
    return _write(sarif_million.write_ours, sarif_million.audit(findings))


def sarif_findings_only(findings: int) -> Watch:
    """What making the synthetic findings costs by itself."""
    return _write(sarif_million.iterate_only, sarif_million.audit(findings))


def sarif_peer(findings: int) -> Watch:
    """sarif-om's objects through jschema-to-python."""
    return _write(sarif_million.write_peer, sarif_million.audit(findings))


def html(findings: int) -> Watch:
    """The page of a large synthetic audit."""
    from tests.unit.report.factory import audit_result

    from hiscomply.report.html import HtmlReporter

    result = audit_result(policies=80, findings=findings)

    def write(given: AuditResult, path: Path) -> None:
        HtmlReporter().write(given, path, "zh")

    return _write(write, result)


def _write(write: Callable[[AuditResult, Path], None], result: AuditResult) -> Watch:
    watch = Watch()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "report"
        with watch:
            write(result, path)
        watch.facts["megabytes"] = path.stat().st_size / 1e6
    return watch
