"""Makes the exports of the example hospital and the key of what an audit must find in them.

    python generate.py [--out FOLDER] [--as-of 2026-06-30T08:00:00+08:00] [--seed 2026]
    python generate.py --situation neglected      # a whole project below situations/: duties not done
    python generate.py --situation silent         # the same, where the registers do not say
    python generate.py --situation orderly        # the same, where nothing is wrong
    python generate.py --scale 10                 # ten campuses: ten times the rows, the same answer key

Needs the standard library and openpyxl; knows nothing of hiscomply, so that the key is independent of it.
"""

from __future__ import annotations

import argparse
import random
import resource
import shutil
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

from generator import (  # noqa: E402 - the package lies beside this file
    accounts,
    assets,
    backups,
    capacity,
    changes,
    duties,
    people,
    protection,
    references,
    registers,
    risks,
    software,
    systems,
    tickets,
    weaknesses,
)
from generator.campus import relabel, systems_of_campus  # noqa: E402
from generator.clock import Clock  # noqa: E402
from generator.key import write_key  # noqa: E402
from generator.plan import Plan  # noqa: E402
from generator.project import lay_out  # noqa: E402
from generator.situations import HOSPITAL, SITUATIONS, Situation  # noqa: E402
from generator.world import World  # noqa: E402
from generator.write import write_exports  # noqa: E402

AREAS = (
    systems,
    people,
    accounts,
    assets,
    software,
    weaknesses,
    references,
    changes,
    tickets,
    backups,
    risks,
    duties,
    protection,
    capacity,
    registers,
)


def main() -> None:
    """Parses the words, makes the hospital, writes it down."""
    words = _words()
    began, clock = time.perf_counter(), Clock.parse(words.as_of)
    situation = SITUATIONS[words.situation]
    folder = words.out or (HERE if situation is HOSPITAL else HERE / "situations" / situation.name)
    plan = Plan()
    for plant in situation.plants:
        plant(plan, clock)
    lay_out(HERE, folder, situation)
    shutil.rmtree(folder / "exports", ignore_errors=True)
    total = 0
    for campus, world in enumerate(_campuses(clock, plan, situation, words.seed, words.scale), 1):
        sizes = write_exports(world, folder / "exports", campus)
        if campus == 1:
            sizes |= references.write_lists(world, folder / "exports" / "参考数据")
        total += sum(sizes.values())
        for name, rows in sorted(sizes.items()):
            print(f"{rows:>9,}  {name}")
    found = write_key(plan, clock, folder / "answer-key.json")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    took = time.perf_counter() - began
    print(f"{total:>9,}  rows, {found} expected findings, {took:.1f} s, {peak:,} MB at most")


def _words() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--out", type=Path, help="folder for exports/ and answer-key.json")
    parser.add_argument("--as-of", default="2026-06-30T08:00:00+08:00")
    parser.add_argument("--seed", type=int, default=2026)
    parser.add_argument("--situation", choices=list(SITUATIONS), default=HOSPITAL.name)
    parser.add_argument("--scale", type=int, default=1, choices=range(1, 100), metavar="N")
    words = parser.parse_args()
    if words.scale > 1 and words.situation != HOSPITAL.name:
        parser.error("--scale makes the main hospital larger; the campuses stay small")
    return words


def _campuses(clock: Clock, plan: Plan, situation: Situation, seed: int, scale: int) -> Iterator[World]:
    """The hospital with what was planted, then clean ones, one at a time so that memory stays bounded.

    Raises:
        ValueError: something was planned that no area of the hospital applied.
    """
    world = World(clock, plan, random.Random(seed), situation.size)
    _make(world)
    if plan.leftovers():
        raise ValueError(f"planned, but never made: {plan.leftovers()}")
    yield world
    size = replace(situation.size, systems=systems_of_campus())
    for campus in range(2, scale + 1):
        world.tables.clear()
        world = World(clock, Plan(), random.Random(seed + campus), size)
        _make(world)
        relabel(world.tables, campus)
        yield world


def _make(world: World) -> None:
    for area in AREAS:
        area.make(world)


if __name__ == "__main__":
    main()
