"""The Debian security tracker's JSON: source package, CVE, release. Pure."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from json.decoder import WHITESPACE  # type: ignore[attr-defined]
from typing import Any

from hiscomply_advisories.advisory import Advisory, Scope, severity_of
from hiscomply_advisories.releases import DEBIAN

_HARMLESS = {"unimportant"}
"""The tracker's word for what does not touch the packages as they are built."""


def parse(text: str, scope: Scope) -> Iterator[Advisory]:
    """What the tracker says of the wanted source packages.

    ``undetermined`` is no statement that a version is affected, and gives nothing. A release that it names by a word
    that is not known here is passed over, so that hosts of that release are not covered.

    Raises:
        ValueError: it is not the tracker's JSON.
    """
    for source, cves in _members(text):
        if not isinstance(cves, dict):
            raise ValueError(f"{source[:40]!r} holds no object")
        scope.entries += len(cves)
        for cve, about in cves.items():
            releases = about.get("releases") if isinstance(about, dict) else None
            if releases == []:  # the tracker's word for none at all
                continue
            if not isinstance(releases, dict):
                scope.refuse(f"{source} {cve}", "没有 releases", "it has no releases")
                continue
            for codename, state in releases.items():
                number = DEBIAN.get(codename)
                if number is None:
                    continue
                release = f"debian:{number}"
                if scope.wants(release, source):
                    yield from _advisory(release, source, cve, state, scope)


def _advisory(
    release: str, source: str, cve: str, state: Mapping[str, Any], scope: Scope
) -> Iterator[Advisory]:
    place = f"{source} {cve}"
    status = state.get("status") if isinstance(state, dict) else None
    if status not in {"open", "resolved", "undetermined"}:
        scope.refuse(place, f"{release} 的状态无法识别", f"its status for {release} is not known")
        return
    fixed = state.get("fixed_version")
    if status == "resolved" and not isinstance(fixed, str):
        scope.refuse(place, f"{release} 已解决但没有版本", f"resolved for {release} without a version")
        return
    urgency = str(state.get("urgency", "")).strip("*")
    if status == "undetermined" or fixed == "0" or urgency in _HARMLESS:
        return
    yield Advisory(
        release,
        source,
        cve,
        is_source=True,
        fixed=fixed if status == "resolved" else None,
        severity=severity_of(urgency),
        place=place,
    )


def _members(text: str) -> Iterator[tuple[str, Any]]:
    """The members of the outermost object one by one: the whole of it as objects would take a gigabyte."""
    decoder = json.JSONDecoder()
    at = WHITESPACE.match(text, 0).end()
    if text[at : at + 1] != "{":
        raise ValueError("it does not begin with an object")
    at = WHITESPACE.match(text, at + 1).end()
    while text[at : at + 1] != "}":
        name, at = decoder.raw_decode(text, at)
        at = WHITESPACE.match(text, at).end()
        if not isinstance(name, str) or text[at : at + 1] != ":":
            raise ValueError(f"a name is expected at character {at}")
        value, at = decoder.raw_decode(text, WHITESPACE.match(text, at + 1).end())
        yield name, value
        at = WHITESPACE.match(text, at).end()
        if text[at : at + 1] == ",":
            at = WHITESPACE.match(text, at + 1).end()
        elif text[at : at + 1] != "}":
            raise ValueError(f"',' or '}}' is expected at character {at}")
