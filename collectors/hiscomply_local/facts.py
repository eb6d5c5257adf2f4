"""The facts of a host: what each asks, and the function that reads it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from hiscomply.units import Item
from hiscomply_local import (
    parse_accounts,
    parse_clock,
    parse_host,
    parse_listeners,
    parse_logs,
    parse_packages,
    parse_password_rules,
    parse_patching,
    parse_services,
    parse_settings,
    parse_sudo,
)
from hiscomply_local.about import About
from hiscomply_local.answers import Answers, Ask
from hiscomply_local.parse_os import zone_name


@dataclass(frozen=True, slots=True)
class Fact:
    """One group of evidence: its inputs as data, its reading as a pure function."""

    ask: Ask
    parse: Callable[[Answers, About], Iterator[Item]]


FACTS: Mapping[str, Fact] = {
    "host": Fact(parse_host.ASK, parse_host.parse),
    "packages": Fact(parse_packages.ASK, parse_packages.parse),
    "patching": Fact(parse_patching.ASK, parse_patching.parse),
    "accounts": Fact(parse_accounts.ASK, parse_accounts.parse),
    "sudo": Fact(parse_sudo.ASK, parse_sudo.parse),
    "sshd": Fact(parse_settings.SSHD_ASK, parse_settings.parse_sshd),
    "sysctl": Fact(parse_settings.SYSCTL_ASK, parse_settings.parse_sysctl),
    "password_rules": Fact(parse_password_rules.PASSWORD_ASK, parse_password_rules.parse_password_rules),
    "listeners": Fact(parse_listeners.ASK, parse_listeners.parse),
    "services": Fact(parse_services.ASK, parse_services.parse),
    "time": Fact(parse_clock.ASK, parse_clock.parse),
    "logs": Fact(parse_logs.ASK, parse_logs.parse),
}
IDENTITY = Ask(files=(parse_host.HOSTNAME, "/etc/timezone"), commands=parse_host.ASK.commands[:1])


def about_host(
    answers: Answers, asset_id: str | None, now: datetime, project_zone: str, options: Mapping[str, Any]
) -> About | None:
    """What all facts share, by the options of the target; None when the host has no name and was given none."""
    name = asset_id or answers.file(parse_host.HOSTNAME).text.strip()
    zone = _zone(zone_name(answers)) or _zone(project_zone)
    max_age, fixed = options.get("max_list_age_days", 7), options.get("fixed_repositories", ())
    return About(name, now, zone, max_age, frozenset(fixed)) if name else None


def _zone(name: str | None) -> tzinfo | None:
    if name in {"UTC", "Etc/UTC"}:
        return UTC
    try:
        return ZoneInfo(name) if name else None
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None
