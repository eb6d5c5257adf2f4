"""One command, one table: hiscomply beside its peers, on the same data and conditions, in the same run.

    python benchmarks/run.py --peers DIR [--runs 3] [--hosts 10000] [--only fleet,check,audit] [--markdown FILE]

Every figure is a median over runs in fresh processes. A peer that is not installed is said to be so.
"""

from __future__ import annotations

import os
import platform
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.measure import ROOT, Cost, NotRun, measure_command, measure_task

ENGINES = (
    ("hiscomply, evaluation from Parquet", "hiscomply"),
    ("hiscomply, from JSON Lines to verdicts", "hiscomply_end_to_end"),
    ("bare DuckDB, one hand-written query", "bare_duckdb"),
    ("OPA", "opa"),
    ("Regorus", "regorus"),
)


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table. ``ratio`` compares its seconds with those of the first row of its block."""

    work: str
    who: str
    cost: Cost | None
    ratio: float | None
    note: str


def fleet(runs: int, hosts: int, peers: Path | None) -> Iterator[Row]:
    """Accounts of a fleet against eight conditions; all engines must find the same failures."""
    with tempfile.TemporaryDirectory(prefix="hiscomply-bench-") as folder:
        measure_task("fleet_data:make_fleet", 1, hosts=hosts, folder=folder, formats=["json", "jsonl"])
        work, base, found = f"{hosts:,} hosts x 40 accounts x 8 conditions", None, None
        for who, name in ENGINES:
            try:
                is_slow = name in ("opa", "hiscomply_end_to_end")
                cost = measure_task(f"fleet_engines:{name}", 1 if is_slow else runs, peers, folder=folder)
            except NotRun as error:
                yield Row(work, who, None, None, f"not run: {error}")
                continue
            failures = cost.facts["failures"]
            found = found or failures
            note = f"{sum(failures.values()):,} failures"
            if failures != found:
                note = f"DIFFERENT ANSWERS: {failures} instead of {found}"
            if "loading_s" in cost.facts:
                note += f", of which loading {cost.facts['loading_s']:.1f} s"
            base = base or cost.seconds
            yield Row(work, who, cost, cost.seconds / base, note)


def check(runs: int, _hosts: int, _peers: Path | None) -> Iterator[Row]:
    """A cold process over one file: what a CI job waits for."""
    program = shutil.which("hiscomply", path=f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}")
    with tempfile.TemporaryDirectory(prefix="hiscomply-bench-") as folder:
        (Path(folder) / "sshd_config").write_text("Port 22\nPermitRootLogin yes\n")
        command = [str(program), "check", "sshd_config"]
        warm = {"HISCOMPLY_CACHE": f"{folder}/cache"}
        place = Path(folder)
        measure_command(command, 1, expected=frozenset({1}), environment=warm, folder=place)
        cost = measure_command(command, runs, expected=frozenset({1}), environment=warm, folder=place)
        yield Row("check of one file, cold process", "hiscomply, pack cached", cost, 1.0, "")
        base = cost.seconds
        cold = {"HISCOMPLY_CACHE": "/dev/null/none"}
        cost = measure_command(command, 1, expected=frozenset({1}), environment=cold, folder=place)
        yield Row("check of one file, cold process", "hiscomply, no cache", cost, cost.seconds / base, "")


def audit(_runs: int, _hosts: int, _peers: Path | None) -> Iterator[Row]:
    """The whole example hospital, and its stages one by one."""
    if not (ROOT / "examples" / "hospital" / "answer-key.json").exists():
        measure_command(
            [sys.executable, "examples/hospital/generate.py"], 1, expected=frozenset({0}), folder=ROOT
        )
    cost = measure_task("audit_stages:audit_hospital", 1)
    whole = cost.seconds
    yield Row("audit of examples/hospital", "all stages", cost, 1.0, f"{cost.facts['records']:,} records")
    for stage, seconds in cost.facts["stages"].items():
        part = Cost(seconds, float("nan"), float("nan"), 1)
        yield Row("audit of examples/hospital", f"  {stage}", part, seconds / whole, "")


BENCHMARKS: dict[str, Callable[[int, int, Path | None], Iterator[Row]]] = {
    "fleet": fleet,
    "check": check,
    "audit": audit,
}


def markdown(rows: Sequence[Row]) -> str:
    """The table."""
    lines = ["| work | who | seconds | CPU s | peak MiB | ratio | |", "|---|---|---:|---:|---:|---:|---|"]
    for row in rows:
        figures = ["—"] * 3
        if row.cost is not None:
            numbers = (row.cost.seconds, row.cost.cpu_s, row.cost.peak_mib)
            figures = [f"{value:,.2f}" if value == value else "" for value in numbers]
        ratio = f"{row.ratio:,.2f}" if row.ratio is not None else ""
        lines.append(f"| {row.work} | {row.who} | {' | '.join(figures)} | {ratio} | {row.note} |")
    return "\n".join(lines) + "\n"


def machine() -> str:
    """The machine and versions, as one line."""
    import duckdb

    from hiscomply import __version__

    processors = Path("/proc/cpuinfo").read_text().splitlines()
    model = next(
        (line.split(":", 1)[1].strip() for line in processors if line.startswith("model name")),
        platform.machine(),
    )
    return (
        f"{model}, {os.cpu_count()} cores, Python {platform.python_version()}, hiscomply {__version__}, "
        f"DuckDB {duckdb.__version__}"
    )


@click.command()
@click.option(
    "--peers", type=click.Path(path_type=Path), default=None, help="folder with the peers' packages"
)
@click.option("--runs", default=3, show_default=True)
@click.option("--hosts", default=10_000, show_default=True)
@click.option("--only", default=",".join(BENCHMARKS), show_default=True)
@click.option("--markdown", "file", type=click.Path(path_type=Path), default=None)
def main(peers: Path | None, runs: int, hosts: int, only: str, file: Path | None) -> None:
    """Measures and prints one table."""
    rows: list[Row] = []
    for name in only.split(","):
        for row in BENCHMARKS[name](runs, hosts, peers.resolve() if peers else None):
            rows.append(row)
            click.echo(markdown([row]).splitlines()[-1], err=True)
    text: Any = f"{machine()}\n\n{markdown(rows)}"
    click.echo(text)
    if file:
        file.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
