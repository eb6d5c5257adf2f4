"""Each kind of feed as its makers publish it, cut down to what matters here."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any

import pytest
from tests.servers.running import needs

from hiscomply_advisories import csaf, osv, updateinfo
from hiscomply_advisories.advisory import Advisory, Scope
from hiscomply_advisories.cvss import base_score
from hiscomply_advisories.order import rpm_key
from hiscomply_advisories.releases import release_of_host, release_of_osv, release_of_product

RELEASES = frozenset({"debian:12", "rhel:9", "rocky:9", "openeuler:22.03-lts-sp4"})


def scope(*wanted: str) -> Scope:
    return Scope(frozenset(wanted), RELEASES)


def ranges(items: list[Advisory]) -> list[tuple[str, str | None, str | None, str | None]]:
    return [(one.cve, one.introduced, one.fixed, one.last) for one in items]


def entry(affected: dict[str, Any], **more: Any) -> dict[str, Any]:
    package = {"ecosystem": "Debian:12", "name": "bash"}
    return {
        "id": "DSA-1-1",
        "modified": "2026-06-29T00:00:00Z",
        "affected": [{"package": package, **affected}],
        **more,
    }


@pytest.mark.parametrize(
    ("events", "expected"),
    [
        ([{"introduced": "0"}, {"fixed": "2"}], [(None, "2", None)]),
        ([{"introduced": "1"}, {"last_affected": "2"}], [("1", None, "2")]),
        ([{"introduced": "0"}], [(None, None, None)]),
        (
            [{"introduced": "0"}, {"fixed": "2"}, {"introduced": "3"}, {"fixed": "4"}],
            [(None, "2", None), ("3", "4", None)],
        ),
        ([{"introduced": "0"}, {"fixed": "2"}, {"introduced": "3"}], [(None, "2", None), ("3", None, None)]),
    ],
)
def test_events_of_osv_become_ranges(events: list[dict[str, str]], expected: Any) -> None:
    given = entry({"ranges": [{"type": "ECOSYSTEM", "events": events}]}, aliases=["CVE-2024-1"])
    found = list(osv.parse(given, "a.json", scope("bash")))
    assert ranges(found) == [("CVE-2024-1", *one) for one in expected]


def test_versions_alone_are_single_versions_and_commits_are_no_range_of_packages() -> None:
    given = entry({"ranges": [{"type": "GIT", "events": [{"introduced": "0"}]}], "versions": ["1-1", "1-2"]})
    assert ranges(list(osv.parse(given, "a", scope("bash")))) == [
        ("DSA-1-1", "1-1", None, "1-1"),
        ("DSA-1-1", "1-2", None, "1-2"),
    ]


def test_an_entry_of_osv_without_range_is_told_and_a_withdrawn_one_says_nothing() -> None:
    asked = scope("bash")
    assert list(osv.parse(entry({}), "a", asked)) == []
    assert [place for place, *_ in asked.unreadable] == ["a"]
    given = entry(
        {"ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}]}]}, withdrawn="2026-01-01"
    )
    assert list(osv.parse(given, "a", scope("bash"))) == []


@pytest.mark.parametrize(
    "events",
    [
        [{"introduced": "0"}, {"introduced": "2"}, {"fixed": "1"}, {"fixed": "3"}],
        [{"introduced": "0", "fixed": "1"}, {"introduced": "2"}],
        ["introduced"],
    ],
)
def test_ranges_of_osv_that_are_not_in_order_are_told(events: list[Any]) -> None:
    asked = scope("bash")
    given = entry({"ranges": [{"type": "ECOSYSTEM", "events": events}]}, aliases=["CVE-2024-1"])
    assert list(osv.parse(given, "a", asked)) == []
    assert [(place, why) for place, _, why in asked.unreadable] == [
        ("a", "its ranges of versions of bash are not in order")
    ]


def csaf_document(**status: list[str]) -> dict[str, Any]:
    def product(number: str, **helper: str) -> dict[str, Any]:
        return {"product": {"product_id": number, "name": number, "product_identification_helper": helper}}

    def pair(package: str) -> dict[str, Any]:
        return {
            "category": "default_component_of",
            "product_reference": package,
            "relates_to_product_reference": "BaseOS-9",
            "full_product_name": {"product_id": f"BaseOS-9:{package}", "name": package},
        }

    return {
        "document": {
            "csaf_version": "2.0",
            "aggregate_severity": {"text": "Important"},
            "tracking": {"id": "RHSA-2026:1", "current_release_date": "2026-06-29T00:00:00+00:00"},
        },
        "product_tree": {
            "branches": [
                {
                    "category": "vendor",
                    "branches": [
                        product("BaseOS-9", cpe="cpe:/o:redhat:enterprise_linux:9::baseos"),
                        product(
                            "openssl-1:3.0.7-25.el9_3.x86_64",
                            purl="pkg:rpm/redhat/openssl@3.0.7-25.el9_3?arch=x86_64&epoch=1",
                        ),
                        product("openssl", purl="pkg:rpm/redhat/openssl?arch=src"),
                    ],
                }
            ],
            "relationships": [pair("openssl-1:3.0.7-25.el9_3.x86_64"), pair("openssl")],
        },
        "vulnerabilities": [
            {"cve": "CVE-2024-1", "release_date": "2026-01-02T00:00:00+00:00", "product_status": status}
        ],
    }


def test_fixed_products_of_csaf_are_versions_of_installed_packages() -> None:
    asked = scope("openssl")
    given = csaf_document(fixed=["BaseOS-9:openssl-1:3.0.7-25.el9_3.x86_64"])
    (one,) = csaf.parse(given, "r.json", asked)
    assert (one.release, one.fixed, one.arch, one.is_source) == (
        "rhel:9",
        "1:3.0.7-25.el9_3",
        "x86_64",
        False,
    )
    assert (one.severity, asked.covered) == ("high", {"rhel:9"})


def test_affected_products_of_vex_have_no_fix_yet() -> None:
    (one,) = csaf.parse(csaf_document(known_affected=["BaseOS-9:openssl"]), "v.json", scope("openssl"))
    assert (one.fixed, one.last, one.is_source) == (None, None, True)


def test_affected_products_that_only_a_bound_names_are_told() -> None:
    asked = scope("openssl")
    given = csaf_document(last_affected=["BaseOS-9:openssl"], first_affected=["BaseOS-9:openssl"])
    assert list(csaf.parse(given, "v.json", asked)) == []
    assert [why for *_, why in asked.unreadable] == [
        "first_affected of BaseOS-9:openssl is not compared",
        "last_affected of BaseOS-9:openssl is not compared",
    ]


def test_products_that_are_not_affected_give_nothing() -> None:
    given = csaf_document(known_not_affected=["BaseOS-9:openssl"], under_investigation=["BaseOS-9:openssl"])
    assert list(csaf.parse(given, "v.json", scope("openssl"))) == []


UPDATE = """<?xml version="1.0"?><updates>
<update from="a" status="final" type="security" version="1"><id>SA-1</id><severity>Critical</severity>
 <issued date="2026-06-01 10:00:00"/><updated date="2026-06-28 10:00:00"/>
 <references><reference type="cve" id="CVE-2024-1"/><reference type="cve" id="CVE-2024-2"/></references>
 <pkglist><collection><package name="his-agent" epoch="0" version="1.2" release="3.el9" arch="noarch" src="s"/>
 <package name="his-agent" version="1.2" release="3.el9" arch="src"/></collection></pkglist></update>
<update type="bugfix"><id>BA-1</id><pkglist><collection><package name="his-agent" version="9" release="1" arch="noarch"/>
 </collection></pkglist></update></updates>"""


def test_security_updates_of_a_repository() -> None:
    asked = scope("his-agent")
    found = list(updateinfo.parse(UPDATE.encode(), "rocky:9", asked))
    assert ranges(found) == [(f"CVE-2024-{n}", None, "0:1.2-3.el9", None) for n in (1, 2)]
    assert {one.severity for one in found} == {"critical"}
    assert str(asked.newest) == "2026-06-28 10:00:00+00:00"


@pytest.mark.parametrize(
    "text", ["<repomd/>", "<updates><update>", '<!DOCTYPE x [<!ENTITY a "b">]><updates/>', "", "nonsense"]
)
def test_what_is_no_updateinfo_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        list(updateinfo.parse(text.encode(), "rocky:9", scope("a")))


@needs("rpmbuild", "rpm", package="rpm")
def test_a_real_rpm_is_older_than_its_update(tmp_path: Path) -> None:
    spec = tmp_path / "a.spec"
    spec.write_text(
        "Name: his-agent\nVersion: 1.0\nRelease: 1.el9\nSummary: t\nLicense: MIT\nBuildArch: noarch\n"
        "%description\nt\n%files\n"
    )
    built = ["--define", f"_topdir {tmp_path}/b", "--define", f"_rpmdir {tmp_path}/rpms"]
    subprocess.run(["rpmbuild", "-bb", *built, str(spec)], check=True, capture_output=True)
    query = ["rpm", "-qp", "--qf", "%{EPOCHNUM}:%{VERSION}-%{RELEASE}"]
    (file,) = (tmp_path / "rpms").rglob("*.rpm")
    version = subprocess.run([*query, str(file)], check=True, capture_output=True, text=True).stdout
    (one, _) = updateinfo.parse(UPDATE.encode(), "rocky:9", scope("his-agent"))
    assert rpm_key(version) < rpm_key(str(one.fixed))


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        (("debian", "12", "Debian GNU/Linux 12 (bookworm)"), "debian:12"),
        (("openEuler", "22.03", "openEuler 22.03 (LTS-SP4)"), "openeuler:22.03-lts-sp4"),
        (("openEuler", "22.03", "openEuler 22.03 (LTS)"), "openeuler:22.03-lts"),
        (("openEuler", "22.03", None), None),
        (("rhel", "9.4", None), "rhel:9"),
        (("alpine", "3.18.4", None), "alpine:3.18"),
        (("ubuntu", "22.04", None), "ubuntu:22.04"),
        (("debian", None, None), None),
        ((None, "12", None), None),
    ],
)
def test_releases_of_hosts(said: tuple[str | None, str | None, str | None], expected: str | None) -> None:
    assert release_of_host(*said) == expected


@pytest.mark.parametrize(
    ("ecosystem", "expected"),
    [
        ("Debian:12", "debian:12"),
        ("Ubuntu:22.04:LTS", "ubuntu:22.04"),
        ("Ubuntu:Pro:18.04:LTS", "ubuntu:18.04"),
        ("Alpine:v3.18", "alpine:3.18"),
        ("openEuler:22.03-LTS-SP4", "openeuler:22.03-lts-sp4"),
        ("Red Hat:enterprise_linux:9::appstream", "rhel:9"),
        ("Rocky Linux:9", "rocky:9"),
        ("Red Hat:rhel_eus:9.2", None),
        ("PyPI", None),
        ("Debian", None),
    ],
)
def test_releases_of_osv(ecosystem: str, expected: str | None) -> None:
    assert release_of_osv(ecosystem) == expected


def test_releases_of_products() -> None:
    assert release_of_product("cpe:/a:redhat:enterprise_linux:8::appstream") == "rhel:8"
    assert release_of_product("cpe:/a:openEuler:openEuler:22.03-LTS-SP1") == "openeuler:22.03-lts-sp1"
    assert release_of_product("openEuler-22.03-LTS-SP1") == "openeuler:22.03-lts-sp1"
    assert release_of_product("cpe:/a:redhat:rhel_eus:9.2") is None


@pytest.mark.parametrize(
    ("vector", "score"),
    [
        ("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", 9.8),
        ("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:C/C:H/I:H/A:H", 10.0),
        ("CVSS:3.1/AV:N/AC:L/PR:N/UI:R/S:C/C:L/I:L/A:N", 6.1),
        ("CVSS:3.0/AV:L/AC:H/PR:L/UI:N/S:U/C:H/I:N/A:N", 4.7),
        ("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:N", 0.0),
        ("CVSS:4.0/AV:N/AC:L", None),
        ("CVSS:3.1/AV:N", None),
    ],
)
def test_base_scores(vector: str, score: float | None) -> None:
    assert base_score(vector) == score
