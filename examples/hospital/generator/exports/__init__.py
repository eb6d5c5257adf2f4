"""Which system hands over which file, and how its columns are called."""

from generator.exports import (
    assurance,
    inventory,
    management,
    operations,
    people,
    resources,
    security,
    upkeep,
)
from generator.exports.export import Export

EXPORTS: tuple[Export, ...] = (
    *people.EXPORTS,
    *inventory.EXPORTS,
    *security.EXPORTS,
    *operations.EXPORTS,
    *management.EXPORTS,
    *upkeep.EXPORTS,
    *resources.EXPORTS,
    *assurance.EXPORTS,
)
