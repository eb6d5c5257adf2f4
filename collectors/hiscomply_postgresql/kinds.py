"""The facts by name with the kinds that they give, apart so that nothing else is imported to know them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

KINDS: Final[Mapping[str, tuple[str, ...]]] = {
    "accounts": ("account", "entitlement"),
    "password_schemes": ("password_state",),
    "settings": ("setting", "config_file", "configuration", "effective_setting", "log_source"),
    "host_rules": ("setting",),
    "archiving": ("backup_job",),
    "replication": ("redundancy",),
}
DEFAULT: Final = ("accounts", "settings", "host_rules")
"""The others need a superuser's right, or say something whole only where the backup software is asked as well."""
