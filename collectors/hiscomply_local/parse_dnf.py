"""What the cached metadata of dnf or yum says of pending updates, and how old it is."""

from __future__ import annotations

import re
from collections.abc import Mapping, Set
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import PurePosixPath

from hiscomply_local.answers import Answers, Command, from_epoch
from hiscomply_local.parse_packages import DPKG_STATUS

CHECK = Command(("dnf", "yum"), ("-q", "--cacheonly", "check-update"), DPKG_STATUS)
REPOLIST = Command(("dnf", "yum"), ("-q", "--cacheonly", "repolist"), DPKG_STATUS)
CHECK_SECURITY = Command(("dnf", "yum"), ("-q", "--cacheonly", "--security", "check-update"), DPKG_STATUS)
REPOSITORIES = (
    "/var/cache/dnf/*/repodata/repomd.xml",
    "/var/cache/libdnf5/*/repodata/repomd.xml",
    "/var/cache/yum/*/*/*/repomd.xml",
)
UPDATES_WAIT = 100
_STAMP = re.compile(r"<timestamp>\s*(\d+)")
_HASH = re.compile(r"-[0-9a-f]{16}$")


@dataclass(frozen=True, slots=True)
class Cached:
    """The cached metadata of one repository.

    Attributes:
        made: when it was made; None where it does not say.
        advises: it says which updates are security updates.
    """

    made: datetime | None
    advises: bool


def cached_repositories(answers: Answers) -> dict[str, Cached]:
    """Repositories in the cache; of one that is there twice, as after a change of its address, the newer metadata."""
    found: dict[str, Cached] = {}
    for pattern in REPOSITORIES:
        for path, answer in answers.matching(pattern):
            if answer.ok:
                folder = PurePosixPath(path).parent
                folder = folder.parent if folder.name == "repodata" else folder
                name = _HASH.sub("", folder.name)
                stamps = [moment for one in _STAMP.findall(answer.text) if (moment := from_epoch(one))]
                cached = Cached(max(stamps, default=None), 'type="updateinfo"' in answer.text)
                found[name] = max(found.get(name, cached), cached, key=_made)
    return found


def oldest(cached: Mapping[str, Cached], enabled: Set[str], fixed: Set[str]) -> tuple[datetime, str] | None:
    """When the oldest metadata of the enabled repositories was made, and of which; None where one does not say.

    Args:
        enabled: ids of the enabled repositories; empty where they are not known, so that all in the cache count.
        fixed: ids of those that never change; they count only where there are no others.
    """
    used = {name: one for name, one in cached.items() if name in (enabled or cached.keys())}
    counted = {name: one for name, one in used.items() if name not in fixed} or used
    dates = [(one.made, name) for name, one in counted.items() if one.made is not None]
    return min(dates) if dates and len(dates) == len(counted) else None


def _made(one: Cached) -> datetime:
    return one.made or datetime.min.replace(tzinfo=UTC)


def parse_repolist(text: str) -> frozenset[str]:
    """Ids of the enabled repositories; yum marks some with a sign and adds release and architecture."""
    lines = [line.split() for line in text.splitlines() if line.strip()]
    start = next((number for number, words in enumerate(lines, 1) if words[:2] == ["repo", "id"]), 0)
    return frozenset(
        words[0].lstrip("!*").split("/")[0] for words in lines[start:] if not words[0].startswith("repolist:")
    )


def parse_check_update(text: str) -> dict[str, str] | None:
    """Repository by ``name.arch`` of each waiting update; None when the output is not understood.

    Long names make dnf break a line after the first or second column, so words count, not lines.
    """
    words: list[str] = []
    for line in text.splitlines():
        if line.startswith(("Obsoleting Packages", "Security:")):
            break
        words.extend(line.split())
    rows = [words[start : start + 3] for start in range(0, len(words), 3)]
    if any(len(row) != 3 or "." not in row[0] or not re.search(r"\d.*-", row[1]) for row in rows):
        return None
    return {name: repository.lstrip("@") for name, _, repository in rows}
