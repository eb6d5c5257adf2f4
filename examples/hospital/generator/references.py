"""Public lists in their publishers' formats, and a second scanner that knows none of them.

The lists are imported before an audit; an institution that has none of a list has no file of it either.
"""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from generator.clock import ZONE
from generator.plan import Row
from generator.world import World

KEV_FILE = "known_exploited_vulnerabilities.json"


def make(world: World) -> None:
    """Kind ``vuln`` of the second scanner, and the lists: ``kev``, ``ssvc`` and ``support_cycle``."""
    clock, year = world.clock, world.clock.today.year - 1
    servers = [row["id"] for row in world.tables["asset"] if row["class"] == "server" and row["system_id"]]
    clean = {"first_seen": clock.on(200, 4), "severity": "medium", "fixed_at": None, "exception_id": None}
    found = [
        {**clean, "asset_id": asset, "cve": f"CVE-{year}-{60001 + number}", "fixed_at": clock.on(150, 9)}
        for number, asset in enumerate(servers[-world.size.rescanned :])
    ]
    world.put("vuln_second", found, clean)
    known = f"CVE-{year}-50001"
    world.put("kev", [{"cve": known, "added": clock.day(200)}], {})
    decided = {"exploitation": "none", "automatable": False, "impact": "partial"}
    world.put("ssvc", [{"cve": known, **decided}], decided)
    world.put("support_cycle", _cycles(world), {})


def _cycles(world: World) -> list[Row]:
    """Releases by product, the days that their support ends, and when the list was last looked through."""
    day, checked = world.clock.day, world.clock.on(6, 9)
    return [
        {"product": product, "cycle": cycle, "end": end, "is_over": is_over, "checked": checked}
        for product, cycle, end, is_over in (
            ("mysql", "8.4", day(-2100), False),
            ("mysql", "8.0", day(61), True),
            ("mysql", "5.7", None, True),
            ("nginx", "1.28", None, False),
            ("nginx", "1.26", day(-135), False),
            ("nginx", "1.24", day(229), True),
        )
    ]


def write_lists(world: World, folder: Path) -> dict[str, int]:
    """Writes the lists that there are below a folder; gives rows by file."""
    clock, sizes = world.clock, {}
    if entries := [_entry(row) for row in world.tables["kev"]]:
        feed = {
            "title": "CISA Catalog of Known Exploited Vulnerabilities (made up)",
            "catalogVersion": f"{clock.day(2):%Y.%m.%d}",
            "dateReleased": f"{clock.day(2)}T12:00:00.0000Z",
            "count": len(entries),
            "vulnerabilities": entries,
        }
        _write(folder / KEV_FILE, feed)
        sizes[KEV_FILE] = len(entries)
    for row in world.tables["ssvc"]:
        _write(folder / "vulnrichment" / f"{row['cve']}.json", _record(row, clock.on(1, 9)))
        sizes["vulnrichment"] = len(world.tables["ssvc"])
    cycles = world.tables["support_cycle"]
    for product in sorted({row["product"] for row in cycles}):
        releases = [_release(row) for row in cycles if row["product"] == product]
        checked = max(row["checked"] for row in cycles if row["product"] == product)
        result = {"name": product, "label": product, "releases": releases}
        document = {"schema_version": "1.2.0", "last_modified": _stamp(checked), "result": result}
        _write(folder / "endoflife" / f"{product}.json", document)
        sizes["endoflife"] = len(cycles)
    return sizes


def _entry(row: Row) -> dict[str, Any]:
    return {
        "cveID": row["cve"],
        "vendorProject": "Example",
        "product": "Example",
        "vulnerabilityName": "made up",
        "dateAdded": row["added"].isoformat(),
        "dueDate": (row["added"] + timedelta(days=21)).isoformat(),
        "knownRansomwareCampaignUse": "Unknown",
    }


def _record(row: Row, decided: datetime) -> dict[str, Any]:
    options = [
        {"Exploitation": row["exploitation"]},
        {"Automatable": "yes" if row["automatable"] else "no"},
        {"Technical Impact": row["impact"]},
    ]
    content = {"id": row["cve"], "options": options, "role": "CISA Coordinator", "timestamp": _stamp(decided)}
    adp = {
        "title": "CISA ADP Vulnrichment",
        "providerMetadata": {"shortName": "CISA-ADP"},
        "metrics": [{"other": {"type": "ssvc", "content": {**content, "version": "2.0.3"}}}],
    }
    return {
        "dataType": "CVE_RECORD",
        "dataVersion": "5.1",
        "cveMetadata": {"cveId": row["cve"], "state": "PUBLISHED"},
        "containers": {"adp": [adp]},
    }


def _release(row: Row) -> dict[str, Any]:
    ends = row["end"].isoformat() if row["end"] else None
    name = row["cycle"]
    return {"name": name, "label": name, "isLts": False, "isEol": row["is_over"], "eolFrom": ends}


def _stamp(moment: datetime) -> str:
    return moment.replace(tzinfo=ZONE).isoformat(timespec="seconds")


def _write(path: Path, document: Any) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(document, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
