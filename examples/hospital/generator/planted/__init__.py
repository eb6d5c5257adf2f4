"""What is wrong in the main hospital, by area: each module has one function that writes into the plan."""

from collections.abc import Callable

from generator.clock import Clock
from generator.plan import Plan
from generator.planted import (
    accounts,
    assets,
    backups,
    capacity,
    changes,
    config,
    duties,
    people,
    protection,
    references,
    registers,
    risks,
    systems,
    tickets,
)

AREAS: tuple[Callable[[Plan, Clock], None], ...] = (
    systems.plant,
    people.plant,
    accounts.plant,
    assets.plant,
    tickets.plant,
    changes.plant,
    backups.plant,
    risks.plant,
    duties.plant,
    config.plant,
    protection.plant,
    capacity.plant,
    registers.plant,
    references.plant,
)
