"""Advisories as their makers publish them (``recorded/README.md``), against versions that dpkg and rpm themselves order."""

from __future__ import annotations

import json
import subprocess
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from tests.collectors.advisories.test_audits import Project
from tests.servers.running import needs

import hiscomply_advisories
from hiscomply.model import CollectionStatus
from hiscomply_advisories import csaf, debian_tracker, osv, updateinfo
from hiscomply_advisories.advisory import Advisory, Scope

RECORDED = Path(hiscomply_advisories.__file__).parent / "recorded"
PACKAGES = {
    "openssl", "glibc", "linux", "musl", "lua", "lua-devel", "java-11-openjdk", "ruby", "booth", "prototypejs", "txt2man",
    "chromium", "chromium-browser", "harfbuzz", "harfbuzz-help", "pam", "go-toolset", "postgresql-plperl",
    "postgresql-test-rpm-macros", "lz4", "lz4-libs", "firewalld", "rubygem-abrt", "rubygem-bson", "fedora-release",
}  # fmt: skip
RELEASES = {
    "debian:9", "debian:10", "debian:11", "debian:12", "ubuntu:14.04", "ubuntu:22.04", "ubuntu:24.04", "alpine:3.19",
    "almalinux:8", "rocky:8", "rocky:9", "openeuler:22.03-lts-sp3", "openeuler:24.03-lts", "rhel:8", "rhel:9", "fedora:8",
}  # fmt: skip


def scope() -> Scope:
    return Scope(frozenset(PACKAGES), frozenset(RELEASES))


def entry(folder: str, name: str, asked: Scope) -> list[Advisory]:
    document = json.loads((RECORDED / folder / name).read_text(encoding="utf-8"))
    return list((osv if folder == "osv" else csaf).parse(document, name, asked))


def said(items: list[Advisory]) -> set[tuple[str, str, str, str | None]]:
    return {(one.release, one.name, one.cve, one.fixed) for one in items}


@cache
def everything() -> tuple[dict[str, list[Advisory]], dict[str, list[str]]]:
    """What each recorded file says, and what of it is told as not understood."""
    items, told = {}, {}
    for file in sorted(RECORDED.glob("*/*")):
        asked, name = scope(), f"{file.parent.name}/{file.name}"
        if file.suffix == ".xml":
            release = "rocky:8" if "rocky" in name else "fedora:8"
            items[name] = list(updateinfo.parse(file.read_bytes(), release, asked))
        elif file.parent.name == "debian-tracker":
            items[name] = list(debian_tracker.parse(file.read_text(encoding="utf-8"), asked))
        else:
            items[name] = entry(file.parent.name, file.name, asked)
        told[name] = [en for _, _, en in asked.unreadable]
    return items, told


def test_all_are_understood_but_the_one_that_says_no_products() -> None:
    items, told = everything()
    assert {name: reasons for name, reasons in told.items() if reasons} == {
        "csaf/cve-2024-10041.json": ["it does not say which products are affected"]
    }
    assert [name for name, one in items.items() if not one] == ["csaf/cve-2024-10041.json"]


def test_every_entry_has_its_day() -> None:
    items, _ = everything()
    without = [name for name, all_of in items.items() if any(one.published is None for one in all_of)]
    assert without == ["debian-tracker/excerpt.json"]


def test_ubuntu_says_which_weaknesses_each_release_has_and_how_bad_each_is() -> None:
    found = everything()[0]["osv/USN-8611-1.json"]
    by_release = {
        release: {one.cve for one in found if one.release == release}
        for release in ("ubuntu:22.04", "ubuntu:24.04")
    }
    assert by_release["ubuntu:24.04"] - by_release["ubuntu:22.04"] == {"CVE-2026-4437", "CVE-2026-4438"}
    scores = {(one.cve, one.severity, one.cvss) for one in found if one.release == "ubuntu:22.04"}
    assert ("CVE-2026-5450", "medium", 9.8) in scores
    assert ("CVE-2026-6238", "medium", 6.5) in scores


def test_makers_that_give_no_score_say_the_severity_in_the_summary() -> None:
    items, _ = everything()
    assert {one.severity for one in items["osv/ALSA-2019_3706.json"]} == {"medium"}
    # The word of the maker counts before its own score, which is medium.
    assert {(one.severity, one.cvss) for one in items["osv/RLSA-2021_3891.json"]} == {("high", 6.8)}


def test_the_tracker_tells_open_at_the_end_of_life_from_what_never_was_there() -> None:
    found = everything()[0]["debian-tracker/excerpt.json"]
    assert said(found) == {
        ("debian:9", "prototypejs", "CVE-2008-7220", "1.6.0.2-1"),
        ("debian:10", "prototypejs", "CVE-2008-7220", "1.6.0.2-1"),
        ("debian:9", "txt2man", "CVE-2013-1444", "1.5.5-4.1"),
        ("debian:10", "txt2man", "CVE-2013-1444", "1.5.5-4.1"),
        ("debian:12", "chromium", "CVE-2022-0456", "98.0.4758.80-1"),
        ("debian:11", "chromium", "CVE-2022-0456", "98.0.4758.80-1~deb11u1"),
        ("debian:10", "chromium", "CVE-2022-0456", None),
        ("debian:9", "chromium", "CVE-2022-0456", None),
    }


def test_packages_of_a_module_are_found_through_the_module() -> None:
    found = everything()[0]["csaf/cve-2024-7348.json"]
    # AUS is no release of its own here; the module as such is no package.
    assert {(one.release, one.name, one.arch, one.fixed) for one in found} == {
        ("rhel:9", "postgresql-plperl", arch, "15.8-1.module+el9.4.0+22208+cd6b92ff".join(("0:", "")))
        for arch in ("aarch64", "x86_64")
    }


def test_documents_that_name_streams_tell_of_which_one_each_package_is() -> None:
    items, _ = everything()
    streams = {name: {one.stream for one in found} for name, found in items.items()}
    assert streams["csaf/cve-2024-7348.json"] == {"postgresql:15"}
    assert streams["csaf/cve-2024-24786.json"] == {"go-toolset:rhel8"}
    assert {(one.name, one.stream) for one in items["updateinfo/rocky-8.xml"]} >= {
        ("lz4-libs", None), ("rubygem-abrt", "ruby:2.6"),
    }  # fmt: skip


def test_the_name_of_a_stream_is_no_version() -> None:
    (one,) = everything()[0]["csaf/cve-2024-24786.json"]
    assert (one.name, one.is_source, one.is_modular, one.fixed, one.last) == (
        "go-toolset",
        True,
        True,
        None,
        None,
    )
    assert (one.severity, one.cvss) == ("medium", 5.9)


def test_names_of_files_state_no_epoch() -> None:
    found = everything()[0]["csaf/csaf-openeuler-sa-2025-1009.json"]
    assert {one.fixed for one in found} == {"8.3.0-2.oe2403"}
    assert {(one.name, one.arch) for one in found} == {
        ("harfbuzz", "x86_64"), ("harfbuzz", "aarch64"), ("harfbuzz", None), ("harfbuzz-help", None)
    }  # fmt: skip
    (fedora,) = everything()[0]["updateinfo/fedora-8.xml"]
    assert (fedora.cve, fedora.fixed) == ("FEDORA-2008-7747", "8-6.transition")


HOSTS = {
    "debian:9": ("debian", "9", "Debian GNU/Linux 9 (stretch)"),
    "debian:10": ("debian", "10", "Debian GNU/Linux 10 (buster)"),
    "debian:11": ("debian", "11", "Debian GNU/Linux 11 (bullseye)"),
    "debian:12": ("debian", "12", "Debian GNU/Linux 12 (bookworm)"),
    "ubuntu:14.04": ("ubuntu", "14.04", "Ubuntu 14.04.6 LTS"),
    "ubuntu:22.04": ("ubuntu", "22.04", "Ubuntu 22.04.5 LTS"),
    "alpine:3.19": ("alpine", "3.19.9", "Alpine Linux v3.19"),
    "almalinux:8": ("almalinux", "8.10", "AlmaLinux 8.10 (Cerulean Leopard)"),
    "rocky:8": ("rocky", "8.10", "Rocky Linux 8.10 (Green Obsidian)"),
    "rocky:9": ("rocky", "9.4", "Rocky Linux 9.4 (Blue Onyx)"),
    "openeuler:22.03-lts-sp3": ("openEuler", "22.03", "openEuler 22.03 (LTS-SP3)"),
    "openeuler:24.03-lts": ("openEuler", "24.03", "openEuler 24.03 (LTS)"),
    "rhel:8": ("rhel", "8.10", "Red Hat Enterprise Linux 8.10 (Ootpa)"),
    "rhel:9": ("rhel", "9.4", "Red Hat Enterprise Linux 9.4 (Plow)"),
}
INSTALLED = [
    # release, package, source, versions that may be installed, one CVE of it, the version that mends it
    ("debian:9", "openssl", "openssl", ("1.1.0l-1~deb9u5", "1.1.0l-1~deb9u6", "1.1.0l-1"), "CVE-2022-1292", "1.1.0l-1~deb9u6"),
    ("debian:11", "chromium", "chromium", ("90.0.4430.212-1", "98.0.4758.102-1~deb11u1"),
     "CVE-2022-0456", "98.0.4758.80-1~deb11u1"),
    ("debian:12", "chromium", "chromium", ("98.0.4758.80-1~deb12u1", "98.0.4758.80-1"), "CVE-2022-0456", "98.0.4758.80-1"),
    ("debian:10", "chromium", "chromium", ("90.0.4430.212-1~deb10u1",), "CVE-2022-0456", None),
    ("ubuntu:22.04", "libc6", "glibc", ("2.35-0ubuntu3.9", "2.35-0ubuntu3.14", "2.35-0ubuntu3.14+esm1"),
     "CVE-2026-5450", "2.35-0ubuntu3.14"),
    ("ubuntu:14.04", "linux-image-generic", "linux", ("3.13.0-206.257",), "CVE-2025-38094", None),
    ("alpine:3.19", "musl", "musl", ("1.2.4_git20230717-r4", "1.2.4_git20230717-r5"),
     "CVE-2025-26519", "1.2.4_git20230717-r5"),
    ("almalinux:8", "lua", "lua", ("5.3.4-10.el8", "5.3.4-11.el8", "5.3.4-12.el8"), "CVE-2019-6706", "5.3.4-11.el8"),
    ("rocky:8", "java-11-openjdk-headless", "java-11-openjdk",
     ("1:11.0.12.0.7-0.el8_4", "1:11.0.13.0.8-1.el8_4", "1:11.0.13.0.8-1.el8_4.1"), "CVE-2021-35550", "1:11.0.13.0.8-1.el8_4"),
    ("rocky:9", "ruby-libs", "ruby", ("3.3.0-1.module+el9.4.0+1+abc", "3.3.1-2.module+el9.4.0+20787+4c237fd3", "3.0.4-160.el9_0"),
     "CVE-2024-27280", "0:3.3.1-2.module+el9.4.0+20787+4c237fd3"),
    ("openeuler:22.03-lts-sp3", "booth-core", "booth", ("1.0-6.oe2203sp3", "1.0-7.oe2203sp3", "1:1.0-6.oe2203sp3"),
     "CVE-2024-3049", "1.0-7.oe2203sp3"),
    ("openeuler:24.03-lts", "harfbuzz", "harfbuzz", ("8.3.0-1.oe2403", "8.3.0-2.oe2403", "2:8.3.0-1.oe2403", "2:8.3.0-2.oe2403"),
     "CVE-2024-56732", "8.3.0-2.oe2403"),
    ("rhel:9", "postgresql-plperl", "postgresql",
     ("15.6-1.module+el9.4.0+21302+1", "15.8-1.module+el9.4.0+22208+cd6b92ff", "13.14-1.el9_4"),
     "CVE-2024-7348", "0:15.8-1.module+el9.4.0+22208+cd6b92ff"),
    ("rhel:8", "golang", "go-toolset", ("1.22.9-1.module+el8.10.0+22500+aee717ef",), "CVE-2024-24786", None),
    ("rocky:8", "lz4-libs", "lz4", ("1.8.3-2.el8", "1.8.3-3.el8_4"), "CVE-2021-3520", "0:1.8.3-3.el8_4"),
]  # fmt: skip


def is_older(release: str, version: str, fixed: str | None) -> bool:
    """As dpkg or rpm itself orders them; a fix without an epoch is of the epoch that is installed."""
    if fixed is None:
        return True
    if release.partition(":")[0] in {"debian", "ubuntu"}:
        return (
            subprocess.run(["dpkg", "--compare-versions", version, "lt", fixed], check=False).returncode == 0
        )
    if release.startswith("alpine"):  # of these only the number of the build differs
        return version[-1] < fixed[-1]
    if ":" not in fixed:
        version = version.rpartition(":")[2]
    lua = f"%{{lua: print(rpm.vercmp('{version}', '{fixed}'))}}"
    said = subprocess.run(["rpm", "--eval", lua], check=True, capture_output=True, text=True).stdout
    # A build for a module is none of the ordinary package.
    return said.strip() == "-1" and (".module" in fixed) == (".module" in version)


@needs("rpm", "dpkg", package="rpm")
def test_installed_versions_are_found_as_dpkg_and_rpm_order_them(tmp_path: Path) -> None:
    project = Project(tmp_path / "project")
    project.rows, expected = {"asset": project.rows["asset"], "host": [], "package": []}, {}
    doubtful: set[str] = set()
    for number, (release, name, source, versions, cve, fixed) in enumerate(INSTALLED):
        os_id, os_version, os_name = HOSTS[release]
        for place, version in enumerate(versions):
            host = f"h{number}-{place}"
            project.rows["host"].append(
                {"id": host, "os_id": os_id, "os_version": os_version, "os_name": os_name}
            )
            project.rows["package"].append(
                {"asset_id": host, "name": name, "version": version, "arch": "x86_64",
                 "source_name": source, "source_version": version}
            )  # fmt: skip
            # No recorded document tells of which stream a build of a module is that it does not mend by.
            is_in_doubt = is_older(release, version, fixed) and ".module" in version
            expected[host, cve] = is_older(release, version, fixed) and not is_in_doubt
            doubtful |= {host} if is_in_doubt else set()
    for folder, format in (("osv", "osv"), ("csaf", "csaf")):
        for file in sorted((RECORDED / folder).glob("*.json")):
            project.feed(file.name, file.read_bytes(), format)
    project.feed("tracker.json", (RECORDED / "debian-tracker/excerpt.json").read_bytes(), "debian-tracker")
    project.feed(
        "rocky.xml", (RECORDED / "updateinfo/rocky-8.xml").read_bytes(), "updateinfo", ', release: "rocky:8"'
    )
    found = project.vulns()
    assert {key: key in found for key in expected} == expected
    told = {one.subject for one in project.outcome.rejected if "which stream is installed" in one.reason.en}
    assert (told, doubtful) == ({"h9-0", "h12-0", "h13-0"}, told)
    # Feeds of years ago leave what came since unknown, so that no policy passes on them.
    assert project.outcome.status is CollectionStatus.PARTIAL


def test_a_package_without_architecture_is_compared_all_the_same(tmp_path: Path) -> None:
    project = Project(tmp_path / "project")
    host: dict[str, Any] = dict(
        zip(("os_id", "os_version", "os_name"), HOSTS["openeuler:24.03-lts"], strict=True)
    )
    package = {"asset_id": "S1", "name": "harfbuzz", "version": "8.3.0-1.oe2403"}
    project.rows |= {"host": [{"id": "S1", **host}], "package": [package]}
    name = "csaf-openeuler-sa-2025-1009.json"
    project.feed(name, (RECORDED / "csaf" / name).read_bytes(), "csaf")
    assert ("S1", "CVE-2024-56732") in project.vulns()


@pytest.mark.parametrize(
    ("status", "told"),
    [
        (["BaseOS-9.5.0.Z.MAIN:gone"], "its product tree does not say what BaseOS-9.5.0.Z.MAIN:gone is"),
        (["BaseOS-9.5.0.Z.MAIN"], "it names no package of BaseOS-9.5.0.Z.MAIN"),
    ],
)
def test_a_product_that_cannot_be_understood_is_told(status: list[str], told: str) -> None:
    document = json.loads((RECORDED / "csaf/cve-2024-10041.json").read_text(encoding="utf-8"))
    document["vulnerabilities"][0]["product_status"] = {"known_affected": status}
    asked = scope()
    assert list(csaf.parse(document, "v.json", asked)) == []
    assert [en for _, _, en in asked.unreadable] == [told]


def test_severity_is_that_of_the_product() -> None:
    document = json.loads((RECORDED / "csaf/cve-2024-24786.json").read_text(encoding="utf-8"))
    document["vulnerabilities"][0]["threats"].append(
        {"category": "impact", "details": "Critical", "product_ids": ["another:product"]}
    )
    (one,) = csaf.parse(document, "v.json", scope())
    assert one.severity == "medium"


def test_hot_patches_alone_are_told() -> None:
    text = (
        (RECORDED / "updateinfo/fedora-8.xml")
        .read_text(encoding="utf-8")
        .replace("collection", "hot_patch_collection")
    )
    asked = scope()
    assert list(updateinfo.parse(text.encode(), "fedora:8", asked)) == []
    assert [en for _, _, en in asked.unreadable] == ["hot patches are not compared"]


def test_a_weakness_named_in_the_title_of_a_bug_is_found() -> None:
    text = (RECORDED / "updateinfo/fedora-8.xml").read_text(encoding="utf-8")
    bug = '<references><reference id="426091" title="CVE-2007-3568 imlib" type="bugzilla"/></references>'
    (one,) = updateinfo.parse(text.replace("<references/>", bug).encode(), "fedora:8", scope())
    assert one.cve == "CVE-2007-3568"
