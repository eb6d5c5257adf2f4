"""Small feeds in the public formats, as their publishers write them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

KEV: Mapping[str, Any] = {
    "title": "CISA Catalog of Known Exploited Vulnerabilities",
    "catalogVersion": "2026.06.28",
    "dateReleased": "2026-06-28T14:00:00.0000Z",
    "count": 2,
    "vulnerabilities": [
        {
            "cveID": "CVE-2026-10001",
            "vendorProject": "Example",
            "product": "Gateway",
            "vulnerabilityName": "Example Gateway command injection",
            "dateAdded": "2026-06-01",
            "shortDescription": "…",
            "requiredAction": "Apply mitigations.",
            "dueDate": "2026-06-22",
            "knownRansomwareCampaignUse": "Known",
            "notes": "",
            "cwes": ["CWE-78"],
        },
        {
            "cveID": "CVE-2025-9999",
            "vendorProject": "Example",
            "product": "Viewer",
            "dateAdded": "2025-12-31",
            "knownRansomwareCampaignUse": "Unknown",
        },
    ],
}

EOL_V0: list[dict[str, Any]] = [
    {"cycle": "16", "releaseDate": "2023-09-14", "eol": "2028-11-09", "latest": "16.3", "lts": False},
    {"cycle": "9.6", "releaseDate": "2016-09-29", "eol": True, "latest": "9.6.24", "lts": False},
    {"cycle": "17", "releaseDate": "2024-09-26", "eol": False, "latest": "17.0", "lts": False},
]

EOL_V1: Mapping[str, Any] = {
    "schema_version": "1.2.0",
    "last_modified": "2026-06-20T00:00:00+00:00",
    "result": {
        "name": "windows-server",
        "label": "Microsoft Windows Server",
        "releases": [
            {
                "name": "2012-r2",
                "label": "Windows Server 2012 R2",
                "isLts": True,
                "isEol": True,
                "eolFrom": "2023-10-10",
                "isEoes": False,
                "eoesFrom": "2026-10-13",
                "latest": {"name": "6.3.9600"},
            },
            {
                "name": "2012",
                "label": "Windows Server 2012",
                "isLts": True,
                "isEol": True,
                "eolFrom": "2023-10-10",
                "latest": {"name": "6.2.9200"},
            },
        ],
    },
}


def cve_record(
    cve: str, options: list[Mapping[str, str]] | None, stamp: str = "2026-06-20T10:00:00.000000Z", **more: Any
) -> dict[str, Any]:
    """A CVE record as Vulnrichment keeps it; without options, one that CISA has not looked at."""
    content = {
        "id": cve,
        "options": options,
        "role": "CISA Coordinator",
        "timestamp": stamp,
        "version": "2.0.3",
    }
    metrics: list[Any] = [{"cvssV3_1": {"baseScore": 9.8}}]
    if options is not None:
        metrics.append({"other": {"type": "ssvc", "content": content}})
    return {
        "dataType": "CVE_RECORD",
        "dataVersion": "5.1",
        "cveMetadata": {"cveId": cve, "state": "PUBLISHED"},
        "containers": {
            "cna": {},
            "adp": [
                {"providerMetadata": {"shortName": "CVE"}, "title": "CVE Program Container"},
                {
                    "providerMetadata": {"shortName": "CISA-ADP"},
                    "title": "CISA ADP Vulnrichment",
                    "metrics": metrics,
                },
            ],
        },
        **more,
    }


def points(exploitation: str, automatable: str, impact: str) -> list[Mapping[str, str]]:
    """The three decision points."""
    return [{"Exploitation": exploitation}, {"Automatable": automatable}, {"Technical Impact": impact}]


def write(path: Path, document: Any) -> Path:
    """A JSON file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(document), encoding="utf-8")
    return path
