"""What CI servers show beside the lines: escaping, order, limits, and the fields that their schemas require."""

from __future__ import annotations

import gzip
import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from tests.unit.report.factory import audit_result

from hiscomply.hookspecs import LeavingOut, Reporter
from hiscomply.model import AuditResult, Finding, Severity, State, Verdict
from hiscomply.report.alerts import alerts_of, file_of
from hiscomply.report.annotations import AzureAnnotations, GithubAnnotations
from hiscomply.report.gitlab import CodeQualityReporter, SastReporter
from hiscomply.report.sarif import GithubSarifReporter

ISSUE = {
    "type": "array",
    "items": {
        "type": "object",
        "required": ["description", "check_name", "fingerprint", "severity", "location"],
        "properties": {
            "description": {"type": "string", "minLength": 1},
            "check_name": {"type": "string", "minLength": 1},
            "fingerprint": {"type": "string", "minLength": 1},
            "severity": {"enum": ["info", "minor", "major", "critical", "blocker"]},
            "location": {
                "required": ["path", "lines"],
                "properties": {
                    "path": {"type": "string", "pattern": r"^(?!\./|/).+"},
                    "lines": {
                        "required": ["begin"],
                        "properties": {"begin": {"type": "integer", "minimum": 1}},
                    },
                },
            },
        },
    },
}
TOOL = {
    "required": ["id", "name", "version", "vendor"],
    "properties": {
        "id": {"minLength": 1},
        "name": {"minLength": 1, "maxLength": 255},
        "version": {"minLength": 1},
        "vendor": {"required": ["name"], "properties": {"name": {"minLength": 1}}},
    },
}
TIME = {"type": "string", "pattern": r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}$"}
SAST = {
    "type": "object",
    "required": ["scan", "version", "vulnerabilities"],
    "properties": {
        "version": {"pattern": r"^[0-9]+\.[0-9]+\.[0-9]+$"},
        "schema": {"pattern": r"^https?://.+"},
        "scan": {
            "required": ["analyzer", "end_time", "scanner", "start_time", "status", "type"],
            "properties": {
                "analyzer": TOOL,
                "scanner": TOOL,
                "start_time": TIME,
                "end_time": TIME,
                "status": {"enum": ["success", "failure"]},
                "type": {"const": "sast"},
            },
        },
        "vulnerabilities": {
            "type": "array",
            "items": {
                "required": ["id", "identifiers", "location"],
                "properties": {
                    "id": {"minLength": 1},
                    "name": {"maxLength": 255},
                    "description": {"maxLength": 1_048_576},
                    "solution": {"maxLength": 7_000},
                    "severity": {"enum": ["Info", "Unknown", "Low", "Medium", "High", "Critical"]},
                    "location": {"required": ["file", "start_line"]},
                    "identifiers": {
                        "minItems": 1,
                        "maxItems": 20,
                        "items": {
                            "required": ["type", "name", "value"],
                            "properties": {name: {"minLength": 1} for name in ("type", "name", "value")},
                        },
                    },
                },
            },
        },
    },
}
GITHUB = re.compile(
    r"::(error|warning|notice) (file=[^:,\r\n]+,line=\d+,col=\d+,)?title=[^:,\r\n]+::[^\r\n]*"
)
AZURE = re.compile(
    r"##vso\[task\.logissue type=(error|warning)(;sourcepath=[^;\]]+;linenumber=\d+;columnnumber=\d+)?;code=\w+\].*"
)


def written(reporter: Reporter, result: AuditResult, folder: Path) -> str:
    (path,) = reporter.write(result, folder / reporter.filename, "en")
    return path.read_text(encoding="utf-8")


def with_finding(**changes: Any) -> AuditResult:
    """An audit whose only finding is the first failure, changed."""
    result = audit_result(findings=60)
    first = next(one for one in result.findings() if one.verdict is Verdict.FAIL)
    finding = replace(first, waiver=None, state=State.NEW, **changes)
    return replace(result, findings=lambda: iter([finding]))


@pytest.mark.parametrize("is_hostile", [False, True])
def test_every_line_of_github_is_a_command(is_hostile: bool, tmp_path: Path) -> None:
    lines = written(GithubAnnotations(), audit_result(is_hostile=is_hostile), tmp_path).splitlines()
    assert len(lines) == 51
    assert [line for line in lines if not GITHUB.fullmatch(line)] == []


@pytest.mark.parametrize("is_hostile", [False, True])
def test_every_line_of_azure_is_a_command(is_hostile: bool, tmp_path: Path) -> None:
    *lines, last = written(AzureAnnotations(), audit_result(is_hostile=is_hostile), tmp_path).splitlines()
    assert len(lines) == 100
    assert [line for line in lines if not AZURE.fullmatch(line)] == []
    assert last.startswith("##[section]")


def test_a_name_with_signs_of_the_command_is_escaped(tmp_path: Path) -> None:
    result = with_finding(source="a,b%c;d].yml", line=3, column=5)
    assert "::error file=a%2Cb%25c;d].yml,line=3,col=5," in written(
        GithubAnnotations(), result, tmp_path
    ).replace("::warning", "::error").replace("::notice", "::error")
    assert "sourcepath=a,b%AZP25c%3Bd%5D.yml;linenumber=3;columnnumber=5;" in written(
        AzureAnnotations(), result, tmp_path
    )


@pytest.mark.parametrize("is_hostile", [False, True])
@pytest.mark.parametrize(("reporter", "schema"), [(CodeQualityReporter(), ISSUE), (SastReporter(), SAST)])
def test_gitlab_finds_the_fields_that_it_requires(
    reporter: Reporter, schema: dict[str, Any], is_hostile: bool, tmp_path: Path
) -> None:
    result = audit_result(is_hostile=is_hostile)
    data = json.loads(written(reporter, result, tmp_path))
    jsonschema.Draft202012Validator(schema).validate(data)
    found = data if isinstance(data, list) else data["vulnerabilities"]
    assert len(found) == alerts_of(result, 10**6).total > 500


@pytest.mark.parametrize("reporter", [CodeQualityReporter(), SastReporter()], ids=lambda one: one.name)
def test_gitlab_tells_equal_findings_apart(reporter: Reporter, tmp_path: Path) -> None:
    data = json.loads(written(reporter, audit_result(), tmp_path))
    found = [
        one.get("id", one.get("fingerprint"))
        for one in (data if isinstance(data, list) else data["vulnerabilities"])
    ]
    assert len(set(found)) == len(found)


def test_what_is_not_known_is_never_shown_as_an_error(tmp_path: Path) -> None:
    result = with_finding(verdict=Verdict.UNKNOWN, reason="no_records", source="a.yml", line=1)
    assert written(GithubAnnotations(), result, tmp_path).startswith("::warning file=a.yml,line=1,")
    assert json.loads(written(CodeQualityReporter(), result, tmp_path))[0]["severity"] == "info"
    assert (
        json.loads(written(SastReporter(), result, tmp_path))["vulnerabilities"][0]["severity"] == "Unknown"
    )


def test_the_worst_come_first_and_the_rest_is_told() -> None:
    result = audit_result()
    all_of_them, few = alerts_of(result, 10**6), alerts_of(result, 20)
    order = list(Severity)
    ranks = [(one.verdict is Verdict.UNKNOWN, order.index(info.severity)) for one, info in all_of_them.worst]
    assert ranks == sorted(ranks)
    assert all_of_them.left_out == ()
    assert few.worst == all_of_them.worst[:20]
    assert f"only the worst 20 of {few.total:,} findings" in few.left_out[0].en


def test_waived_and_gone_findings_are_no_alerts() -> None:
    alerts = alerts_of(audit_result(), 10**6)
    assert [one for one, _ in alerts.worst if one.waiver or one.state is State.ABSENT] == []


@pytest.mark.parametrize(
    ("source", "line", "expected"),
    [
        ("a/b.yml", 3, ("a/b.yml", 3, 1)),
        ("./a.yml", None, ("a.yml", 1, 1)),
        ("../a.yml", 3, None),
        ("/etc/ssh/sshd_config", 3, None),
        ("ssh://host/etc/x", 3, None),
        (None, None, None),
    ],
)
def test_only_files_of_the_repository_are_places(
    source: str | None, line: int | None, expected: tuple[str, int, int] | None
) -> None:
    finding: Finding = next(iter(audit_result(findings=60).findings()))
    assert file_of(replace(finding, source=source, line=line, column=None)) == expected


class TestUploadToGithub:
    def test_five_thousand_results_below_ten_megabytes_and_the_rest_is_told(self, tmp_path: Path) -> None:
        result = audit_result(policies=56, findings=30_000, is_hostile=True)
        reporter = GithubSarifReporter()
        assert isinstance(reporter, LeavingOut)
        text = written(reporter, result, tmp_path)
        log = json.loads(text)
        assert len(log["runs"]) == 1
        assert len(log["runs"][0]["results"]) <= 5_000
        assert len(gzip.compress(text.encode())) < 10_000_000
        assert "in groups of one cause" in reporter.left_out(result)[0].en

    def test_nothing_is_told_when_nothing_is_left_out(self) -> None:
        assert GithubSarifReporter().left_out(audit_result(findings=100)) == ()

    def test_rules_tags_and_taxa_are_unique_and_places_are_relative(self, tmp_path: Path) -> None:
        (run,) = json.loads(written(GithubSarifReporter(), audit_result(), tmp_path))["runs"]
        rules = run["tool"]["driver"]["rules"]
        assert len({one["id"] for one in rules}) == len(rules)
        for rule in rules:
            tags = rule["properties"]["tags"]
            assert len(set(tags)) == len(tags) <= 20
        for taxonomy in run["taxonomies"]:
            assert len({one["id"] for one in taxonomy["taxa"]}) == len(taxonomy["taxa"])
        for result in run["results"]:
            taxa = [one["id"] for one in result.get("taxa", [])]
            assert len(set(taxa)) == len(taxa)
            for place in result["locations"]:
                artifact = place["physicalLocation"]["artifactLocation"]
                assert "uriBaseId" not in artifact or artifact["uriBaseId"] in run["originalUriBaseIds"]
