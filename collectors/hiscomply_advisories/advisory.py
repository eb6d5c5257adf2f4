"""One statement of a feed: these versions of this package of this release have this weakness."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime


@dataclass(frozen=True, slots=True)
class Advisory:
    """A range of versions with a weakness.

    Attributes:
        release: as ``releases`` names it: ``debian:12``.
        name: of the source package if ``is_source``, else of the installed package.
        introduced: the first version that has it; None for all from the first on.
        fixed: the first version that no longer has it; None while there is none.
        last: the last version that has it, where that is said instead of ``fixed``.
        arch: the only processor architecture that it is about, None for all.
        stream: the rpm module and its stream that it is about, ``nodejs:18``; None where the feed does not say.
        is_modular: whether it is about builds of rpm module streams; None if its versions are to tell.
        published: when it became known, aware; None where the feed does not say.
        place: the entry in the feed, for people.
    """

    release: str
    name: str
    cve: str
    is_source: bool
    introduced: str | None = None
    fixed: str | None = None
    last: str | None = None
    arch: str | None = None
    is_modular: bool | None = None
    stream: str | None = None
    severity: str | None = None
    cvss: float | None = None
    published: datetime | None = None
    place: str = ""


@dataclass(slots=True)
class Scope:
    """What of a feed is wanted, and what a feed turns out to hold.

    Attributes:
        wanted: the names of installed and source packages.
        releases: the releases of the hosts.
        covered: the releases of which the feed says anything at all.
        newest: the newest date that the feed holds, aware.
        unreadable: entries that could not be read, with the reason in Chinese and English.
        entries: how many entries were understood.
    """

    wanted: frozenset[str]
    releases: frozenset[str]
    covered: set[str] = field(default_factory=set)
    newest: datetime | None = None
    unreadable: list[tuple[str, str, str]] = field(default_factory=list)
    entries: int = 0

    def saw(self, moment: datetime | None) -> None:
        """Takes note of a date inside the feed."""
        if moment is not None and (self.newest is None or moment > self.newest):
            self.newest = moment

    def wants(self, release: str, name: object) -> bool:
        """Whether a package of this name and release may be installed; notes that the release is covered."""
        self.covered.add(release)
        return release in self.releases and name in self.wanted

    def refuse(self, place: str, zh: str, en: str) -> None:
        """An entry that cannot be read; what it would say is then not known."""
        self.unreadable.append((place, zh, en))


_SEVERITIES = {
    "critical": "critical",
    "important": "high",
    "high": "high",
    "moderate": "medium",
    "medium": "medium",
    "low": "low",
    "negligible": "low",
}
_CVE = re.compile(r"CVE-\d{4}-\d+")
_SECONDS = re.compile(r"\d{9,11}")
_RANK = ("low", "medium", "high", "critical")


def severity_of(*words: object) -> str | None:
    """The worst of the words that are severities; makers say *important* and *moderate* too."""
    known = [_SEVERITIES.get(word.strip("* ").lower()) for word in words if isinstance(word, str)]
    return max((one for one in known if one), key=_RANK.index, default=None)


def severity_of_score(score: float | None) -> str | None:
    """The severity that CVSS 3 gives a base score; None for none and for 0."""
    if not score:
        return None
    return "critical" if score >= 9 else "high" if score >= 7 else "medium" if score >= 4 else "low"


def moment_of(text: object) -> datetime | None:
    """An ISO 8601 time or day, or seconds since 1970; UTC where it names no zone; None for what is none."""
    if not isinstance(text, str):
        return None
    text = text.strip().removesuffix(" UTC")
    try:
        moment = (
            datetime.fromtimestamp(int(text), UTC)
            if _SECONDS.fullmatch(text)
            else datetime.fromisoformat(text)
        )
    except ValueError:
        return None
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)


def cves_in(names: Iterable[object]) -> list[str]:
    """The CVE numbers in identifiers and titles, such as ``DEBIAN-CVE-2024-1234``."""
    found = [cve for name in names for cve in _CVE.findall(str(name))]
    return list(dict.fromkeys(found))
