"""The whole pack over ``examples/hospital``: loading it, evaluating it, and ten times the data."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

from benchmarks.audit_by_stage import AS_OF, generate
from benchmarks.measure import NotRun, measure_task
from benchmarks.setting import HOSPITAL, Setting, hiscomply
from benchmarks.table import Row

TIMES = 10


def rows(setting: Setting) -> list[Row]:
    """Loading from the cache, evaluating, and the ratio of ten times the data to once.

    Raises:
        NotRun: the example cannot be generated or audited.
    """
    os.environ.update(setting.environment())
    folder = setting.folder("pack")
    run = _audited(folder / "hospital")
    runs = min(3, setting.runs)
    load = measure_task("pack:load", setting.runs)
    evidence = run / "evidence"
    once = measure_task("pack:evaluate", runs, run=str(run), evidence=str(evidence), as_of=AS_OF)
    many = folder / "many"
    measure_task("pack:multiply", 1, evidence=str(evidence), target=str(many), times=TIMES)
    ten = measure_task("pack:evaluate", 1, run=str(run), evidence=str(many), as_of=AS_OF)
    ratio = f"{ten.seconds / once.seconds:.1f} times the seconds, {ten.cpu_s / once.cpu_s:.1f} times the CPU"
    return [
        Row("pack", "load from the cache", load, f"{load.facts['policies']} policies"),
        Row("pack", "evaluate examples/hospital", once, f"{once.facts['records']:,} records"),
        Row("pack", f"evaluate {TIMES} times the data", ten, f"{ten.facts['records']:,} records, {ratio}"),
    ]


def _audited(project: Path) -> Path:
    shutil.copytree(HOSPITAL, project, ignore=shutil.ignore_patterns(".hiscomply", "__pycache__"))
    generate(project)
    command = [hiscomply(), "audit", str(project), "--as-of", AS_OF]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    found = sorted((project / ".hiscomply/runs").glob("2*"))
    if done.returncode == 2 or not found:
        raise NotRun(f"the audit of the example: {done.stderr.strip().splitlines()[-1:]}")
    return found[-1]
