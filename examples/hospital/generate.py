"""Makes the exports of the example hospital and the key of what an audit must find in them.

    python generate.py [--out FOLDER] [--as-of 2026-06-30T08:00:00+08:00] [--seed 2026]

Needs the standard library and openpyxl; knows nothing of hiscomply, so that the key is independent of it.
"""

from __future__ import annotations

import argparse
import random
import shutil
import sys
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

from generator import (  # noqa: E402 - the package lies beside this file
    accounts,
    assets,
    backups,
    changes,
    duties,
    people,
    references,
    risks,
    systems,
    tickets,
    weaknesses,
)
from generator.clock import Clock  # noqa: E402
from generator.key import write_key  # noqa: E402
from generator.planted import make_plan  # noqa: E402
from generator.world import World  # noqa: E402
from generator.write import write_exports  # noqa: E402

AREAS = (systems, people, accounts, assets, weaknesses, changes, tickets, backups, risks, duties, references)


def main() -> None:
    """Parses the words, makes the hospital, writes it down."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--out", type=Path, default=HERE, help="folder for exports/ and answer-key.json")
    parser.add_argument("--as-of", default="2026-06-30T08:00:00+08:00")
    parser.add_argument("--seed", type=int, default=2026)
    words = parser.parse_args()
    began, clock = time.perf_counter(), Clock.parse(words.as_of)
    plan = make_plan(clock)
    world = World(clock, plan, random.Random(words.seed))
    for area in AREAS:
        area.make(world)
    if plan.leftovers():
        raise ValueError(f"planned, but never made: {plan.leftovers()}")
    shutil.rmtree(words.out / "exports", ignore_errors=True)
    sizes = write_exports(world, words.out / "exports")
    sizes |= references.write_lists(world, words.out / "exports" / "参考数据")
    found = write_key(plan, clock, words.out / "answer-key.json")
    for name, rows in sorted(sizes.items()):
        print(f"{rows:>8,}  {name}")
    print(f"{sum(sizes.values()):>8,}  rows, {found} expected findings, {time.perf_counter() - began:.1f} s")


if __name__ == "__main__":
    main()
