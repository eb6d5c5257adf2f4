"""A SARIF log that hiscomply wrote, read back as findings."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final
from urllib.parse import unquote

from hiscomply.baseline.known import FINDINGS, Known
from hiscomply.errors import Place, RunError

_COLUMNS: Final = {
    "policy_id": "VARCHAR",
    "subject": "VARCHAR",
    "verdict": "VARCHAR",
    "data": "VARCHAR",
    "reason": "VARCHAR",
    "missing": "VARCHAR[]",
    "source": "VARCHAR",
    "line": "INTEGER",
    "column": "INTEGER",
    "pointer": "VARCHAR",
    "collection": "VARCHAR",
    "observed_at": "TIMESTAMP",
    "fingerprint": "VARCHAR",
    "state": "VARCHAR",
    "first_seen": "TIMESTAMP",
    "due": "TIMESTAMP",
    "waiver": "VARCHAR",
}
_VERDICTS: Final = {"fail": "fail", "open": "unknown"}
_FINGERPRINT: Final = "hiscomply/v1"
_VALUES: Final = "hiscomply/values/v1"
_REFUSED: Final = "evidence_refused"


def known_of_log(path: Path, log: Mapping[str, Any], scratch: Path) -> Known:
    """The findings of the log's first run, kept below ``scratch``.

    Results that stand for many (folded groups, counts) name no single finding and are left out: what they stand
    for counts as not known before.

    Raises:
        RunError: the log is not of hiscomply, or is not what hiscomply writes.
    """
    try:
        (run,) = log["runs"]
        if run["tool"]["driver"]["name"] != "hiscomply":
            raise ValueError("tool.driver.name")
        folder = scratch / str(run["automationDetails"]["id"]).rpartition("/")[2]
        folder.mkdir(parents=True)
        _write(folder, _findings(run["results"]))
        notices = run["invocations"][0].get("toolExecutionNotifications", [])
        refused = frozenset(_refusals(notices))
    except (KeyError, TypeError, ValueError, IndexError, AttributeError) as error:
        raise RunError(
            f"this is no log of hiscomply, or it is damaged: {error} / 不是 hiscomply 写出的 SARIF,或已损坏",
            place=Place(str(path)),
            hint="write one with `hiscomply check -o sarif=FILE` / 请用 hiscomply check -o sarif=文件 生成",
        ) from error
    return Known(str(path), folder, refused)


def _findings(results: Any) -> Iterator[dict[str, Any]]:
    for one in results:
        fingerprints = one.get("partialFingerprints", {})
        verdict = _VERDICTS.get(one.get("kind", "fail"))
        if verdict is None or _FINGERPRINT not in fingerprints or one.get("baselineState") == "absent":
            continue
        (place,) = one["locations"]
        physical = place.get("physicalLocation", {})
        properties = one.get("properties", {})
        suppressions = one.get("suppressions") or [{}]
        yield {
            "policy_id": one["ruleId"],
            "subject": place["logicalLocations"][0]["fullyQualifiedName"],
            "verdict": verdict,
            "data": json.dumps({"values_sha256": fingerprints.get(_VALUES, "")}),
            "reason": properties.get("reason"),
            "missing": properties.get("missing", []),
            "source": unquote(physical["artifactLocation"]["uri"]) if physical else properties.get("source"),
            "line": physical.get("region", {}).get("startLine"),
            "column": physical.get("region", {}).get("startColumn"),
            "pointer": properties.get("pointer"),
            "collection": properties.get("collector"),
            "observed_at": _moment(properties.get("observed_at")),
            "fingerprint": fingerprints[_FINGERPRINT],
            "state": "new",
            "first_seen": _moment(one["provenance"]["firstDetectionTimeUtc"]),
            "due": _moment(properties.get("due")),
            "waiver": suppressions[0].get("properties", {}).get("waiver"),
        }


def _refusals(notices: Any) -> Iterator[tuple[str, str]]:
    for one in notices:
        properties = one.get("properties", {})
        if one["descriptor"]["id"] == _REFUSED and "reason.en" in properties:
            yield properties["source"], properties["reason.en"]


def _write(folder: Path, findings: Iterator[dict[str, Any]]) -> None:
    from hiscomply.duck import shared

    rows = folder / "findings.jsonl"
    with rows.open("w", encoding="utf-8", newline="\n") as file:
        for one in findings:
            file.write(json.dumps(one, ensure_ascii=False) + "\n")
    columns = ", ".join(f"'{name}': '{type_}'" for name, type_ in _COLUMNS.items())
    target = str(folder / FINDINGS).replace("'", "''")
    shared().execute(
        f"COPY (SELECT * FROM read_json($rows, format = 'newline_delimited', columns = {{{columns}}})) "
        f"TO '{target}' (FORMAT parquet)",
        {"rows": str(rows)},
    )


def _moment(text: str | None) -> str | None:
    return text.removesuffix("Z") if text else None
