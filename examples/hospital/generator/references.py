"""Public lists in their publishers' formats, the software inventory, and a second scanner that knows no list."""

from __future__ import annotations

import json
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from generator.clock import ZONE
from generator.plan import Row
from generator.world import World

SERVERS = 60
"""How many servers the software inventory covers."""
INSTALLED = (("PostgreSQL", "16.3"), ("MySQL", "8.4.2"))


def make(world: World) -> None:
    """Kinds ``package`` and ``vuln`` (of the second scanner), and the lists."""
    servers = [row["id"] for row in world.tables["asset"] if row["class"] == "server" and row["system_id"]]
    some = servers[100 : 100 + SERVERS]
    packages = [
        {"asset_id": asset, "name": name, "version": version} for asset in some for name, version in INSTALLED
    ]
    world.put("package", packages, {})
    clean = {"first_seen": world.clock.ago(5), "severity": "medium", "fixed_at": None, "exception_id": None}
    year = world.clock.today.year - 1
    found = [{"asset_id": asset, "cve": f"CVE-{year}-{60001 + n}", **clean} for n, asset in enumerate(some)]
    world.put("vuln_second", found, clean)
    world.put("kev", [{"cve": f"CVE-{year}-50001", "added": world.clock.day(200)}], {})
    decided = {"exploitation": "none", "automatable": False, "impact": "partial"}
    world.put("ssvc", [{"cve": f"CVE-{year}-50001", **decided}], decided)


def write_lists(world: World, folder: Path) -> dict[str, int]:
    """Writes the lists below a folder; gives rows by file."""
    clock = world.clock
    kev = [_entry(row) for row in world.tables["kev"]]
    feed = {
        "title": "CISA Catalog of Known Exploited Vulnerabilities (made up)",
        "catalogVersion": f"{clock.day(2):%Y.%m.%d}",
        "dateReleased": f"{clock.day(2)}T12:00:00.0000Z",
        "count": len(kev),
        "vulnerabilities": kev,
    }
    _write(folder / "known_exploited_vulnerabilities.json", feed)
    for row in world.tables["ssvc"]:
        _write(folder / "vulnrichment" / f"{row['cve']}.json", _record(row, clock.on(1, 9)))
    products = _cycles(clock.day)
    for product, releases in products.items():
        result = {"name": product, "label": product, "releases": releases}
        document = {"schema_version": "1.2.0", "last_modified": _stamp(clock.on(45, 9)), "result": result}
        _write(folder / "endoflife" / f"{product}.json", document)
    return {
        "known_exploited_vulnerabilities.json": len(kev),
        "vulnrichment": len(world.tables["ssvc"]),
        "endoflife": sum(map(len, products.values())),
    }


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


def _cycles(day: Any) -> dict[str, list[dict[str, Any]]]:
    return {
        "postgresql": [
            _release("16", day(-860)),
            _release("14", day(-135)),
            _release("13", day(229)),
        ],
        "mysql": [_release("8.4", day(-2100)), _release("8.0", day(61)), _release("5.7", None, is_over=True)],
    }


def _release(name: str, end: date | None, *, is_over: bool = False) -> dict[str, Any]:
    ends = end.isoformat() if end else None
    return {"name": name, "label": name, "isLts": False, "isEol": is_over, "eolFrom": ends}


def _stamp(moment: datetime) -> str:
    return moment.replace(tzinfo=ZONE).isoformat(timespec="seconds")


def _write(path: Path, document: Any) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(document, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
