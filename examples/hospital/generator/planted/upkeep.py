"""Departures in the roster, log-ins, response times, money, posts, procedures and what tickets and reports lack."""

from __future__ import annotations

from datetime import timedelta

from generator.backups import job_name
from generator.clock import Clock
from generator.plan import Plan, Row
from generator.registers import POST, POSTS, quarter, quarter_ends
from generator.tickets import times
from generator.upkeep import ITEMS, TRANSACTIONS, shift_id
from generator.world import HEADS


def plant(plan: Plan, clock: Clock) -> None:
    """All of it."""
    plan.shares |= {"slow_fixes": 6, "reopened": 40, "reopened_unknown": 25}
    _people(plan, clock)
    _indicators(plan, clock)
    _budget(plan, clock)
    _posts(plan, clock)
    _roster(plan, clock)
    _logins(plan, clock)
    _tickets(plan, clock)
    _performance(plan, clock)
    _procedures(plan, clock)
    _weaknesses(plan, clock)
    _retention(plan, clock)


def _people(plan: Plan, clock: Clock) -> None:
    first, yearly = ["newcomers_acknowledge_rules"], ["rules_acknowledged_yearly"]
    joined: Row = {"kind": "vendor", "hired_at": clock.on(60, 9), "rules_acknowledged_at": clock.on(10, 9)}
    row = {"id": "P90101", **joined, "rules_first_acknowledged_at": clock.on(10, 9)}
    plan.add("person", row, "到岗 50 天后才首次签阅制度", fail=first)
    row = {"id": "P90102", **joined, "rules_first_acknowledged_at": clock.ago(-3)}
    plan.add("person", row, "首次签阅时间在将来", unknown=first)
    old = {"id": "P90103", "kind": "vendor", "rules_acknowledged_at": clock.on(500, 9)}
    plan.add("person", old, "驻场人员 500 天未重新签阅", fail=yearly)
    plan.find(yearly[0], "P90009", "fail", "从未签阅运维制度")
    plan.find(yearly[0], "P90010", "unknown", "签阅时间在将来")
    plan.find(yearly[0], "P90007", "unknown", "是否运维人员为空")


def _indicators(plan: Plan, clock: Clock) -> None:
    ends = quarter_ends(clock.today, 6)
    slip = "mttr_does_not_slip"
    newest, before = quarter(ends[0]), quarter(ends[1])
    plan.alter(
        "kpi", ["mttr", newest, "HIS"], {"value": 150, "recomputed": 150}, "修复变慢且没有说明", fail=[slip]
    )
    told = {"value": 140, "recomputed": 140, "explanation": "核心交换机更换期间故障集中"}
    plan.alter("kpi", ["mttr", newest, "EMR"], told)
    plan.drop("kpi", metric="mttr", system_id="LIS", period=quarter(ends[5]))
    plan.find(slip, f"mttr/{before}/LIS", "unknown", "此前只有三个季度的数据,没有可比的均值")


def _budget(plan: Plan, clock: Clock) -> None:
    last, previous = str(clock.today.year - 1), str(clock.today.year - 2)
    varied = ["om_budget_variance_explained"]
    plan.alter("budget", [ITEMS[4], last], {"actual": 2_600_000}, "超支三成没有说明", fail=varied)
    plan.alter("budget", [ITEMS[2], last], {"planned": None}, "预算数为空", unknown=varied)
    told = {"actual": 2_100_000, "explanation": "新增等级测评与密评"}
    plan.alter("budget", [ITEMS[3], previous], told)


def _posts(plan: Plan, clock: Clock) -> None:
    appointed, present = "three_administrators_appointed", "appointed_people_present"
    duties, whole = "duties_have_holder_and_deputy", ["security_administrator_full_time"]
    plan.alter("org_role", ["audit_admin", POSTS["audit_admin"]], {"vacant_since": clock.ago(20)})
    plan.find(appointed, "audit_admin", "fail", "审计管理员空缺 20 天")
    key = ["system_admin", POSTS["system_admin"]]
    plan.alter("org_role", key, {"vacant_since": clock.ago(-5)}, "空缺开始时间在将来", unknown=[present])
    plan.find(appointed, "system_admin", "unknown", "空缺开始时间在将来")
    plan.alter("org_role", ["performance", POSTS["performance"]], {"deputy": None})
    plan.find(duties, "performance", "fail", "性能职责没有副手")
    key = ["backup", POSTS["backup"]]
    plan.alter("org_role", key, {"vacant_since": clock.ago(-5)}, "空缺开始时间在将来", unknown=[present])
    plan.find(duties, "backup", "unknown", "空缺开始时间在将来")
    key = ["fault_fixing", POSTS["fault_fixing"]]
    plan.alter("org_role", key, {"deputy": "P90013"}, "副手已离职", fail=[present])
    row = {**POST, "role": "security_admin", "system_id": "LIS", "person": HEADS[20]}
    plan.add("org_role", {**row, "full_time": False}, "三级系统的安全管理员不是专职", fail=whole)
    row = {**row, "system_id": "EMR", "person": HEADS[21]}
    plan.add("org_role", {**row, "concurrent": ["audit_admin"]}, "安全管理员兼任审计管理员", fail=whole)
    row = {**row, "system_id": "HIS", "person": HEADS[22]}
    plan.add("org_role", {**row, "concurrent": None}, "兼任情况没有填写", unknown=whole)


def _roster(plan: Plan, clock: Clock) -> None:
    covered, gap = "core_systems_have_duty_roster", ["duty_shifts_without_gap"]
    plan.drop("duty_shift", system_id="CDR")
    plan.find(covered, "CDR", "fail", "值班表里没有该系统")
    early = {"ends_at": clock.on(4, 6)}
    key = [shift_id("HIS", clock.day(5), "N")]
    plan.alter("duty_shift", key, early, "夜班早走两小时,无人接班", fail=gap)
    key = [shift_id("EMR", clock.day(9), "D")]
    plan.alter("duty_shift", key, {"ends_at": None}, "班次结束时间为空", unknown=gap)
    why = "接班班次的结束时间为空"
    plan.find(gap[0], shift_id("EMR", clock.day(10), "N"), "unknown", why)
    plan.alter("duty_shift", [shift_id("PACS", clock.day(-2), "D")], {"person_id": None})
    plan.find(gap[0], shift_id("PACS", clock.day(-1), "N"), "fail", "两天后的日班还没有排人")
    day, night = shift_id("ICU", clock.day(0), "D"), shift_id("ICU", clock.day(1), "N")
    plan.alter("duty_shift", [day], {"ends_at": None}, "当前班次的结束时间为空", unknown=gap)
    plan.find(gap[0], night, "unknown", why)
    plan.find(covered, "ICU", "unknown", "当前班次的结束时间为空")


def _logins(plan: Plan, clock: Clock) -> None:
    through = ["core_admin_logins_through_bastion"]
    row: Row = {"asset_id": "SRV-0003", "login": "root", "protocol": "SSH", "via_bastion": False}
    row |= {"started_at": clock.on(3, 22)}
    plan.add("admin_session", {"id": "S-900001", **row}, "夜间绕过堡垒机直接登录", fail=through)
    plan.add(
        "admin_session", {"id": "S-900002", **row, "via_bastion": None}, "是否经堡垒机为空", unknown=through
    )
    plan.add(
        "admin_session", {"id": "S-900003", **row, "asset_id": "SRV-0999"}, "资产不在台账中", unknown=through
    )


def _tickets(plan: Plan, clock: Clock) -> None:
    plan.find("user_reports_resolved_in_time", "*", "fail", "近 30 天有一批用户申请九天后才解决")
    why = "有一批工单的重开次数没有导出,比例无法确定"
    plan.find("user_reports_rarely_reopened", "*", "unknown", why)
    plan.find("faults_seen_first_by_monitoring", "*", "fail", "监控先发现的故障只占四成")
    left = ["user_reports_not_left_open"]
    row: Row = {**times(clock.on(45, 10)), "source": "user", "kind": "request", "status": "open"}
    row |= dict.fromkeys(("mitigated", "resolved", "feedback_at", "closed"))
    row |= {"system_id": "OA", "level": "general"}
    plan.add("ticket", {"id": "TP-800", **row}, "挂起 45 天没有延期", fail=left)
    until = {"extension_until": clock.day(-10)}
    plan.add("ticket", {"id": "TP-801", **row, **until, "extension_approved_by": "P00066"})
    plan.add("ticket", {"id": "TP-802", **row, **until}, "延期无人批准", fail=left)
    plan.add("ticket", {"id": "TP-803", **row, "resolved": clock.ago(-2)}, "解决时间在将来", unknown=left)
    plan.alter("ticket", ["TP-133"], {"root_cause_accepted_by": "P00068"})
    row = {"id": "TP-135", "system_id": "HIS", **times(clock.on(120, 10)), "outage_min": 180}
    row |= {"root_cause_report_at": clock.on(118, 15), "root_cause_accepted_by": None}
    why = "停机 180 分钟的根因报告无人认可"
    plan.add("ticket", row, why, fail=["core_outages_beyond_target_explained"])


def _performance(plan: Plan, clock: Clock) -> None:
    sampled, lasts = "core_performance_metrics_sampled", ["disk_space_lasts"]
    plan.find(sampled, "SRV-0030", "fail", "核心主机没有监控项")
    plan.find(sampled, "SRV-0031", "unknown", "唯一监控项的采样时间为空")
    plan.find(sampled, "SRV-0400", "unknown", "资产的重要性层级为空")
    plan.alter("monitor_target", ["SRV-0034", "主机"], {"interval_s": 600})
    plan.find(sampled, "SRV-0034", "fail", "十分钟才采样一次")
    plan.alter("monitor_target", ["SRV-0035", "主机"], {"longest_gap_s": 5400})
    plan.find(sampled, "SRV-0035", "fail", "一天内采样中断 90 分钟")
    plan.alter("monitor_target", ["SRV-0120", "主机"], {"days_to_full": 30}, "预计 30 天后写满", fail=lasts)
    absent = {"_absent": ("days_to_full",)}
    plan.alter("monitor_target", ["SRV-0121", "主机"], absent, "导出里没有预测值", unknown=lasts)

    fast, measured = "transactions_fast_enough", "core_transactions_measured"
    slow, silent = TRANSACTIONS["HIS"][0], TRANSACTIONS["LIS"][0]
    for ago in (2, 9, 16, 23):
        plan.alter("response_time", ["HIS", slow, clock.day(ago)], {"p95_ms": 5200})
        plan.alter("response_time", ["LIS", silent, clock.day(ago)], {"p95_ms": None})
    plan.find(fast, f"HIS/{slow}", "fail", "30 天中有 4 天的响应时间超过 3 秒")
    plan.find(fast, f"LIS/{silent}", "unknown", "30 天中有 4 天的响应时间为空")
    for ago in (4, 5, 6, 12, 13):
        plan.drop("response_time", system_id="EMR", day=clock.day(ago))
    plan.find(measured, "EMR", "fail", "30 天中有 5 天没有测量")
    plan.find(measured, "PHARM", "unknown", "系统类别为空,不知是否要测")

    decided = ["performance_advice_decided"]
    advice = {"recommendations": 2, "recommendations_decided_at": None}
    plan.alter("document", ["DOC-PR-HIS"], advice, "两条建议 60 天没有议定", fail=decided)
    plan.alter("document", ["DOC-PR-NET"], {"recommendations_decided_at": clock.ago(140)})
    plan.find(decided[0], "DOC-PR-VIRT", "unknown", "性能报告的建议条数为空")


def _procedures(plan: Plan, clock: Clock) -> None:
    written = "core_systems_have_operating_procedure"
    plan.alter("document", ["DOC-OP-RIS"], {"reviewed_at": clock.ago(500)})
    plan.find(written, "RIS", "fail", "操作规程 500 天未复核")
    plan.alter("document", ["DOC-OP-AD"], {"reviewed_at": None})
    plan.find(written, "AD", "unknown", "操作规程的复核时间为空")
    row: Row = {"eval_id": "EV-1", "metric": None, "owner": "P00066", "opened_at": clock.on(90, 9)}
    row |= {"id": "IM-4", "due": clock.day(30), "closed_at": None}
    why = "超期 30 天未完成"
    plan.add("improvement", row, why, fail=["improvements_not_overdue", "improvements_finished_on_time"])
    plan.find("improvements_not_overdue", "IM-3", "unknown", "完成时间在将来")
    stated, matches = "backup_plan_states_recovery_targets", ["backup_plan_matches_jobs"]
    plan.alter("backup_plan", ["LIS", job_name("LIS", 1)], {"rto_min": 480})
    plan.find(stated, "LIS", "fail", "备份策略写的恢复时间目标与台账不一致")
    unsure = {"in_policy": None, "rto_min": 480}
    plan.alter("backup_plan", ["ESB", job_name("ESB", 5)], unsure, "是否写入策略为空", unknown=matches)
    plan.find(stated, "ESB", "unknown", "恢复目标不一致的一行是否写入策略为空")


def _weaknesses(plan: Plan, clock: Clock) -> None:
    excepted, triaged = "overdue_vulnerabilities_have_exception", ["forensic_triage_done"]
    for subject, verdict, why in (
        ("SRV-0070/CVE-2026-90001", "fail", "超期且没有例外"),
        ("SRV-0071/CVE-2026-90002", "fail", "超期且没有例外"),
        ("SRV-0072/CVE-2026-90003", "unknown", "能否自动化为空,期限不明"),
        ("SRV-0900/CVE-2026-90004", "unknown", "漏洞所在资产不在台账中"),
    ):
        plan.find(excepted, subject, verdict, why)
    plan.find(triaged[0], "SRV-0070/CVE-2026-90001", "fail", "列入在野利用后没有取证排查")
    plan.find(triaged[0], "SRV-0072/CVE-2026-90003", "unknown", "能否自动化为空,不知是否须取证")
    seen = clock.on(40, 9)
    row: Row = {"cve": "CVE-2026-90010", "automatable": True, "tech_impact": "total", "first_seen": seen}
    row |= {"kev_added": seen, "fixed_at": seen + timedelta(days=2)}
    plan.add("vuln", {"asset_id": "SRV-0073", **row, "triaged_at": seen + timedelta(days=1)})
    late = {"triaged_at": seen + timedelta(days=9)}
    plan.add("vuln", {"asset_id": "SRV-0074", **row, **late}, "九天后才取证排查", fail=triaged)
    ahead = {"triaged_at": clock.ago(-1)}
    plan.add("vuln", {"asset_id": "SRV-0075", **row, **ahead}, "取证排查时间在将来", unknown=triaged)


def _retention(plan: Plan, clock: Clock) -> None:
    kept = ["medical_records_kept_long_enough"]
    row = {"system_id": "PACS", "record_type": "outpatient", "years": 10}
    plan.add("retention_rule", row, "门诊影像只保存 10 年", fail=kept)
    row = {"system_id": "ECG", "record_type": "inpatient", "years": 30, "_as_known_on": clock.ago(60)}
    plan.add("retention_rule", row, "设置是 60 天前核对的,超过 31 天的时效", unknown=kept)
    entries = "asset_entries_complete"
    plan.find(entries, "SRV-0086", "fail", "资产没有责任人")
    plan.find(entries, "SRV-0400", "unknown", "资产的重要性层级为空")
