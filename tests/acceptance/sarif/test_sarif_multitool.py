"""The logs before the validator of the format's authors. Install it once: npm ci in this folder."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
from tests.unit.report.factory import audit_result

from hiscomply.report.sarif import GithubSarifReporter, SarifReporter

TOOL = Path(__file__).parent / "node_modules/@microsoft/sarif-multitool-linux/Sarif.Multitool"
ACCEPTED = {
    "SARIF2005",  # no informationUri: the product has no page of its own yet
}

pytestmark = pytest.mark.skipif(
    not TOOL.is_file(), reason="the SARIF validator is not installed: run npm ci in tests/acceptance/sarif"
)


def complaints(log: Path, *options: str) -> list[tuple[str, str, Any]]:
    """What the validator says against a log: rule, level, arguments."""
    TOOL.chmod(0o755)
    report = log.with_suffix(".validated.sarif")
    command = [str(TOOL), "validate", str(log), "--output", str(report), "--log", "ForceOverwrite", "--quiet"]
    done = subprocess.run([*command, *options], capture_output=True, text=True, timeout=300)
    assert report.is_file(), done.stdout + done.stderr
    run = json.loads(report.read_text(encoding="utf-8-sig"))["runs"][0]
    assert run["invocations"][0]["executionSuccessful"] is True
    return [
        (item["ruleId"], item.get("level", "warning"), item["message"].get("arguments"))
        for item in run.get("results", [])
    ]


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("is_hostile", [False, True])
def test_the_validator_finds_nothing_wrong(language: str, is_hostile: bool, tmp_path: Path) -> None:
    log = tmp_path / "findings.sarif"
    SarifReporter(max_results=500).write(audit_result(findings=900, is_hostile=is_hostile), log, language)
    found = [item for item in complaints(log) if item[0] not in ACCEPTED]
    assert found == []


def test_the_validator_would_find_something_wrong(tmp_path: Path) -> None:
    log = tmp_path / "findings.sarif"
    SarifReporter().write(audit_result(findings=20), log, "en")
    text = log.read_text(encoding="utf-8")
    log.write_text(text.replace('"startTimeUtc":"2026', '"startTimeUtc":"2027'), encoding="utf-8")
    assert "error" in {level for _, level, _ in complaints(log)}


def test_github_would_take_the_alerts(tmp_path: Path) -> None:
    log = tmp_path / "findings.github.sarif"
    GithubSarifReporter().write(audit_result(findings=900), log, "en")
    assert complaints(log, "--rule-kind", "Ghas") == []
