"""What the areas share while the hospital is made: chance, time, the plan, and the tables so far."""

from __future__ import annotations

import random
from collections.abc import Iterable
from dataclasses import dataclass, field

from generator.clock import Clock
from generator.plan import Plan, Row
from generator.size import MAIN, Size


@dataclass
class World:
    """The hospital in the making.

    Attributes:
        tables: rows by kind, with the planned departures applied.
    """

    clock: Clock
    plan: Plan
    random: random.Random
    size: Size = MAIN
    tables: dict[str, list[Row]] = field(default_factory=dict)

    def put(self, kind: str, rows: Iterable[Row], clean: Row) -> list[Row]:
        """Keeps the rows of a kind after the plan has had its way with them.

        Args:
            clean: what rows that the plan adds have in the fields that it does not name.
        """
        self.tables[kind] = self.plan.apply(kind, rows, clean)
        return self.tables[kind]

    @property
    def staff(self) -> tuple[str, ...]:
        """The hospital's own people, those who run the systems and the heads first."""
        return STAFF[: self.size.staff]

    @property
    def newcomers(self) -> tuple[str, ...]:
        """Hired a few days ago."""
        return NEWCOMERS[: self.size.newcomers]

    @property
    def vendor_staff(self) -> tuple[str, ...]:
        """People of suppliers who work here."""
        return VENDOR_STAFF[: self.size.outsiders]

    @property
    def trainees(self) -> tuple[str, ...]:
        """Doctors and nurses who learn here for a while."""
        return TRAINEES[: self.size.outsiders]

    @property
    def leavers(self) -> tuple[str, ...]:
        """Who left within a year."""
        return LEAVERS[: self.size.leavers]

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
TEST_HOST = "test-01"
"""The host that new versions are tested on; no production host."""
