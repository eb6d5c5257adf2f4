"""A signed statement that something does not exist here makes what needs it not applicable, while it is in force."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.acceptance.small_project import Ran, SmallProject

AS_OF = "2026-06-30T09:00:00+08:00"
MISSING = """
collect:
  - {collector: tables, name: gone, path: gone.csv, kind: account, columns: {system_id: system, login: login}}
"""
SYSTEMS = """
collect:
  - collector: tables
    name: systems
    path: systems.csv
    kind: system
    columns: {id: id, category: category, stage: stage}
    observed_at: 2026-06-30T08:00:00+08:00
"""
FILES = """
collect:
  - {collector: files, name: config, path: config, observed_at: 2026-06-30T08:00:00+08:00}
"""
PACS_ONLY = {
    "dicom_certificate_lasts",
    "dicom_current_tls_only",
    "dicom_callers_checked",
    "dicom_cleartext_refused",
    "orthanc_authentication_enabled",
    "orthanc_called_title_checked",
    "orthanc_caller_address_checked",
    "orthanc_dicom_tls_enabled",
    "orthanc_effective_authentication_enabled",
    "orthanc_partners_use_tls",
    "orthanc_published_password_replaced",
    "orthanc_scripts_from_outside_refused",
    "orthanc_serves_known_callers_only",
    "orthanc_tls_enabled",
}
EVERYWHERE = "core_system_categories_present"


def scope(**changes: str | None) -> str:
    fields: dict[str, str | None] = {
        "subject": "PACS",
        "reason": "the institution has no imaging",
        "signed_by": "Dean Wang",
        "signed_on": "2026-06-01",
        "until": "2026-06-30",
    }
    lines = [f"    {name}: {value}" for name, value in (fields | changes).items() if value is not None]
    return "scope:\n  -" + "\n".join(lines)[3:] + "\n"


@pytest.fixture
def project(tmp_path: Path) -> SmallProject:
    return SmallProject(tmp_path)


@pytest.fixture
def audit(project: SmallProject) -> Callable[..., Ran]:
    def run(statement: str, collect: str = MISSING, as_of: str = AS_OF, *more: str) -> Ran:
        text = f"institution: {{name: A hospital, level: secondary}}\n{statement}{collect}"
        project.write("hiscomply.yaml", text)
        return project.run(
            "--lang", "en", "audit", str(project.root), "--as-of", as_of, "--no-previous", *more
        )

    return run


def not_applicable(ran: Ran) -> set[str]:
    return {name for name, one in ran.policies.items() if one["not_applicable"]}


def summary(ran: Ran) -> Any:
    return json.loads((ran.folder / "summary.json").read_text(encoding="utf-8"))


def findings(ran: Ran, policy: str) -> dict[str, Any]:
    return {
        one["locations"][0]["logicalLocations"][0]["fullyQualifiedName"]: one
        for one in ran.sarif_results(policy)
        if one["kind"] in ("fail", "open")
    }


def test_with_all_evidence_missing_only_what_needs_pacs_becomes_not_applicable(
    audit: Callable[..., Ran],
) -> None:
    without = not_applicable(audit(""))
    ran = audit(scope())
    assert not_applicable(ran) - without == {*PACS_ONLY, EVERYWHERE}
    assert without == {"scope_statements_in_force", "scope_statements_hold"}
    assert (ran.policies[EVERYWHERE]["not_applicable"], ran.policies[EVERYWHERE]["unknown"]) == (1, 4)
    passed = {name for name, one in ran.policies.items() if one["passed"]}
    assert passed == {"scope_statements_in_force"}
    assert ran.code == 3


def test_a_statement_counts_through_its_last_day_in_the_projects_zone(audit: Callable[..., Ran]) -> None:
    last = audit(scope(), MISSING, "2026-06-30T23:59:59+08:00")
    assert not_applicable(last) >= PACS_ONLY
    after = audit(scope(), MISSING, "2026-07-01T00:00:00+08:00")
    assert not_applicable(after) & {*PACS_ONLY, EVERYWHERE} == set()
    assert {after.policies[name]["verdict"] for name in PACS_ONLY} == {"unknown"}
    found = findings(after, "scope_statements_in_force")["PACS"]
    assert found["kind"] == "fail"
    place = found["locations"][0]["physicalLocation"]
    assert place["artifactLocation"]["uri"] == "hiscomply.yaml"
    assert place["region"]["startLine"] == 3


@pytest.mark.parametrize(
    ("change", "is_in_force"),
    [
        ({"signed_on": "2025-06-30", "until": "2026-06-30"}, True),
        ({"signed_on": "2025-06-29", "until": "2026-06-29"}, False),
        ({"signed_on": "2026-06-01", "until": "2027-06-01"}, True),
        ({"signed_on": "2026-06-01", "until": "2027-06-02"}, False),
        ({"signed_by": None}, False),
        ({"signed_on": None}, False),
        ({"signed_on": "2026-07-01", "until": "2026-12-31"}, False),
        ({"subject": "PASC"}, False),
    ],
    ids=["oldest", "too old", "longest", "too long", "unsigned", "no day", "signed tomorrow", "misspelt"],
)
def test_a_statement_that_is_not_in_order_is_a_finding_and_carries_nothing(
    audit: Callable[..., Ran], change: dict[str, str | None], is_in_force: bool
) -> None:
    ran = audit(scope(**change))
    assert (not_applicable(ran) >= PACS_ONLY) == is_in_force
    assert bool(findings(ran, "scope_statements_in_force")) == (not is_in_force)


def test_a_registered_system_contradicts_its_statement(
    project: SmallProject, audit: Callable[..., Ran]
) -> None:
    project.write("systems.csv", "id,category,stage\nP1,PACS,run\nH1,HIS,run\n")
    ran = audit(scope(), SYSTEMS)
    assert not_applicable(ran) & {*PACS_ONLY, EVERYWHERE} == set()
    assert ran.policies[EVERYWHERE]["passed"] == 2
    found = findings(ran, "scope_statements_hold")["PACS"]
    assert (found["kind"], "in the inventory: 1;" in found["message"]["text"]) == ("fail", True)
    assert found["locations"][0]["physicalLocation"]["region"]["startLine"] == 3


def test_a_retired_system_does_not(project: SmallProject, audit: Callable[..., Ran]) -> None:
    project.write("systems.csv", "id,category,stage\nP1,PACS,retire\nH1,HIS,run\n")
    assert not_applicable(audit(scope(), SYSTEMS)) >= {*PACS_ONLY, EVERYWHERE}


def test_a_configuration_file_contradicts_a_statement(
    project: SmallProject, audit: Callable[..., Ran]
) -> None:
    project.write("config/orthanc.json", '{"AuthenticationEnabled": false, "SslEnabled": true}\n')
    ran = audit(scope(), FILES)
    assert ran.policies["orthanc_authentication_enabled"]["verdict"] == "fail"
    assert findings(ran, "scope_statements_hold")["PACS"]["kind"] == "fail"


def test_every_report_says_which_statement_it_rests_on(audit: Callable[..., Ran]) -> None:
    ran = audit(scope())
    policies = len({*PACS_ONLY, EVERYWHERE})
    said = f"PACS: {policies} policies; signed by Dean Wang on 2026-06-01, valid until 2026-06-30"
    assert said in " ".join(ran.out.split())
    assert "hiscomply.yaml:3" in ran.out
    (stated,) = summary(ran)["scope_statements"]
    assert (stated["topic"], stated["origin"]) == ("PACS", "hiscomply.yaml:3")
    assert stated["policies"] == sorted({*PACS_ONLY, EVERYWHERE})
    (result,) = [one for one in ran.sarif_results("orthanc_tls_enabled") if one["kind"] == "notApplicable"]
    assert result["properties"]["statements"][0]["signed_by"] == "Dean Wang"
    page = (ran.folder / "report.html").read_text(encoding="utf-8")
    assert page.count("there is no") >= 3
    assert page.count("Dean Wang") >= 3


def test_asking_for_one_policy_gives_the_same(audit: Callable[..., Ran]) -> None:
    ran = audit(scope(), MISSING, AS_OF, "--policy", "orthanc_tls_enabled")
    assert ran.policies["orthanc_tls_enabled"]["verdict"] == "not_applicable"


def test_the_sealed_run_gives_the_same_again(project: SmallProject, audit: Callable[..., Ran]) -> None:
    ran = audit(scope())
    again = project.run("--lang", "en", "evaluate", str(ran.folder))
    assert (again.code, again.out) == (0, "same findings, byte for byte / 结果逐字节一致\n")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (scope(until="2026-02-30"), ["hiscomply.yaml:7", "2026-02-30"]),
        (scope(until=None), ["hiscomply.yaml:3", "until"]),
        (scope(until="soon"), ["hiscomply.yaml:7"]),
        (scope().replace("signed_by", "signed_bye"), ["hiscomply.yaml:5", "signed_by"]),
    ],
)
def test_a_malformed_statement_stops_the_audit_with_its_line(
    audit: Callable[..., Ran], text: str, told: list[str]
) -> None:
    ran = audit(text)
    assert ran.code == 2
    assert [one for one in told if one not in ran.err] == []
