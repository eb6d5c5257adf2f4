"""The north campus: fields are empty, dates lie ahead, exports hold only a header, so that nobody can tell.

One line or function per policy; a new policy whose subject is the institution (``*``), or a share of all records,
needs one here (every one is UNKNOWN), one in ``neglected.py``, and nothing in the main hospital.
"""

from __future__ import annotations

from generator.changes import clean_change
from generator.clock import Clock, utc
from generator.duties import quarter_ends
from generator.plan import Plan, Row, listed
from generator.software import HOSTS
from generator.tickets import times

UNREVIEWED = (
    ("legal_register", "legal_register_complete"),
    ("it_plan", "it_plan_reviewed"),
    ("charter", "charter_covers_five_duties"),
    ("evaluation_scheme", "evaluation_scheme_approved"),
    ("om_rules", "rules_suitability_reviewed"),
    ("预案-网络中断", "contingency_plan_reassessed"),
    ("support", "software_support_checked_monthly"),
)
"""Documents whose last review the register does not give."""
WITHOUT_CONTENTS = (
    ("capacity_plan", "capacity_plan_approved"),
    ("problem", "problem_analysis_quarterly"),
    ("security_procedure", "security_procedure_links_the_loop"),
)
"""Documents of which the register does not say what they cover."""
APPROVED_AHEAD = (
    ("supervision", "supervision_planned"),
    ("appraisal_outcome", "appraisal_outcomes_recorded"),
    ("training_plan", "training_plan_approved"),
)
"""Documents that were approved at a time that lies ahead, which is not to be believed."""
CORE = ("HIS", "EMR", "LIS", "PACS", "PHARM", "AD")
IN_USE = (*CORE, "NURSE", "BLOOD", "OA", "HRSS", "APPT", "LIBRARY", "CANTEEN")
"""The systems of the small campuses that are in use."""
SETS = listed("""
calendar_day incident_category incident_level kev_entry remediation_deadline ssvc_decision support_cycle
""")
"""Reference data, whether imported or not."""
UNCLEAR = 100
"""How many records a campus of this size needs so that a share may be met or not."""


def documents(plan: Plan, clock: Clock) -> None:
    """Registers, plans and procedures."""
    for name, policy in UNREVIEWED:
        key, empty = [f"DOC-{name}"], {"reviewed_at": None}
        plan.alter("document", key, empty, "评审时间为空", subject="*", unknown=[policy])
    for name, policy in WITHOUT_CONTENTS:
        key, empty = [f"DOC-{name}"], {"covers": None}
        plan.alter("document", key, empty, "覆盖内容为空", subject="*", unknown=[policy])
    for name, policy in APPROVED_AHEAD:
        key, ahead = [f"DOC-{name}"], {"approved_at": clock.ago(-9)}
        plan.alter("document", key, ahead, "批准时间在将来", subject="*", unknown=[policy])
    rules = {"superseded_withdrawn": None, "owner_dept": None}
    unclear = ["rules_document_valid", "rules_owned_by_it"]
    plan.alter(
        "document", ["DOC-om_rules"], rules, "旧版是否收回、归口部门为空", subject="*", unknown=unclear
    )
    plan.alter("document", ["DOC-response_plan"], {"covers": None})
    for level in ("urgent", "important", "general"):
        plan.find("response_plans_cover_levels", level, "unknown", "响应方案的覆盖内容为空")


def meetings(plan: Plan, clock: Clock) -> None:
    """Meetings, exercises, evaluations, posts, audits."""
    unsure = {"has_minutes": None}
    for name, policy in (("MT-1", "leading_group_met"), ("MT-2", "coordination_meeting_held")):
        plan.alter("meeting", [name], unsure, "是否有纪要为空", subject="*", unknown=[policy])
    plan.drop("drill")
    plan.find("incident_exercise_held", "*", "unknown", "演练登记表只有表头")
    undated, full, quarterly = {"done_at": None}, "full_evaluation_yearly", "kpi_report_quarterly"
    plan.alter("eval", ["EV-1"], undated, "完成时间为空", subject="*", unknown=[full])
    plan.alter("eval", ["EV-2"], undated, "完成时间为空", unknown=["kpi_report_holds_core_metrics"])
    plan.find(quarterly, "*", "unknown", "指标报告的完成时间为空")
    key, ahead = ["supervisor", "P00080"], {"vacant_since": clock.ago(-9)}
    plan.alter("org_role", key, ahead, "空缺时间在将来", unknown=["appointed_people_present"])
    plan.find("supervisor_named", "*", "unknown", "督查岗的空缺时间在将来")
    for number in (1, 2, 3):
        plan.alter("audit", [f"AU-DC-{number}"], {"independent": None})
    plan.find("supervision_by_others_yearly", "*", "unknown", "督查是否独立为空")


def tickets(plan: Plan, clock: Clock) -> None:
    """Incidents of which source and detection are empty and whose times lie ahead."""
    ahead = clock.ago(-1)
    gaps: Row = {"source": None, "detected": None, "acked": ahead, "mitigated": ahead, "feedback_at": ahead}
    each = ["faults_documented", "incident_times_in_order"]
    for number in range(UNCLEAR):
        course = times(clock.on(2 + number % 80, 9, number % 60))
        row = {"id": f"ST-{number:03d}", "system_id": "HIS", **course, **gaps, "score": 5, "reopened": None}
        plan.add("ticket", row, "来源和发现时间为空", unknown=each)
    for policy in listed("""
        incidents_recorded_promptly incident_response_started_in_time incidents_mitigated_in_time
        feedback_given_in_time core_faults_restored_in_time fault_knowledge_linked faults_rarely_recur
        satisfaction_asked satisfaction_good user_requests_acknowledged_in_time user_reports_resolved_in_time
        user_reports_rarely_reopened faults_seen_first_by_monitoring
    """):
        plan.find(policy, "*", "unknown", "一批事件的来源、发现时间为空,响应、恢复、反馈时间在将来")
    for number in range(UNCLEAR):
        course = times(clock.on(50 + number, 9))
        row = {
            "id": f"SP-{number:03d}",
            "system_id": "OA",
            **course,
            "kind": "problem",
            "source": "inspection",
        }
        texts = {"cause": f"待查 {number}", "analysis": "已分析", "suggestion": "已建议", "category": None}
        advice = {"suggested_at": clock.on(90, 9), "suggestion_decided_at": clock.ago(-1)}
        plan.add("ticket", row | texts | advice)
    plan.find("problems_analysed", "*", "unknown", "一批问题的类别为空")
    plan.find("suggestions_decided_in_time", "*", "unknown", "一批改进建议的答复时间在将来")
    leak = f"INC-{clock.today.year}-000001"
    plan.find("us_breach_notice_sent_in_time", leak, "unknown", "项目文件没有说是否受 HIPAA 管辖")


def alerts(plan: Plan, clock: Clock) -> None:
    """Critical alerts: answered at a time that lies ahead, and the export holds no ticket numbers."""
    for number in range(UNCLEAR):
        raised = clock.on(5 + number % 20, 3, number % 60)
        row: Row = {"target": "SRV-0001", "asset_id": None, "system_id": None, "severity": "critical"}
        row |= {"raised_at": raised, "noted_at": raised, "closed_at": raised, "acked_at": clock.ago(-1)}
        plan.add("alert", {"id": f"SA-{number:03d}", **row, "_absent": ("ticket_id",)})
    plan.find("critical_alerts_acknowledged", "*", "unknown", "一批严重告警的确认时间在将来")
    plan.find("critical_alerts_have_ticket", "*", "unknown", "一批严重告警没有导出工单号")


def changes(plan: Plan, clock: Clock) -> None:
    """Changes that ended in the future, of unknown request and result."""
    each = listed("""
    change_downtime_within_plan changes_inside_window changes_verified_after_go_live cmdb_updated_after_change
    """)
    gaps = {"ended": clock.ago(-1), "requested": None}
    for number in range(UNCLEAR):
        change = clean_change(clock.on(5 + number % 80, 1, 30), f"SC-{number:03d}", "OA", "normal")
        plan.add("change", change | gaps, "结束时间在将来,申请时间为空", unknown=each)
    for policy in (
        "emergency_change_share_limited",
        "change_success_rate_met",
        "changes_cause_few_incidents",
    ):
        plan.find(policy, "*", "unknown", "一批变更的结束时间在将来,申请时间为空")


def assets(plan: Plan, clock: Clock) -> None:
    """Devices of unknown class, without samples, with undated vulnerabilities and backups without status."""
    each = listed("""
    unmapped_assets_resolved hardware_maintenance_on_time patch_cycle_monthly authenticated_scan_done
    cooling_serviced fire_protection_serviced hardware_faults_fixed_in_time network_firmware_verified_monthly
    rooms_inspected_daily rooms_list_their_facilities servers_use_two_time_sources ups_batteries_tested
    """)
    for number in range(8):
        row = {"id": f"DEV-{number:03d}", "class": None, "tier": 3, "system_id": "OA"}
        plan.add("asset", row, "设备类别为空", unknown=each)
    plan.find("discovered_assets_mapped", "*", "unknown", "一批设备的类别为空")
    for number in range(11, 21):
        for name in ("主机", "网络"):
            key, why = [f"NET-{number:03d}", name], "采样时间没有导出"
            plan.alter(
                "monitor_target", key, {"last_sample": None}, why, unknown=["monitoring_samples_fresh"]
            )
    plan.find("supporting_assets_monitored", "*", "unknown", "一批交换机的采样时间没有导出")
    for number in range(1, 31):
        gap, why = {"_absent": ("active",)}, "是否开启没有导出"
        plan.alter("malware_agent", [f"SRV-{number:04d}"], gap, why, unknown=["malware_signatures_fresh"])
    plan.find("malware_agents_installed", "*", "unknown", "三十台服务器的防病毒是否开启没有导出")
    row = {"fixed_at": None, "automatable": True, "tech_impact": "partial", "first_seen": None}
    excepted = ["overdue_vulnerabilities_have_exception"]
    for number in range(67, 100):
        plan.add(
            "vuln",
            {"asset_id": f"SRV-{number:04d}", "cve": "CVE-2025-99999", **row},
            "首次发现为空",
            unknown=excepted,
        )
    plan.find("vulnerabilities_fixed_by_deadline", "*", "unknown", "同一漏洞的首次发现时间为空")


def interfaces(plan: Plan, clock: Clock) -> None:
    """A line of the security platform names no protocol, so it is no record."""
    line: Row = {"asset_id": "NET-020", "protocol": "", "port": 8443, "_absent": ("protocol",)}
    plan.add("admin_interface", line)
    for policy in ("admin_interfaces_encrypted", "admin_interfaces_use_current_tls"):
        plan.find(policy, "*", "unknown", "一个管理口没有写协议,读不进来")


def duty(plan: Plan, clock: Clock) -> None:
    """Who is on duty this morning was not exported."""
    for system in CORE:
        plan.find("core_systems_have_duty_roster", system, "unknown", "今天白班的值班人没有导出")
    today = f"{clock.today:%Y%m%d}"
    gap, without = {"_absent": ("person_id",)}, ["duty_shifts_without_gap"]
    plan.alter("duty_shift", [f"DS-{today}-2"], gap, "值班人没有导出", unknown=without)
    plan.find(without[0], f"DS-{today}-1", "unknown", "接班的人没有导出")


def registers(plan: Plan, clock: Clock) -> None:
    """Checks without a date or contents, budgets without a plan, indicators without a period, a line that is no record."""
    undated, audited = {"done_at": None}, ["personal_information_audited"]
    plan.alter("assessment", ["AS-PIA"], undated, "完成时间为空", subject="*", unknown=audited)
    plan.alter("assessment", ["AS-FULL"], undated)
    for name in ("AS-CHECK-12", "AS-CHECK-42"):
        plan.alter("assessment", [name], {"covers": None})
    for system in IN_USE:
        plan.find("full_security_check_yearly", system, "unknown", "完成时间为空")
        plan.find("routine_security_check_monthly", system, "unknown", "安全检查的内容为空")
    ahead, finished = (
        {"closed_at": clock.ago(-2)},
        ["improvements_finished_on_time", "improvements_not_overdue"],
    )
    plan.alter("improvement", ["IM-0"], ahead, "完成时间在将来", unknown=finished)
    plan.find("improvement_closed_every_quarter", "*", "unknown", "唯一完成的改进完成时间在将来")
    slips = ["mttr_does_not_slip"]
    for end in quarter_ends(clock.today, 7)[:2]:
        key = ["mttr", f"{end.year}Q{end.month // 3}", "*"]
        plan.alter("kpi", key, {"period_kind": None}, "周期类型为空", unknown=slips)
    plan.find("mttr_reported_quarterly", "*", "unknown", "近两季指标的周期类型为空")
    plan.alter_all("budget", {"_absent": ("planned",)}, year=str(clock.today.year))
    plan.find("om_budget_kept", "*", "unknown", "今年的预算没有金额")
    gap, clicks = {"_absent": ("sent",)}, ["phishing_click_rate_limited"]
    plan.alter("phishing_test", ["PH-1"], gap, "发出的封数没有导出", unknown=clicks)
    plan.find("phishing_test_half_yearly", "*", "unknown", "近半年那次测试发出的封数没有导出")
    plan.alter("retention_rule", ["EMR", "inpatient"], {"_absent": ("record_type",)})
    policy = "retention_rules_cover_medical_records"
    plan.find(policy, "inpatient", "unknown", "一条保存规则没有写病历类型,读不进来,可能就是住院病历")
    plan.find("medical_records_kept_long_enough", "*", "unknown", "一条保存规则读不进来")


def backups(plan: Plan, clock: Clock) -> None:
    """Runs without a status, and a restore test of which the result is not known."""
    each = ["backup_copies_encrypted", "backup_copies_verified"]
    for system in ("OA", "HRSS"):
        for number in range(4, 9):
            for ago in range(5, 16):
                key = [system, f"{system}-{number:02d}", clock.on(ago, 2, number)]
                plan.alter("backup_job", key, {"status": None}, "作业状态为空", unknown=each)
    plan.find("backup_success_rate_met", "*", "unknown", "两个系统的作业状态为空")
    plan.alter_all("restore_test", {"started": clock.on(150, 9), "ended": clock.on(150, 10)})
    test: Row = {
        "id": "RT-CANTEEN",
        "system_id": "CANTEEN",
        "full": False,
        "data_ok": None,
        "signer": "P00003",
    }
    test |= {"started": clock.on(30, 9), "ended": clock.on(30, 10), "rto_min": 60, "rpo_min": 5}
    plan.add("restore_test", test, "数据是否核对无误为空", subject="*", unknown=["restore_sample_tested"])


def people(plan: Plan, clock: Clock) -> None:
    """Courses of unknown kind, undated risks, corrections that were finished in the future."""
    for number in range(150, 250):
        course = {"person_id": f"P{number:05d}", "course": "网络安全意识年度培训"}
        plan.alter_all("training", {"type": None}, **course)
    plan.find("awareness_training_yearly", "*", "unknown", "一百人的培训没有写类型")
    plan.alter_all("training", {"tags": None}, type="om")
    subject = f"HIS/{utc(clock.on(100, 9))}"
    plan.find("handover_training_before_takeover", subject, "unknown", "运维培训没有标签,不知是否移交培训")
    for topic in ("skill", "duty"):
        plan.find("om_training_covers_skill_and_duty", topic, "unknown", "运维培训没有标签")
    for number in range(20):
        done = {"found_at": None, "closed_at": clock.on(20, 10), "retest_id": "RT-9", "retest_passed": True}
        plan.add("risk", {"id": f"RS-{number:03d}", **done})
    plan.find("risks_fixed_on_time", "*", "unknown", "一批风险的发现时间为空")
    row = {"audit_id": "AU-DC-1", "risk_id": None, "owner": "P00012", "action": "修订流程"}
    row |= {"due": clock.day(100), "closed_at": clock.ago(-3)}
    for number in range(20):
        why = "关闭时间在将来"
        plan.add("audit_finding", {"id": f"AS-{number:03d}", **row}, why, unknown=["nonconformities_planned"])
    plan.find("nonconformities_corrected_on_time", "*", "unknown", "一批整改的关闭时间在将来")


def config(plan: Plan, clock: Clock) -> None:
    """Two configuration files that cannot be read: what they hide is not known, nor whether it overrides the rest."""
    policies = (
        ("config_file_readable", ("orthanc.json", "login.defs")),
        ("orthanc_authentication_enabled", ("orthanc.json",)),
        ("orthanc_tls_enabled", ("orthanc.json",)),
        ("orthanc_called_title_checked", ("orthanc.json",)),
        ("orthanc_caller_address_checked", ("orthanc.json",)),
        ("orthanc_dicom_tls_enabled", ("orthanc.json",)),
        ("orthanc_published_password_replaced", ("orthanc.json",)),
        ("orthanc_scripts_from_outside_refused", ("orthanc.json",)),
        ("orthanc_serves_known_callers_only", ("orthanc.json",)),
        ("password_max_age_limited", ("login.defs",)),
        ("login_defs_min_length_sufficient", ("login.defs",)),
        ("password_hash_method_strong", ("login.defs",)),
        ("login_umask_restrictive", ("login.defs",)),
    )
    for policy, files in policies:
        for file in files:
            plan.find(policy, f"config/damaged/{file}", "unknown", "文件残缺,读不出来")
    for policy in listed("""
        cleartext_secrets_absent dicom_callers_checked
        dicom_certificate_lasts dicom_cleartext_refused
        dicom_current_tls_only directory_accounts_locked_after_failures directory_lock_lasts
        directory_password_complexity_set directory_password_history_kept directory_password_min_length_set
        directory_passwords_expire directory_passwords_irreversible
        mysql_binary_log_on mysql_client_files_refused mysql_current_tls_only mysql_file_access_confined
        mysql_password_guessing_slowed mysql_password_min_length_set mysql_passwords_expire
        mysql_rights_checked mysql_tls_required mysql_writes_survive_power_loss orthanc_effective_authentication_enabled
        orthanc_partners_use_tls
        postgresql_archives_its_log postgresql_detects_damaged_pages postgresql_local_rules_ask_who_connects
        postgresql_log_files_private postgresql_network_rules_ask_for_tls
        postgresql_network_rules_ask_who_connects postgresql_network_rules_name_their_networks
        postgresql_network_rules_use_current_methods
        postgresql_schema_changes_logged postgresql_writes_survive_power_loss
        server_accounts_locked_after_failures server_kernel_network_hardened server_password_complexity_set
        server_password_max_age_limited server_password_min_length_set snmp_cleartext_refused
        snmp_default_community_refused sshd_effective_idle_session_ends
        sshd_effective_max_auth_tries_limited sshd_effective_password_login_disabled
        sshd_effective_root_login_disabled windows_accounts_locked_after_failures windows_firewall_on
        windows_logons_audited windows_password_min_length_set windows_passwords_expire
        windows_rdp_asks_before_session windows_smb1_off
    """):
        plan.find(policy, "*", "unknown", "有两个配置文件读不出来,其中的设置不明")
    for host in range(1, HOSTS + 1):
        why = "有配置文件读不出来,其中可能还有设置"
        for policy, key in (
            ("sshd_effective_idle_session_ends", "clientaliveinterval"),
            ("sshd_effective_password_login_disabled", "passwordauthentication"),
        ):
            plan.find(policy, f"jump-{host:02d}:sshd -T/{key}/1", "unknown", why)


def lists(plan: Plan, clock: Clock) -> None:
    """The folder of the imported lists was last looked at ten days ago, so what is in it today is not known."""
    for policy in ("vulnerability_feeds_current", "lifecycle_list_checked_monthly"):
        for name in SETS:
            plan.find(policy, name, "unknown", "十天没有查看过参考数据")


PLANTS = (
    documents,
    meetings,
    tickets,
    alerts,
    changes,
    assets,
    interfaces,
    duty,
    registers,
    backups,
    people,
    config,
    lists,
)
