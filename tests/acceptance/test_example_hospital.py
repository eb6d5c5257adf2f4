"""The example hospital: an audit finds what was planted, all of it, and nothing else."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import pytest

EXAMPLE = Path(__file__).parents[2] / "examples" / "hospital"
LISTS = {
    "kev_entry": "known_exploited_vulnerabilities.json",
    "ssvc_decision": "vulnrichment",
    "support_cycle": "endoflife",
}
"""Reference data by the file or folder that they are imported from."""
CHECKED_IN = ("hiscomply.yaml", "waivers.yaml", "config")
QUIET = set(
    """
awareness_training_yearly backup_success_rate_met changes_cause_few_incidents charter_covers_five_duties
config_file_readable critical_alerts_acknowledged discovered_assets_mapped emergency_change_share_limited
evaluation_scheme_approved fault_knowledge_linked feedback_given_in_time full_evaluation_yearly
incident_response_started_in_time incidents_mitigated_in_time incidents_recorded_promptly it_plan_reviewed
leading_group_met legal_register_complete nonconformities_corrected_on_time password_max_age_stated
problem_analysis_quarterly problems_analysed restore_sample_tested rules_document_valid rules_owned_by_it
rules_suitability_reviewed satisfaction_good security_procedure_links_the_loop sshd_effective_idle_session_ends
sshd_effective_max_auth_tries_limited sshd_effective_password_login_disabled sshd_effective_root_login_disabled
supervision_by_others_yearly supervision_planned supervisor_named training_plan_approved
vulnerabilities_fixed_by_deadline vulnerability_feeds_current
""".split()  # noqa: SIM905 - thirty-seven lines otherwise
)
"""Policies that the hospital satisfies, mostly duties of the whole institution, or that need a live host."""
SHOWN = 12
"""How many differences of one policy a failing test shows."""

Verdicts = dict[str, dict[str, str]]


@dataclass(frozen=True)
class Audited:
    """The example project after one audit."""

    folder: Path
    run: Path
    key: Mapping[str, Any]
    exit_code: int
    said: str

    def expected(self) -> Verdicts:
        found: Verdicts = defaultdict(dict)
        for one in self.key["planted"]:
            found[one["policy"]][one["subject"]] = one["expected"]
        return found

    def findings(self) -> Verdicts:
        found: Verdicts = defaultdict(dict)
        query = "SELECT policy_id, subject, verdict FROM read_parquet(?)"
        for policy, subject, verdict in duckdb.execute(
            query, [str(self.run / "findings.parquet")]
        ).fetchall():
            found[policy][subject] = verdict
        return found


@pytest.fixture(scope="session")
def hospital(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the project with freshly made exports."""
    folder = tmp_path_factory.mktemp("hospital")
    for name in CHECKED_IN:
        source = EXAMPLE / name
        copy = shutil.copytree if source.is_dir() else shutil.copy2
        copy(source, folder / name)
    generate(folder)
    lists = folder / "exports" / "参考数据"
    for dataset, name in LISTS.items():
        done = hiscomply("reference", "import", dataset, str(lists / name), "--project", str(folder))
        assert done.returncode == 0, done.stderr
    return folder


def hiscomply(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", "from hiscomply.cli.main import main; main()", *words],
        capture_output=True,
        encoding="utf-8",
        env=os.environ | {"PYTHONIOENCODING": "utf-8", "HISCOMPLY_LANG": "en"},
        check=False,
    )


@pytest.fixture(scope="session")
def audited(hospital: Path) -> Audited:
    key = json.loads((hospital / "answer-key.json").read_text(encoding="utf-8"))
    done = hiscomply("audit", str(hospital), "--as-of", key["as_of"], "--no-previous")
    runs = sorted((hospital / ".hiscomply" / "runs").glob("*/findings.parquet"))
    assert len(runs) == 1, done.stderr
    return Audited(hospital, runs[0].parent, key, done.returncode, done.stdout + done.stderr)


def generate(folder: Path, *words: str) -> None:
    subprocess.run(
        [sys.executable, str(EXAMPLE / "generate.py"), "--out", str(folder), *words],
        check=True,
        capture_output=True,
    )


def differences(expected: Mapping[str, str], found: Mapping[str, str]) -> list[str]:
    lines = [f"missed: {name} ({verdict})" for name, verdict in expected.items() if name not in found]
    lines += [f"not planted: {name} ({verdict})" for name, verdict in found.items() if name not in expected]
    lines += [
        f"{name}: expected {verdict}, found {found[name]}"
        for name, verdict in expected.items()
        if name in found and found[name] != verdict
    ]
    return lines


def test_every_planted_finding_is_made_and_no_other(audited: Audited) -> None:
    expected, found = audited.expected(), audited.findings()
    report = []
    for policy in sorted({*expected, *found}):
        lines = differences(expected.get(policy, {}), found.get(policy, {}))
        if lines:
            report.append(f"{policy}: {len(lines)} differences")
            report += [f"    {line}" for line in sorted(lines)[:SHOWN]]
    assert not report, "\n" + "\n".join(report)


def test_failures_make_the_audit_exit_with_1(audited: Audited) -> None:
    assert audited.exit_code == 1, audited.said


def test_valid_waivers_cover_their_findings_and_no_others(audited: Audited) -> None:
    query = "SELECT policy_id, subject, waiver FROM read_parquet(?) WHERE waiver IS NOT NULL"
    covered = set(duckdb.execute(query, [str(audited.run / "findings.parquet")]).fetchall())
    planned = {
        (one["policy"], one["subject"], one["waiver"]) for one in audited.key["planted"] if one["waiver"]
    }
    assert covered == planned


def test_patient_data_and_secrets_appear_nowhere_in_the_run(audited: Audited) -> None:
    canaries = audited.key["canaries"]
    assert len(canaries) == 4
    tickets = next((audited.folder / "exports").rglob("工单_*.csv")).read_text(encoding="utf-8-sig")
    compose = (audited.folder / "config/legacy/docker-compose.yml").read_text(encoding="utf-8")
    assert all(canary in tickets + compose for canary in canaries)
    leaks = [
        f"{file.name}: {canary}"
        for file in audited.run.rglob("*")
        if file.is_file()
        for canary in canaries
        if canary in readable(file)
    ]
    assert not leaks
    assert not [canary for canary in canaries if canary in audited.said]


def readable(file: Path) -> str:
    """The text of a file of the run, Parquet unpacked."""
    if file.suffix == ".parquet":
        return str(duckdb.execute("SELECT * FROM read_parquet(?)", [str(file)]).fetchall())
    return file.read_bytes().decode("utf-8", "replace")


def test_every_policy_has_something_planted_or_is_known_to_be_quiet(audited: Audited) -> None:
    policies = {path.parent.name for path in (EXAMPLE.parents[1] / "policies").rglob("policy.yaml")}
    assert policies - set(audited.expected()) - QUIET == set()


def test_equal_seeds_give_equal_files(hospital: Path, tmp_path: Path) -> None:
    generate(tmp_path)
    first = {path.relative_to(hospital): path.read_bytes() for path in (hospital / "exports").rglob("*.*")}
    again = {path.relative_to(tmp_path): path.read_bytes() for path in (tmp_path / "exports").rglob("*.*")}
    assert first.keys() == again.keys()
    assert [str(name) for name in first if first[name] != again[name]] == []


def test_the_generator_does_not_know_the_product() -> None:
    sources = [EXAMPLE / "generate.py", *(EXAMPLE / "generator").rglob("*.py")]
    assert [path.name for path in sources if "import hiscomply" in path.read_text(encoding="utf-8")] == []
    assert [path.name for path in sources if "from hiscomply" in path.read_text(encoding="utf-8")] == []
