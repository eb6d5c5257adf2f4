"""One name for a release, from what a host says of itself and from what each kind of feed calls it."""

from __future__ import annotations

import re
from typing import Final

DEBIAN: Final = {
    "jessie": "8",
    "stretch": "9",
    "buster": "10",
    "bullseye": "11",
    "bookworm": "12",
    "trixie": "13",
    "forky": "14",
    "duke": "15",
}
_SCHEMES: Final = {"debian": "dpkg", "ubuntu": "dpkg", "alpine": "apk"}
_BY_MAJOR: Final = {"rhel", "rocky", "almalinux", "centos", "debian", "ol"}
_OSV: Final = {
    "debian": "debian",
    "ubuntu": "ubuntu",
    "alpine": "alpine",
    "openeuler": "openeuler",
    "rocky linux": "rocky",
    "almalinux": "almalinux",
}
_SOURCE_NAMED: Final = {"debian", "ubuntu", "alpine", "openeuler", "rocky"}
"""Of these, OSV entries name source packages; of the others, the installed ones."""


def scheme_of(release: str) -> str:
    """``dpkg``, ``apk`` or ``rpm``: how a release orders its versions."""
    return _SCHEMES.get(release.partition(":")[0], "rpm")


def names_sources(release: str) -> bool:
    """Whether OSV entries of this release name source packages."""
    return release.partition(":")[0] in _SOURCE_NAMED


def release_of_host(os_id: str | None, version: str | None, name: str | None) -> str | None:
    """The release of a host: ``debian:12``, ``openeuler:22.03-lts-sp4``; None if it does not say enough.

    Args:
        os_id, version, name: ``ID``, ``VERSION_ID`` and ``PRETTY_NAME`` of os-release.
    """
    if not os_id or not version:
        return None
    os_id, version = os_id.lower(), version.lower()
    if os_id in _BY_MAJOR:
        return f"{os_id}:{version.partition('.')[0]}"
    if os_id == "alpine":
        return f"{os_id}:{'.'.join(version.split('.')[:2])}"
    if os_id == "openeuler":
        # The number alone does not tell a service pack; only the long name does.
        pack = re.search(r"\((lts)?-?(sp\d+)?\)", (name or "").lower())
        if not pack:
            return None
        return "-".join([f"{os_id}:{version}", *(one for one in pack.groups() if one)])
    return f"{os_id}:{version}"


def release_of_option(text: str) -> str:
    """The release that a project file names, ``openEuler:22.03-LTS-SP4``."""
    os_id, _, version = text.partition(":")
    return f"{os_id.strip().lower()}:{version.strip().lower()}"


def release_of_osv(ecosystem: str) -> str | None:
    """The release of an OSV ecosystem; None for one that is no release of a known system."""
    family, _, rest = ecosystem.partition(":")
    family = family.lower()
    if family == "red hat":
        found = re.match(r"enterprise_linux:(\d+)", rest)
        return f"rhel:{found[1]}" if found else None
    os_id = _OSV.get(family)
    if os_id is None or not rest:
        return None
    rest = rest.lower().removeprefix("pro:").removesuffix(":lts")
    if os_id == "alpine":
        rest = rest.removeprefix("v")
    return f"{os_id}:{rest}"


def release_of_product(text: str) -> str | None:
    """The release that a CPE or product name of a CSAF document stands for; None for another product."""
    found = re.search(r"redhat:enterprise_linux:(\d+)|^red hat enterprise linux (\d+)$", text.lower())
    if found:
        return f"rhel:{found[1] or found[2]}"
    found = re.search(r"openeuler[-: ](?:openeuler[-:])?(\d\d\.\d\d(?:-lts)?(?:-sp\d+)?)", text.lower())
    return f"openeuler:{found[1]}" if found else None
