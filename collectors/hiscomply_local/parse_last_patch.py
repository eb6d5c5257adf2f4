"""When this host was last patched, from the package manager's own log."""

from __future__ import annotations

import re
from datetime import UTC, datetime, tzinfo

from hiscomply_local.answers import Answers, from_text
from hiscomply_local.parse_packages import RPM_PACKAGES, parse_rpm

DPKG_LOG = "/var/log/dpkg.log"
DNF_LOG = "/var/log/dnf.rpm.log"
_DPKG_UPGRADE = re.compile(r"^(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d) upgrade ", re.MULTILINE)
_DNF_UPGRADE = re.compile(
    r"^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(Z|[+-]\d\d:?\d\d) \S+ (?:Upgrade|Upgraded): ", re.MULTILINE
)
# Nobody installs these one by one, so their newest installation is a system-wide update (or the first
# installation). The newest of all packages would take any single installation for a patch.
_CORE = frozenset({"glibc", "systemd", "openssl-libs", "kernel", "kernel-core"})


def last_dpkg_upgrade(answers: Answers, zone: tzinfo | None) -> datetime | None:
    """The last upgrade in dpkg's log, UTC; its lines carry the host's local time, so None without zone."""
    if zone is None:
        return None
    for path in (DPKG_LOG, f"{DPKG_LOG}.1"):
        found = _DPKG_UPGRADE.findall(answers.file(path).text)
        times = [time for text in found if (time := from_text(text, "%Y-%m-%d %H:%M:%S"))]
        if times:
            return max(times).replace(tzinfo=zone).astimezone(UTC)
    return None


def last_rpm_upgrade(answers: Answers) -> datetime | None:
    """The last upgrade in dnf's log; without one, the newest installation of a core package. UTC."""
    for path in (DNF_LOG, f"{DNF_LOG}.1"):
        found = _DNF_UPGRADE.findall(answers.file(path).text)
        times = [time for text in found if (time := from_text("".join(text), "%Y-%m-%dT%H:%M:%S%z"))]
        if times:
            return max(times)
    packages, _ = parse_rpm(answers.command(RPM_PACKAGES).text)
    installed = [
        package.installed_at for package in packages if package.name in _CORE and package.installed_at
    ]
    return max(installed, default=None)
