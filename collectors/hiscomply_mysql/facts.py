"""The facts of a server: what each asks, and the function that reads it."""

from __future__ import annotations

from collections.abc import Mapping

from hiscomply_kit.databases import Fact
from hiscomply_mysql import parse_accounts, parse_settings
from hiscomply_mysql.kinds import KINDS

FACTS: Mapping[str, Fact] = {
    "accounts": Fact(
        KINDS["accounts"],
        ("accounts", "memberships", "grants", "writers", "settings"),
        parse_accounts.parse_accounts,
    ),
    "settings": Fact(
        KINDS["settings"], ("settings", "connection", "login", "plugins"), parse_settings.parse_settings
    ),
    "replication": Fact(
        KINDS["replication"], ("cluster", "replica", "replica_mysql"), parse_settings.parse_replication
    ),
}
