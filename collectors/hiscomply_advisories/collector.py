"""The collector ``advisories``: packages that other targets collected against feeds of the project."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Final

from hiscomply.duck import connect
from hiscomply.hookspecs import CollectContext, CollectFailed, joined_failures
from hiscomply.model import Record, Rejected, Target, Text
from hiscomply_kit.options import TEXT, means, options_schema

if TYPE_CHECKING:
    from hiscomply_advisories.feeds import Feed
    from hiscomply_advisories.match import Found

KIND: Final = "vuln"
_FEED: Final[Mapping[str, Any]] = {
    "type": "object",
    "additionalProperties": False,
    "required": ["path", "format"],
    "properties": {
        "path": {
            **TEXT,
            **means(
                "一个文件；osv 与 csaf 也可以是 JSON 文件的 zip 包或文件夹。",
                "A file or, for osv and csaf, a zip or folder of JSON files.",
            ),
        },
        "format": {
            "enum": ["debian-tracker", "osv", "csaf", "updateinfo"],
            **means(
                "公告的格式：debian-tracker 是 Debian 安全跟踪系统的 JSON，updateinfo 是 rpm "
                "软件源的更新清单，后者须写明 release。",
                "Format of the advisories: debian-tracker is the JSON of the Debian security tracker, "
                "updateinfo the list of updates of an rpm repository, which needs release.",
            ),
        },
        "release": {
            "type": "string",
            "pattern": "^[^:]+:[^:]+$",
            **means(
                "updateinfo 文件所属的系统版本，写作 os-release 的 ID:VERSION_ID，如 rocky:9、"
                "openEuler:22.03-LTS-SP4。",
                "What an updateinfo file is for, ID:VERSION_ID of os-release: rocky:9, "
                "openEuler:22.03-LTS-SP4.",
            ),
        },
        "as_of": {
            "type": "string",
            "format": "date",
            "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$",
            **means(
                "公告的日期；用于文件内的日期和文件时间都不能说明时。",
                "The day of the feed, where neither a date inside nor that of the file says it.",
            ),
        },
    },
    "if": {"properties": {"format": {"const": "updateinfo"}}},
    "then": {"required": ["release"]},
    "else": {"not": {"required": ["release"]}},
}


class AdvisoriesCollector:
    """Runs after the others, reads what they gave of packages and hosts, and touches no host."""

    name: ClassVar[str] = "advisories"
    version: ClassVar[str] = "1.0.0"
    summary: ClassVar[Text] = Text(
        "离线比对已装软件包与安全公告(Debian、OSV、CSAF、updateinfo)",
        "installed packages against advisories, offline (Debian, OSV, CSAF, updateinfo)",
    )
    options_schema: ClassVar[Mapping[str, Any]] = options_schema(
        {
            "feeds": {
                "type": "array",
                "minItems": 1,
                "items": _FEED,
                **means(
                    "用来比对软件包的安全公告文件；可列多份，不访问网络。",
                    "Advisories that packages are compared with, as files; any number of them, and no "
                    "network is used.",
                ),
            },
            "targets": {
                "type": "array",
                "minItems": 1,
                "items": TEXT,
                **means(
                    "采用哪些目标的软件包，写目标名称或通配符；不写则采用全部目标。",
                    "Names or patterns of the targets whose packages count; all without it.",
                ),
            },
            "max_age_days": {
                "type": "integer",
                "minimum": 1,
                "maximum": 92,
                "default": 7,
                **means(
                    "公告或软件包清单早于此天数时，漏洞为未知。",
                    "A feed or a list of packages that is older leaves vulnerabilities unknown.",
                ),
            },
            "pending_updates": {
                "type": "boolean",
                "default": False,
                **means(
                    "同时读取主机包管理器列出的待装更新（patch_state）。",
                    "Also note what the host's own package manager says is pending (patch_state).",
                ),
            },
        },
        ("feeds",),
    )

    def kinds(self, options: Mapping[str, Any]) -> tuple[str, ...]:
        """Vulnerabilities only."""
        return (KIND,)

    def derives_from(self, options: Mapping[str, Any]) -> tuple[str, ...]:
        """Packages, and of which release each host is."""
        return ("package", "host", *(("patch_state",) if options.get("pending_updates") else ()))

    def asks(self, target: Target, project: Path) -> Iterator[Text]:
        """The feeds; no host is asked anything."""
        from hiscomply_advisories.feeds import feeds_of

        for feed in feeds_of(target.options):
            yield Text(f"读取文件 {feed.path}({feed.format})", f"reads the file {feed.path} ({feed.format})")
        yield Text("比对其他目标采集的软件包", "compares the packages that the other targets collect")

    def collect(self, target: Target, context: CollectContext) -> Iterator[Record | Rejected]:
        """Every vulnerability that is known, and each host of which they are not.

        Raises:
            CollectFailed: there are no packages, or a feed cannot be used; what the others say is given first.
        """
        with connect("768MB") as db:
            yield from _collect(db, target, context)


def _collect(db: Any, target: Target, context: CollectContext) -> Iterator[Record | Rejected]:
    from hiscomply_advisories.feeds import feeds_of
    from hiscomply_advisories.gaps import gaps
    from hiscomply_advisories.installed import load, pair_up
    from hiscomply_advisories.match import found, match, wanted_names

    oldest = context.now - timedelta(days=target.options.get("max_age_days", 7))
    load(db, context.staged, target.options.get("targets", ()))
    yield from gaps(db, oldest)
    pair_up(db)
    names = wanted_names(db)
    failures: list[tuple[str, CollectFailed]] = []
    covered: set[str] = set()
    for feed in feeds_of(target.options):
        try:
            yield from _take_in(db, feed, context, names, oldest, covered)
        except CollectFailed as error:
            failures.append((feed.path, error))
    if len(failures) < len(target.options["feeds"]):
        yield from _uncovered(db, covered)
        for place, entry, version in match(db):
            told = f"{entry}: {version}"
            yield Rejected(
                KIND, place, Text(f"版本无法比较:{told}", f"versions that cannot be compared: {told}")
            )
        yield from _unjudged(db)
        yield from map(_record, found(db))
    if failures:
        raise joined_failures(failures)


def _take_in(
    db: Any, feed: Feed, context: CollectContext, names: frozenset[str], oldest: datetime, covered: set[str]
) -> Iterator[Rejected]:
    from hiscomply_advisories.advisory import Scope
    from hiscomply_advisories.feeds import dated, read
    from hiscomply_advisories.match import add_feed, releases

    scope = Scope(names, releases(db))
    advisories = read(feed, context.project, scope)
    at = dated(feed, context.project, scope, context.now)
    add_feed(db, feed.path, at, advisories)
    covered |= scope.covered
    for place, zh, en in scope.unreadable:
        yield Rejected(KIND, feed.path, Text(f"{place}:{zh}", f"{place}: {en}"), subject=place[:120])
    if at < oldest:
        day = at.astimezone(UTC).date()
        yield Rejected(
            KIND,
            feed.path,
            Text(
                f"公告源过旧({day}),此后公布的漏洞未知;请更新",
                f"the feed is too old ({day}): what became known since is not in it; bring in a newer one",
            ),
        )


def _uncovered(db: Any, covered: set[str]) -> Iterator[Rejected]:
    for asset, release in db.execute(
        "SELECT asset_id, release FROM release_of SEMI JOIN pair_of USING (asset_id) ORDER BY ALL"
    ).fetchall():
        if release not in covered:
            yield Rejected(
                KIND,
                f"host:{asset}",
                Text(
                    f"没有公告源涵盖 {release},该主机的漏洞未知",
                    f"no feed covers {release}: the vulnerabilities of this host are not known",
                ),
                subject=asset,
            )


def _unjudged(db: Any) -> Iterator[Rejected]:
    from hiscomply_advisories.match import doubts, unjudged

    for asset, is_of_stream, count, example in doubts(db):
        yield Rejected(KIND, f"host:{asset}", _doubtful(is_of_stream, count, example), subject=asset)
    for asset, count in unjudged(db):
        yield Rejected(
            KIND,
            f"host:{asset}",
            Text(
                f"{count} 个软件包的来源包或版本未知,无法与公告比对",
                f"{count} packages are without source package or a version that can be compared",
            ),
            subject=asset,
        )


def _doubtful(is_of_stream: bool, count: int, example: str) -> Text:
    if is_of_stream:
        return Text(
            f"{count} 个漏洞的公告针对 rpm 模块的某个流,已装软件包属于哪个流未知,无法判断:{example}",
            f"{count} weaknesses are of a stream of an rpm module, and which stream is installed is not known: {example}",
        )
    return Text(
        f"{count} 个漏洞的修复版本未写 epoch,而该软件包的 epoch 变过,无法判断:{example}",
        f"{count} weaknesses have a fix without an epoch, of packages that have had several: not known, {example}",
    )


def _record(one: Found) -> Record:
    fields: dict[str, Any] = {
        "asset_id": one.asset_id,
        "cve": one.cve,
        "fixed_at": None,
        "packages": one.packages,
        "fixes": one.fixes,
    }
    more = {
        "last_seen": one.packages_at,
        "first_seen": one.published,
        "severity": one.severity,
        "cvss": one.cvss,
        "fix_available": one.is_fixable,
        "host_offers_updates": None if one.pending is None else one.pending > 0,
    }
    fields |= {name: value for name, value in more.items() if value is not None}
    return Record(KIND, fields, one.feed, one.observed_at, pointer=one.cve)
