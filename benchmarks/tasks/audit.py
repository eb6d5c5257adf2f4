"""A whole audit with a watch around each stage; the product's functions are wrapped from here."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

from benchmarks.task import Watch

STAGES = {
    "configure": "load_project",
    "compile": "make_plan",
    "collect": "collect_all",
    "store": "store_evidence",
    "evaluate": "evaluate_policies",
    "judge": "judge",
    "roll up": "roll_up",
    "report": "write_reports",
    "seal": "seal_run",
}


def by_stage(project: str, as_of: str) -> Watch:
    """``hiscomply audit PROJECT``; facts: wall and processor seconds by stage."""
    from hiscomply import pipeline, plan
    from hiscomply.cli.main import main
    from hiscomply.config import project as configuration

    watches = {stage: Watch() for stage in STAGES}
    for stage, name in STAGES.items():
        module: Any = {"configure": configuration, "compile": plan}.get(stage, pipeline)
        setattr(module, name, _timed(getattr(module, name), watches[stage]))
    sys.argv = ["hiscomply", "audit", project, "--as-of", as_of]
    total = Watch()
    with total:
        code = _exit_code(main)
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


def _exit_code(main: Callable[[], Any]) -> int:
    try:
        return int(main() or 0)
    except SystemExit as end:
        return int(end.code or 0)
