"""Value classes of which a run makes hundreds of thousands.

``@light(frozen=True, slots=True)`` is a frozen dataclass to the type checker, which refuses every assignment, and one
without the guard at run time: with it each object costs four times as much, as it sets its fields through
``object.__setattr__``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from dataclasses import dataclass as light
else:

    def light(*, frozen: bool, slots: bool) -> Any:
        """The dataclass, with the equality and the hash of a frozen one."""
        assert frozen
        return dataclass(slots=slots, unsafe_hash=True)


__all__ = ["light"]
