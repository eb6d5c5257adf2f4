"""Whether a reboot waits: True and False only when the host is sure of it."""

from __future__ import annotations

from hiscomply_local.answers import Answers, Ask, Command, Outcome
from hiscomply_local.parse_packages import (
    COMMANDS,
    RPM_PACKAGES,
    dpkg_packages,
    package_manager,
    parse_rpm,
)

FLAGS = ("/run/reboot-required", "/var/run/reboot-required")
# The flag file means something only where one of these raises it.
RAISERS = ("/usr/share/update-notifier/notify-reboot-required", "/etc/kernel/postinst.d/unattended-upgrades")
KERNEL = "/proc/sys/kernel/osrelease"
VERSION = "/proc/sys/kernel/version"
NEEDS_RESTARTING = Command(("needs-restarting",), ("-r",))
ASK = Ask(
    files=(*FLAGS, KERNEL, VERSION),
    heads=RAISERS,
    commands=(NEEDS_RESTARTING, *COMMANDS),
)


def reboot_required(answers: Answers) -> bool | None:
    """True, False, or None when it cannot be told."""
    if any(answers.file(path).ok for path in FLAGS):
        return True
    manager = package_manager(answers)
    if manager == "dpkg":
        return _after_dpkg(answers)
    return _after_rpm(answers) if manager == "rpm" else None


def _after_dpkg(answers: Answers) -> bool | None:
    if any(answers.file(path).ok for path in RAISERS):
        return False
    running = f"linux-image-{answers.file(KERNEL).text.strip()}"
    packages = dpkg_packages(answers)[2].packages
    installed = [package.version for package in packages if package.name == running]
    # /proc/sys/kernel/version of a distribution kernel repeats its package version. A kernel of the same
    # name but another version is replaced on disk only; libraries in use are not seen, so never False.
    version = answers.file(VERSION).text
    replaced = bool(installed) and " Debian " in version and f" {installed[0]} " not in f"{version.strip()} "
    return True if replaced else None


def _after_rpm(answers: Answers) -> bool | None:
    answer = answers.command(NEEDS_RESTARTING)
    if answer.outcome is Outcome.OK and answer.exit_code in {0, 1} and answer.data:
        return answer.exit_code == 1
    packages, _ = parse_rpm(answers.command(RPM_PACKAGES).text)
    kernels = [p for p in packages if p.name in {"kernel-core", "kernel"} and p.installed_at]
    if not kernels:
        return None
    newest = max(kernels, key=lambda package: (package.installed_at, package.name == "kernel-core"))
    running = answers.file(KERNEL).text.strip()
    return True if running and running != f"{newest.version}.{newest.arch}" else None
