"""Which system hands over which file, and how its columns are called."""

from generator.exports import inventory, management, operations, people, security
from generator.exports.export import Export

EXPORTS: tuple[Export, ...] = (
    *people.EXPORTS,
    *inventory.EXPORTS,
    *security.EXPORTS,
    *operations.EXPORTS,
    *management.EXPORTS,
)
