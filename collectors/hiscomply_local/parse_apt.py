"""What apt's own lists say of pending updates, and how old those lists are."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Set
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
    """The head of one Release file: names of the suite, and when its publisher signed it.

    Attributes:
        codename: of the suite, else its name: ``bookworm-security``.
    """

    names: frozenset[str]
    is_security: bool
    date: datetime
    codename: str = ""


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
    codename = fields.get("Codename", fields.get("Suite", ""))
    return Release(names, "security" in says, date, codename)


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


def lists_date(found: Iterable[Release], fixed: Set[str]) -> tuple[datetime, str] | None:
    """When the oldest news in the lists was published, and of which suite: of the security suites where there are any.

    Suites of one release (``noble-security``, ``noble-infra-security``) follow each other: of them the newest counts.

    Args:
        fixed: names of suites that never change; they count only where there are no others.
    """
    found = list(found)
    asked = [release for release in found if release.is_security] or found
    counted = [release for release in asked if not release.names & fixed] or asked
    newest: dict[str, tuple[datetime, str]] = {}
    for release in counted:
        line = release.codename.partition("-")[0]
        newest[line] = max(newest.get(line, (release.date, "")), (release.date, release.codename))
    return min(newest.values(), default=None)


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
