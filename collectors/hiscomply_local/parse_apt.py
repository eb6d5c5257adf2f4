"""What apt's own lists say of pending updates, and how old those lists are."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import lru_cache

from hiscomply_local.answers import Answers, Command

LISTS = "/var/lib/apt/lists/*Release"
INDEXES = "/var/lib/apt/lists/*_Packages*"
# With its cache switched off apt writes nothing; with it on, root would rebuild the file on disk.
UPGRADABLE = Command(
    ("apt",), ("-o", "Dir::Cache::pkgcache=", "-o", "Dir::Cache::srcpkgcache=", "list", "--upgradable")
)
_UPGRADE = re.compile(
    r"(?P<name>[^\s/]+)/(?P<suites>\S+) (?P<new>\S+) (?P<arch>\S+) \[upgradable from: (?P<old>\S+)\]"
)


@dataclass(frozen=True, slots=True)
class Release:
    """The head of one Release file: names of the suite, and when its publisher signed it."""

    names: frozenset[str]
    is_security: bool
    date: datetime


@dataclass(frozen=True, slots=True)
class Pending:
    """Updates that wait: names, and those among them that mend a weakness (None: cannot be told)."""

    updates: frozenset[str]
    security: frozenset[str] | None


@lru_cache(maxsize=64)  # the hosts of a fleet have the same; of each no more than the head is asked for
def parse_release(text: str) -> Release | None:
    """The head of an InRelease or Release file; None without a date."""
    fields: dict[str, str] = {}
    for line in text.splitlines():
        name, colon, value = line.partition(": ")
        if colon:
            fields.setdefault(name, value.strip())
    date = _date(fields.get("Date", ""))
    if date is None:
        return None
    names = frozenset(fields[name] for name in ("Suite", "Codename") if name in fields)
    says = " ".join((*names, fields.get("Label", ""))).lower()
    return Release(names, "security" in says, date)


def _date(text: str) -> datetime | None:
    try:
        return parsedate_to_datetime(text).astimezone(UTC)
    except ValueError:
        return None


def releases(answers: Answers) -> list[Release]:
    """The Release files of the host's lists that have a package index beside them."""
    indexes = [path for path, answer in answers.matching(INDEXES) if answer.ok]
    found = []
    for path, answer in answers.matching(LISTS):
        stem = path.removesuffix("InRelease").removesuffix("Release")
        release = parse_release(answer.text) if answer.ok else None
        if release is not None and any(index.startswith(stem) for index in indexes):
            found.append(release)
    return found


def lists_date(found: Iterable[Release]) -> datetime | None:
    """When the newest news in the lists was published: of the security suite where there is one."""
    found = list(found)
    security = [release.date for release in found if release.is_security]
    return max(security or [release.date for release in found], default=None)


def parse_upgradable(text: str, found: Iterable[Release]) -> tuple[Pending, list[int]]:
    """Waiting updates of ``apt list --upgradable``, held and kept-back ones too; numbers of bad lines."""
    suites: Mapping[bool, set[str]] = {True: set(), False: set()}
    for release in found:
        suites[release.is_security].update(release.names)
    updates: set[str] = set()
    security: set[str] = set()
    bad: list[int] = []
    for number, line in enumerate(text.split("\n"), 1):
        match = _UPGRADE.fullmatch(line.strip())
        if match:
            name = f"{match['name']}:{match['arch']}"
            updates.add(name)
            if suites[True] & set(match["suites"].split(",")):
                security.add(name)
        elif line.strip() and not line.startswith("Listing..."):
            bad.append(number)
    return Pending(frozenset(updates), frozenset(security) if suites[True] else None), bad
