"""Which kinds of evidence each fact gives; light, so that starting the program need not load the facts."""

from __future__ import annotations

from collections.abc import Mapping

KINDS: Mapping[str, tuple[str, ...]] = {
    "host": ("host",),
    "packages": ("package",),
    "patching": ("patch_state",),
    "accounts": ("account", "password_state"),
    "sudo": ("sudo_rule",),
    "sshd": ("setting",),
    "sysctl": ("setting",),
    "password_rules": ("setting",),
    "listeners": ("listener",),
    "services": ("service",),
    "time": ("time_source",),
    "logs": ("log_source",),
}
