"""``hiscomply audit examples/hospital``, stage by stage."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

from benchmarks.measure import Cost, NotRun, measure_task
from benchmarks.setting import HOSPITAL, Setting
from benchmarks.table import Row

AS_OF = "2026-06-30T08:00:00+08:00"


def rows(setting: Setting) -> list[Row]:
    """The whole audit, then each stage; stages run in one process, so the peak is the whole's.

    Raises:
        NotRun: the example cannot be generated, or its audit judged nothing.
    """
    os.environ.update(setting.environment())
    project = setting.folder("audit_by_stage") / "hospital"
    shutil.copytree(HOSPITAL, project, ignore=shutil.ignore_patterns(".hiscomply", "__pycache__"))
    generate(project)
    first = measure_task("audit:by_stage", 1, project=str(project), as_of=AS_OF)
    cost = measure_task("audit:by_stage", min(3, setting.runs), project=str(_fresh(project)), as_of=AS_OF)
    code = cost.facts["exit_code"]
    if code == 2:
        raise NotRun("the audit of the example ended with exit code 2")
    table = [
        Row("audit_by_stage", "whole audit, warm pack cache", cost, f"exit code {code}"),
        Row("audit_by_stage", "whole audit, empty pack cache", first),
    ]
    for stage, (seconds, cpu) in cost.facts["stages"].items():
        share = f"{seconds / cost.seconds:.0%} of the whole"
        table.append(Row("audit_by_stage", f"  {stage}", Cost(seconds, cpu, 0, 1), share))
    return table


def generate(project: Path) -> None:
    """The exports of the example.

    Raises:
        NotRun: its generator failed.
    """
    done = subprocess.run(
        [sys.executable, "generate.py"], cwd=project, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise NotRun(f"generate.py: {done.stderr.strip().splitlines()[-1:]}")


def _fresh(project: Path) -> Path:
    """Forgets the earlier run: a second run of the same moment could not be named."""
    shutil.rmtree(project / ".hiscomply", ignore_errors=True)
    return project
