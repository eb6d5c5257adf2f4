"""CSAF and VEX documents of makers whose packages are rpm. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, unquote

from hiscomply_advisories.advisory import (
    Advisory,
    Scope,
    moment_of,
    severity_of,
    severity_of_score,
)
from hiscomply_advisories.releases import release_of_product

_NEVRA = re.compile(r"(?P<name>.+)-(?:(?P<epoch>\d+):)?(?P<version>[^-]+)-(?P<build>[^-]+)")
_ARCH = re.compile(r"\.(x86_64|aarch64|noarch|src|i686|ppc64le|s390x|loongarch64|riscv64)(?:\.rpm)?$")


@dataclass(frozen=True, slots=True)
class _Package:
    name: str
    version: str | None
    arch: str | None


def parse(document: Any, place: str, scope: Scope) -> Iterator[Advisory]:
    """What one document says of the wanted packages of releases that are known here."""
    head = document.get("document") if isinstance(document, dict) else None
    if not isinstance(head, dict) or "csaf_version" not in head:
        scope.refuse(place, "不是 CSAF 文档", "it is no CSAF document")
        return
    scope.entries += 1
    tracking = head.get("tracking") or {}
    scope.saw(moment_of(tracking.get("current_release_date")))
    products = _products(document.get("product_tree") or {})
    scope.covered.update(release for release, _ in products.values())
    for vulnerability in document.get("vulnerabilities") or ():
        number = vulnerability.get("cve") or tracking.get("id") or place
        published = moment_of(vulnerability.get("release_date")) or moment_of(
            tracking.get("initial_release_date")
        )
        status = vulnerability.get("product_status") or {}
        cvss, severity = _severity(vulnerability, head)
        for state in ("fixed", "known_affected"):
            for product in status.get(state) or ():
                release, package = products.get(product, (None, None))
                if release is None or package is None or not scope.wants(release, package.name):
                    continue
                if state == "fixed" and package.version is None:
                    scope.refuse(place, f"{product} 没有修复版本", f"{product} states no fixed version")
                    continue
                yield Advisory(
                    release,
                    package.name,
                    number,
                    is_source=package.arch == "src",
                    fixed=package.version if state == "fixed" else None,
                    last=package.version if state == "known_affected" else None,
                    arch=None if package.arch in {"src", "noarch"} else package.arch,
                    severity=severity,
                    cvss=cvss,
                    published=published,
                    place=place,
                )


def _severity(vulnerability: Mapping[str, Any], head: Mapping[str, Any]) -> tuple[float | None, str | None]:
    said = [one.get("cvss_v3") or {} for one in vulnerability.get("scores") or ()]
    scores = [one["baseScore"] for one in said if isinstance(one.get("baseScore"), int | float)]
    threats = [
        one.get("details") for one in vulnerability.get("threats") or () if one.get("category") == "impact"
    ]
    whole = (head.get("aggregate_severity") or {}).get("text")
    cvss = float(max(scores)) if scores else None
    return cvss, severity_of(*threats) or severity_of(whole) or severity_of_score(cvss)


def _products(tree: Mapping[str, Any]) -> dict[str, tuple[str, _Package]]:
    """Release and package of each product id that pairs a package with a release that is known here."""
    releases: dict[str, str] = {}
    packages: dict[str, _Package] = {}
    for branch in tree.get("branches") or ():
        _walk(branch, releases, packages)
    for product in tree.get("full_product_names") or ():
        _product(product, releases, packages)
    found = {}
    for relation in tree.get("relationships") or ():
        whole = (relation.get("full_product_name") or {}).get("product_id")
        release = releases.get(str(relation.get("relates_to_product_reference")))
        package = packages.get(str(relation.get("product_reference")))
        if whole and release and package:
            found[str(whole)] = (release, package)
    return found


def _walk(branch: Mapping[str, Any], releases: dict[str, str], packages: dict[str, _Package]) -> None:
    if isinstance(branch.get("product"), dict):
        _product(branch["product"], releases, packages)
    for inner in branch.get("branches") or ():
        _walk(inner, releases, packages)


def _product(product: Mapping[str, Any], releases: dict[str, str], packages: dict[str, _Package]) -> None:
    number, name = str(product.get("product_id")), str(product.get("name", ""))
    helper = product.get("product_identification_helper") or {}
    package = _from_purl(str(helper.get("purl", ""))) or _from_name(name)
    if package is not None:
        packages[number] = package
        return
    release = release_of_product(str(helper.get("cpe", ""))) or release_of_product(name)
    if release is not None:
        releases[number] = release
    elif not helper.get("cpe"):
        packages[number] = _Package(name, None, None)


def _from_purl(purl: str) -> _Package | None:
    found = re.fullmatch(r"pkg:rpm/(?:[^/]+/)?([^@?]+)(?:@([^?]+))?(?:\?(.*))?", purl)
    if not found:
        return None
    name, version, rest = found.groups()
    more = parse_qs(rest or "")
    epoch = more.get("epoch", ["0"])[0]
    arch = more.get("arch", [None])[0]
    return _Package(unquote(name), f"{epoch}:{unquote(version)}" if version else None, arch)


def _from_name(name: str) -> _Package | None:
    ending = _ARCH.search(name)
    found = _NEVRA.fullmatch(name[: ending.start()] if ending else name)
    if not found or not (ending or re.search(r"\.(?:el|oe)\d", found["build"])):
        return None
    version = f"{found['epoch'] or 0}:{found['version']}-{found['build']}"
    return _Package(found["name"], version, ending[1] if ending else None)
