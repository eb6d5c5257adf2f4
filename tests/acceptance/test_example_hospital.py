"""The example hospital: an audit of each of its situations finds what was planted, all of it, and nothing else."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from pathlib import Path

import duckdb
import pytest
from tests.acceptance.example import EXAMPLE, Hospital, generate

SITUATIONS = {"hospital": 1, "neglected": 1, "silent": 3, "orderly": 0}
"""The situations of ``generate.py``, and the exit code of their audits."""
ASKED_OVER_THE_NETWORK = (
    "dicom_callers_checked",
    "dicom_certificate_lasts",
    "dicom_cleartext_refused",
    "dicom_current_tls_only",
    "directory_accounts_locked_after_failures",
    "directory_lock_lasts",
    "directory_password_complexity_set",
    "directory_password_history_kept",
    "directory_password_min_length_set",
    "directory_passwords_expire",
    "directory_passwords_irreversible",
    "mysql_binary_log_on",
    "mysql_client_files_refused",
    "mysql_current_tls_only",
    "mysql_file_access_confined",
    "mysql_password_guessing_slowed",
    "mysql_password_min_length_set",
    "mysql_passwords_expire",
    "mysql_rights_checked",
    "mysql_tls_required",
    "mysql_writes_survive_power_loss",
    "orthanc_effective_authentication_enabled",
    "orthanc_partners_use_tls",
    "postgresql_archives_its_log",
    "postgresql_detects_damaged_pages",
    "postgresql_local_rules_ask_who_connects",
    "postgresql_log_files_private",
    "postgresql_network_rules_ask_for_tls",
    "postgresql_network_rules_ask_who_connects",
    "postgresql_network_rules_name_their_networks",
    "postgresql_network_rules_use_current_methods",
    "postgresql_schema_changes_logged",
    "postgresql_writes_survive_power_loss",
    "server_accounts_locked_after_failures",
    "server_kernel_network_hardened",
    "server_password_complexity_set",
    "server_password_max_age_limited",
    "server_password_min_length_set",
    "windows_accounts_locked_after_failures",
    "windows_firewall_on",
    "windows_logons_audited",
    "windows_password_min_length_set",
    "windows_passwords_expire",
    "windows_rdp_asks_before_session",
    "windows_smb1_off",
)
LACKING = {
    ("config_file_readable", "fail"): "what a file that cannot be read holds is never known to be wrong",
    **{
        (
            policy,
            verdict,
        ): "the example asks no server; the tests of the collectors and the policies' cases plant it"
        for policy in ASKED_OVER_THE_NETWORK
        for verdict in ("fail", "pass")
    },
}
"""What a policy cannot have in any situation (``fail``, ``unknown`` or ``pass``), and why not."""
CORPUS = Path(__file__).parents[1] / "corpus"
"""Configuration files that plant what the example has none of, run by ``tests/corpus/test_corpus.py``."""
SHOWN = 12
"""How many differences of one policy a failing test shows."""


def differences(expected: Mapping[str, str], found: Mapping[str, str]) -> list[str]:
    lines = [f"missed: {name} ({verdict})" for name, verdict in expected.items() if name not in found]
    lines += [f"not planted: {name} ({verdict})" for name, verdict in found.items() if name not in expected]
    lines += [
        f"{name}: expected {verdict}, found {found[name]}"
        for name, verdict in expected.items()
        if name in found and found[name] != verdict
    ]
    return lines


@pytest.mark.parametrize("situation", SITUATIONS)
def test_every_planted_finding_is_made_and_no_other(hospital: Hospital, situation: str) -> None:
    audited = hospital.audited(situation)
    expected, found = audited.expected(), audited.findings()
    report = []
    for policy in sorted({*expected, *found}):
        lines = differences(expected.get(policy, {}), found.get(policy, {}))
        if lines:
            report.append(f"{policy}: {len(lines)} differences")
            report += [f"    {line}" for line in sorted(lines)[:SHOWN]]
    assert not report, "\n" + "\n".join(report)


@pytest.mark.parametrize("situation", SITUATIONS)
def test_the_exit_code_says_how_the_situation_stands(hospital: Hospital, situation: str) -> None:
    audited = hospital.audited(situation)
    assert audited.exit_code == SITUATIONS[situation], audited.said


def test_every_policy_has_a_planted_fail_a_planted_unknown_and_a_clean_subject(hospital: Hospital) -> None:
    seen: Counter[tuple[str, str]] = Counter()
    for situation in SITUATIONS:
        audited = hospital.audited(situation)
        for one in audited.key["planted"]:
            seen[one["policy"], one["expected"]] += 1
        for policy, count in audited.passed.items():
            seen[policy, "pass"] += count
    for file in CORPUS.glob("*/*"):
        seen[file.parent.name, file.suffix[1:]] += 1
    policies = sorted(path.parent.name for path in (EXAMPLE.parents[1] / "policies").rglob("policy.yaml"))
    wanted = {(policy, verdict) for policy in policies for verdict in ("fail", "unknown", "pass")}
    lacking = {pair for pair in wanted if not seen[pair]}
    assert sorted(lacking - LACKING.keys()) == [], "plant it: see examples/hospital/README.md"
    assert sorted(LACKING.keys() - lacking) == [], "no longer lacking: take it out of LACKING"


def test_valid_waivers_cover_their_findings_and_no_others(hospital: Hospital) -> None:
    audited = hospital.audited("hospital")
    query = "SELECT policy_id, subject, waiver FROM read_parquet(?) WHERE waiver IS NOT NULL"
    covered = set(duckdb.execute(query, [str(audited.run / "findings.parquet")]).fetchall())
    planned = {
        (one["policy"], one["subject"], one["waiver"]) for one in audited.key["planted"] if one["waiver"]
    }
    assert covered == planned


def test_patient_data_and_secrets_appear_nowhere_in_the_run(hospital: Hospital) -> None:
    audited = hospital.audited("hospital")
    canaries = audited.key["canaries"]
    assert len(canaries) == 4
    tickets = next((audited.folder / "exports").rglob("工单_*.csv")).read_text(encoding="utf-8-sig")
    compose = (audited.folder / "config/legacy/docker-compose.yml").read_text(encoding="utf-8")
    assert all(canary in tickets + compose for canary in canaries)
    files = [file for file in audited.run.rglob("*") if file.is_file()]
    assert len(files) > 20
    for file in files:
        text = readable(file)
        assert [canary for canary in canaries if canary in text] == [], file
    assert not [canary for canary in canaries if canary in audited.said]


def readable(file: Path) -> str:
    """The text of a file of the run, Parquet unpacked."""
    if file.suffix == ".parquet":
        return str(duckdb.execute("SELECT * FROM read_parquet(?)", [str(file)]).fetchall())
    return file.read_bytes().decode("utf-8", "replace")


@pytest.fixture(scope="session")
def doubled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The main hospital made again from the same seed, with a second campus."""
    folder = tmp_path_factory.mktemp("doubled")
    generate(folder, "--scale", "2")
    return folder


def test_equal_seeds_give_equal_files(hospital: Hospital, doubled: Path) -> None:
    made = hospital.folder("hospital")
    first = {path.relative_to(made): path.read_bytes() for path in (made / "exports").rglob("*.*")}
    assert len(first) > 30
    assert [str(name) for name in first if first[name] != (doubled / name).read_bytes()] == []


def test_a_second_campus_doubles_the_rows_and_leaves_the_answer_key_alone(
    hospital: Hospital, doubled: Path
) -> None:
    made = hospital.folder("hospital")
    assert (doubled / "answer-key.json").read_bytes() == (made / "answer-key.json").read_bytes()
    added = {path.name: path for path in (doubled / "exports").rglob("*_20260630_02.csv")}
    for name, path in added.items():
        first = path.with_name(name.replace("_02.csv", ".csv"))
        encoding = "gb18030" if name.startswith("AD") else "utf-8-sig"
        lines, more = (one.read_text(encoding=encoding).splitlines() for one in (first, path))
        assert lines[0] == more[0]
        assert set(lines[1:]).isdisjoint(more[1:]), name
    tickets = added["工单_20260630_02.csv"]
    first = tickets.with_name("工单_20260630.csv")
    rows = [path.read_text(encoding="utf-8-sig").count("\n") for path in (first, tickets)]
    assert rows[1] == pytest.approx(rows[0], rel=0.02)


def test_the_generator_does_not_know_the_product() -> None:
    sources = [EXAMPLE / "generate.py", *(EXAMPLE / "generator").rglob("*.py")]
    assert [path.name for path in sources if "import hiscomply" in path.read_text(encoding="utf-8")] == []
    assert [path.name for path in sources if "from hiscomply" in path.read_text(encoding="utf-8")] == []
