"""Fact ``host``: identity, operating system, kernel, start, end of support, clock, package lists."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from hiscomply.model import Record, Rejected, Text
from hiscomply_local import parse_apt, parse_clock, parse_dnf
from hiscomply_local.about import About, missing, unreadable
from hiscomply_local.answers import Answers, Ask
from hiscomply_local.parse_os import (
    LOCALTIME,
    TIMEZONE,
    parse_boot_time,
    parse_os_release,
    support_end,
    zone_name,
)
from hiscomply_local.parse_packages import DPKG_STATUS, RPM_PACKAGES, package_manager
from hiscomply_local.parse_patching import list_age_days

HOSTNAME = "/proc/sys/kernel/hostname"
KERNEL = "/proc/sys/kernel/osrelease"
OS_RELEASE = ("/etc/os-release", "/usr/lib/os-release")
STAT = "/proc/stat"
ASK = Ask(
    files=(HOSTNAME, KERNEL, *OS_RELEASE, STAT, TIMEZONE, *parse_dnf.REPOSITORIES),
    heads=(DPKG_STATUS, parse_apt.LISTS, parse_apt.INDEXES),
    commands=(LOCALTIME, RPM_PACKAGES, *parse_clock.COMMANDS),
)


def parse(answers: Answers, about: About) -> Iterator[Record | Rejected]:
    """One ``host`` record; what could not be read is not in it."""
    path = next((path for path in OS_RELEASE if answers.file(path).ok), OS_RELEASE[0])
    release = answers.file(path)
    if not release.ok:
        yield about.unknown("host", path, missing(Text("操作系统版本", "operating system release"), release))
    values, bad = parse_os_release(release.text)
    for number in bad:
        yield about.bad_line(
            "host", path, number, unreadable(Text("操作系统版本", "operating system release"))
        )
    yield about.from_file(
        "host", path, {"id": about.asset_id, **_identity(answers, about), **_system(values)}
    )


def _identity(answers: Answers, about: About) -> dict[str, Any]:
    age = list_age_days(answers, about)
    synchronized = parse_clock.is_synchronized(answers)
    return {
        "hostname": answers.file(HOSTNAME).text.strip() or ...,
        "kernel": answers.file(KERNEL).text.strip() or ...,
        "booted_at": parse_boot_time(answers.file(STAT).text) or ...,
        "time_zone": zone_name(answers) or ...,
        "package_manager": package_manager(answers) or ...,
        "package_list_age_days": ... if age is None else age,
        "clock_synchronized": ... if synchronized is None else synchronized,
    }


def _system(values: dict[str, str]) -> dict[str, Any]:
    ends = support_end(values.get("ID", ""), values.get("VERSION_ID", ""))
    return {
        "os_id": values.get("ID") or ...,
        "os_version": values.get("VERSION_ID") or ...,
        "os_name": values.get("PRETTY_NAME") or values.get("NAME") or ...,
        "support_end": ends.regular.isoformat() if ends else ...,
        "extended_support_end": ends.extended.isoformat() if ends and ends.extended else ...,
    }
