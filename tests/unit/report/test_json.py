from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from tests.unit.report.factory import audit_result

from hiscomply.model import AuditResult, Verdict
from hiscomply.report.summary_json import SummaryJsonReporter, summarise

DOCUMENT = Path(__file__).parents[3] / "docs" / "summary-json.md"


def read(result: AuditResult, folder: Path, language: str = "en") -> dict[str, Any]:
    path = folder / "summary.json"
    assert SummaryJsonReporter().write(result, path, language) == [path]
    read: dict[str, Any] = json.loads(path.read_bytes().decode("utf-8"))
    return read


def test_the_counts_add_up(tmp_path: Path) -> None:
    result = audit_result()
    totals = read(result, tmp_path)["totals"]
    assert sum(totals["clauses"].values()) == 43
    assert sum(totals["policies"].values()) == len(result.policies)
    assert totals["policies"]["fail"] == sum(item.verdict is Verdict.FAIL for item in result.policies)
    assert totals["subjects"]["unknown"] == sum(item.unknown for item in result.policies)
    assert totals["findings"] == result.findings_count


def test_the_exit_code_and_what_was_not_seen_are_told(tmp_path: Path) -> None:
    got = read(replace(audit_result(), exit_code=3, allow_unknown=True), tmp_path)
    assert (got["exit_code"], got["allow_unknown"]) == (3, True)
    assert [item["status"] for item in got["collections"]].count("ok") == 2
    assert got["collections"][3]["reason"]["en"] == "connection refused (port 22)"
    assert "vuln" in got["kinds_without_evidence"]


def test_a_group_has_an_example_in_both_languages(tmp_path: Path) -> None:
    result = audit_result()
    policy = next(item for item in read(result, tmp_path)["policies"] if item["verdict"] == "fail")
    example = policy["groups"][0]["example"]
    assert "允许的" in example["message"]["zh"]
    assert "allowed" in example["message"]["en"]
    assert example["line"] >= 1


def test_both_languages_give_the_same_file(tmp_path: Path) -> None:
    assert read(audit_result(), tmp_path, "zh") == read(audit_result(), tmp_path, "en")


def test_the_same_audit_gives_the_same_bytes(tmp_path: Path) -> None:
    for name in ("a", "b"):
        SummaryJsonReporter().write(audit_result(), tmp_path / name, "zh")
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


@pytest.mark.parametrize("kind", ["hostile", "empty", "surrogate"])
def test_any_audit_can_be_written(kind: str, tmp_path: Path) -> None:
    hostile = audit_result(is_hostile=True)
    audits = {
        "hostile": hostile,
        "empty": audit_result(policies=0, findings=0),
        "surrogate": replace(hostile, run=replace(hostile.run, id="\ud800")),
    }
    assert len(read(audits[kind], tmp_path)["clauses"]) == 43


def test_every_name_is_described() -> None:
    described = DOCUMENT.read_text(encoding="utf-8")
    summary = summarise(audit_result())
    names = set(summary)
    for group in ("clauses", "policies", "collections"):
        names |= set(summary[group][0])
    names |= set(summary["run"]) | set(summary["totals"]) | set(summary["totals"]["subjects"])
    names |= next(set(policy["groups"][0]) for policy in summary["policies"] if policy["groups"])
    names -= {"passed", "failed"}  # "the five counts", listed once under totals
    missing = [name for name in sorted(names) if not re.search(rf"[`.]{name}\b", described)]
    assert missing == []
