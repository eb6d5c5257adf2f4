"""Facts of the institution decide verdicts, are sealed in the run, and what is not declared is not known."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import pytest
from tests.acceptance.small_project import Ran, SmallProject

AS_OF = "2026-06-30T09:00:00+08:00"
CHECK = """
check:
  each: institution
  related:
    facts: {from: institution}
  where: facts.level <> 'clinic'
  assert: facts.is_cii or facts.persons_held >= 100
"""
POLICY = """id: institution_is_large
clauses: ["2"]
title: {zh: 机构较大, en: The institution is large}
severity: low
%s
message: {zh: 机构不大, en: The institution is not large}
remediation: {zh: 无, en: none}
"""
NAME = "institution_is_large"
COLLECT = (
    "collect:\n  - {collector: tables, name: gone, path: gone.csv, kind: account, columns: {login: login}}\n"
)


@pytest.fixture
def project(tmp_path: Path) -> SmallProject:
    made = SmallProject(tmp_path)
    made.write(f"pack/2/{NAME}/policy.yaml", POLICY % CHECK)
    return made


def audit(project: SmallProject, facts: str, rest: str = "") -> Ran:
    project.write("hiscomply.yaml", f"institution: {{name: A{facts}}}\npacks: [pack/2]\n{rest}{COLLECT}")
    command = ["audit", str(project.root), "--as-of", AS_OF, "--policy", NAME, "--no-previous"]
    return project.run("--lang", "en", *command)


def summary(ran: Ran) -> Any:
    return json.loads((ran.folder / "summary.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    ("facts", "verdict"),
    [
        (", level: tertiary, is_cii: true", "pass"),
        (", level: tertiary, is_cii: false, persons_held: 100", "pass"),
        (", level: tertiary, is_cii: false, persons_held: 99", "fail"),
        (", level: tertiary, is_cii: false", "unknown"),
        (", level: tertiary, persons_held: 99", "unknown"),
        (", is_cii: true", "unknown"),
        ("", "unknown"),
        (", level: clinic", "not_applicable"),
    ],
)
def test_a_policy_reads_the_facts_and_what_is_not_declared_is_not_known(
    project: SmallProject, facts: str, verdict: str
) -> None:
    assert audit(project, facts).policies[NAME]["verdict"] == verdict


def test_the_project_file_is_listed_among_the_collections(project: SmallProject) -> None:
    listed = {one["target"]: one for one in summary(audit(project, ", is_cii: true"))["collections"]}
    assert listed["hiscomply.yaml"]["status"] == "ok"
    assert listed["hiscomply.yaml"]["records"] == {"institution": 1}


def test_reports_say_where_the_profile_came_from(project: SmallProject) -> None:
    ran = audit(project, ", level: secondary")
    run = summary(ran)["run"]
    assert run["profile"] == "baseline"
    assert run["profile_origin"] == "institution.level: secondary (hiscomply.yaml:1:24)"
    assert "institution.level: secondary" in (ran.folder / "report.html").read_text(encoding="utf-8")
    assert "institution.level: secondary" in ran.out


def parameters(project: SmallProject, *arguments: str) -> Ran:
    return project.run("--lang", "en", "policy", "parameters", str(project.root), *arguments)


OVERRIDES = """parameters:
  dormant_accounts_disabled: {max_idle: 60 days}
  logs_kept_long_enough: {min_days: 120}
  leavers_disabled: {within: 12 hours}
waivers: waivers.yaml
"""
WAIVER = """waivers:
  - {id: W-7, policy: logs_kept_long_enough, subject: "parameter:min_days", reason: disk, requested_by: li,
     approved_by: wang, from: 2026-01-01, until: 2099-12-31}
"""


def test_the_table_shows_what_a_project_changed_with_line_direction_and_waiver(
    project: SmallProject, monkeypatch: pytest.MonkeyPatch
) -> None:
    import hiscomply.findings.waivers as waivers

    monkeypatch.setattr(waivers, "LONGEST_DAYS", dict.fromkeys(waivers.LONGEST_DAYS, 99_999))
    project.write("waivers.yaml", WAIVER)
    project.write("hiscomply.yaml", f"institution: {{name: A, level: clinic}}\n{OVERRIDES}{COLLECT}")
    out = project.root / "table.json"
    ran = parameters(project, "--changed", "--json", str(out))
    assert ran.code == 0, ran.err
    rows = {one["policy"]: one for one in json.loads(out.read_text(encoding="utf-8"))}
    assert {name: (one["looser"], one["waiver"]) for name, one in rows.items()} == {
        "dormant_accounts_disabled": (False, None),
        "leavers_disabled": (False, None),
        "logs_kept_long_enough": (True, "W-7"),
    }
    assert rows["logs_kept_long_enough"]["origin"] == "hiscomply.yaml:4:37"
    assert rows["logs_kept_long_enough"]["source_title"]["zh"] == "网络安全法"
    said = parameters(project, "--changed").out
    assert "profile / 档次: baseline (institution.level: clinic" in said
    assert "! looser, waiver W-7" in said


def test_a_looser_value_than_a_law_without_a_waiver_is_refused(project: SmallProject) -> None:
    project.write(
        "hiscomply.yaml", f"institution: {{name: A}}\n{OVERRIDES.replace('waivers:', '#')}{COLLECT}"
    )
    ran = parameters(project)
    assert (ran.code, "hiscomply.yaml:4:37" in ran.err, "CSL" in ran.err) == (2, True, True)


def test_the_table_can_be_asked_by_policy_clause_and_strength_and_comes_as_csv(project: SmallProject) -> None:
    project.write("hiscomply.yaml", f"institution: {{name: A}}\n{COLLECT}")
    ran = parameters(project, "--clause", "5.1.1", "--strength", "law", "-o", "csv")
    header, *rows = list(csv.reader(ran.out.splitlines()))
    found = [dict(zip(header, row, strict=True)) for row in rows]
    assert [row["policy"] for row in found] == ["logs_kept_long_enough", "security_logs_rotated_late_enough"]
    assert {row["reference"] for row in found} == {"23(3)"}
    ran = parameters(project, "--policy", "password_max_age_limited")
    assert "NIST 800-63B advises against" in ran.out
    assert parameters(project, "--policy", "password_max_age_limted").code == 2
    assert parameters(project, "--clause", "9.9").code == 2
    assert parameters(project, "-o", "xlsx").code == 2


def test_the_defaults_are_shown_where_there_is_no_project(
    project: SmallProject, monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    monkeypatch.chdir(tmp_path_factory.mktemp("empty"))
    ran = project.run("--lang", "zh", "policy", "parameters", "--policy", "recent_backup_exists")
    assert (ran.code, "max_age [3] = 3 → 7 天" in ran.out, "本产品的默认值" in ran.out) == (0, True, True)
