"""Trivy's JSON report, schema version 2. Pure. What a secret scan found is never looked at."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final

from hiscomply.hookspecs import CollectFailed
from hiscomply.model import Text
from hiscomply_scans.documents import is_misshapen, mapping, objects, text
from hiscomply_scans.scan import About, Scan, by_score, number_of

SCHEMA_VERSION: Final = 2
_SEVERITY: Final = {"CRITICAL": "critical", "HIGH": "high", "MEDIUM": "medium", "LOW": "low"}
_FROM_INSIDE: Final = ("rootfs", "vm", "filesystem")
_STATUS: Final = {"PASS": True, "FAIL": False}


def parse(report: dict[str, Any], about: About) -> Iterator[Scan]:
    """The one scan of a report.

    Raises:
        CollectFailed: another schema version, or nobody says what was scanned, or when.
    """
    if report.get("SchemaVersion") != SCHEMA_VERSION:
        raise CollectFailed(
            Text(
                f"Trivy 报告的 SchemaVersion 不是 {SCHEMA_VERSION}",
                f"a Trivy report of another SchemaVersion than {SCHEMA_VERSION}",
            )
        )
    made = about.moment(report.get("CreatedAt"))
    kind, os = text(report.get("ArtifactType")), mapping(mapping(report.get("Metadata")).get("OS"))
    results = objects(report.get("Results"))
    artifact = text(report.get("ArtifactName"))
    scan = Scan(
        about,
        tool=f"trivy {text(mapping(report.get('Trivy')).get('Version'))}".strip(),
        asset_id=about.asset_of(artifact if kind == "container_image" or artifact in about.assets else None),
        observed_at=about.observed(made),
        finished_at=made,
        is_examination=bool(results),
        scope=_untagged(artifact),
        authenticated=True if kind in _FROM_INSIDE and os else None,
        past_support=_past_support(os),
    )
    for number, result in enumerate(results):
        for name, of in (("Vulnerabilities", "vuln"), ("Misconfigurations", "config_result")):
            if is_misshapen(result.get(name)):
                scan.set_aside(
                    of, Text(f"{name} 无法读取", f"{name} cannot be read"), subject=f"/Results/{number}"
                )
        _vulnerabilities(result, number, scan)
        _misconfigurations(result, number, scan)
    _say_what_is_open(results, os, scan)
    yield scan


def _untagged(artifact: str) -> str:
    """An image without its tag and digest, so that a later build of it takes its place."""
    return re.sub(r":[^:/]*$", "", artifact.partition("@")[0])


def _past_support(os: dict[str, Any]) -> bool | None:
    """Trivy leaves the flag out where it is false."""
    return os.get("EOSL") is True if text(os.get("Family")) else None


def _ignored(result: dict[str, Any], kind: str) -> list[dict[str, Any]]:
    """What Trivy was told to ignore; it is there all the same."""
    return [
        mapping(one.get("Finding"))
        for one in objects(result.get("ExperimentalModifiedFindings"))
        if one.get("Type") == kind
    ]


def _vulnerabilities(result: dict[str, Any], number: int, scan: Scan) -> None:
    ignored = _ignored(result, "vulnerability")
    for index, found in enumerate(objects(result.get("Vulnerabilities")) + ignored):
        name = text(found.get("VulnerabilityID"))
        pointer = f"/Results/{number}/Vulnerabilities/{index}"
        if not name:
            scan.set_aside("vuln", Text("漏洞没有编号", "a vulnerability without a number"), subject=pointer)
            continue
        scores = [number_of(one) for one in _scores(found)]
        score = max((one for one in scores if one is not None), default=None)
        severity = _SEVERITY.get(text(found.get("Severity"))) or by_score(score)
        scan.add_vulnerability(name, severity=severity, cvss=score, pointer=pointer)


def _scores(found: dict[str, Any]) -> list[Any]:
    """The newest figure of every vendor."""
    vendors = [mapping(one) for one in mapping(found.get("CVSS")).values()]
    return [vendor.get("V40Score", vendor.get("V3Score", vendor.get("V2Score"))) for vendor in vendors]


def _misconfigurations(result: dict[str, Any], number: int, scan: Scan) -> None:
    listed = objects(result.get("Misconfigurations"))
    ignored = _ignored(result, "misconfiguration")
    for index, found in enumerate(listed + ignored):
        rule = text(found.get("ID")) or text(found.get("AVDID"))
        pointer = f"/Results/{number}/Misconfigurations/{index}"
        if not rule:
            scan.set_aside(
                "config_result", Text("结果没有规则编号", "a result without a rule"), subject=pointer
            )
            continue
        passes = _STATUS.get(text(found.get("Status")))
        severity = _SEVERITY.get(text(found.get("Severity")))
        suppressed = True if index >= len(listed) else None
        scan.add_result(rule, passes, severity=severity, suppressed=suppressed, pointer=pointer)
    passed = mapping(result.get("MisconfSummary")).get("Successes")
    if isinstance(passed, int) and passed > sum(one.get("Status") == "PASS" for one in listed):
        scan.set_aside(
            "config_result",
            Text(
                f"报告未列出通过的 {passed} 项;请用 --include-non-failures 重新生成",
                f"{passed} passed checks are not listed; write the report with --include-non-failures",
            ),
            subject=f"/Results/{number}",
        )


def _say_what_is_open(results: list[dict[str, Any]], os: dict[str, Any], scan: Scan) -> None:
    """No vulnerability listed is "none found" only where something was looked through that Trivy knows."""
    classes = [text(one.get("Class")) for one in results]
    if not any(one in {"os-pkgs", "lang-pkgs"} for one in classes):
        reason = Text(
            "报告没有扫描任何软件包,没有列出漏洞不等于没有漏洞",
            "no packages were scanned, so no vulnerability listed does not mean none",
        )
        scan.set_aside("vuln", reason, subject=scan.asset_id)
        scan.is_examination = "config" in classes
        scan.type = "configuration"
    elif not text(os.get("Family")) and ("os-pkgs" in classes):
        reason = Text(
            "Trivy 未识别操作系统,其软件包未与漏洞库比对",
            "Trivy did not recognise the operating system, so its packages were compared with nothing",
        )
        scan.set_aside("vuln", reason, subject=scan.asset_id)
        scan.authenticated = None
    elif text(os.get("Family")) and "os-pkgs" not in classes:
        reason = Text(
            f"识别出操作系统 {os['Family']},但没有其软件包的结果:Trivy 可能不支持该系统",
            f"the system {os['Family']} was recognised, but there is no result of its packages: Trivy may not support it",
        )
        scan.set_aside("vuln", reason, subject=scan.asset_id)
        scan.authenticated = None
    if scan.past_support:
        reason = Text(
            "操作系统已停止支持(EOSL):漏洞库不再收录其新漏洞,未列出不等于没有",
            "the system is past its support (EOSL): new vulnerabilities are no longer listed for it",
        )
        scan.set_aside("vuln", reason, subject=scan.asset_id)
