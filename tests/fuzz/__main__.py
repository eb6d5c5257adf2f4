"""Fuzzes every format and every software: ``python -m tests.fuzz``, a table at the end, exit code 1 after a crash.

What crashed is written below ``--keep``, and comes again with the same ``--seed`` and ``--inputs``.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tests.fuzz.worker import MEGABYTES, Outcome, targets

HANG_S = 3600.0
ROOT = Path(__file__).parents[2]


def run(
    names: Sequence[str], inputs: int, seed: int, jobs: int = 1, timeout_s: float = HANG_S
) -> Iterator[Outcome]:
    """So many inputs shared out over the names, each name in a process of its own."""
    share = -(-inputs // len(names))
    with ThreadPoolExecutor(jobs) as pool:
        yield from pool.map(lambda name: _one(name, share, seed, timeout_s), names)


def _one(name: str, inputs: int, seed: int, timeout_s: float) -> Outcome:
    command = [sys.executable, "-m", "tests.fuzz.worker", name, str(inputs), str(seed)]
    try:
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=timeout_s)
    except subprocess.TimeoutExpired:
        return _lost(name, f"no end after {timeout_s:.0f} s")
    if done.returncode:
        return _lost(name, f"exit code {done.returncode}: {done.stderr[-500:]}")
    return Outcome(**json.loads(done.stdout))


def _lost(name: str, why: str) -> Outcome:
    return Outcome(name, crashes=1, samples=[{"error": why, "input": ""}])


def table(outcomes: Sequence[Outcome]) -> str:
    """What was run and what came of it."""
    head = f"{'what':<34}{'inputs':>10}{'refused':>10}{'crashes':>9}{'slowest s':>11}{'peak MB':>9}"
    rows = [
        f"{one.name:<34}{one.inputs:>10,}{one.refused:>10,}{one.crashes:>9,}{one.slowest_s:>11.3f}{one.peak_mb:>9.0f}"
        for one in outcomes
    ]
    total = Outcome(
        "all",
        sum(one.inputs for one in outcomes),
        sum(one.refused for one in outcomes),
        sum(one.crashes for one in outcomes),
        max(one.slowest_s for one in outcomes),
        max(one.peak_mb for one in outcomes),
    )
    rows.append(
        f"{total.name:<34}{total.inputs:>10,}{total.refused:>10,}{total.crashes:>9,}{total.slowest_s:>11.3f}{total.peak_mb:>9.0f}"
    )
    return "\n".join([head, *rows])


def main() -> int:
    """The command."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("--inputs", type=int, default=1_000_000, help="over all formats and software")
    parser.add_argument(
        "--seed", type=int, default=int(time.time()), help="the same seed gives the same inputs"
    )
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--only", action="append", help="format:NAME, software:NAME or decode; repeatable")
    parser.add_argument("--keep", type=Path, help="a folder for the inputs that crashed")
    flags = parser.parse_args()
    names = flags.only or targets()
    print(f"seed {flags.seed}, limits: 1 s of processor time and {MEGABYTES} MB", flush=True)
    outcomes = []
    started = time.perf_counter()
    for one in run(names, flags.inputs, flags.seed, flags.jobs):
        outcomes.append(one)
        print(f"{one.name}: {one.inputs:,} inputs, {one.crashes} crashes", file=sys.stderr, flush=True)
        for number, sample in enumerate(one.samples):
            print(f"  {sample['error']}\n  {sample['input'][:200]!r}", file=sys.stderr)
            if flags.keep:
                flags.keep.mkdir(parents=True, exist_ok=True)
                name = f"{one.name.replace(':', '-')}-{number}.txt"
                (flags.keep / name).write_text(sample["input"], encoding="utf-8", errors="surrogatepass")
    print(table(outcomes))
    print(f"{time.perf_counter() - started:.0f} s")
    return 1 if any(one.crashes for one in outcomes) else 0


if __name__ == "__main__":
    sys.exit(main())
