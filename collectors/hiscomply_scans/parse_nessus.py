"""The CSV export of Nessus. Pure. Of plugin output only the three lines about the scan itself are read."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, timezone
from typing import Final

from hiscomply.hookspecs import CollectFailed
from hiscomply.model import Text
from hiscomply_scans.scan import About, Scan, cves_in, number_of
from hiscomply_scans.tables import nothing, rows

COLUMNS: Final = frozenset({"Plugin ID", "Host", "Risk", "CVE"})
_ABOUT_SCAN: Final = "19506"
_LOGIN_FAILED: Final = frozenset({"21745", "104410"})
"""Local checks not run, and credentials that a protocol refused: both also beside a login that another one took."""
_RIGHTS_LACKED: Final = "110385"
_RISK: Final = {"Critical": "critical", "High": "high", "Medium": "medium", "Low": "low"}
_SCORES: Final = ("CVSS v4.0 Base Score", "CVSS v3.0 Base Score", "CVSS v2.0 Base Score", "CVSS")
_CREDENTIALED: Final = re.compile(r"^Credentialed checks\s*:\s*(yes|no)\b", re.IGNORECASE | re.MULTILINE)
_START: Final = re.compile(
    r"^Scan Start Date\s*:\s*(\d{4})/(\d{1,2})/(\d{1,2})\s+(\d{1,2}):(\d{2})(?::\d{2})?[ \t]*([^\r\n]*)$",
    re.MULTILINE,
)
_DURATION: Final = re.compile(r"^Scan duration\s*:\s*(\d{1,7})\s*sec", re.IGNORECASE | re.MULTILINE)
_VERSION: Final = re.compile(r"^Nessus version\s*:\s*([\d.]+)", re.MULTILINE)
_OFFSET: Final = re.compile(r"(?:UTC\s*|^)([+-])(\d{1,2})(?::?(\d{2}))?\b")


@dataclass(slots=True)
class _Host:
    name: str
    line: int
    output: str = ""
    plugins: set[str] = field(default_factory=set)
    rows: list[tuple[int, dict[str, str]]] = field(default_factory=list)


def parse(lines: Iterable[str], about: About) -> Iterator[Scan]:
    """One scan for each host that has a row.

    Raises:
        CollectFailed: a broken, cut-off or empty table; after the hosts that were read.
    """
    hosts: dict[str, _Host] = {}
    failure: CollectFailed | None = None
    try:
        for line, row in rows(lines):
            host = hosts.setdefault(row["Host"].strip(), _Host(row["Host"].strip(), line))
            host.plugins.add(row["Plugin ID"].strip())
            if row["Plugin ID"].strip() == _ABOUT_SCAN:
                host.output = row.get("Plugin Output", "")
            if row["Risk"].strip() != "None":
                host.rows.append((line, row))
    except CollectFailed as error:
        failure = error
    started = [at for at in (_done_at(host.output, about) for host in hosts.values()) if at is not None]
    for host in hosts.values():
        yield _scan(host, min(started, default=None), about)
    if failure or not hosts:
        raise failure or nothing()


def _scan(host: _Host, earliest: datetime | None, about: About) -> Scan:
    done_at = _done_at(host.output, about)
    version = _VERSION.search(host.output)
    scan = Scan(
        about,
        tool=f"nessus {version[1]}" if version else "nessus",
        asset_id=about.asset_of(host.name),
        observed_at=about.observed(done_at or earliest),
        part=host.name,
        finished_at=done_at,
        authenticated=_is_authenticated(host),
    )
    for line, row in host.rows:
        _take(line, row, scan)
    return scan


def _is_authenticated(host: _Host) -> bool | None:
    """By the scan's own word, unless a login failed; not known where the account could not do all that was asked."""
    said = _CREDENTIALED.search(host.output)
    if said is None:
        return None
    if said[1].lower() == "no" or host.plugins & _LOGIN_FAILED:
        return False
    return None if _RIGHTS_LACKED in host.plugins else True


def _take(line: int, row: dict[str, str], scan: Scan) -> None:
    severity = _RISK.get(row["Risk"].strip())
    if severity is None:
        scan.set_aside("vuln", Text("Risk 取值未知", "an unknown value of Risk"), line=line)
        return
    score = next((one for one in (number_of(row.get(name)) for name in _SCORES) if one is not None), None)
    plugin = row["Plugin ID"].strip()
    for name in cves_in(row["CVE"]) or [f"nessus:{plugin}"]:
        scan.add_vulnerability(name, severity=severity, cvss=score, line=line)


def _done_at(output: str, about: About) -> datetime | None:
    """Start and duration, as the scanner's own clock had them; None unless both are told."""
    start, duration = _START.search(output), _DURATION.search(output)
    if start is None or duration is None:
        return None
    zone = start[6].strip()
    offset = _OFFSET.search(zone)
    if offset:
        minutes = int(offset[2]) * 60 + int(offset[3] or 0)
        if minutes > 14 * 60:
            return None
        place = timezone(timedelta(minutes=minutes if offset[1] == "+" else -minutes))
    # Other abbreviations are ambiguous (CST is both Chinese and Central time): the project's zone stands.
    begun = " ".join(start.groups()[:3]), f"{int(start[4]):02}:{start[5]}"
    try:
        year, month, day = (int(one) for one in begun[0].split())
        moment = datetime(year, month, day, int(start[4]), int(start[5]), tzinfo=UTC)
    except ValueError:
        return None
    if offset:
        moment = moment.replace(tzinfo=place)
    elif zone not in {"UTC", "GMT"}:
        moment = moment.replace(tzinfo=about.zone)
    return (moment + timedelta(seconds=int(duration[1]))).astimezone(UTC)
