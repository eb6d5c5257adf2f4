from __future__ import annotations

from collections import Counter
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import pytest
from tests.unit.report.factory import all_waived, audit_result

from hiscomply.model import AuditResult, Verdict
from hiscomply.report.junit import JunitReporter

TAGS = {
    Verdict.FAIL: "failure",
    Verdict.UNKNOWN: "error",
    Verdict.NOT_APPLICABLE: "skipped",
    Verdict.PASS: None,
}


def read(result: AuditResult, folder: Path, language: str = "en") -> ElementTree.Element:
    path = folder / "junit.xml"
    assert JunitReporter().write(result, path, language) == [path]
    return ElementTree.parse(path).getroot()


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("is_hostile", [False, True])
def test_every_clause_is_a_suite_and_every_policy_a_case(
    is_hostile: bool, language: str, tmp_path: Path
) -> None:
    result = audit_result(is_hostile=is_hostile)
    root = read(result, tmp_path, language)
    named = [f"{clause.id} {clause.title.to(language)}" for clause in result.clauses]
    assert [suite.get("name") for suite in root] == named
    for clause, suite in zip(result.clauses, root, strict=True):
        expected = [policy.info.id for policy in clause.policies] or ["no_policy"]
        assert [case.get("name") for case in suite] == expected


def test_only_a_pass_is_a_success(tmp_path: Path) -> None:
    result = audit_result()
    verdicts = {policy.info.id: policy.verdict for policy in result.policies}
    for case in read(result, tmp_path).iter("testcase"):
        name = str(case.get("name"))
        expected = "skipped" if name == "no_policy" else TAGS[verdicts[name]]
        assert next((child.tag for child in case if child.tag != "system-out"), None) == expected


def test_a_policy_with_nothing_to_judge_is_an_error(tmp_path: Path) -> None:
    result = audit_result()
    clause = next(item for item in result.clauses if item.policies)
    bare = replace(clause.policies[0], verdict=Verdict.UNKNOWN, groups=(), passed=0, failed=0, unknown=0)
    root = read(replace(result, clauses=(replace(clause, policies=(bare,)),)), tmp_path)
    (error,) = root.iter("error")
    assert error.text == "there was nothing to judge"


def test_the_counts_are_those_of_the_cases(tmp_path: Path) -> None:
    root = read(audit_result(), tmp_path)
    tags = Counter(child.tag for case in root.iter("testcase") for child in case)
    told = {name: int(str(root.get(name))) for name in ("failures", "errors", "skipped")}
    assert told == {"failures": tags["failure"], "errors": tags["error"], "skipped": tags["skipped"]}
    assert int(str(root.get("tests"))) == sum(1 for _ in root.iter("testcase"))
    assert sum(int(str(suite.get("errors"))) for suite in root) == told["errors"]


def test_a_failure_says_where_and_how_many_more(tmp_path: Path) -> None:
    result = audit_result()
    policy = next(item for item in result.policies if item.verdict is Verdict.FAIL)
    case = next(
        case for case in read(result, tmp_path).iter("testcase") if case.get("name") == policy.info.id
    )
    text = str(case.findtext("failure"))
    sample = policy.groups[0].samples[0]
    assert f"{sample.source}:{sample.line}:{sample.column}: " in text
    assert f"... and {policy.groups[0].count - 25} more" in text
    assert f"[waived by {policy.groups[0].samples[0].waiver} (until " in text


def test_characters_that_xml_cannot_hold_are_replaced(tmp_path: Path) -> None:
    root = read(audit_result(is_hostile=True), tmp_path)
    told = " ".join(str(element.get("message")) for element in root.iter("failure"))
    assert "\ufffd" in told
    assert "<script>alert(1)</script>" in told


@pytest.mark.parametrize(
    ("language", "told"),
    [("en", "[waived by {} (until 2026-07-31): "), ("zh", "[例外 {}（至 2026-07-31）：")],
)
def test_a_policy_of_which_every_failure_is_waived_is_skipped_with_the_waivers(
    language: str, told: str, tmp_path: Path
) -> None:
    result = all_waived(audit_result())
    (case,) = read(result, tmp_path, language).iter("testcase")
    assert [child.tag for child in case] == ["skipped", "system-out"]
    skipped = case.find("skipped")
    assert skipped is not None
    assert "进修人员长假" in str(skipped.get("message"))
    (waiver,) = {group.samples[0].waiver for policy in result.policies for group in policy.groups}
    assert told.format(waiver) in str(skipped.text)
    assert len(str(skipped.text).splitlines()) == 2


def test_what_is_not_known_beside_waived_failures_is_an_error(tmp_path: Path) -> None:
    (case,) = read(all_waived(audit_result(), unknown=3), tmp_path).iter("testcase")
    assert [child.tag for child in case] == ["error", "system-out"]
