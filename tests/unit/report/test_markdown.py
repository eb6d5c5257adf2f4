from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from markdown_it import MarkdownIt
from tests.unit.report.factory import audit_result

from hiscomply.model import AuditResult, Verdict
from hiscomply.report.markdown import MarkdownReporter


def read(result: AuditResult, folder: Path, language: str = "en") -> str:
    path = folder / "summary.md"
    assert MarkdownReporter().write(result, path, language) == [path]
    return path.read_text(encoding="utf-8")


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_page_is_short_and_says_the_verdict_first(language: str, tmp_path: Path) -> None:
    text = read(audit_result(), tmp_path, language)
    assert len(text.splitlines()) < 90
    told = {"zh": ("存在不符合项", "退出码 1)"), "en": ("something is not compliant", "exit 1)")}[language]
    assert [words for words in told if words not in text.splitlines()[2]] == []


def test_what_was_not_seen_is_on_the_page(tmp_path: Path) -> None:
    text = read(audit_result(), tmp_path)
    assert "connection refused" in text
    assert "`vuln`: not a single record" in text


def test_a_clean_audit_names_no_policy(tmp_path: Path) -> None:
    text = read(audit_result(is_clean=True), tmp_path)
    assert "Not compliant (" not in text
    assert "all that was asked for is compliant" in text


def test_allowed_unknowns_are_not_called_compliant(tmp_path: Path) -> None:
    policies = tuple(item for item in audit_result().policies if item.verdict is Verdict.UNKNOWN)
    allowed = replace(audit_result(), policies=policies, exit_code=0, allow_unknown=True)
    text = read(allowed, tmp_path)
    assert "is compliant" not in text
    assert "what is not known was allowed to be so" in text


@pytest.mark.parametrize("language", ["zh", "en"])
def test_evidence_cannot_become_markup(language: str, tmp_path: Path) -> None:
    text = read(audit_result(is_hostile=True), tmp_path, language)
    parsed = MarkdownIt("commonmark", {"html": True}).enable("table").parse(text)
    inline = [child for token in parsed for child in token.children or []]
    assert {token.type for token in [*parsed, *inline]}.isdisjoint(
        {"html_inline", "html_block", "link_open", "image", "fence", "code_block"}
    )
    assert "\x1b" not in text
    assert "\u202e" not in text
    rows = [line for line in text.splitlines() if line.startswith("|")]
    assert {row.count("|") for row in rows} == {6}
