"""OSV entries: one JSON document for each advisory. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from hiscomply_advisories.advisory import (
    Advisory,
    Scope,
    cves_in,
    moment_of,
    severity_of,
    severity_of_score,
)
from hiscomply_advisories.cvss import base_score
from hiscomply_advisories.releases import names_sources, release_of_osv


@dataclass(frozen=True, slots=True)
class _Entry:
    """What all packages of one entry share."""

    place: str
    cves: Sequence[str]
    published: Any
    severity: str | None
    cvss: float | None


def parse(entry: Any, place: str, scope: Scope) -> Iterator[Advisory]:
    """What one entry says of the wanted packages of releases that are known here."""
    if not isinstance(entry, dict) or not isinstance(entry.get("id"), str):
        scope.refuse(place, "不是 OSV 条目", "it is no OSV entry")
        return
    scope.entries += 1
    scope.saw(moment_of(entry.get("modified")))
    if entry.get("withdrawn"):
        return
    head = _entry(entry, place)
    for affected in entry.get("affected") or ():
        package = affected.get("package") if isinstance(affected, dict) else None
        if not isinstance(package, dict):
            scope.refuse(place, "affected 中没有 package", "an item of affected has no package")
            continue
        release = release_of_osv(str(package.get("ecosystem", "")))
        if release is None:
            continue
        name = package.get("name")
        if scope.wants(release, name):
            yield from _advisories(release, str(name), affected, head, scope)


def _entry(entry: Mapping[str, Any], place: str) -> _Entry:
    numbers = cves_in([entry["id"], *_list(entry, "aliases"), *_list(entry, "upstream")])
    numbers = numbers or cves_in(_list(entry, "related")) or [entry["id"]]
    cvss, severity = _severity(entry)
    return _Entry(place, numbers, moment_of(entry.get("published")), severity, cvss)


def _list(of: Mapping[str, Any], name: str) -> list[Any]:
    found = of.get(name)
    return found if isinstance(found, list) else []


def _severity(of: Mapping[str, Any]) -> tuple[float | None, str | None]:
    said = [one for one in _list(of, "severity") if isinstance(one, dict)]
    scores = [base_score(str(one.get("score"))) for one in said if one.get("type") == "CVSS_V3"]
    cvss = max((score for score in scores if score is not None), default=None)
    own = [of.get(name) for name in ("database_specific", "ecosystem_specific")]
    words = [one.get(word) for one in own if isinstance(one, dict) for word in ("severity", "urgency")]
    # Rocky Linux and AlmaLinux put the word of their maker in front: "Important: openssl security update".
    words.append(str(of.get("summary", "")).partition(":")[0])
    return cvss, severity_of(*words, *(one.get("score") for one in said)) or severity_of_score(cvss)


def _by_cve(affected: Mapping[str, Any]) -> dict[str, tuple[float | None, str | None]]:
    """What Ubuntu says of each weakness that this package of this release has; empty where it says nothing."""
    own = affected.get("database_specific")
    said = own.get("cves_map") if isinstance(own, dict) else None
    items = _list(said, "cves") if isinstance(said, dict) else []
    return {
        one["id"]: _severity(one) for one in items if isinstance(one, dict) and isinstance(one.get("id"), str)
    }


def _advisories(
    release: str, name: str, affected: Mapping[str, Any], head: _Entry, scope: Scope
) -> Iterator[Advisory]:
    ranges = [
        one for one in _list(affected, "ranges") if isinstance(one, dict) and one.get("type") == "ECOSYSTEM"
    ]
    if not all(_is_in_order(_list(one, "events")) for one in ranges):
        scope.refuse(
            head.place, f"{name} 的版本范围顺序混乱", f"its ranges of versions of {name} are not in order"
        )
        return
    spans = [span for one in ranges for span in _spans(_list(one, "events"))]
    if not ranges:
        spans = [(version, None, version) for version in _list(affected, "versions")]
    if not spans:
        scope.refuse(head.place, f"{name} 没有版本范围", f"it states no range of versions of {name}")
        return
    cvss, severity = _severity(affected)
    by_cve = _by_cve(affected)
    for introduced, fixed, last in spans:
        for cve in by_cve or head.cves:
            own_cvss, own_severity = by_cve.get(cve, (None, None))
            scores = (own_cvss, cvss, head.cvss)
            yield Advisory(
                release,
                name,
                cve,
                is_source=names_sources(release),
                introduced=introduced,
                fixed=fixed,
                last=last,
                severity=own_severity or severity or head.severity,
                cvss=next((one for one in scores if one is not None), None),
                published=head.published,
                place=head.place,
            )


def _is_in_order(events: Sequence[Any]) -> bool:
    """Whether every range ends before the next one begins, one event an object."""
    known = [name for one in events for name in ("introduced", "fixed", "last_affected") if name in one]
    doubled = [pair for pair in pairwise(known) if pair == ("introduced", "introduced")]
    return not doubled and all(len(one) == 1 for one in events)


def _spans(events: Sequence[Any]) -> Iterator[tuple[str | None, str | None, str | None]]:
    """From each ``introduced`` to the ``fixed`` or ``last_affected`` that follows it, or without end."""
    start: str | None = None
    is_open = False
    for event in events:
        if not isinstance(event, dict):
            continue
        if "introduced" in event:
            start = None if event["introduced"] == "0" else str(event["introduced"])
            is_open = True
        elif is_open and "fixed" in event:
            yield start, str(event["fixed"]), None
            is_open = False
        elif is_open and "last_affected" in event:
            yield start, None, str(event["last_affected"])
            is_open = False
    if is_open:
        yield start, None, None
