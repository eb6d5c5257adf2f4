"""The facts of a server: what each asks, and the function that reads it."""

from __future__ import annotations

from collections.abc import Mapping

from hiscomply_kit.databases import Fact
from hiscomply_postgresql import parse_copies, parse_roles, parse_settings
from hiscomply_postgresql.kinds import KINDS

FACTS: Mapping[str, Fact] = {
    "accounts": Fact(KINDS["accounts"], ("roles", "memberships"), parse_roles.parse_accounts),
    "password_schemes": Fact(
        KINDS["password_schemes"], ("password_schemes",), parse_roles.parse_password_schemes
    ),
    "settings": Fact(
        KINDS["settings"],
        ("settings", "connection", "extensions", "overrides"),
        parse_settings.parse_settings,
    ),
    "host_rules": Fact(KINDS["host_rules"], ("host_rules",), parse_settings.parse_host_rules),
    "archiving": Fact(KINDS["archiving"], ("archiver",), parse_copies.parse_archiving),
    "replication": Fact(KINDS["replication"], ("standbys", "receiver"), parse_copies.parse_replication),
}
