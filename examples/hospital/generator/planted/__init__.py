"""What is wrong in the hospital, by area: each module has one function that writes into the plan."""

from collections.abc import Callable

from generator.clock import Clock
from generator.plan import Plan
from generator.planted import (
    accounts,
    assets,
    backups,
    changes,
    config,
    duties,
    people,
    references,
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
    references.plant,
)


def make_plan(clock: Clock) -> Plan:
    """Everything that must be found, and nothing else."""
    plan = Plan()
    for plant in AREAS:
        plant(plan, clock)
    return plan
