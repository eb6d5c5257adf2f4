"""What the cached metadata of dnf or yum says of pending updates, and how old it is."""

from __future__ import annotations

import re
from datetime import datetime
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


def metadata_date(answers: Answers) -> datetime | None:
    """When the newest cached repository metadata was made."""
    stamps = [
        moment
        for pattern in REPOSITORIES
        for _, answer in answers.matching(pattern)
        for stamp in _STAMP.findall(answer.text)
        if (moment := from_epoch(stamp))
    ]
    return max(stamps, default=None)


def cached_repositories(answers: Answers) -> dict[str, bool]:
    """Repositories in the cache, and whether their metadata says which updates are security updates."""
    names = {}
    for pattern in REPOSITORIES:
        for path, answer in answers.matching(pattern):
            if answer.ok:
                folder = PurePosixPath(path).parent
                folder = folder.parent if folder.name == "repodata" else folder
                names[_HASH.sub("", folder.name)] = 'type="updateinfo"' in answer.text
    return names


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
