"""The CSV results of Greenbone (OpenVAS). Pure. Specific results and descriptions are never read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Final

from hiscomply.hookspecs import CollectFailed
from hiscomply.model import Text
from hiscomply_scans.scan import About, Scan, by_score, cves_in, number_of
from hiscomply_scans.tables import nothing, rows

COLUMNS: Final = frozenset({"IP", "NVT OID", "Severity", "CVSS", "CVEs"})
_LOGGED_IN: Final = "Login Successful For Authenticated Checks"
_NOT_LOGGED_IN: Final = "Login Failed For Authenticated Checks"
_NO_FINDING: Final = ("Log", "None", "Debug")
_OVERRIDDEN: Final = "False Positive"
"""Somebody's word in the scanner, which takes the severity's place. It is no waiver, so the vulnerability stands."""
_SEVERITY: Final = {"Critical": "critical", "High": "high", "Medium": "medium", "Low": "low"}


def parse(lines: Iterable[str], about: About) -> Iterator[Scan]:
    """One scan for each host that has a result.

    Raises:
        CollectFailed: a broken, cut-off or empty table; after the hosts that were read.
    """
    hosts: dict[str, list[tuple[int, dict[str, str]]]] = {}
    failure: CollectFailed | None = None
    try:
        for line, row in rows(lines):
            hosts.setdefault(row["IP"].strip(), []).append((line, row))
    except CollectFailed as error:
        failure = error
    for address, found in hosts.items():
        yield _scan(address, found, about)
    if failure or not hosts:
        raise failure or nothing()


def _scan(address: str, found: list[tuple[int, dict[str, str]]], about: About) -> Scan:
    last = max((one for one in (_at(row, about) for _, row in found) if one is not None), default=None)
    name = next((row["Hostname"] for _, row in found if row.get("Hostname", "").strip()), None)
    names = [row.get("NVT Name", "") for _, row in found]
    scan = Scan(
        about,
        tool="greenbone",
        asset_id=about.asset_of(name, address) if address not in about.assets else about.asset_of(address),
        observed_at=about.observed(last),
        part=address,
        finished_at=last,
        authenticated=_is_authenticated(names),
    )
    for line, row in found:
        _take(line, row, scan)
    return scan


def _is_authenticated(names: list[str]) -> bool | None:
    """One login that failed makes the scan an outside view in part; without either word nothing is known."""
    if any(_NOT_LOGGED_IN in name for name in names):
        return False
    return True if any(_LOGGED_IN in name for name in names) else None


def _at(row: dict[str, str], about: About) -> datetime | None:
    return about.moment(row.get("Timestamp"))


def _take(line: int, row: dict[str, str], scan: Scan) -> None:
    told, score = row["Severity"].strip(), number_of(row["CVSS"])
    if told in _NO_FINDING or (score == 0 and told not in {*_SEVERITY, _OVERRIDDEN}):
        return
    severity = by_score(score) or _SEVERITY.get(told)
    if severity is None and told != _OVERRIDDEN:
        scan.set_aside("vuln", Text("严重程度未知", "an unknown severity"), line=line)
        return
    for name in cves_in(row["CVEs"]) or [f"nvt:{row['NVT OID'].strip()}"]:
        scan.add_vulnerability(name, severity=severity, cvss=score or None, line=line)
