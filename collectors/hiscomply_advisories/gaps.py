"""Hosts of which vulnerabilities cannot be told, whatever the feeds say."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

from hiscomply.model import Rejected, Text
from hiscomply_advisories.installed import Database

_NO_RELEASE = Text(
    "主机的系统版本未知,无法选定公告,漏洞未知",
    "the release of the host is not known, so no advisory applies: vulnerabilities are not known",
)
_NO_PACKAGES = Text(
    "没有该主机的软件包清单,漏洞未知",
    "no packages of this host were collected: vulnerabilities are not known",
)


def gaps(db: Database, oldest: datetime) -> Iterator[Rejected]:
    """Hosts without known release, without packages, or with a list of packages older than ``oldest``."""
    yield from (
        _about(asset, _NO_RELEASE)
        for (asset,) in db.execute(
            "SELECT DISTINCT asset_id FROM package ANTI JOIN release_of USING (asset_id) ORDER BY ALL"
        ).fetchall()
    )
    yield from (
        _about(asset, _NO_PACKAGES)
        for (asset,) in db.execute(
            "SELECT asset_id FROM host_seen ANTI JOIN package USING (asset_id) ORDER BY ALL"
        ).fetchall()
    )
    stale = db.execute(
        "SELECT asset_id, max(_observed_at) AS newest FROM package GROUP BY asset_id "
        "HAVING newest IS NULL OR newest < $1 ORDER BY ALL",
        [oldest.astimezone(UTC).replace(tzinfo=None)],
    ).fetchall()
    for asset, at in stale:
        seen = "?" if at is None else f"{at:%Y-%m-%d}"
        yield _about(
            asset,
            Text(
                f"软件包清单过旧({seen}),当前漏洞未知",
                f"the list of packages is too old ({seen}): present vulnerabilities are not known",
            ),
        )


def _about(asset: str, reason: Text) -> Rejected:
    return Rejected("vuln", f"host:{asset}", reason, subject=asset)
