"""A whole audit with a watch around each stage; the product's functions are wrapped from here."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Any

from benchmarks.task import Watch

STAGES = {
    "configure": "hiscomply.config.project:load_project",
    "compile": "hiscomply.plan:make_plan",
    "collect": "hiscomply.pipeline:collect_all",
    "store": "hiscomply.pipeline:store_evidence",
    "evaluate": "hiscomply.pipeline:evaluate_policies",
    "judge": "hiscomply.pipeline:judge",
    "roll up": "hiscomply.pipeline:roll_up",
    "report": "hiscomply.writing:write_reports",
    "seal": "hiscomply.pipeline:seal_run",
}
"""Where each stage is looked up when it is called."""


def by_stage(project: str, as_of: str) -> Watch:
    """``hiscomply audit PROJECT``; facts: wall and processor seconds by stage."""
    from hiscomply.cli.main import run

    watches = {stage: Watch() for stage in STAGES}
    for stage, place in STAGES.items():
        name, _, function = place.partition(":")
        module = import_module(name)
        setattr(module, function, _timed(getattr(module, function), watches[stage]))
    total = Watch()
    with total:
        code = run(["audit", project, "--as-of", as_of])
    total.facts = {
        "exit_code": code,
        "stages": {stage: (watch.seconds, watch.cpu_s) for stage, watch in watches.items()},
    }
    return total


def _timed(function: Callable[..., Any], watch: Watch) -> Callable[..., Any]:
    def timed(*arguments: Any, **named: Any) -> Any:
        with watch:
            return function(*arguments, **named)

    return timed
