"""updateinfo.xml of an rpm repository: its security updates. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from io import BytesIO
from xml.etree import ElementTree

from hiscomply_advisories.advisory import Advisory, Scope, cves_in, moment_of, severity_of


def parse(data: bytes, release: str, scope: Scope) -> Iterator[Advisory]:
    """What the security updates mend of the wanted packages of one release.

    Raises:
        ValueError: it is no updateinfo, or brings a document type, which such a file never needs.
    """
    if b"<!DOCTYPE" in data[:65_536]:
        raise ValueError("it brings a document type")
    scope.covered.add(release)
    try:
        for _, element in ElementTree.iterparse(BytesIO(data)):  # noqa: S314 - without a document type there are no entities
            if element.tag == "update":
                yield from _update(element, release, scope)
                element.clear()
            elif element.tag == "updates":
                return
    except ElementTree.ParseError as error:
        raise ValueError(str(error)) from None
    raise ValueError("its outermost element is not <updates>")


def _update(update: ElementTree.Element, release: str, scope: Scope) -> Iterator[Advisory]:
    place = update.findtext("id") or "?"
    scope.entries += 1
    published = moment_of(_date(update, "issued"))
    scope.saw(moment_of(_date(update, "updated")))
    scope.saw(published)
    if update.get("type") != "security":
        return
    # EPEL and Fedora name the CVE in the title of a reference to a bug.
    said = [one.get(name) for one in update.iterfind("references/reference") for name in ("id", "title")]
    cves = cves_in(said) or [place]
    severity = severity_of(update.findtext("severity"))
    if (
        update.find("pkglist/collection/package") is None
        and update.find("pkglist/hot_patch_collection") is not None
    ):
        scope.refuse(place, "热补丁不参与比对", "hot patches are not compared")
    for package, stream in _packages(update):
        name, version, build = package.get("name"), package.get("version"), package.get("release")
        arch = package.get("arch")
        if not name or not version or not build:
            scope.refuse(place, "软件包缺少名称或版本", "a package lacks its name or version")
        elif scope.wants(release, name) and arch != "src":
            epoch = package.get("epoch")
            fixed = f"{epoch}:{version}-{build}" if epoch else f"{version}-{build}"
            for cve in cves:
                yield Advisory(
                    release,
                    name,
                    cve,
                    is_source=False,
                    fixed=fixed,
                    arch=None if arch == "noarch" else arch,
                    stream=stream,
                    severity=severity,
                    published=published,
                    place=place,
                )


def _packages(update: ElementTree.Element) -> Iterator[tuple[ElementTree.Element, str | None]]:
    """Each package, and the module stream that its collection is for."""
    for collection in update.iterfind("pkglist/collection"):
        module = collection.find("module")
        names = () if module is None else (module.get("name"), module.get("stream"))
        stream = ":".join(one for one in names if one) if names and all(names) else None
        for package in collection.iterfind("package"):
            yield package, stream


def _date(update: ElementTree.Element, name: str) -> str | None:
    found = update.find(name)
    return None if found is None else found.get("date")
