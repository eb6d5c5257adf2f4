"""Where a repository is: on this machine, on which disk, behind which host."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from hiscomply.hookspecs import CollectFailed
from hiscomply.model import Text
from hiscomply_kit.tls import refuse_cleartext

_REMOTE = re.compile(r"^(?:[a-z0-9]+:|[^/]*@[^/]*:|[^/]+:)")


@dataclass(frozen=True, slots=True)
class Repository:
    """A repository as the tool takes it; ``path`` is None for one that is not a local folder."""

    text: str
    path: Path | None


def repository_of(options: Mapping[str, Any], project: Path) -> Repository:
    """The repository of a target.

    Raises:
        CollectFailed: it is asked over the network without TLS, and the target does not allow that.
    """
    text = str(options["repository"])
    if text.startswith("rest:http://"):
        host = urlsplit(text.removeprefix("rest:")).hostname or ""
        refuse_cleartext(host, is_allowed=options.get("cleartext", False))
    for prefix in ("local:", "file://"):
        text = text.removeprefix(prefix)
    if _REMOTE.match(text):
        return Repository(text, None)
    path = (project.resolve() / text).resolve()
    return Repository(str(path), path)


def location_fields(options: Mapping[str, Any], repository: Repository | None) -> dict[str, str]:
    """The declared location; ``onsite`` is known by itself for a folder on the disk of this machine's root.

    Raises:
        CollectFailed: what is declared cannot be true of such a folder.
    """
    declared = options.get("location", {}).get("value")
    if repository is not None and repository.path is not None and _is_on_root_disk(repository.path):
        if declared in ("offsite", "isolated"):
            raise CollectFailed(
                Text(
                    f"声明位置为 {declared},但仓库 {repository.text} 就在本机系统盘上",
                    f"declared {declared}, but the repository {repository.text} is on this machine's own system disk",
                )
            )
        return {"location": "onsite"}
    return {"location": declared} if declared else {}


def _is_on_root_disk(path: Path) -> bool:
    try:
        return path.stat().st_dev == Path("/").stat().st_dev
    except OSError:
        return False
