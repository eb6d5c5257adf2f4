"""The facts by name with the kinds that they give, apart so that nothing else is imported to know them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

KINDS: Final[Mapping[str, tuple[str, ...]]] = {
    "accounts": ("account", "password_state", "entitlement"),
    "settings": ("setting", "log_source"),
    "replication": ("redundancy",),
}
DEFAULT: Final = ("accounts", "settings")
"""Redundancy is asked for by name: a server knows of a replica, not of storage or a cluster manager."""
