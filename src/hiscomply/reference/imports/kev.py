"""The CISA list of known exploited vulnerabilities, as its JSON feed gives it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from hiscomply.errors import Place
from hiscomply.reference.imports.documents import parse, read_bytes
from hiscomply.reference.imports.parsed import Parsed, cve_id, day, listing, mapping, wrong


def parse_kev(path: Path) -> Parsed:
    """The entries of the list.

    Raises:
        ReferenceDataError: it is not the list, it was cut off, or an entry is wrong.
    """
    place = Place(str(path))
    feed = mapping(parse(read_bytes(path), place), place, "KEV")
    if "vulnerabilities" not in feed:
        raise wrong(
            place,
            "没有 vulnerabilities,不是 CISA KEV 的 JSON",
            "there is no vulnerabilities: this is not the JSON of CISA KEV",
        )
    entries = listing(feed["vulnerabilities"], place, "vulnerabilities")
    if not entries:
        raise wrong(place, "目录为空", "the list is empty")
    if "count" in feed and feed["count"] != len(entries):
        raise wrong(
            place,
            f"文件称有 {feed['count']} 条,实有 {len(entries)} 条",
            f"the file says {feed['count']} entries and holds {len(entries)}: cut off?",
        )
    result = Parsed("CISA KEV", version=str(feed.get("catalogVersion", "")))
    if feed.get("dateReleased") is not None:
        result.as_of = day(feed["dateReleased"], place, "dateReleased")
    seen: set[str] = set()
    for number, entry in enumerate(entries):
        where = Place(f"{path}#/vulnerabilities/{number}")
        row = _entry(entry, where)
        if row["cve"] in seen:
            raise wrong(where, f"{row['cve']} 出现两次", f"{row['cve']} is there twice")
        seen.add(row["cve"])
        result.rows.append((row, where))
    return result


def _entry(value: Any, place: Place) -> dict[str, Any]:
    entry = mapping(value, place, "entry")
    row: dict[str, Any] = {
        "cve": cve_id(entry.get("cveID"), place),
        # the feed gives a day; its first moment, so that a deadline never starts late
        "added_at": f"{day(entry.get('dateAdded'), place, 'dateAdded')}T00:00:00Z",
    }
    for ours, theirs in (("vendor", "vendorProject"), ("product", "product")):
        if isinstance(entry.get(theirs), str):
            row[ours] = entry[theirs]
    if entry.get("knownRansomwareCampaignUse") == "Known":
        row["ransomware"] = True
    if entry.get("dueDate"):
        row["due"] = day(entry["dueDate"], place, "dueDate").isoformat()
    return row
