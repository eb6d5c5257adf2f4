"""``python -m benchmarks [--quick] [--full] [--only NAME] [--markdown FILE] [--peers DIR]``."""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path

from benchmarks import (
    advisories,
    audit_by_stage,
    check_cold,
    check_repository,
    fleet,
    local,
    machine,
    pack,
    peers,
    reports,
    scale,
    ssh_fleet,
)
from benchmarks.measure import NotRun
from benchmarks.setting import Setting
from benchmarks.table import Row, aligned, markdown

BENCHMARKS: Mapping[str, Callable[[Setting], list[Row]]] = {
    "fleet": fleet.rows,
    "scale": scale.rows,
    "check_cold": check_cold.rows,
    "check_repository": check_repository.rows,
    "audit_by_stage": audit_by_stage.rows,
    "pack": pack.rows,
    "local": local.rows,
    "advisories": advisories.rows,
    "ssh_fleet": ssh_fleet.rows,
    "sarif_million": reports.sarif_rows,
    "html_100k": reports.html_rows,
}


def main() -> None:
    """Runs what is asked for, one after the other, and prints one table."""
    asked = _arguments()
    header = machine.facts(asked.peers)
    table: list[Row] = []
    with tempfile.TemporaryDirectory(prefix="hiscomply-benchmark-") as scratch:
        runs = asked.runs or (3 if asked.quick else 5)
        setting = Setting(Path(scratch), asked.peers, runs, asked.quick, asked.full)
        os.environ.update(setting.environment())
        for name in asked.only or BENCHMARKS:
            print(f"{name} …", file=sys.stderr)
            table += _guarded(name, setting)
    print("\n".join(header), aligned(table), sep="\n\n")
    if asked.markdown:
        lines = "\n".join(f"- {line}" for line in header)
        asked.markdown.write_text(f"{lines}\n\n{markdown(table)}\n", encoding="utf-8")


def _guarded(name: str, setting: Setting) -> list[Row]:
    """One benchmark that cannot run does not cost the others."""
    try:
        return BENCHMARKS[name](setting)
    except NotRun as error:
        return [Row(name, "", None, f"NOT RUN: {error}")]


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description="What hiscomply costs.")
    parser.add_argument("--quick", action="store_true", help="a tenth of the data, three runs")
    parser.add_argument("--full", action="store_true", help="scale with 100 million accounts")
    parser.add_argument("--only", action="append", choices=list(BENCHMARKS), help="repeatable")
    parser.add_argument("--runs", type=int, help="runs for each median (default 5)")
    parser.add_argument("--markdown", type=Path, metavar="FILE")
    parser.add_argument("--peers", type=Path, default=peers.DEFAULT, metavar="DIR")
    return parser.parse_args()


if __name__ == "__main__":
    main()
