"""The product tree of a CSAF document: which package of which release each product id stands for. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, unquote

from hiscomply_advisories.releases import release_of_product

_NEVRA = re.compile(r"(?P<name>.+)-(?:(?P<epoch>\d+):)?(?P<version>[^-]+)-(?P<build>[^-]+)")
_ARCH = re.compile(r"\.(x86_64|aarch64|noarch|src|i686|ppc64le|s390x|loongarch64|riscv64)(?:\.rpm)?$")
_PURL = re.compile(r"pkg:rpm/(?:[^/]+/)?([^@?]+)(?:@([^?]+))?(?:\?(.*))?")
_MODULE = re.compile(r"pkg:rpmmod/[^/@]+/([^/@?]+)@([^:?]+).*")
_IN_MODULE = re.compile(r"pkg:rpmmod/[^/@]+/[^/@]+/([^/@?]+)")


@dataclass(frozen=True, slots=True)
class Package:
    """A package as a document names it.

    Attributes:
        version: with its release, and with its epoch where the document states one; None for any.
        arch: ``src`` for a source package; None for any.
        is_modular: whether it is built for an rpm module stream; None if only its version can tell.
        stream: that module and stream, ``nodejs:18``, where the package itself says it.
    """

    name: str
    version: str | None
    arch: str | None
    is_modular: bool | None = None
    stream: str | None = None


@dataclass(slots=True)
class Products:
    """Product ids of one document: those of releases, those of packages, and what is a component of what."""

    releases: dict[str, str] = field(default_factory=dict)
    packages: dict[str, Package] = field(default_factory=dict)
    pairs: dict[str, tuple[str, str]] = field(default_factory=dict)
    others: set[str] = field(default_factory=set)
    modules: dict[str, str] = field(default_factory=dict)

    def knows(self, product: str) -> bool:
        """Whether the tree says at all what a product is."""
        return any(product in some for some in (self.releases, self.packages, self.pairs, self.others))

    def release_of(self, product: str) -> str | None:
        """The release that a product belongs to: a package to its module, the module to the release."""
        seen: set[str] = set()
        while product in self.pairs and product not in seen:
            seen.add(product)
            product = self.pairs[product][1]
        return self.releases.get(product)

    def stream_of(self, product: str) -> str | None:
        """The module and stream that a package says it is of, or is a component of."""
        package = self.package_of(product)
        seen: set[str] = set()
        while product in self.pairs and product not in seen:
            seen.add(product)
            part, product = self.pairs[product]
            if part in self.modules:
                return self.modules[part]
        return self.modules.get(product) or (package.stream if package else None)

    def package_of(self, product: str) -> Package | None:
        """The package that is the component of a pair; None for an image or a module as such."""
        seen: set[str] = set()
        while product in self.pairs and product not in seen:
            seen.add(product)
            product = self.pairs[product][0]
        return self.packages.get(product)


def products(tree: Mapping[str, Any]) -> Products:
    """What the product tree of a document says."""
    found = Products()
    for branch in tree.get("branches") or ():
        _walk(branch, found)
    for product in tree.get("full_product_names") or ():
        _product(product, found)
    for relation in tree.get("relationships") or ():
        whole = (relation.get("full_product_name") or {}).get("product_id")
        parts = (relation.get("product_reference"), relation.get("relates_to_product_reference"))
        if whole and all(parts):
            found.pairs[str(whole)] = (str(parts[0]), str(parts[1]))
    return found


def _walk(branch: Mapping[str, Any], found: Products) -> None:
    if isinstance(branch.get("product"), dict):
        _product(branch["product"], found)
    for inner in branch.get("branches") or ():
        _walk(inner, found)


def _product(product: Mapping[str, Any], found: Products) -> None:
    number, name = str(product.get("product_id")), str(product.get("name", ""))
    helper = product.get("product_identification_helper") or {}
    purl, cpe = str(helper.get("purl", "")), str(helper.get("cpe", ""))
    if module := _MODULE.fullmatch(purl):
        found.modules[number] = f"{unquote(module[1])}:{unquote(module[2])}"
    package = _from_purl(purl, name) or _from_name(name)
    release = None if package else release_of_product(cpe) or release_of_product(name)
    if package is not None:
        found.packages[number] = package
    elif release is not None:
        found.releases[number] = release
    elif cpe or purl:
        found.others.add(number)
    else:
        found.packages[number] = Package(name, None, None)


def _from_purl(purl: str, name: str) -> Package | None:
    inside = _IN_MODULE.match(purl)
    if inside:
        return Package(unquote(inside[1]), None, "src", is_modular=True)
    found = _PURL.fullmatch(purl)
    if not found:
        return None
    bare, version, rest = found.groups()
    more = parse_qs(rest or "")
    version = unquote(version or "")
    return Package(
        unquote(bare),
        # Of a module nobody mended yet, what stands for the version is the name of its stream.
        _with_epoch(version, more.get("epoch", [None])[0], name) if "-" in version else None,
        more.get("arch", [None])[0],
        is_modular=True if "rpmmod" in more else None,
        stream=_stream(more.get("rpmmod", [""])[0]),
    )


def _stream(module: str) -> str | None:
    """``nodejs:18`` of ``nodejs:18:8060020220523160029:ad008a3a``."""
    name, _, rest = module.partition(":")
    stream = rest.partition(":")[0]
    return f"{name}:{stream}" if name and stream else None


def _with_epoch(version: str, epoch: str | None, name: str) -> str:
    # A name such as ``pam-0:1.5.1-21.el9_5.x86_64`` states the epoch that a package URL leaves out where it is 0.
    stated = re.search(rf"-(\d+):{re.escape(version)}", name)
    if epoch is None and stated:
        epoch = stated[1]
    return version if epoch is None else f"{epoch}:{version}"


def _from_name(name: str) -> Package | None:
    ending = _ARCH.search(name)
    found = _NEVRA.fullmatch(name[: ending.start()] if ending else name)
    if not found or not (ending or re.search(r"\.(?:el|oe)\d", found["build"])):
        return None
    version = f"{found['version']}-{found['build']}"
    epoch = found["epoch"]
    return Package(found["name"], f"{epoch}:{version}" if epoch else version, ending[1] if ending else None)
