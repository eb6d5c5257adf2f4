"""The two JSON documents that GitLab shows in a merge request: Code Quality and SAST."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, ClassVar, Final

from hiscomply.model import AuditResult, Finding, PolicyInfo, Severity, Text, Verdict
from hiscomply.report.alerts import ANCHOR, alerts_of, file_of
from hiscomply.report.lines import message_of, place_of, printable

SAST_VERSION: Final = "15.0.7"
"""The version of GitLab's security report schemas that the SAST document follows."""
MAX_ALERTS: Final = 5_000
_SCHEMA: Final = (
    "https://gitlab.com/gitlab-org/security-products/security-report-schemas/-/raw/"
    f"v{SAST_VERSION}/dist/sast-report-format.json"
)
_QUALITY: Final = {
    Severity.CRITICAL: "blocker",
    Severity.HIGH: "critical",
    Severity.MEDIUM: "major",
    Severity.LOW: "minor",
}


class CodeQualityReporter:
    """An array of issues as GitLab's Code Quality reads it; what is not known has the severity ``info``."""

    name: ClassVar[str] = "gitlab-codequality"
    filename: ClassVar[str] = "gl-code-quality-report.json"
    summary: ClassVar[Text] = Text("GitLab Code Quality JSON", "GitLab Code Quality JSON")

    def __init__(self, limit: int = MAX_ALERTS) -> None:
        self._limit = limit

    def write(self, result: AuditResult, path: Path, language: str) -> list[Path]:
        """Writes the issues to ``path``, and returns it."""
        _dump([_issue(*one, result, language) for one in alerts_of(result, self._limit).worst], path)
        return [path]

    def left_out(self, result: AuditResult) -> Sequence[Text]:
        """What is beyond the limit."""
        return alerts_of(result, self._limit).left_out


class SastReporter:
    """A report of GitLab's security schemas; what is not known has the severity ``Unknown``."""

    name: ClassVar[str] = "gitlab-sast"
    filename: ClassVar[str] = "gl-sast-report.json"
    summary: ClassVar[Text] = Text("GitLab SAST JSON", "GitLab SAST JSON")

    def __init__(self, limit: int = MAX_ALERTS) -> None:
        self._limit = limit

    def write(self, result: AuditResult, path: Path, language: str) -> list[Path]:
        """Writes the report to ``path``, and returns it."""
        tool = {
            "id": "hiscomply",
            "name": "hiscomply",
            "version": result.run.tool_version,
            "vendor": {"name": "hiscomply"},
        }
        found = [_vulnerability(*one, result, language) for one in alerts_of(result, self._limit).worst]
        report = {
            "version": SAST_VERSION,
            "schema": _SCHEMA,
            "scan": {
                "analyzer": tool,
                "scanner": tool,
                "type": "sast",
                "start_time": _time(result.run.started),
                "end_time": _time(result.run.ended),
                "status": "success" if result.exit_code != 2 else "failure",
            },
            "vulnerabilities": found,
        }
        _dump(report, path)
        return [path]

    def left_out(self, result: AuditResult) -> Sequence[Text]:
        """What is beyond the limit."""
        return alerts_of(result, self._limit).left_out


def _issue(finding: Finding, info: PolicyInfo, result: AuditResult, language: str) -> dict[str, Any]:
    file, line, _ = file_of(finding) or (ANCHOR, 1, 1)
    is_unknown = finding.verdict is Verdict.UNKNOWN
    return {
        "description": _told(finding, info, result, language),
        "check_name": info.id,
        "fingerprint": finding.fingerprint,
        "severity": "info" if is_unknown else _QUALITY[info.severity],
        "location": {"path": printable(file, 1000), "lines": {"begin": line}},
    }


def _vulnerability(finding: Finding, info: PolicyInfo, result: AuditResult, language: str) -> dict[str, Any]:
    file, line, _ = file_of(finding) or (ANCHOR, 1, 1)
    is_unknown = finding.verdict is Verdict.UNKNOWN
    return {
        "id": finding.fingerprint,
        "name": printable(info.title.to(language), 255),
        "description": _told(finding, info, result, language),
        "severity": "Unknown" if is_unknown else info.severity.value.title(),
        "solution": printable(info.remediation.to(language), 7_000),
        "location": {"file": printable(file, 1000), "start_line": line},
        "identifiers": [{"type": "hiscomply_policy", "name": info.id, "value": info.id}],
    }


def _told(finding: Finding, info: PolicyInfo, result: AuditResult, language: str) -> str:
    told = message_of(info, finding, language, result.run.tz)
    return told if file_of(finding) else f"{place_of(finding)}: {told}"


def _time(moment: datetime) -> str:
    """UTC to the second without a zone, as the schema wants it."""
    return moment.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="seconds")


def _dump(data: Any, path: Path) -> None:
    text = json.dumps(data, ensure_ascii=False, indent=1, allow_nan=False)
    path.write_text(text + "\n", encoding="utf-8", errors="replace", newline="\n")
