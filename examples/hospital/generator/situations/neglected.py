"""The south campus: each duty that is owed once, or by a share of all, is overdue, missing or refused.

One line or function per policy; a new policy whose subject is the institution (``*``), or a share of all records,
needs one here (every one FAILS), one in ``silent.py``, and nothing in the main hospital.
"""

from __future__ import annotations

from datetime import timedelta

from generator.changes import clean_change
from generator.clock import Clock
from generator.plan import Plan, Row
from generator.tickets import times

OVERDUE_DOCUMENTS = (
    ("legal_register", "legal_register_complete", "法规清单两年多没有评审"),
    ("it_plan", "it_plan_reviewed", "信息化规划两年多没有评审"),
    ("charter", "charter_covers_five_duties", "部门职责两年多没有评审"),
    ("evaluation_scheme", "evaluation_scheme_approved", "评估方案两年多没有评审"),
    ("预案-网络中断", "contingency_plan_reassessed", "一份应急预案两年多没有评估"),
    ("support", "software_support_checked_monthly", "软件支持清单两年多没有核对"),
)
"""Documents that were last reviewed too long ago."""
OLD_APPROVALS = (
    ("capacity_plan", "capacity_plan_approved", "容量规划两年多没有重新批准"),
    ("problem", "problem_analysis_quarterly", "两年多没有问题分析"),
    ("supervision", "supervision_planned", "两年多没有督查计划"),
    ("appraisal_outcome", "appraisal_outcomes_recorded", "两年多没有考核结果应用"),
)
"""Documents that were last approved too long ago."""
CORE = ("HIS", "EMR", "LIS", "PACS", "PHARM", "AD")
IN_USE = (*CORE, "NURSE", "BLOOD", "OA", "HRSS", "APPT", "LIBRARY", "CANTEEN")
"""The systems of the small campuses that are in use."""
BAD = 60
"""How many records a campus of this size needs to miss a share."""


def documents(plan: Plan, clock: Clock) -> None:
    """Registers, plans and procedures."""
    for name, policy, why in OVERDUE_DOCUMENTS:
        plan.alter(
            "document", [f"DOC-{name}"], {"reviewed_at": clock.on(900, 9)}, why, subject="*", fail=[policy]
        )
    for name, policy, why in OLD_APPROVALS:
        key, old = [f"DOC-{name}"], {"approved_at": clock.on(900, 9)}
        plan.alter("document", key, old, why, subject="*", fail=[policy])
    late = {"effective_at": clock.on(20, 9)}
    why = "今年的培训计划六月才生效"
    plan.alter("document", ["DOC-training_plan"], late, why, subject="*", fail=["training_plan_approved"])
    broken = {"covers": ["assessment"]}
    key, policy = ["DOC-security_procedure"], ["security_procedure_links_the_loop"]
    plan.alter("document", key, broken, "安全程序没有措施和审计", subject="*", fail=policy)
    rules = {"superseded_withdrawn": False, "owner_dept": "医务科", "reviewed_at": clock.on(900, 9)}
    failed = ["rules_document_valid", "rules_owned_by_it", "rules_suitability_reviewed"]
    why = "规章由医务科归口,旧版没有收回,两年多没有评审"
    plan.alter("document", ["DOC-om_rules"], rules, why, subject="*", fail=failed)


def meetings(plan: Plan, clock: Clock) -> None:
    """Meetings, exercises, evaluations."""
    plan.alter(
        "meeting",
        ["MT-1"],
        {"date": clock.day(500)},
        "500 天没有开会",
        subject="*",
        fail=["leading_group_met"],
    )
    why, held = "协调会都没有纪要", {"has_minutes": False}
    plan.alter("meeting", ["MT-2"], held, why, subject="*", fail=["coordination_meeting_held"])
    for name in ("MT-3", "MT-4"):
        plan.alter("meeting", [name], held)
    for number in (1, 2):
        plan.alter("drill", [f"DR-{number}"], {"date": clock.day(500 + number)})
    plan.find("incident_exercise_held", "*", "fail", "500 天没有演练")
    plan.alter(
        "eval", ["EV-1"], {"signed_by": None}, "无人签字", subject="*", fail=["full_evaluation_yearly"]
    )
    plan.alter("eval", ["EV-2"], {"signed_by": None}, "无人签字", subject="*", fail=["kpi_report_quarterly"])
    post = {"vacant_since": clock.ago(90)}
    plan.alter(
        "org_role", ["supervisor", "P00080"], post, "空缺三个月", subject="*", fail=["supervisor_named"]
    )
    for number in (1, 2, 3):
        own = {"is_operator": True, "independent": False}
        plan.alter(
            "audit", [f"AU-DC-{number}"], own, "运维人员督查自己", fail=["supervision_not_by_executors"]
        )
    plan.find("supervision_by_others_yearly", "*", "fail", "督查都由运维人员自己做")


def tickets(plan: Plan, clock: Clock) -> None:
    """Faults of the core system that come back, are recorded and answered late, and teach nothing."""
    for number in range(2 * BAD):
        start = clock.on(10 + number % 75, 9 + number // 75)
        late: Row = {
            "recorded": start + timedelta(hours=30),
            "classified": start + timedelta(hours=30),
            "acked": start + timedelta(days=9),
            "mitigated": start + timedelta(days=9),
            "resolved": start + timedelta(days=9, hours=1),
            "feedback_at": min(clock.now, start + timedelta(days=20)),
            "closed": start + timedelta(days=9, hours=2),
        }
        row = {"id": f"NG-{number:03d}", "system_id": "HIS", **times(start), **late, "knowledge_id": None}
        plan.add("ticket", row | {"cause": "数据库锁等待", "problem_id": "PRB-NG", "source": "monitor"})
    for policy, why in (
        ("faults_seen_first_by_monitoring", "多数事件是用户先发现的"),
        ("incidents_recorded_promptly", "一批事件次日才登记"),
        ("incident_response_started_in_time", "一批事件九天后才响应"),
        ("incidents_mitigated_in_time", "一批事件九天后才恢复"),
        ("feedback_given_in_time", "一批事件很晚才反馈"),
        ("core_faults_restored_in_time", "一批核心系统故障九天后才恢复"),
        ("fault_knowledge_linked", "一批故障没有知识条目"),
        ("faults_rarely_recur", "数据库锁等待反复出现"),
    ):
        plan.find(policy, "*", "fail", why)


def requests(plan: Plan, clock: Clock) -> None:
    """Requests that wait, users who are not asked or not content, problems nobody analyses."""
    for number in range(BAD):
        start = clock.on(12 + number % 15, 9, number % 60)
        waits = {**times(start), "acked": start + timedelta(days=9), "kind": "request", "source": "user"}
        waits |= {"resolved": start + timedelta(days=9), "closed": start + timedelta(days=9)}
        plan.add("ticket", {"id": f"NR-{number:03d}", "system_id": "HIS", **waits})
    plan.find("user_requests_acknowledged_in_time", "*", "fail", "一批用户申请九天后才受理")
    plan.find("user_reports_resolved_in_time", "*", "fail", "一批用户申请九天后才办完")
    for number in range(400):
        start = clock.on(3 + number % 80, 9, number % 60)
        row = {
            "id": f"NS-{number:03d}",
            "system_id": "OA",
            **times(start),
            "source": "user",
            "level": "general",
        }
        plan.add("ticket", row | {"score": 1 if number % 20 == 0 else None, "reopened": 1})
    plan.find("satisfaction_asked", "*", "fail", "大多数用户没有被问到")
    plan.find("user_reports_rarely_reopened", "*", "fail", "一批用户工单重开过")
    plan.find("satisfaction_good", "*", "fail", "打分的用户多数只打 1 分")
    for number in range(BAD):
        row = {
            "id": f"NP-{number:03d}",
            "system_id": "OA",
            **times(clock.on(50 + number, 9)),
            "kind": "problem",
        }
        plan.add(
            "ticket",
            row
            | {
                "source": "inspection",
                "cause": f"待查 {number}",
                "analysis": None,
                "suggested_at": clock.on(90, 9),
            },
        )
    plan.find("problems_analysed", "*", "fail", "一批问题没有分析")
    plan.find("suggestions_decided_in_time", "*", "fail", "一批改进建议三个月没有答复")
    leak = {**times(clock.on(100, 9)), "personal_data_breach": True, "notice_decided_at": clock.on(100, 12)}
    why = "百日没有通知本人"
    plan.add("ticket", {"id": "NB-1", **leak}, why, fail=["us_breach_notice_sent_in_time"])


def alerts(plan: Plan, clock: Clock) -> None:
    """Critical alerts that nobody answered or turned into a ticket."""
    for number in range(BAD):
        raised = clock.on(5 + number % 20, 3, number % 60)
        row: Row = {"target": "SRV-0001", "asset_id": None, "system_id": None, "severity": "critical"}
        row |= {"raised_at": raised, "acked_at": raised + timedelta(hours=5), "ticket_id": None}
        row |= {"noted_at": raised + timedelta(hours=5), "closed_at": raised + timedelta(hours=6)}
        plan.add("alert", {"id": f"NA-{number:03d}", **row})
    plan.find("critical_alerts_acknowledged", "*", "fail", "一批严重告警五小时后才确认")
    plan.find("critical_alerts_have_ticket", "*", "fail", "一批严重告警没有工单")


def changes(plan: Plan, clock: Clock) -> None:
    """Emergencies as the rule, with rollbacks and incidents after them."""
    for number in range(BAD):
        change = clean_change(clock.on(5 + number, 1, 30), f"NC-{number:03d}", "OA", "emergency")
        plan.add("change", change | {"result": "rolled_back"})
        row = {
            "id": f"NI-{number:03d}",
            "system_id": "OA",
            **times(clock.on(4 + number, 9)),
            "source": "user",
        }
        plan.add("ticket", row | {"change_id": f"NC-{number:03d}"})
    plan.find("emergency_change_share_limited", "*", "fail", "紧急变更太多")
    plan.find("change_success_rate_met", "*", "fail", "紧急变更都回退了")
    plan.find("changes_cause_few_incidents", "*", "fail", "紧急变更次日都有事件")


def assets(plan: Plan, clock: Clock) -> None:
    """Devices of nobody, unwatched devices, vulnerabilities, backups that fail."""
    unmapped = ["unmapped_assets_resolved"]
    lost: Row = {"class": "medical_device", "tier": 3, "system_id": None, "discovered_at": clock.ago(30)}
    for number in range(12):
        plan.add("asset", {"id": f"MED-{number:03d}", **lost}, "发现 30 天仍未归属系统", fail=unmapped)
    plan.find("discovered_assets_mapped", "*", "fail", "一批设备没有归属系统")
    for number in range(11, 31):
        for name in ("主机", "网络"):
            plan.drop("monitor_target", asset_id=f"NET-{number:03d}", metric_set=name)
    plan.find("supporting_assets_monitored", "*", "fail", "二级交换机没有监控")
    for number in range(1, 31):
        plan.alter("malware_agent", [f"SRV-{number:04d}"], {"active": False})
    plan.find("malware_agents_installed", "*", "fail", "三十台服务器的防病毒没有开启")
    row = {"fixed_at": None, "automatable": True, "tech_impact": "partial", "first_seen": clock.ago(300)}
    excepted = ["overdue_vulnerabilities_have_exception"]
    for number in range(67, 100):
        plan.add(
            "vuln",
            {"asset_id": f"SRV-{number:04d}", "cve": "CVE-2025-99999", **row},
            "没有例外",
            fail=excepted,
        )
    plan.find("vulnerabilities_fixed_by_deadline", "*", "fail", "同一漏洞 300 天没有修复")
    for number in range(1, 7):
        for system in ("OA", "HRSS", "APPT", "NURSE"):
            for ago in range(1, 25, 2):
                hour, minute = (1, 0) if number == 1 else (0, 52) if number == 2 else (2, number)
                key = [system, f"{system}-{number:02d}", clock.on(ago, hour, minute)]
                plan.alter("backup_job", key, {"status": "failed", "checksum_ok": False})
    plan.find("backup_success_rate_met", "*", "fail", "四个系统的备份隔夜失败")
    plan.alter_all("restore_test", {"started": clock.on(150, 9), "ended": clock.on(150, 10)})
    plan.find("restore_sample_tested", "*", "fail", "150 天没有恢复测试")


def duty(plan: Plan, clock: Clock) -> None:
    """Nobody is on duty this morning."""
    for system in CORE:
        plan.find("core_systems_have_duty_roster", system, "fail", "今天白班没有人")
    plan.alter("duty_shift", [f"DS-{clock.today:%Y%m%d}-2"], {"person_id": None})
    plan.find("duty_shifts_without_gap", f"DS-{clock.today:%Y%m%d}-1", "fail", "白班没有人接")


def registers(plan: Plan, clock: Clock) -> None:
    """Checks, budgets, indicators and tests that are due, and records that no rule keeps."""
    old, audited = {"done_at": clock.on(800, 9)}, ["personal_information_audited"]
    plan.alter("assessment", ["AS-PIA"], old, "八百天没有做", subject="*", fail=audited)
    for name in ("AS-FULL", "AS-CHECK-12", "AS-CHECK-42"):
        plan.alter("assessment", [name], old)
    for system in IN_USE:
        plan.find("full_security_check_yearly", system, "fail", "八百天没有做")
        plan.find("routine_security_check_monthly", system, "fail", "八百天没有做")
    late = {"opened_at": clock.on(300, 9), "closed_at": clock.on(150, 9), "due": clock.day(140)}
    quarterly = ["improvement_closed_every_quarter"]
    plan.alter("improvement", ["IM-0"], late, "一季没有完成任何改进", subject="*", fail=quarterly)
    plan.drop("kpi", period_kind="quarter")
    plan.find("mttr_reported_quarterly", "*", "fail", "没有按季报平均修复时间")
    plan.alter_all("budget", {"approved_by": None}, year=str(clock.today.year))
    plan.find("om_budget_kept", "*", "fail", "今年的运维预算没有批准")
    for number in (1, 2):
        plan.alter("phishing_test", [f"PH-{number}"], {"date": clock.day(300 + number)})
    plan.find("phishing_test_half_yearly", "*", "fail", "三百天没有做钓鱼邮件测试")
    plan.alter("security_measure", ["MS-bastion"], {"in_force": False})
    plan.find("minimum_measures_in_force", "bastion", "fail", "堡垒机没有启用")
    plan.drop("retention_rule", record_type="inpatient")
    policy = "retention_rules_cover_medical_records"
    plan.find(policy, "inpatient", "fail", "没有住院病历的保存规则")


def people(plan: Plan, clock: Clock) -> None:
    """Nobody was trained; risks and corrections run late; a core category has no system."""
    for number in range(150, 250):
        course = {"person_id": f"P{number:05d}", "course": "网络安全意识年度培训"}
        plan.alter_all("training", {"type": "operating"}, **course)
    plan.find("awareness_training_yearly", "*", "fail", "一百人没有参加意识培训")
    for number in range(20):
        found = clock.on(250 + number, 10)
        late = {"found_at": found, "closed_at": clock.on(20, 10), "retest_id": "RT-9", "retest_passed": True}
        plan.add("risk", {"id": f"RN-{number:03d}", "level": "high", **late})
    plan.find("risks_fixed_on_time", "*", "fail", "一批高风险拖了八个月")
    row = {"audit_id": "AU-DC-1", "risk_id": None, "owner": "P00012", "action": "修订流程"}
    for number in range(20):
        done = {"due": clock.day(100), "closed_at": clock.on(20, 10)}
        plan.add("audit_finding", {"id": f"AN-{number:03d}", **row, **done})
    plan.find("nonconformities_corrected_on_time", "*", "fail", "一批整改晚了八十天")
    plan.alter("system", ["PHARM"], {"category": "OTHER"})
    plan.find("core_system_categories_present", "PHARM", "fail", "没有药品系统,也没有不使用声明")


def lists(plan: Plan, clock: Clock) -> None:
    """Lists that nobody imported, or that nobody looked through for weeks."""
    for kind, name in (("kev", "kev_entry"), ("ssvc", "ssvc_decision")):
        plan.drop(kind)
        plan.find("vulnerability_feeds_current", name, "fail", "从未导入")
    plan.alter_all("support_cycle", {"checked": clock.on(45, 9)})
    plan.find("lifecycle_list_checked_monthly", "support_cycle", "fail", "停止支持清单 45 天没有核对")


PLANTS = (documents, meetings, tickets, requests, alerts, changes, assets, duty, registers, people, lists)
