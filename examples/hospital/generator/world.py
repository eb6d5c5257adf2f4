"""What the areas share while the hospital is made: chance, time, the plan, and the tables so far."""

from __future__ import annotations

import random
from collections.abc import Iterable
from dataclasses import dataclass, field

from generator.clock import Clock
from generator.plan import Plan, Row


@dataclass
class World:
    """The hospital in the making.

    Attributes:
        tables: rows by kind, with the planned departures applied.
    """

    clock: Clock
    plan: Plan
    random: random.Random
    tables: dict[str, list[Row]] = field(default_factory=dict)

    def put(self, kind: str, rows: Iterable[Row], clean: Row) -> list[Row]:
        """Keeps the rows of a kind after the plan has had its way with them.

        Args:
            clean: what rows that the plan adds have in the fields that it does not name.
        """
        self.tables[kind] = self.plan.apply(kind, rows, clean)
        return self.tables[kind]

    def between(self, low: float, high: float) -> float:
        """A number of days, hours or minutes, by chance."""
        return self.random.uniform(low, high)

    def minutes(self, low: int, high: int) -> int:
        """Whole minutes, by chance."""
        return self.random.randint(low, high)


OM_STAFF = tuple(f"P{number:05d}" for number in range(1, 65))
"""Who runs the systems; trained, and the only ones with privileges."""
HEADS = tuple(f"P{number:05d}" for number in range(65, 100))
"""Heads of departments: own systems, approve, review."""
STAFF = tuple(f"P{number:05d}" for number in range(1, 7380))
NEWCOMERS = tuple(f"P{number:05d}" for number in range(7380, 7400))
VENDOR_STAFF = tuple(f"P{number:05d}" for number in range(7400, 7550))
TRAINEES = tuple(f"P{number:05d}" for number in range(7550, 7700))
LEAVERS = tuple(f"P{number:05d}" for number in range(7700, 8000))
