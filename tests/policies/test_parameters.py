"""The pack's thresholds are the catalogue's, with its sources and strengths, and the law's cannot be loosened."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from fnmatch import fnmatch
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from hiscomply.compiled import CompiledPolicy
from hiscomply.errors import HiscomplyError
from hiscomply.kinds import load_kinds
from hiscomply.parameters import BINDING_STRENGTHS, PROFILES, ParameterSpec, key_text, keyed_rows
from hiscomply.paths import policies_dir, schemas_dir
from hiscomply.policy.pack import load_pack
from hiscomply.policy.register import Register, load_register
from hiscomply.policy.tuning import tune
from hiscomply.policy_lint import NUMBERS, _look_at_parameters

CATALOGUE = """
4.2.3-c2  directory_password_min_length_set.min_length  14       CIS     intl
4.2.3-c2  mysql_password_min_length_set.min_length  14           CIS     intl
4.2.3-c2  windows_password_min_length_set.min_length  14         CIS     intl
2-c2    unmapped_assets_resolved.max_age              7 days      CIS     intl
2-c3    inventory_reviewed.period                     182 days    CIS     intl
2-c4    core_systems_graded_high_enough.least_level   3           HC85    rule
2-c4    systems_filed_in_time.filing_level            2           HC29    unverified
2-c4    systems_filed_in_time.filing_days             10          HC29    unverified
2-c4    systems_graded_and_filed.filing_level         2           HC29    unverified
2-c4    systems_graded_and_filed.filing_days          10          HC29    unverified
3.1-c4  urgent_vulnerabilities_fixed_at_once.max_age  3 days      BOD     intl
3.3-c3  leading_group_met.period                      365 days    HC29    unverified
3.5-c2  security_budget_share_met.share               5 %         HC29    rule
4.1.4-c2 authenticated_scan_done.period[2]            92 days     CIS     intl
4.1.4-c2 authenticated_scan_done.period[3]            92 days     CIS     intl
4.1.4-c2 exposed_assets_scanned.period                31 days     CIS     intl
4.1.5-c1 backup_policy_documented.max_age             365 days    CIS     intl
4.2.2-c1 patch_cycle_monthly.period                   31 days     CIS     intl
4.2.2-c2 security_patches_not_overdue.deadline[critical] 15 days  NPRM    proposed
4.2.2-c2 security_patches_not_overdue.deadline[high]  30 days     NPRM    proposed
4.2.3-c2 password_min_length_set.min_length           14          CIS     intl
4.2.3-c2 server_password_min_length_set.min_length    14          CIS     intl
4.2.3-c2 login_defs_min_length_sufficient.min_length  14          CIS     intl
4.2.3-c2 sshd_idle_session_ends.max_idle              15 minutes  CIS     intl
4.2.3-c2 sshd_effective_idle_session_ends.max_idle    15 minutes  CIS     intl
4.3.2-c1 accounts_reviewed_quarterly.review_every     92 days     CIS     intl
4.3.2-c5 dormant_accounts_disabled.max_idle           45 days     CIS     intl
4.3.3-c1 awareness_training_yearly.every              365 days    CIS     intl
4.4-c1  incident_procedure_complete.reviewed_within   365 days    CIS     intl
4.4-c2  incident_exercise_held.every                  365 days    CIS     intl
4.4-c3  emergency_contacts_verified.every             365 days    CIS     intl
4.4.2-c5 serious_incidents_reported_in_time.report_within[cii] 1 hour IRM rule
4.4.2-c5 serious_incidents_reported_in_time.report_within[central_organ] 2 hours IRM rule
4.4.2-c5 serious_incidents_reported_in_time.report_within[other] 4 hours IRM rule
4.4.2-c6 us_breach_notice_sent_in_time.within         60 days     HIPAA   intl
4.4.3-c5 serious_incidents_summarised.within          30 days     IRM     rule
5.1.1-c5 logs_kept_long_enough.min_days               180         CSL     law
5.3.3-c3 security_logs_rotated_late_enough.min_days   180         CSL     law
5.1.1-c6 logs_reviewed_weekly.max_age                 7 days      CIS     intl
5.1.2-c1 recent_backup_exists.max_age[3]              7 days      CIS     intl
5.1.2-c5 restore_sample_tested.period                 92 days     CIS     intl
5.3.1-c2 graded_test_done.period[3]                   365 days    HC29    unverified
5.3.1-c2 graded_test_done.period[4]                   365 days    HC29    unverified
5.3.1-c2 graded_test_done_level_2.many_persons        100000      HC29    unverified
5.3.1-c2 graded_test_done_level_2.period[true]        1095 days   HC29    unverified
5.3.1-c2 graded_test_done_level_2.period[false]       1825 days   HC29    unverified
5.3.1-c3 penetration_test_yearly.period               365 days    CIS     intl
5.3.1-c4 cryptography_assessment_done.period          365 days    CRYPTO3 unverified
5.3.1-c5 important_data_assessed_yearly.period        365 days    NDSR    unverified
5.3.1-c5 personal_information_audited.many_persons    10000000    PIAUD   rule
5.3.1-c5 personal_information_audited.period          730 days    PIAUD   rule
3.3-c2  security_administrator_full_time.from_level  3 MLPS cn-std
4.1.4-c1 full_security_check_yearly.period            365 days    HC29    unverified
4.1.4-c3 core_vulnerabilities_fixed_by_deadline.fallback[critical] 15 days NPRM proposed
4.1.4-c3 core_vulnerabilities_fixed_by_deadline.fallback[high] 30 days NPRM proposed
4.1.4-c4 overdue_vulnerabilities_have_exception.fallback[critical] 15 days NPRM proposed
4.1.4-c4 overdue_vulnerabilities_have_exception.fallback[high] 30 days NPRM proposed
4.1.4-c3 vulnerabilities_fixed_by_deadline.fallback[critical] 15 days NPRM proposed
4.1.4-c3 vulnerabilities_fixed_by_deadline.fallback[high] 30 days NPRM proposed
4.1.4-c5 forensic_triage_done.max_delay               72 hours    BOD     unverified
4.1.5-c3 medical_records_kept_long_enough.least_years[outpatient] 15 RECORDS31 rule
4.1.5-c3 medical_records_kept_long_enough.least_years[inpatient] 30 RECORDS31 rule
4.2.2-c1 applications_patched_monthly.period          31 days     CIS     intl
4.2.2-c3 lifecycle_list_checked_monthly.max_age       31 days     CIS     intl
4.2.2-c3 software_support_checked_monthly.period      31 days     CIS     intl
4.2.2-c6 network_firmware_supported.notice            0 days      CIS     intl
4.2.2-c6 network_firmware_verified_monthly.period     31 days     CIS     intl
4.2.3-c2 servers_use_two_time_sources.min_sources     2           CIS     intl
4.2.3-c2 keycloak_password_min_length_set.min_length  14          CIS     intl
4.2.3-c2 mirth_password_min_length_set.min_length     14          CIS     intl
4.2.3-c2 keycloak_sessions_end_when_idle.max_seconds  900         CIS     intl
4.2.3-c2 spring_sessions_end_when_idle.max_seconds    900         CIS     intl
4.2.3-c2 time_sources_configured.min_sources          2           CIS     intl
4.2.3-c5 configuration_baselines_reviewed.period      365 days    CIS     intl
5.3.1-c4 cryptography_results_filed.max_delay         30 days     CRYPTO3 unverified
"""
"""Check, parameter, tertiary value, source, strength: the catalogue's numbers that a source gives."""

MATRIX = {
    "true/true/true/total": 3, "true/true/true/partial": 3, "true/true/false/total": 3,
    "true/true/false/partial": 14, "true/false/true/total": 3, "true/false/true/partial": 14,
    "true/false/false/total": 14, "true/false/false/partial": 60, "false/true/true/total": 3,
    "false/true/true/partial": 14, "false/true/false/total": 14, "false/true/false/partial": 14,
    "false/false/true/total": 60, "false/false/true/partial": 60,
}  # fmt: skip
"""Days by exposed/exploited/automatable/impact of BOD 26-04; the two other cells say: with the next upgrade."""
MATRIX_POLICIES = {
    "core_vulnerabilities_fixed_by_deadline": "4.1.4-c3",
    "vulnerabilities_fixed_by_deadline": "4.1.4-c3",
    "overdue_vulnerabilities_have_exception": "4.1.4-c4",
}

OURS = """
1-c3 retired_systems_accounts_disabled.max_delay 30 days; 2-c2 discovered_assets_mapped.share 98 %
3.1-c1 recovery_targets_set.greatest_rto[1] 4 hours; 3.1-c1 recovery_targets_set.greatest_rpo[1] 15 minutes
3.1-c1 recovery_targets_set.greatest_rto[2] 24 hours; 3.1-c1 recovery_targets_set.greatest_rpo[2] 24 hours
3.1-c2 availability_targets_met.least_availability[1] 99.9
3.1-c2 availability_targets_met.least_availability[2] 99.5
3.4-c1 supporting_assets_monitored.share 95 %; 4.1.1-c1 daily_inspection_recorded.share 98 %
4.1.4-c2 authenticated_scan_done.period[1] 31 days; 4.1.4-c2 authenticated_scan_done.coverage 95 %
4.1.4-c3 vulnerabilities_fixed_by_deadline.share 98 %; 4.1.4-c4 vulnerability_exceptions_sound.longest 90 days
4.2.1-c1 hardware_maintenance_on_time.period[1] 92 days; 4.2.1-c1 hardware_maintenance_on_time.period[2] 182 days
4.2.2-c2 security_patches_not_overdue.deadline[medium] 90 days
4.2.2-c2 security_patches_not_overdue.deadline[low] 180 days; 4.2.2-c5 reboot_not_pending_long.max_wait 14 days
4.2.3-c1 configuration_baseline_score_met.share 90 %; 4.2.3-c2 password_max_age_limited.max_days 90
4.2.3-c2 server_password_max_age_limited.max_days 90
4.2.3-c2 server_accounts_locked_after_failures.max_failures 5
4.2.3-c2 account_locked_after_failures.max_failures 5; 4.2.3-c4 unapproved_drift_resolved.max_age 7 days
4.3.1-c5 privileged_share_limited.share 3 %; 4.3.1-c6 external_accounts_expire.longest_term 180 days
4.3.2-c3 review_removals_executed.within_days 5; 4.3.2-c4 leavers_disabled.within 24 hours
4.3.2-c6 movers_adjusted.within_days 3; 4.3.3-c1 awareness_training_yearly.after_hiring 30 days
4.4.2-c4 urgent_incidents_escalated.duty_leader_within 30 minutes; 4.4.2-c6 breach_notice_decided.within 24 hours
4.4.3-c4 urgent_incidents_reviewed.within_days 5; 5.1.1-c2 monitoring_samples_fresh.max_age[1] 5 minutes
5.1.2-c1 recent_backup_exists.max_age[1] 24 hours; 5.1.2-c1 recent_backup_exists.max_age[2] 24 hours
5.1.2-c2 backup_success_rate_met.share 98 %; 5.1.2-c3 offsite_copy_recent.max_lag[3] 15 minutes
5.1.2-c3 offsite_copy_recent.max_lag[2] 24 hours; 5.1.2-c4 isolated_copy_exists.max_age 7 days
5.1.2-c5 restore_test_done.period 365 days; 5.2.1-c3 emergency_changes_approved_afterwards.max_delay 24 hours
5.2.3-c1 changes_inside_window.tolerance 15 minutes; 5.3.1-c1 risk_assessment_yearly.period 365 days
5.3.2-c1 high_risks_treated.max_delay 15 days; 5.3.2-c2 risks_fixed_on_time.deadline[high] 30 days
6.1.1-c2 supervision_reports_circulated.max_working_days 10; 6.2.1-c3 kpi_values_reproducible.tolerance 2 %
6.2.3-c1 appraisal_weight_sufficient.min_weight 5; 7-c3 rules_suitability_reviewed.period 365 days
"""
"""Check, parameter and tertiary value of numbers that are the product's own."""

Value = tuple[str, str, str]


@cache
def pack() -> dict[str, CompiledPolicy]:
    kinds = load_kinds([schemas_dir() / "evidence"])
    return {policy.id: policy for policy in load_pack([policies_dir()], kinds, use_cache=False).policies}


@cache
def register() -> Register:
    return load_register(policies_dir())


def specs() -> Iterator[tuple[CompiledPolicy, ParameterSpec]]:
    for policy in pack().values():
        for spec in policy.parameters:
            yield policy, spec


def value_of(name: str) -> tuple[str, str, str, str]:
    """Checks, value, source id and strength of ``policy.parameter[key]``."""
    match = re.fullmatch(r"(\w+)\.(\w+)(?:\[(.+)\])?", name)
    assert match, name
    policy = pack()[match[1]]
    spec = next(one for one in policy.parameters if one.name == match[2])
    written, source = spec.default("tertiary"), spec.source
    if match[3]:
        key, written = next(
            (key, value) for key, value in keyed_rows(written).items() if key_text(key) == match[3]
        )
        source = spec.source_of(key)
    return ",".join(policy.checks), str(written), source.id, source.strength


def catalogue() -> list[tuple[str, str, Value]]:
    rows = []
    for line in CATALOGUE.strip().splitlines():
        check, name, *value, source, strength = line.split()
        rows.append((check, name, (" ".join(value), source, strength)))
    return rows


def ours() -> list[tuple[str, str, Value]]:
    entries = [entry.split() for line in OURS.strip().splitlines() for entry in line.split(";")]
    return [(check, name, (" ".join(value), "HISCOMPLY", "default")) for check, name, *value in entries]


def matrix() -> list[tuple[str, str, Value]]:
    return [
        (check, f"{policy}.deadline[{key}]", (f"{days} days", "BOD", "intl"))
        for policy, check in MATRIX_POLICIES.items()
        for key, days in MATRIX.items()
    ]


@pytest.mark.parametrize(("check", "name", "expected"), [*catalogue(), *ours(), *matrix()])
def test_a_number_is_the_catalogues_with_its_source_and_strength(
    check: str, name: str, expected: Value
) -> None:
    checks, *found = value_of(name)
    assert (tuple(found), check in checks.split(",")) == (expected, True)


def test_every_number_that_a_source_gives_is_in_the_table() -> None:
    listed = {name for _, name, _ in [*catalogue(), *matrix()]}
    given = {
        f"{policy.id}.{spec.name}" + (f"[{key_text(key)}]" if key else "")
        for policy, spec in specs()
        for key in (spec.all_keys() if spec.keys else [()])
        if spec.source_of(key).id != "HISCOMPLY" and spec.type in NUMBERS
    }
    assert sorted(given ^ listed) == []


def test_every_number_has_bounds_a_unit_a_direction_and_a_registered_source() -> None:
    problems = [str(one) for policy in pack().values() for one in _look_at_parameters(policy, register())]
    assert problems == []
    assert [spec.name for _, spec in specs() if spec.type in NUMBERS and spec.tighter is None] == []


def test_every_source_is_in_the_register() -> None:
    used = {source.id for _, spec in specs() for source in (spec.source, *spec.key_sources.values())}
    assert sorted(used - set(register().sources)) == []


@pytest.mark.parametrize("source", sorted(register().sources))
def test_a_source_says_what_it_is_in_both_languages(source: str) -> None:
    entry = register().sources[source]
    chinese = re.compile("[\u4e00-\u9fff]")
    texts = [entry.title, entry.status, *([entry.note] if entry.note else [])]
    assert [text for text in texts if chinese.search(text.en) or not (text.zh and text.en)] == []
    assert re.fullmatch(r"(\d{4}-\d{2}-\d{2})?", entry.since)


def test_every_conflict_is_shown_at_some_policy() -> None:
    shown = {
        one.id: [name for name in pack() if any(fnmatch(name, pattern) for pattern in one.policies)]
        for one in register().conflicts
    }
    assert [name for name, policies in shown.items() if not policies] == []
    assert len(shown) == 9


def looser(spec: ParameterSpec) -> list[Any]:
    """Overrides that ask a little less than ``tertiary``, one for each value that a law or rule gives."""
    written = spec.default("tertiary")
    if not spec.keys:
        return [_looser_value(spec, written)] if spec.source.strength in BINDING_STRENGTHS else []
    rows = keyed_rows(written)
    return [
        [[*other, _looser_value(spec, value) if other == key else value] for other, value in rows.items()]
        for key in rows
        if spec.source_of(key).strength in BINDING_STRENGTHS
    ]


def _looser_value(spec: ParameterSpec, written: Any) -> Any:
    step = 1 if spec.tighter == "lower" else -1
    match spec.type:
        case "duration":
            from hiscomply.kinds import parse_duration

            age = parse_duration(written)
            assert age is not None
            return f"{int(age.total_seconds()) + step} seconds"
        case "percent":
            return f"{float(written.removesuffix('%')) + step} %"
        case "list":
            return written[:-1]
    return written + step


BOUND = [(policy, spec, value) for policy, spec in specs() for value in looser(spec)]


@pytest.mark.parametrize(("policy", "spec", "value"), BOUND, ids=lambda one: getattr(one, "id", ""))
def test_no_project_asks_less_than_a_law_or_rule_unless_waived(
    policy: CompiledPolicy, spec: ParameterSpec, value: Any
) -> None:
    overrides = {policy.id: {spec.name: (value, "hiscomply.yaml:1:1")}}
    for profile in PROFILES:
        with pytest.raises(HiscomplyError, match=r"hiscomply\.yaml:1:1"):
            tune([policy], overrides, profile)
    try:
        _, shown = tune([policy], overrides, "tertiary", frozenset({(policy.id, spec.name)}))
    except HiscomplyError as error:
        assert "outside" in error.what  # a waiver loosens within the bounds only
    else:
        assert [one.is_looser for one in shown[policy.id] if one.is_overridden] != [False]


def test_there_are_numbers_of_laws_and_rules_to_hold() -> None:
    assert len(BOUND) >= 12


def test_a_key_of_a_rule_cannot_be_left_out() -> None:
    policy = pack()["serious_incidents_reported_in_time"]
    overrides = {policy.id: {"report_within": ({"cii": "1 hour"}, "hiscomply.yaml:1:1")}}
    with pytest.raises(HiscomplyError, match="IRM"):
        tune([policy], overrides, "tertiary")


def test_every_topic_that_a_policy_names_can_be_stated() -> None:
    rule = pack()["scope_statements_in_force"]
    known = set(next(spec for spec in rule.parameters if spec.name == "topics").default("tertiary"))
    named = {topic for policy in pack().values() for topic in policy.applies_to} - {"each"}
    file = Path(schemas_dir()) / "evidence" / "system.schema.json"
    categories = set(json.loads(file.read_text(encoding="utf-8"))["properties"]["category"]["enum"])
    assert sorted((named | categories) - known) == ["INFRA", "OTHER"]
