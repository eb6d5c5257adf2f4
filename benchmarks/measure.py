"""One piece of work, several times, each in a fresh process; medians of what it cost.

This module stays small on purpose: a child's peak memory counts from the size of the process that started it.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from statistics import median
from typing import Any

ROOT = Path(__file__).resolve().parents[1]


@dataclass(frozen=True, slots=True)
class Cost:
    """What some work cost: the median of each number over the runs.

    Attributes:
        seconds, cpu_s: of the work alone where it times itself, else of the whole process.
        peak_mib: of the whole process and what it started, as ``wait4`` gives it.
        facts: what the last run said of its result.
    """

    seconds: float
    cpu_s: float
    peak_mib: float
    runs: int
    facts: Mapping[str, Any] = field(default_factory=dict)


class NotRun(Exception):
    """A piece of work that could not be measured, and why."""


def measure_task(name: str, runs: int, peers: Path | None = None, **arguments: Any) -> Cost:
    """Runs ``benchmarks.tasks.<module>:<function>`` and takes the times that it gives itself."""
    command = [sys.executable, "-m", "benchmarks.task", name, json.dumps(arguments)]
    paths = [str(ROOT), *([str(peers)] if peers else []), os.environ.get("PYTHONPATH", "")]
    environment = as_installed({"PYTHONPATH": os.pathsep.join(path for path in paths if path)})
    samples, facts = [], {}
    for _ in range(runs):
        _, _, peak, code, out, err = _run(command, environment, None)
        if code:
            raise NotRun(err.strip().splitlines()[-1] if err.strip() else f"exit {code}")
        said = json.loads(out.splitlines()[-1])
        facts = said["facts"]
        samples.append((said["seconds"], said["cpu_s"], peak))
    return _middle(samples, facts)


def measure_command(
    command: Sequence[str],
    runs: int,
    *,
    expected: frozenset[int],
    environment: Mapping[str, str] | None = None,
    folder: Path | None = None,
) -> Cost:
    """Runs a command as a user would: the whole process counts, from start to exit."""
    samples, out = [], ""
    for _ in range(runs):
        seconds, cpu, peak, code, out, err = _run(command, as_installed(environment or {}), folder)
        if code not in expected:
            raise NotRun(f"exit {code}: {(err or out).strip().splitlines()[-1:]}")
        samples.append((seconds, cpu, peak))
    return _middle(samples, {"output": out})


def as_installed(more: Mapping[str, str]) -> dict[str, str]:
    """The environment of a measured process, ours or a peer's: it may use and write byte code, as a user's does."""
    _compile()
    kept = {name: text for name, text in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return {**kept, **more}


@cache
def _compile() -> None:
    """Byte code beside our sources: pip writes it when it installs a package, but not for an editable one."""
    folders = [str(ROOT / name) for name in ("src", "collectors", "benchmarks")]
    subprocess.run([sys.executable, "-m", "compileall", "-q", *folders], check=True)


def _run(
    command: Sequence[str], environment: Mapping[str, str], folder: Path | None
) -> tuple[float, float, float, int, str, str]:
    with tempfile.TemporaryFile("w+") as out, tempfile.TemporaryFile("w+") as err:
        began = time.perf_counter()
        process = subprocess.Popen(command, stdout=out, stderr=err, env=dict(environment), cwd=folder)
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - began
        process.returncode = os.waitstatus_to_exitcode(status)
        out.seek(0)
        err.seek(0)
        cpu = usage.ru_utime + usage.ru_stime
        return seconds, cpu, usage.ru_maxrss / 1024, process.returncode, out.read(), err.read()


def _middle(samples: Sequence[tuple[float, float, float]], facts: Mapping[str, Any]) -> Cost:
    seconds, cpu, peak = (median(column) for column in zip(*samples, strict=True))
    return Cost(seconds, cpu, peak, len(samples), facts)
