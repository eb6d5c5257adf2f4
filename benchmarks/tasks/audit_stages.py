"""The audit of the example hospital with a clock around each stage; the product itself has no clock in it."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

from benchmarks.task import Watch

HOSPITAL = Path(__file__).resolve().parents[2] / "examples" / "hospital"
AS_OF = "2026-06-30T08:00:00+08:00"
STAGES = {
    "collect": "collect_all",
    "store": "store_evidence",
    "compile": "load_pack",
    "evaluate": "evaluate_policies",
    "judge": "judge",
    "report": "write_reports",
}


def audit_hospital() -> Watch:
    """Every stage from the project file to HTML, SARIF and JSON."""
    from hiscomply import pipeline
    from hiscomply.config.project import load_project
    from hiscomply.config.waivers import load_waivers
    from hiscomply.plugins import collectors, evidence_kinds, pack_folders, reporters

    spent: dict[str, float] = {}
    for stage, name in STAGES.items():
        setattr(pipeline, name, _timed(getattr(pipeline, name), stage, spent))
    watch = Watch()
    with tempfile.TemporaryDirectory(prefix="hiscomply-bench-") as runs, watch:
        kinds, available, known = evidence_kinds(), collectors(), reporters()
        settings = load_project(HOSPITAL, available, language="en", flags={})
        settings = replace(
            settings, as_of=datetime.fromisoformat(AS_OF), runs=Path(runs), is_secret_kept=False
        )
        plan = pipeline.make_plan(settings, kinds, pack_folders(), load_waivers(settings.waivers))
        outcome = pipeline.audit(settings, plan, available, previous=None, command=("benchmark",))
        targets = {name: outcome.folder / known[name].filename for name in ("html", "sarif", "json")}
        pipeline.write_reports(outcome.result, known, targets, "en")
    records = sum(table.rows for table in outcome.result.evidence.tables.values())
    watch.facts = {"stages": spent, "records": records, "findings": outcome.result.findings_count}
    return watch


def _timed(function: Callable[..., Any], stage: str, spent: dict[str, float]) -> Callable[..., Any]:
    def timed(*arguments: Any, **named: Any) -> Any:
        began = time.perf_counter()
        try:
            return function(*arguments, **named)
        finally:
            spent[stage] = spent.get(stage, 0.0) + time.perf_counter() - began

    return timed
