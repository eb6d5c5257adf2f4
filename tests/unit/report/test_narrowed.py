"""A report about one control: it holds what that concerns, says so, and makes nothing look better than it is."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import pytest
from tests.unit.report.factory import audit_result
from tests.unit.report.page_reader import Page
from tests.unit.report.sarif_files import run_of, write

from hiscomply.errors import ConfigError
from hiscomply.model import AuditResult
from hiscomply.narrowing import narrow
from hiscomply.report.html.page import render_page
from hiscomply.report.junit import JunitReporter
from hiscomply.report.markdown import MarkdownReporter
from hiscomply.report.summary_json import summarise


@pytest.fixture(scope="module")
def whole() -> AuditResult:
    return audit_result()


@pytest.fixture(scope="module")
def narrowed(whole: AuditResult) -> AuditResult:
    return narrow(whole, ["nist:AC-2"])


def test_nothing_asked_for_is_the_whole_result(whole: AuditResult) -> None:
    assert narrow(whole, []) is whole


def test_only_the_clauses_of_the_control_are_left_and_they_are_as_they_were(
    whole: AuditResult, narrowed: AuditResult
) -> None:
    assert [clause.id for clause in narrowed.clauses] == ["4.3.1", "4.3.2"]
    assert narrowed.clauses == tuple(c for c in whole.clauses if c.id in ("4.3.1", "4.3.2"))


def test_policies_and_findings_are_those_of_these_clauses(whole: AuditResult, narrowed: AuditResult) -> None:
    ids = {policy.info.id for clause in narrowed.clauses for policy in clause.policies}
    assert {policy.info.id for policy in narrowed.policies} == ids
    assert list(narrowed.findings()) == [one for one in whole.findings() if one.policy_id in ids]
    assert narrowed.findings_count == len(list(narrowed.findings())) > 0
    assert narrowed.exit_code == whole.exit_code


def test_several_controls_widen_what_is_left(whole: AuditResult) -> None:
    both = narrow(whole, ["clause:7", "等保:8.1.4.9 c"])
    assert [clause.id for clause in both.clauses] == ["3.1", "4.1.5", "4.2", "7"]
    assert both.only == ("clause:7", "mlps:8.1.4.9 c")


def test_a_control_of_no_clause_is_refused_with_its_neighbours(whole: AuditResult) -> None:
    with pytest.raises(ConfigError, match="nist:AC-22") as caught:
        narrow(whole, ["nist:AC-22"])
    assert "nist:AC-2" in caught.value.hint


def test_every_format_says_what_it_was_narrowed_to(narrowed: AuditResult, tmp_path: Path) -> None:
    page = Page.read(render_page(narrowed, "en"))
    assert "nist:AC-2" in page.texts["main"]
    assert "of the whole run" in page.texts["cover"]
    assert summarise(narrowed)["only"] == ["nist:AC-2"]
    assert run_of(write(narrowed, tmp_path))["properties"]["only"] == ["nist:AC-2"]
    (told,) = MarkdownReporter().write(narrowed, tmp_path / "summary.md", "en")
    text = told.read_text(encoding="utf-8")
    assert "nist&#58;AC&#45;2" in text
    assert "| 4.3.2 Access review and removal |" in text
    (junit,) = JunitReporter().write(narrowed, tmp_path / "junit.xml", "en")
    root = ElementTree.parse(junit).getroot()
    assert root.get("name") == "hiscomply nist:AC-2"
    assert len(root) == 2


def test_a_whole_report_claims_no_narrowing(whole: AuditResult, tmp_path: Path) -> None:
    assert "narrowed to" not in Page.read(render_page(whole, "en")).texts["main"]
    assert summarise(whole)["only"] == []
    assert "only" not in run_of(write(whole, tmp_path))["properties"]
    (told,) = MarkdownReporter().write(whole, tmp_path / "summary.md", "en")
    assert "holds only" not in told.read_text(encoding="utf-8")


def test_the_summary_has_the_controls_of_every_clause(whole: AuditResult) -> None:
    clause = next(one for one in json.loads(json.dumps(summarise(whole)))["clauses"] if one["id"] == "4.3.2")
    assert clause["crosswalk"]["nist"] == ["AC-2(3)", "AC-6(7)", "PS-4", "PS-5"]


def test_a_level_2_report_heads_its_column_so(whole: AuditResult) -> None:
    page = Page.read(render_page(replace(whole, run=replace(whole.run, profile="baseline")), "zh"))
    assert "等保 2.0 第二级" in page.texts["crosswalk"]
    assert "等保 2.0 第三级" not in page.texts["main"]
