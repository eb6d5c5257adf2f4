"""Departures in the inventory of systems."""

from __future__ import annotations

from generator.clock import Clock
from generator.plan import Plan, listed

EVERY_SYSTEM_POLICY = listed("""
availability_targets_met backup_policy_documented configuration_audit_quarterly
core_systems_graded_high_enough cryptography_assessment_done daily_inspection_recorded
entitlements_within_role_matrix graded_test_done graded_test_done_level_2 inventory_entries_complete
inventory_reviewed isolated_copy_exists offsite_copy_recent penetration_test_yearly
performance_report_quarterly privileged_share_limited recent_backup_exists recovery_targets_set
restore_test_done restore_test_meets_targets retired_systems_accounts_disabled retired_systems_data_disposed
risk_assessment_yearly security_audit_independent important_data_assessed_yearly
system_owners_named_and_present systems_filed_in_time systems_graded_and_filed systems_have_lifecycle_stage
systems_in_backup_plan vendor_sla_valid
backup_plan_states_recovery_targets core_applications_audit_every_layer core_components_registered
core_databases_audited core_log_backups_within_rpo core_redundancy_registered core_systems_have_duty_roster
core_systems_have_operating_procedure core_transactions_measured internet_apps_behind_waf
regraded_systems_reassessed routine_security_check_monthly full_security_check_yearly vendors_under_nda
""")
"""Policies whose subject is a system: a row that is out of date makes all of them unknown."""

ASKED_OF_CORE = listed("""
availability_targets_met backup_policy_documented configuration_audit_quarterly
daily_inspection_recorded entitlements_within_role_matrix inventory_entries_complete
penetration_test_yearly performance_report_quarterly recent_backup_exists
recovery_targets_set restore_test_done restore_test_meets_targets risk_assessment_yearly
security_audit_independent system_owners_named_and_present systems_in_backup_plan vendor_sla_valid
backup_plan_states_recovery_targets core_applications_audit_every_layer core_components_registered
core_systems_have_duty_roster core_systems_have_operating_procedure
""")
"""Policies that ask for the tier of a system in use."""


def plant(plan: Plan, clock: Clock) -> None:
    """Inventory, grading, owners, recovery targets, vendors."""
    _grading(plan, clock)
    stale = "台账数据来自 45 天前,早于 30 天的时效"
    plan.alter("system", ["DONGYUAN"], {"_as_known_on": clock.ago(45)}, stale, unknown=EVERY_SYSTEM_POLICY)
    plan.alter("system", ["ENERGY"], {"tier": None}, "重要性层级为空", unknown=ASKED_OF_CORE)
    # else its faults, core or not, would leave the share of all core faults open
    plan.drop("ticket", system_id="ENERGY", source="monitor")
    plan.alter(
        "system", ["LIBRARY"], {"it_owner": None}, "没有信息技术负责人", fail=["systems_have_lifecycle_stage"]
    )
    plan.alter("system", ["CANTEEN"], {"location": None}, "没有位置", fail=["inventory_entries_complete"])
    old = {"inventory_reviewed_at": clock.ago(300)}
    plan.alter("system", ["PARKING"], old, "台账 300 天未核对", fail=["inventory_reviewed"])
    ahead = {"inventory_reviewed_at": clock.ago(-20)}
    plan.alter("system", ["DOOR"], ahead, "核对日期在将来,不可信", unknown=["inventory_reviewed"])
    plan.alter("system", ["RIS"], {"rto_min": 480}, "核心系统的 RTO 为 8 小时", fail=["recovery_targets_set"])
    _owners(plan)
    _retired(plan)
    plan.alter(
        "system",
        ["HAI"],
        {"important_data": None},
        "是否重要数据为空",
        unknown=["important_data_assessed_yearly"],
    )
    plan.alter(
        "system",
        ["SURVEY"],
        {"internet_exposed": None},
        "是否暴露于互联网为空",
        unknown=["penetration_test_yearly", "internet_apps_behind_waf"],
    )
    plan.alter("vendor", ["V03"], {"sla_onsite_min": 480})
    plan.find("vendor_sla_valid", "LIS", "fail", "厂商 V03 现场到达时限为 8 小时")
    plan.alter("vendor", ["V04"], {"ends_at": None})
    plan.find("vendor_sla_valid", "PACS", "unknown", "厂商 V04 的合同到期日为空")
    plan.alter("vendor", ["V05"], {"nda": False})
    plan.alter("vendor", ["V06"], {"nda": None})
    for unsigned, unsure in (("RIS", "PHARM"), ("ONCO", "RATION"), ("MEETING", "MAIL")):
        plan.find("vendors_under_nda", unsigned, "fail", "厂商 V05 没有签保密协议")
        plan.find("vendors_under_nda", unsure, "unknown", "厂商 V06 是否签保密协议为空")


def _owners(plan: Plan) -> None:
    plan.alter(
        "system",
        ["CDR"],
        {"it_owner": "P90013"},
        "信息技术负责人已离职",
        fail=["system_owners_named_and_present"],
    )
    plan.alter(
        "system",
        ["ESB"],
        {"sec_owner": "P90012"},
        "安全负责人的在岗状态为空",
        unknown=["system_owners_named_and_present"],
    )


def _retired(plan: Plan) -> None:
    disposed, disabled = "retired_systems_data_disposed", "retired_systems_accounts_disabled"
    plan.find(disposed, "ETHICS", "fail", "退役 200 天,没有数据处置记录")
    plan.alter("system", ["LAUNDRY"], {"retired_at": None}, "退役时间为空", unknown=[disposed, disabled])
    plan.find(disabled, "OLDHIS", "fail", "退役 200 天仍有启用账户")


def _grading(plan: Plan, clock: Clock) -> None:
    late = {"graded_at": clock.ago(120), "filed_at": clock.ago(70)}
    again = "regraded_systems_reassessed"
    plan.alter("system", ["TELEMED"], late, "定级 50 天后才备案", fail=["systems_filed_in_time"])
    for system in ("TELEMED", "WIFI"):
        plan.find(again, system, "fail", "一年内重新定级,之后没有评估")
    plan.alter("system", ["NURSE"], {"graded_at": clock.on(300, 10), "filed_at": clock.on(298, 10)})
    plan.alter("assessment", ["AS-NURSE-graded_test"], {"done_at": clock.on(290, 10)})
    plan.alter("system", ["GCP"], {"graded_at": None}, "定级时间为空", unknown=["systems_filed_in_time"])
    plan.alter(
        "system",
        ["WIFI"],
        {"graded_at": clock.ago(110), "filing_no": None, "filed_at": None},
        "二级系统未备案",
        fail=["systems_graded_and_filed"],
    )
    plan.alter(
        "system",
        ["FIN"],
        {"graded_at": None, "filing_no": None, "filed_at": None},
        "未备案且定级时间为空",
        unknown=["systems_graded_and_filed"],
    )
    plan.alter(
        "system",
        ["MEDWASTE"],
        {"mlps": None, "graded_at": None, "filing_no": None, "filed_at": None},
        "未定级",
        fail=["systems_graded_and_filed"],
        unknown=[
            "offsite_copy_recent",
            "graded_test_done",
            "graded_test_done_level_2",
            "cryptography_assessment_done",
        ],
    )
    # else the second factor of each of them might be owed or not
    plan.drop("account", system_id="MEDWASTE", privileged=True)
    plan.alter(
        "system", ["PACS"], {"mlps": 2}, "影像系统只定为二级", fail=["core_systems_graded_high_enough"]
    )
    plan.alter(
        "system",
        ["PHARM"],
        {"category": None},
        "系统类别为空",
        unknown=[
            "core_systems_graded_high_enough",
            "core_applications_audit_every_layer",
            "core_components_registered",
            "core_transactions_measured",
        ],
    )
    plan.find("core_system_categories_present", "PHARM", "unknown", "唯一的药品系统没有填写类别")
    plan.alter(
        "system",
        ["QUEUE"],
        {"persons_affected": None},
        "涉及人数为空",
        unknown=["graded_test_done_level_2"],
    )
