"""The kinds of evidence hold at least what the catalogue of checks asks for, no staler and no less private."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from functools import cache

import pytest

from hiscomply.kinds import Kind, load_kinds
from hiscomply.paths import schemas_dir

ASKED = {
    "system": (
        "30 days", "id",
        "name category tier mlps filing_no filed_at persons_affected biz_owner it_owner sec_owner "
        "vendor stage rto_min rpo_min",
    ),
    "asset": (
        "7 days", "id",
        "system_id class host os ip_zone internet_exposed site owner support_end discovered_at "
        "last_seen",
    ),
    "package": ("7 days", "asset_id name", "version eol_date"),
    "patch": ("7 days", "asset_id advisory", "severity released_at installed_at"),
    "patch_state": ("7 days", "asset_id", "reboot_required"),
    "vuln": (
        "7 days", "asset_id cve",
        "first_seen last_seen cvss kev_added automatable tech_impact fixed_at exception_id",
    ),
    "config_result": ("31 days", "asset_id rule_id", "baseline expected actual pass checked_at drift_since"),
    "account": (
        "7 days", "system_id login",
        "person_id kind privileged enabled created_at last_login pwd_changed_at mfa expires_at",
    ),
    "entitlement": ("7 days", "system_id login role", "granted_at approved_by"),
    "person": ("7 days", "id", "dept post kind hired_at left_at post_changed_at"),
    "access_review": ("92 days", "system_id period login", "decision reviewer decided_at executed_at"),
    "training": ("31 days", "person_id course", "type done_at score hours"),
    "backup_job": (
        "1 day", "system_id job started",
        "type ended status size_bytes location encrypted checksum_ok",
    ),
    "restore_test": ("31 days", "id", "system_id backup_id started ended rto_min rpo_min data_ok signer"),
    "monitor_target": ("15 minutes", "asset_id metric_set", "last_sample"),
    "alert": ("1 day", "id", "target severity raised_at acked_at closed_at ticket_id"),
    "ticket": (
        "1 day", "id",
        "source kind system_id level nat_level ic_category occurred detected recorded classified "
        "acked escalated mitigated resolved closed reopened cause actions resolver verifier "
        "feedback_at score",
    ),
    "change": (
        "1 day", "id",
        "system_id type need risk steps rollback backup_id test_id requested approved approver "
        "window_from window_to started ended implementer result downtime_min verified_at cmdb_at",
    ),
    "test_run": (
        "365 days", "id",
        "change_id env env_hosts version result crit_defects finished_at sec_report "
        "data_deidentified",
    ),
    "inspection": ("1 day", "system_id date items", "abnormal ticket_id signer"),
    "maintenance": ("31 days", "asset_id kind done_at", "next_due report"),
    "assessment": ("31 days", "id", "type system_id done_at assessor independent report_hash"),
    "risk": ("31 days", "id", "treatment owner due accepted_by accept_until closed_at retest_id"),
    "audit": ("31 days", "id", "type system_id done_at auditor independent"),
    "audit_finding": ("31 days", "id", "audit_id owner due closed_at"),
    "document": (
        "31 days", "id",
        "type version approved_by approved_at effective_at reviewed_at supersedes hash covers",
    ),
    "org_role": ("31 days", "role person", "deputy concurrent"),
    "meeting": ("31 days", "id", "date chair has_minutes"),
    "drill": ("31 days", "id", "scenario date people result"),
    "vendor": ("31 days", "id", "contract nda ends_at sla_remote_min sla_onsite_min"),
    "kpi": ("92 days", "metric period", "value target method"),
    "eval": ("92 days", "id", "period signed_by"),
    "perf_score": ("92 days", "person_id period", "eval_id weight"),
}  # fmt: skip
"""By kind: how old it may be at most, its natural key, its other fields (names are ours where the catalogue abbreviates)."""

PERSONAL = {
    "account": "login person_id owner",
    "entitlement": "login",
    "person": "id",
    "access_review": "login reviewer",
    "training": "person_id",
    "perf_score": "person_id",
    "org_role": "person deputy",
    "system": "biz_owner it_owner sec_owner",
    "ticket": "resolver verifier",
    "change": "approver implementer",
}
"""Fields that name a person."""

NEVER = {"id_number", "identity_card", "phone", "mobile", "salary", "pay", "patient_id", "mrn", "password"}


@cache
def kinds() -> Mapping[str, Kind]:
    return load_kinds([schemas_dir() / "evidence"])


@pytest.mark.parametrize("name", ASKED)
def test_a_kind_has_the_fields_that_the_checks_need(name: str) -> None:
    _, key, others = ASKED[name]
    assert {*key.split(), *others.split()} - set(kinds()[name].fields) == set()


@pytest.mark.parametrize("name", ASKED)
def test_a_kind_has_its_natural_key_or_a_finer_one(name: str) -> None:
    assert set(ASKED[name][1].split()) - set(kinds()[name].key) == set()


@pytest.mark.parametrize("name", ASKED)
def test_a_kind_goes_stale_no_later_than_the_catalogue_says(name: str) -> None:
    number, unit = ASKED[name][0].split()
    limit = timedelta(**{unit.removesuffix("s") + "s": int(number)})
    assert kinds()[name].fresh <= limit


@pytest.mark.parametrize("name", PERSONAL)
def test_fields_that_name_a_person_are_marked(name: str) -> None:
    fields = kinds()[name].fields
    assert [field for field in PERSONAL[name].split() if not fields[field].is_personal] == []


def test_no_kind_has_a_place_for_identity_numbers_pay_or_patients() -> None:
    held = {f"{kind.name}.{field}" for kind in kinds().values() for field in kind.fields if field in NEVER}
    assert held == set()


def test_every_kind_and_field_is_titled_in_both_languages() -> None:
    texts = [
        text
        for kind in kinds().values()
        for text in (kind.title, kind.description, *(field.title for field in kind.fields.values()))
    ]
    assert [text for text in texts if not (text.zh.strip() and text.en.strip())] == []
