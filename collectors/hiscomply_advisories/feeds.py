"""One feed of the project: which reader it needs, and of which day it is."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

from hiscomply.hookspecs import CollectFailed
from hiscomply.model import Text
from hiscomply_advisories.advisory import Advisory, Scope
from hiscomply_advisories.releases import release_of_option


@dataclass(frozen=True, slots=True)
class Feed:
    """One item of the option ``feeds``."""

    path: str
    format: str
    release: str | None = None
    as_of: str | None = None


def feeds_of(options: Mapping[str, Any]) -> list[Feed]:
    """The feeds that a target names."""
    return [Feed(**one) for one in options["feeds"]]


def read(feed: Feed, project: Path, scope: Scope) -> list[Advisory]:
    """The advisories of a feed about the wanted packages.

    Raises:
        CollectFailed: it cannot be read, or is not what it should be.
    """
    try:
        advisories = list(_entries(feed, project / feed.path, scope))
    except (ValueError, RecursionError) as error:
        raise _not_one(feed, str(error)) from None
    if not scope.entries or not scope.covered:
        raise _not_one(feed, "it says nothing of any release that is known here")
    return advisories


def dated(feed: Feed, project: Path, scope: Scope, now: datetime) -> datetime:
    """Of which moment a feed is: what the project file says, the newest date inside, else the file's own."""
    from hiscomply_advisories.fetch import modified_at

    said = datetime.fromisoformat(feed.as_of).replace(tzinfo=UTC) if feed.as_of else scope.newest
    return min(said or modified_at(project / feed.path), now)


def _entries(feed: Feed, path: Path, scope: Scope) -> Iterator[Advisory]:
    from hiscomply_advisories.fetch import whole

    if feed.format == "debian-tracker":
        from hiscomply_advisories import debian_tracker

        yield from debian_tracker.parse(whole(path).decode("utf-8"), scope)
    elif feed.format == "updateinfo":
        from hiscomply_advisories import updateinfo

        yield from updateinfo.parse(whole(path), release_of_option(str(feed.release)), scope)
    else:
        yield from _documents(path, _parser(feed.format), scope)


def _parser(name: str) -> Callable[[Any, str, Scope], Iterator[Advisory]]:
    from hiscomply_advisories import csaf, osv

    return osv.parse if name == "osv" else csaf.parse


def _documents(
    path: Path, parse: Callable[[Any, str, Scope], Iterator[Advisory]], scope: Scope
) -> Iterator[Advisory]:
    from hiscomply_advisories.fetch import documents, unpacked_name

    read: dict[str, bytes] = {}
    for name, data in documents(path):
        digest = sha256(data).digest()
        known = read.setdefault(unpacked_name(name) or name, digest)
        if known != digest:
            scope.refuse(
                name,
                "同一文档有两份,内容不同",
                "it is there twice, packed and not, and the two are not the same",
            )
        try:
            yield from parse(json.loads(data), name, scope)
        except (ValueError, RecursionError):
            scope.refuse(name, "不是 JSON", "it is no JSON")
        except (AttributeError, TypeError, KeyError):
            scope.refuse(name, "结构与格式不符", "it is not built as its format asks")


def _not_one(feed: Feed, why: str) -> CollectFailed:
    return CollectFailed(
        Text(
            f"公告源 {feed.path} 不是有效的 {feed.format}:{why}",
            f"the feed {feed.path} is no {feed.format}: {why}",
        )
    )
