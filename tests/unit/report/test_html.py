from __future__ import annotations

import re
from base64 import b64encode
from dataclasses import replace
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
from tests.unit.report.factory import audit_result
from tests.unit.report.page_reader import Page

from hiscomply.hookspecs import Reporter
from hiscomply.model import AuditResult, ClauseStatus, CollectionStatus, Evidence, Finding, Text
from hiscomply.report.html import HtmlReporter
from hiscomply.report.html.drilldown import all_controls
from hiscomply.report.html.page import render_page


@cache
def result_of(**options: Any) -> AuditResult:
    return audit_result(**options)


@cache
def html_of(language: str = "zh", **options: Any) -> str:
    return render_page(result_of(**options), language)


@cache
def page_of(language: str = "zh", **options: Any) -> Page:
    return Page.read(html_of(language, **options))


def without_clauses_lacking_evidence(result: AuditResult) -> AuditResult:
    return replace(result, clauses=tuple(c for c in result.clauses if c.status is not ClauseStatus.UNKNOWN))


def test_reporter_keeps_the_contract_and_writes_one_file(tmp_path: Path) -> None:
    reporter = HtmlReporter()
    written = reporter.write(result_of(), tmp_path / "new" / reporter.filename, "en")
    assert isinstance(reporter, Reporter)
    assert written == [tmp_path / "new" / "report.html"]
    assert written[0].read_bytes() == html_of("en").encode()


@pytest.mark.parametrize("is_hostile", [False, True])
def test_tags_are_balanced_and_ids_unique(is_hostile: bool) -> None:
    page = page_of(is_hostile=is_hostile)
    assert page.crossed == []
    assert page.stack == []
    assert len(page.ids) == len(set(page.ids))


def test_every_link_leads_somewhere_on_the_page() -> None:
    page = page_of()
    targets = {(attrs["href"] or "") for attrs in page.all("a")}
    controls = {unquote(target) for target in targets if target.startswith("#framework=")}
    assert controls == {f"#framework={control}" for control in all_controls(result_of())}
    assert {target[1:] for target in targets if not target.startswith("#framework=")} <= set(page.ids)
    assert all(target.startswith("#") for target in targets)


def test_every_clause_stands_in_the_table_and_in_the_details() -> None:
    page = page_of()
    wanted = {f"clause-{clause.id}" for clause in result_of().clauses}
    assert len(wanted) == 43
    assert wanted <= set(page.ids)
    assert all(clause.title.zh in page.texts["clauses"] for clause in result_of().clauses)


def test_every_policy_can_be_linked_to() -> None:
    assert {f"policy-{policy.info.id}" for policy in result_of().policies} <= set(page_of().ids)


@pytest.mark.parametrize(("language", "lang"), [("zh", "zh-CN"), ("en", "en")])
def test_the_page_opens_in_the_language_asked_for(language: str, lang: str) -> None:
    assert page_of(language).all("html")[0]["lang"] == lang


def test_both_languages_are_on_the_page_in_equal_number() -> None:
    spans = [attrs.get("lang") for attrs in page_of().all("span")]
    assert spans.count("zh") == spans.count("en") > 1_000


def test_the_same_result_gives_the_same_bytes() -> None:
    assert render_page(audit_result(is_hostile=True), "zh") == html_of("zh", is_hostile=True)


@pytest.mark.parametrize("is_hostile", [False, True])
def test_nothing_runs_but_the_script_of_the_package(is_hostile: bool) -> None:
    page = page_of(is_hostile=is_hostile)
    assert [attrs.get("type") for attrs in page.all("script")] == ["application/json", None]
    assert not [a for _, attrs in page.elements for a in attrs if a.startswith("on") or a in ("style", "src")]
    assert {tag for tag, _ in page.elements} & {
        "iframe",
        "object",
        "embed",
        "link",
        "base",
        "form",
        "img",
    } == set()


@pytest.mark.parametrize(("tag", "directive"), [("script", "script-src"), ("style", "style-src")])
def test_the_security_policy_allows_exactly_what_is_inline(tag: str, directive: str) -> None:
    page = page_of(is_hostile=True)
    policy = next(m["content"] or "" for m in page.all("meta") if m.get("http-equiv"))
    content = "".join(page.inline[tag][-1:])
    digest = b64encode(sha256(content.encode()).digest()).decode()
    assert f"{directive} 'sha256-{digest}';" in policy
    assert policy.startswith("default-src 'none'; ")
    assert "unsafe" not in policy


def test_nothing_is_loaded_from_elsewhere() -> None:
    assert re.findall(r"https?://|@import|url\((?!#)", html_of(is_hostile=True)) == []


def test_no_invisible_character_of_the_evidence_reaches_the_page() -> None:
    html = html_of(is_hostile=True)
    assert re.findall("[\x00-\x09\x0b-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2066-\u2069]", html) == []
    assert "⟨U+202E⟩" in html
    assert "⟨U+0000⟩" in html


def test_markup_in_evidence_is_shown_as_text() -> None:
    page = page_of(is_hostile=True)
    assert "</script><script>alert(1)</script>" in page.texts["cover"]
    assert "javascript:alert(3)" in page.texts["details"]


def test_a_text_of_a_million_characters_is_cut_and_its_length_told() -> None:
    html = html_of("en", is_hostile=True)
    assert "A" * 300 not in html
    assert "cut; 1,000,000 characters in all" in html
    assert len(html.encode()) < 4_000_000


def test_what_was_not_seen_stands_before_anything_green() -> None:
    html = html_of()
    assert html.index('id="unseen"') < html.index('class="tile s-pass"')
    for item in result_of().evidence.collections:
        is_told = item.reason is not None and item.reason.zh in page_of().texts["unseen"]
        assert is_told == (item.status is not CollectionStatus.OK)


def test_quality_and_clauses_without_evidence_are_told_at_the_top() -> None:
    top = page_of("en").texts["unseen"]
    assert all(sentence.en in top for sentence in result_of().quality)
    assert "10 clauses without enough evidence" in top


def test_a_clause_without_any_policy_says_that_nothing_is_known_of_it() -> None:
    assert "No policy judges this clause" in page_of("en").texts["clause-7"]


def test_a_policy_of_two_clauses_stands_once_and_the_second_points_there() -> None:
    result = result_of()
    first, second = result.clauses[0], result.clauses[1]
    shared = replace(second, policies=first.policies)
    page = Page.read(render_page(replace(result, clauses=(first, shared)), "en"))
    name = f"policy-{first.policies[0].info.id}"
    assert page.ids.count(name) == 1
    assert {"data-ref": name} in page.all("li")


def test_waivers_overrides_collections_and_evidence_have_their_tables() -> None:
    texts, result = page_of("en").texts, result_of()
    assert all(
        waiver.id in texts["waivers"] and waiver.ticket in texts["waivers"] for waiver in result.waivers
    )
    assert "hiscomply.yaml:14:7" in texts["overrides"]
    assert "looser" in texts["overrides"]
    assert "exports/hr.csv:7:3" in texts["collections"]
    assert all(kind in texts["evidence"] for kind in result.evidence.tables)


def test_the_source_of_a_number_is_said_in_both_languages() -> None:
    assert (
        '<span lang="zh">8.1.4.2 c，自三级起</span><span lang="en">8.1.4.2 c, from level 3</span>'
        in html_of()
    )


def test_times_stand_in_the_zone_of_the_project() -> None:
    assert "2026-06-30 08:00 Asia/Shanghai (UTC+08:00)" in page_of().texts["cover"]


def test_a_hundred_thousand_findings_stay_small_and_are_not_streamed() -> None:
    def refuse() -> Any:
        raise AssertionError("the page must not walk through all findings")

    result = replace(audit_result(policies=80, findings=100_000, groups=45), findings=refuse)
    html = render_page(result, "en")
    assert len(html.encode()) < 10_000_000
    assert "more are not shown; all are in findings.parquet" in html
    assert "5 more groups with" in html


def test_an_audit_of_nothing_is_undecided_and_can_be_written() -> None:
    empty = Evidence(Path("evidence"), {}, ())
    result = replace(result_of(is_clean=True), clauses=(), policies=(), evidence=empty, waivers=())
    assert "没有可判定的条款" in Page.read(render_page(result, "zh")).texts["cover"]


def test_compliant_needs_every_clause_and_every_collection() -> None:
    clean = without_clauses_lacking_evidence(result_of(is_clean=True))
    page = Page.read(render_page(clean, "en"))
    assert "Compliant" in page.texts["cover"].split("Of 40 clauses")[0]
    bad = replace(clean.evidence.collections[0], status=CollectionStatus.FAILED, reason=Text("断开", "lost"))
    broken = replace(clean, evidence=replace(clean.evidence, collections=(bad,)))
    assert "尚不能判定" in Page.read(render_page(broken, "zh")).texts["cover"]


def test_a_failure_outweighs_what_is_not_known() -> None:
    assert "Not compliant" in page_of("en").texts["cover"]


def test_a_run_that_allows_unknowns_says_so_on_the_cover() -> None:
    page = Page.read(render_page(replace(result_of(), allow_unknown=True), "en"))
    assert "--allow-unknown" in page.texts["cover"]
    assert "--allow-unknown" not in page_of("en").texts["cover"]


def test_the_institution_as_a_subject_is_named_in_words() -> None:
    samples: list[Finding] = [s for p in result_of().policies for g in p.groups for s in g.samples]
    assert any(sample.subject == "*" for sample in samples)
    assert "the institution as a whole" in page_of("en").texts["details"]
