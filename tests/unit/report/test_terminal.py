from __future__ import annotations

import io
import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest
from rich.cells import cell_len
from rich.console import Console
from tests.unit.report.factory import all_waived, audit_result

from hiscomply.model import AuditResult, ClauseStatus, PolicyResult, State, Text, Verdict
from hiscomply.report.chapters import Chapter, draw_bar
from hiscomply.report.terminal import print_check, print_summary


class Screen(io.StringIO):
    def __init__(self, encoding: str) -> None:
        super().__init__()
        self._encoding = encoding

    @property
    def encoding(self) -> str:  # type: ignore[override]  # a stream in memory has none of its own
        return self._encoding


def summary(
    result: AuditResult, language: str = "en", reports: Sequence[str] = (), encoding: str = "utf-8"
) -> list[str]:
    screen = Screen(encoding)
    print_summary(result, Console(file=screen, width=80, color_system=None), language, reports)
    return screen.getvalue().splitlines()


def check(result: AuditResult, language: str = "en") -> list[str]:
    lines: list[str] = []
    print_check(result, lambda text: lines.extend(text.split("\n")), language)
    return lines


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("is_hostile", [False, True])
def test_the_summary_fits_80_columns(is_hostile: bool, language: str) -> None:
    lines = summary(audit_result(is_hostile=is_hostile), language)
    assert [line for line in lines[1:] if cell_len(line) > 80] == []
    assert len(lines) < 110


@pytest.mark.parametrize(
    ("exit_code", "zh", "en"),
    [
        (0, "所要求的检查全部符合", "all that was asked for is compliant"),
        (1, "存在不符合项", "something is not compliant"),
        (2, "未作判定", "nothing was judged"),
        (3, "未能判定", "undecided, evidence is missing"),
    ],
)
def test_the_last_line_is_the_verdict_in_words(exit_code: int, zh: str, en: str) -> None:
    result = replace(audit_result(), exit_code=exit_code)
    if exit_code == 0:
        result = replace(result, policies=passing(result))
    assert zh in summary(result, "zh")[-1]
    assert f"{en} (exit code {exit_code})" in summary(result, "en")[-1]


def test_an_allowed_unknown_is_not_called_compliant() -> None:
    policies = tuple(item for item in audit_result().policies if item.verdict is Verdict.UNKNOWN)
    result = replace(audit_result(), policies=policies, exit_code=0, allow_unknown=True)
    assert "allowed to be so" in summary(result)[-1]


def passing(result: AuditResult) -> tuple[PolicyResult, ...]:
    return tuple(item for item in result.policies if item.verdict is Verdict.PASS and not item.waived)


@pytest.mark.parametrize(
    ("changes", "waived", "zh", "en"),
    [
        (
            {},
            0,
            "不符合项均低于 --fail-on 指定的等级",
            "what is not compliant is less severe than --fail-on asks",
        ),
        ({}, 4, "不符合项均有例外", "what is not compliant is waived"),
        (
            {"allow_unknown": True},
            4,
            "不符合项均有例外；证据不足之处按要求未计入",
            "what is not compliant is waived; what is not known was allowed to be so",
        ),
    ],
)
def test_a_zero_beside_failures_says_why_they_do_not_count(
    changes: dict[str, Any], waived: int, zh: str, en: str
) -> None:
    whole = audit_result()
    (first, *_) = passing(whole)
    failing = replace(first, verdict=Verdict.FAIL, failed=4, waived=waived)
    result = replace(whole, policies=(*passing(whole), failing), exit_code=0, **changes)
    assert f"结论：{zh}（退出码 0）。" == summary(result, "zh")[-1]
    assert f"Verdict: {en} (exit code 0)." == summary(result, "en")[-1]


@pytest.mark.parametrize(
    ("language", "heading", "counts"),
    [
        (
            "en",
            "Waived",
            "1 policies: 0 pass, 0 fail, 0 unknown, 0 not applicable, 1 waived.",
        ),
        ("zh", "有例外的不符合", "策略 1 条：符合 0，不符合 0，证据不足 0，不适用 0，不符合但有例外 1。"),
    ],
)
def test_what_a_waiver_covers_stands_apart_from_failures(language: str, heading: str, counts: str) -> None:
    result = all_waived(audit_result())
    lines = summary(result, language)
    assert not {"Worst findings", "最严重的不符合"} & set(lines)
    below = lines[lines.index(heading) :]
    assert below[1].rstrip().endswith("2 of 42" if language == "en" else "2 / 42 个")
    assert "2026-07-31" in below[2]
    assert counts in lines
    assert counts in check(result, language)


def test_a_zero_beside_a_target_that_was_not_read_is_not_called_compliant() -> None:
    result = replace(audit_result(), exit_code=0, allow_unknown=True)
    assert "allowed to be so" in summary(replace(result, policies=passing(result)))[-1]


def test_every_chapter_has_a_line_with_its_clauses() -> None:
    result = audit_result()
    lines = summary(result, "zh")
    for chapter in {clause.chapter for clause in result.clauses}:
        (line,) = [line for line in lines if line.startswith(f"{chapter} ")]
        clauses = [clause for clause in result.clauses if clause.chapter == chapter]
        assert sum(line.count(glyph) for glyph in "█▓▒░·") == len(clauses)


def test_a_terminal_without_unicode_gets_plain_bars() -> None:
    lines = summary(audit_result(), encoding="ascii")
    assert not set("█▓▒░") & set("".join(lines))
    assert any(line.endswith("##xx?") for line in (line.rstrip() for line in lines))


def test_a_wide_chapter_is_drawn_to_scale_and_loses_no_status() -> None:
    counts = {ClauseStatus.PASS: 900, ClauseStatus.FAIL: 99, ClauseStatus.UNKNOWN: 1}
    bar = draw_bar(Chapter("9", counts), True)
    assert bar == "█" * 14 + "▒" * 2 + "░"


def test_the_worst_come_first_with_count_and_place() -> None:
    result = audit_result()
    lines = summary(result)
    start = lines.index("Worst findings")
    assert re.fullmatch(r"  Critical  .*  \d+ of \d+", lines[start + 1])
    assert re.fullmatch(r"      @ \S+:\d+:\d+", lines[start + 3])
    assert "8 more in the report" in " ".join(lines)


def test_what_was_not_seen_is_listed() -> None:
    assert "未能看到的" in summary(audit_result(), "zh")
    text = "\n".join(summary(audit_result()))
    for told in (
        "\nWhat was not seen\n",
        "hosts/pacs02 (ssh) Failed: connection refused",
        "monitoring (zabbix) Timed out",
        "system, ticket, vuln",
    ):
        assert told in text


def test_many_hosts_that_failed_alike_are_one_line() -> None:
    result = audit_result()
    dead = next(one for one in result.evidence.collections if one.target == "hosts/pacs02")
    more = tuple(replace(dead, target=f"hosts/web{number:03}") for number in range(99))
    evidence = replace(result.evidence, collections=(*result.evidence.collections, *more))
    text = "\n".join(summary(replace(result, evidence=evidence)))
    assert "hosts/pacs02 (+99) (ssh) Failed: connection refused" in text
    assert "hosts/web001" not in text
    assert "monitoring (zabbix) Timed out" in text


def test_what_to_do_about_a_target_is_not_cut_off() -> None:
    result = audit_result()
    dead = next(one for one in result.evidence.collections if one.target == "hosts/pacs02")
    why = "there is no file of host keys; " + "get the keys, " * 12 + "and compare the fingerprints"
    told = replace(dead, reason=Text(why, why))
    evidence = replace(result.evidence, collections=(told, *result.evidence.collections))
    text = " ".join(" ".join(summary(replace(result, evidence=evidence))).split())
    assert "and compare the fingerprints" in text


def test_reports_are_named_in_one_piece_however_long() -> None:
    path = "/".join(["folder"] * 30) + "/report.html"
    assert f"Report: {path}" in summary(audit_result(), reports=[path])


def test_a_clean_audit_is_calm() -> None:
    text = "\n".join(summary(audit_result(is_clean=True)))
    assert "Worst findings" not in text
    assert "Not known" not in text


@pytest.mark.parametrize("show", [summary, check])
def test_no_control_character_of_the_evidence_reaches_the_terminal(show: object) -> None:
    assert callable(show)
    text = "\n".join(show(audit_result(is_hostile=True, findings=100)))
    assert re.findall("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e]", text) == []


def test_evidence_is_not_read_as_style() -> None:
    result = audit_result()
    run = replace(result.run, institution=replace(result.run.institution, en="[red]x[/red] [/oops]"))
    assert summary(replace(result, run=run))[0].startswith("[red]x[/red] [/oops]")


@pytest.mark.parametrize(
    ("language", "words"), [("en", "critical|high|medium|low|unknown"), ("zh", "严重|高|中|低|证据不足")]
)
def test_check_prints_one_line_per_finding_that_tools_can_read(language: str, words: str) -> None:
    result = audit_result(findings=200)
    lines = check(result, language)
    shape = re.compile(rf"\S+:\d+:\d+: ({words}) [a-z0-9_]+ \S.*")
    found = [line for line in lines if shape.fullmatch(line) and ": unknown evidence " not in line]
    assert len(found) == sum(item.state is not State.ABSENT for item in result.findings())


def test_check_says_what_could_not_be_read() -> None:
    lines = check(audit_result(findings=60))
    assert "exports/hr.csv:7:3: unknown evidence no employee number" in lines
    assert "hosts/pacs02: unknown collection Failed: connection refused (port 22)" in lines


def test_check_says_it_in_chinese() -> None:
    lines = check(audit_result(findings=60), "zh")
    assert [line for line in lines if " unknown" in line] == []
    assert any(line.startswith("exports/hr.csv:7:3: 证据不足 证据 ") for line in lines)
    assert any(line.startswith("hosts/pacs02: 证据不足 采集 失败: ") for line in lines)


def test_check_shows_a_waived_finding_with_its_waiver() -> None:
    result = audit_result(findings=400)
    waived = [item for item in result.findings() if item.waiver and item.state is not State.ABSENT]
    assert sum("[waived by W-" in line for line in check(result)) == len(waived) > 0


@pytest.mark.parametrize("language", ["zh", "en"])
def test_check_ends_with_the_verdict(language: str) -> None:
    assert "1" in check(audit_result(findings=60), language)[-1]
