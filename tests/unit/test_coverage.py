"""`policy coverage`: it says what the pack states, no more, and misses no check."""

from __future__ import annotations

import csv
import io
import json
import re
from base64 import b64encode
from collections.abc import Iterator
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import Any, ClassVar

import pytest
from tests.unit.report.page_reader import Page

from hiscomply.cli.main import run
from hiscomply.coverage.formats import FORMATS
from hiscomply.coverage.matrix import Coverage, CoveredCheck, cover
from hiscomply.coverage.table import counts, detailed, overview
from hiscomply.errors import ConfigError
from hiscomply.hookspecs import CollectContext, Collector
from hiscomply.model import Record, Rejected, Target, Text
from hiscomply.paths import policies_dir
from hiscomply.plugins import collectors, evidence_kinds
from hiscomply.policy.clauses import load_clauses
from hiscomply.policy.pack import load_pack

KINDS = evidence_kinds()
POLICIES = load_pack([policies_dir()], KINDS).policies
MAP = load_clauses(policies_dir() / "clauses.yaml")


class Picky:
    """A collector that cannot say what it gives until it is told how."""

    name = "picky"
    version = "1"
    summary = Text("挑剔", "picky")
    options_schema: ClassVar[dict[str, Any]] = {"type": "object", "properties": {"product": {}}}

    def kinds(self, options: Any) -> tuple[str, ...]:
        return ("account",) if options["product"] == "ad" else ()

    def collect(self, target: Target, context: CollectContext) -> Iterator[Record | Rejected]:
        yield from ()


@pytest.fixture(scope="module")
def coverage() -> Coverage:
    return cover(MAP, POLICIES, KINDS, collectors())


def one_clause(clause_id: str, **changes: Any) -> Coverage:
    arguments: dict[str, Any] = {"clauses": MAP, "policies": POLICIES, "kinds": KINDS, "collectors": {}}
    return cover(**arguments | changes, only=[clause_id])


def test_every_clause_and_every_check_is_in_the_matrix(coverage: Coverage) -> None:
    assert [one.clause.id for one in coverage.clauses] == [clause.id for clause in MAP.clauses]
    assert len(coverage.checks) == 190
    assert set(coverage.policies) == {one.id for one in POLICIES}


def test_a_check_has_the_policies_that_name_it(coverage: Coverage) -> None:
    for one in coverage.checks:
        assert [policy.id for policy in one.policies] == sorted(one.check.policies)


def test_a_policy_of_a_strangers_pack_counts_for_the_check_that_it_names() -> None:
    strange = replace(POLICIES[0], id="strange", clauses=("4.3.2",), checks=("4.3.2-c4",))
    (one,) = one_clause("4.3.2", policies=[*POLICIES, strange]).clauses
    assert [policy.id for policy in one.checks[3].policies] == ["leavers_disabled", "strange"]


def test_a_policy_that_names_no_check_is_told_at_its_clause() -> None:
    strange = replace(POLICIES[0], id="strange", clauses=("4.3.2",), checks=())
    (one,) = one_clause("4.3.2", policies=[*POLICIES, strange]).clauses
    assert [policy.id for policy in one.others] == ["strange"]
    assert one.policies[-1].id == "strange"


def test_a_check_without_policy_and_reason_is_open() -> None:
    check = next(one.check for one in one_clause("4.3.2").checks)
    assert CoveredCheck(replace(check, reason=None), ()).is_open
    assert not CoveredCheck(replace(check, reason=Text("因", "why")), ()).is_open


def test_the_totals_add_up(coverage: Coverage) -> None:
    told = counts(coverage)
    assert told["served"] + told["reasoned"] + told["open"] == told["checks"] == 190
    shares = [coverage.share(letter) for letter in "ASM"]
    assert [total for _, total in shares] == [89, 81, 20]
    assert sum(served for served, _ in shares) == told["served"]


def test_a_kind_counts_the_policies_that_read_it(coverage: Coverage) -> None:
    for name in coverage.kinds:
        assert coverage.users(name) == sum(name in policy.kinds for policy in POLICIES) > 0
    one = next(one for one in coverage.clauses if one.clause.id == "4.3.2")
    assert one.kinds["access_review"] == 3


def test_collectors_are_told_only_for_what_they_always_give(coverage: Coverage) -> None:
    assert coverage.any_kind == ("records", "sql", "tables")
    assert "local" in coverage.collectors["account"]
    assert "files" in coverage.collectors["setting"]
    assert "scans" in coverage.collectors["vuln"]
    assert coverage.collectors["training"] == ()


def test_a_collector_that_needs_options_to_know_states_nothing() -> None:
    picky: Collector = Picky()
    assert one_clause("4.3.2", collectors={"picky": picky}).collectors["account"] == ()


def test_a_section_is_all_clauses_below_it_and_an_unknown_one_is_refused() -> None:
    assert [one.clause.id for one in one_clause("4.3").clauses] == ["4.3.1", "4.3.2", "4.3.3"]
    assert [one.clause.id for one in one_clause("1").clauses] == ["1"]
    with pytest.raises(ConfigError, match=r"4\.3\.9") as caught:
        one_clause("4.3.9")
    assert "4.3.3" in caught.value.hint


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_table_has_a_line_for_each_clause_and_each_gap(coverage: Coverage, language: str) -> None:
    lines = list(overview(coverage, language))
    assert [line.split()[0] for line in lines[1:44]] == [clause.id for clause in MAP.clauses]
    gaps = [one.check.id for one in coverage.checks if not one.policies]
    assert [line.split()[0] for line in lines[46:] if line.startswith("  ")] == gaps


def test_one_clause_is_told_with_policies_evidence_and_collectors() -> None:
    lines = list(detailed(one_clause("4.3.2", collectors=collectors()), "en"))
    row = next(line for line in lines if "leavers_disabled" in line)
    assert row.split()[:2] == ["4.3.2-c4", "A"]
    assert "person: records, sql, tables" in row


def test_json_holds_everything(coverage: Coverage) -> None:
    told = json.loads(FORMATS["json"](coverage, "en"))
    clause = next(one for one in told["clauses"] if one["id"] == "5.1.2")
    assert clause["crosswalk"]["mlps"] == ["8.1.4.9 a", "8.1.4.9 b", "8.1.10.11"]
    assert clause["crosswalk"]["mlps_level_2"] == ["7.1.4.8 a", "7.1.4.8 b", "7.1.10.11"]
    assert [one["id"] for one in clause["checks"]] == [f"5.1.2-c{n}" for n in range(1, 7)]
    assert sum(len(one["checks"]) for one in told["clauses"]) == told["totals"]["checks"] == 190


def test_csv_has_a_row_for_each_check_and_policy_and_no_formula(coverage: Coverage) -> None:
    text = FORMATS["csv"](coverage, "zh")
    rows = list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"), newline="")))
    assert text.startswith("\ufeff")
    assert {row["check"] for row in rows} == {one.check.id for one in coverage.checks}
    assert len(rows) == sum(max(1, len(one.policies)) for one in coverage.checks)
    assert [row for row in rows if not row["policy"] and not row["reason_en"]] == []
    evil = replace(POLICIES[0], id="evil", title=Text("=1+1", "@x"), clauses=("1",), checks=("1-c1",))
    assert "'=1+1" in FORMATS["csv"](one_clause("1", policies=[evil]), "zh")


def test_markdown_is_one_table_that_no_text_can_break(coverage: Coverage) -> None:
    rows = [line for line in FORMATS["md"](coverage, "en").splitlines() if line.startswith("|")]
    assert len(rows) == 192
    assert {row.count("|") for row in rows} == {7}


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_page_is_whole_and_its_links_lead_somewhere(coverage: Coverage, language: str) -> None:
    html = FORMATS["html"](coverage, language)
    page = Page.read(html)
    assert page.all("html")[0]["lang"] == {"zh": "zh-CN", "en": "en"}[language]
    assert (page.crossed, page.stack) == ([], [])
    assert len(page.ids) == len(set(page.ids))
    assert {f"check-{one.check.id}" for one in coverage.checks} <= set(page.ids)
    assert {(link["href"] or "")[1:] for link in page.all("a")} <= set(page.ids)
    spans = [attrs.get("lang") for attrs in page.all("span")]
    assert spans.count("zh") == spans.count("en") > 500
    assert len(html.encode()) < 2_000_000
    assert html == FORMATS["html"](coverage, language)


def test_the_page_asks_nobody_and_runs_only_its_own_script(coverage: Coverage) -> None:
    html = FORMATS["html"](coverage, "en")
    page = Page.read(html)
    policy = next(meta["content"] or "" for meta in page.all("meta") if meta.get("http-equiv"))
    for tag, directive in (("script", "script-src"), ("style", "style-src")):
        digest = b64encode(sha256("".join(page.inline[tag][-1:]).encode()).digest()).decode()
        assert f"{directive} 'sha256-{digest}'" in policy
    assert re.findall(r"https?://|@import|url\((?!#)", html) == []
    assert not [a for _, attrs in page.elements for a in attrs if a.startswith("on") or a in ("style", "src")]


def test_markup_of_a_strangers_pack_is_shown_as_text() -> None:
    evil = replace(
        POLICIES[0],
        id="evil",
        title=Text("<script>alert(1)</script>", "<b>"),
        clauses=("1",),
        checks=("1-c1",),
    )
    assert "<script>alert" not in FORMATS["html"](one_clause("1", policies=[evil]), "zh")


def test_the_command_writes_every_format_and_ends_well(tmp_path: Path) -> None:
    files = {name: tmp_path / "made" / f"coverage.{name}" for name in FORMATS}
    outputs = [part for name, file in files.items() for part in ("-o", f"{name}={file}")]
    assert run(["policy", "coverage", *outputs]) == 0
    assert [name for name, file in files.items() if not file.is_file()] == []


@pytest.mark.parametrize("output", ["hmtl=x", "html", "html="])
def test_a_format_that_is_none_is_refused(output: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["policy", "coverage", "-o", output]) == 2
    assert "FORMAT=FILE" in capsys.readouterr().err


def test_a_place_that_cannot_be_written_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    assert run(["policy", "coverage", "-o", f"md={tmp_path / 'file' / 'x.md'}"]) == 2
    assert "无法写入" in capsys.readouterr().err


def test_require_all_fails_only_when_a_check_has_neither(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["policy", "coverage", "--clause", "1", "--require-all"]) == 0
    bare = replace(
        MAP,
        clauses=tuple(
            replace(clause, checks=tuple(replace(one, id=f"{one.id}x", policies=()) for one in clause.checks))
            for clause in MAP.clauses
        ),
    )
    monkeypatch.setattr("hiscomply.policy.clauses.load_clauses", lambda _: bare)
    assert run(["policy", "coverage", "--clause", "1"]) == 0
    assert run(["policy", "coverage", "--clause", "1", "--require-all"]) == 1
    assert "1-c1x" in capsys.readouterr().err
