"""CVE records of CISA Vulnrichment: the three SSVC decision points of the CISA-ADP container."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from hiscomply.errors import Place
from hiscomply.reference.imports.documents import json_documents
from hiscomply.reference.imports.parsed import Parsed, cve_id, day, listing, mapping, wrong

_YES_NO = {"yes": True, "no": False}
_POINTS: Mapping[str, tuple[str, Mapping[str, Any]]] = {
    "Exploitation": ("exploitation", {"none": "none", "poc": "poc", "active": "active"}),
    "Automatable": ("automatable", _YES_NO),
    "Technical Impact": ("tech_impact", {"partial": "partial", "total": "total"}),
}


def parse_vulnrichment(path: Path) -> Parsed:
    """One row for each CVE that has a decision; those without are counted.

    ``as_of`` is the newest decision: the records are at least as new.

    Raises:
        ReferenceDataError: a document is no CVE record, or not one of them has a decision.
    """
    result = Parsed("CISA Vulnrichment")
    seen: dict[str, Place] = {}
    for document, place in json_documents(path):
        row = _decision(document, place)
        if row is None:
            result.passed_over += 1
            continue
        if row["cve"] in seen:
            raise wrong(
                place,
                f"{row['cve']} 已在 {seen[row['cve']]} 中",
                f"{row['cve']} is also in {seen[row['cve']]}",
            )
        seen[row["cve"]] = place
        result.rows.append((row, place))
        if "decided_at" in row:
            decided = day(row["decided_at"], place, "timestamp")
            result.as_of = max(decided, result.as_of or decided)
    if not result.rows:
        raise wrong(
            Place(str(path)),
            "没有一条记录带有 CISA-ADP 的 SSVC 判定",
            "no record holds an SSVC decision of CISA-ADP",
        )
    return result


def _decision(document: Any, place: Place) -> dict[str, Any] | None:
    record = mapping(document, place, "CVE record")
    if record.get("dataType") != "CVE_RECORD":
        raise wrong(place, "不是 CVE 记录(dataType)", "no CVE record: its dataType is not CVE_RECORD")
    metadata = mapping(record.get("cveMetadata"), place, "cveMetadata")
    cve = cve_id(metadata.get("cveId"), place)
    containers = mapping(record.get("containers", {}), place, "containers")
    found: dict[str, Any] | None = None
    for container in listing(containers.get("adp", []), place, "containers.adp"):
        adp = mapping(container, place, "containers.adp")
        provider = mapping(adp.get("providerMetadata", {}), place, "providerMetadata")
        if provider.get("shortName") != "CISA-ADP":
            continue
        for metric in listing(adp.get("metrics", []), place, "metrics"):
            other = mapping(metric, place, "metrics").get("other")
            if isinstance(other, dict) and other.get("type") == "ssvc":
                row = {"cve": cve, **_points(other.get("content"), place)}
                # a record that was looked at again holds both looks; the newest counts
                if found is None or str(row.get("decided_at", "")) >= str(found.get("decided_at", "")):
                    found = row
    return found


def _points(content: Any, place: Place) -> dict[str, Any]:
    values = mapping(content, place, "ssvc content")
    row: dict[str, Any] = {}
    for option in listing(values.get("options"), place, "ssvc options"):
        for name, value in mapping(option, place, "ssvc options").items():
            if name not in _POINTS:
                continue
            field, words = _POINTS[name]
            if str(value).lower() not in words:
                raise wrong(place, f"{name} 的取值 {value!r} 未知", f"{name} has the unknown value {value!r}")
            row[field] = words[str(value).lower()]
    if not row:
        raise wrong(place, "SSVC 判定为空", "the SSVC decision is empty")
    stamp = values.get("timestamp")
    if stamp is not None:
        day(stamp, place, "timestamp")
        row["decided_at"] = stamp if str(stamp)[-1:] == "Z" or "+" in str(stamp) else f"{stamp}Z"
    return row
