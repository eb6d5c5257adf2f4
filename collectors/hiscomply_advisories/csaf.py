"""CSAF and VEX documents of makers whose packages are rpm. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from hiscomply_advisories.advisory import (
    Advisory,
    Scope,
    moment_of,
    severity_of,
    severity_of_score,
)
from hiscomply_advisories.csaf_products import Package, Products, products


def parse(document: Any, place: str, scope: Scope) -> Iterator[Advisory]:
    """What one document says of the wanted packages of releases that are known here."""
    head = document.get("document") if isinstance(document, dict) else None
    if not isinstance(head, dict) or "csaf_version" not in head:
        scope.refuse(place, "不是 CSAF 文档", "it is no CSAF document")
        return
    scope.entries += 1
    scope.saw(moment_of((head.get("tracking") or {}).get("current_release_date")))
    tree = products(document.get("product_tree") or {})
    scope.covered.update(release for one in tree.pairs if (release := tree.release_of(one)))
    for vulnerability in document.get("vulnerabilities") or ():
        status = vulnerability.get("product_status")
        if not isinstance(status, dict):
            scope.refuse(place, "没有 product_status", "it does not say which products are affected")
            continue
        for state in ("fixed", "known_affected"):
            for product in status.get(state) or ():
                found = _found(tree, str(product), state, place, scope)
                if found:
                    one = _advisory(*found, vulnerability, head, str(product), state, place)
                    yield replace(one, stream=tree.stream_of(str(product)))
        for state in ("first_affected", "last_affected"):
            for product in status.get(state) or ():
                if _found(tree, str(product), state, place, scope):
                    scope.refuse(
                        place, f"{product} 的状态 {state} 不参与比对", f"{state} of {product} is not compared"
                    )


def _found(tree: Products, product: str, state: str, place: str, scope: Scope) -> tuple[str, Package] | None:
    """Release and package of a product that a status names; None if it is not wanted, or told as not understood."""
    if not tree.knows(product):
        scope.refuse(place, f"{product} 不在产品树中", f"its product tree does not say what {product} is")
        return None
    if product in tree.releases:
        scope.refuse(place, f"{product} 没有软件包", f"it names no package of {product}")
        return None
    release, package = tree.release_of(product), tree.package_of(product)
    if release is None or package is None or not scope.wants(release, package.name):
        return None
    if state == "fixed" and package.version is None:
        scope.refuse(place, f"{product} 没有修复版本", f"{product} states no fixed version")
        return None
    return release, package


def _advisory(
    release: str,
    package: Package,
    vulnerability: Mapping[str, Any],
    head: Mapping[str, Any],
    product: str,
    state: str,
    place: str,
) -> Advisory:
    tracking = head.get("tracking") or {}
    cvss, severity = _severity(vulnerability, head, product)
    return Advisory(
        release,
        package.name,
        vulnerability.get("cve") or tracking.get("id") or place,
        is_source=package.arch == "src",
        fixed=package.version if state == "fixed" else None,
        last=package.version if state == "known_affected" else None,
        arch=None if package.arch in {"src", "noarch"} else package.arch,
        is_modular=package.is_modular,
        severity=severity,
        cvss=cvss,
        published=moment_of(vulnerability.get("release_date"))
        or moment_of(tracking.get("initial_release_date")),
        place=place,
    )


def _severity(
    vulnerability: Mapping[str, Any], head: Mapping[str, Any], product: str
) -> tuple[float | None, str | None]:
    """What is said of this product; of the whole document where nothing is."""
    said = [
        one.get("cvss_v3") or {}
        for one in vulnerability.get("scores") or ()
        if product in one.get("products", (product,))
    ]
    scores = [one["baseScore"] for one in said if isinstance(one.get("baseScore"), int | float)]
    threats = [
        one.get("details")
        for one in vulnerability.get("threats") or ()
        if one.get("category") == "impact" and product in one.get("product_ids", (product,))
    ]
    whole = (head.get("aggregate_severity") or {}).get("text")
    cvss = float(max(scores)) if scores else None
    return cvss, severity_of(*threats) or severity_of(whole) or severity_of_score(cvss)
