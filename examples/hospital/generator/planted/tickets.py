"""Departures in tickets, alerts and inspection rounds, and the one row that holds patient data."""

from __future__ import annotations

from datetime import timedelta

from generator.clock import Clock
from generator.plan import Plan, Row
from generator.tickets import times, upward

PATIENT, RECORD, IDENTITY = "欧阳虚构", "ZY20990417", "999999190002280017"
"""Nobody: the record number and the identity number belong to no region and no register."""


def plant(plan: Plan, clock: Clock) -> None:
    """Incidents, security incidents, alerts, rounds."""
    _faults(plan, clock)
    _records(plan, clock)
    _unknown_times(plan, clock)
    _security(plan, clock)
    _upward(plan, clock)
    _recurring(plan, clock)
    _canary(plan, clock)
    _alerts(plan, clock)
    _rounds(plan, clock)


def _faults(plan: Plan, clock: Clock) -> None:
    """Faults of which not enough is known, and long outages."""
    unsure = {"id": "TP-130", "system_id": "EMR", "source": None, **times(clock.on(1, 10))}
    unsure |= {"closed": None, "status": "resolved"}
    plan.add("ticket", unsure, "来源为空", unknown=["faults_documented"])
    long = {**times(clock.on(100, 10)), "outage_min": 75}
    causes, beyond = ["outage_root_cause_reported"], ["core_outages_beyond_target_explained"]
    row = {"id": "TP-131", "system_id": "ESB", **long}
    plan.add("ticket", row, "停机 75 分钟,没有根因报告", fail=causes)
    row = {"id": "TP-132", "system_id": "PHARM", **long, "outage_min": None}
    plan.add("ticket", row, "停机时长为空,也没有根因报告", unknown=[*causes, *beyond])
    row = {"id": "TP-134", "system_id": "EMR", **long, "outage_min": 200}
    plan.add("ticket", row, "停机 200 分钟,超过 RTO,没有根因报告", fail=[*causes, *beyond])
    known = {"root_cause_report_at": clock.on(99, 15), "root_cause_accepted_by": "P00065"}
    plan.add("ticket", {"id": "TP-135", "system_id": "CDR", **long, **known, "outage_min": 200})
    reported = {**long, "root_cause_report_at": clock.on(99, 15)}
    plan.add("ticket", {"id": "TP-133", "system_id": "CDR", **reported})


def _records(plan: Plan, clock: Clock) -> None:
    """What the record of an incident lacks."""
    complete, level = ["closed_incidents_complete"], ["incident_level_assigned"]
    course = times(clock.on(40, 10))
    same = {**upward(course["occurred"]), "level": "urgent", "resolver": "P00005", "verifier": "P00005"}
    plan.add("ticket", {"id": "TP-201", **course, **same}, "紧急事件由处理人自己复核", fail=complete)
    plan.add(
        "ticket",
        {"id": "TP-202", **course, "actions": None},
        "没有处理措施",
        fail=[*complete, "faults_documented"],
    )
    plan.add("ticket", {"id": "TP-203", **course, "status": None}, "状态为空", unknown=complete)
    late = {"classified": course["recorded"] + timedelta(hours=5)}
    plan.add("ticket", {"id": "TP-204", **course, **late}, "五小时后才定级", fail=level)
    order, closed = ["incident_times_in_order"], ["resolved_incidents_closed"]
    crossed = {"occurred": course["detected"] + timedelta(minutes=5)}
    plan.add("ticket", {"id": "TP-205", **course, **crossed}, "发生时间晚于发现时间", fail=order)
    plan.add("ticket", {"id": "TP-206", **course, "recorded_edited": True}, "登记时间被改过", fail=order)
    still = {"closed": None, "status": "resolved"}
    plan.add("ticket", {"id": "TP-207", **course, **still}, "解决 40 天未关闭", fail=closed)
    ahead = {"resolved": clock.ago(-3), "closed": None, "status": "resolved"}
    why = "解决时间在将来"
    plan.add(
        "ticket", {"id": "TP-208", **course, **ahead}, why, unknown=[*closed, *order, "faults_documented"]
    )


def _unknown_times(plan: Plan, clock: Clock) -> None:
    course = times(clock.on(30, 10))
    unrecorded = {"id": "TP-301", **course, "recorded": None, "cause": "光纤收发器老化", "system_id": "SELF"}
    both = ["incident_level_assigned", "incident_times_in_order"]
    plan.add("ticket", unrecorded, "登记时间为空", unknown=both)
    why = "该原因的一张工单登记时间为空"
    plan.find("recurring_faults_have_problem_record", "SELF/光纤收发器老化", "unknown", why)


def _security(plan: Plan, clock: Clock) -> None:
    told, reported = "serious_incidents_told_to_commission", "serious_incidents_reported_in_time"
    course = times(clock.on(70, 10))
    on_time = {
        name: course["detected"] + timedelta(minutes=50) for name in ("reported_at", "commission_told_at")
    }
    serious = {
        **course,
        **on_time,
        "security": True,
        "nat_level": "large",
        "ic_category": "恶意程序",
        "cii": True,
    }
    serious |= {"reviewed_at": clock.on(69, 15), "summary_reported_at": clock.on(60, 15)}
    late = course["detected"] + timedelta(hours=9)
    classified = ["security_incidents_classified"]
    plan.add("ticket", {"id": "TP-400", **serious})
    plan.add("ticket", {"id": "TP-401", **serious, "reported_at": late}, "九小时后才上报", fail=[reported])
    plan.add(
        "ticket",
        {"id": "TP-402", **serious, "reported_at": course["detected"] + timedelta(hours=2), "cii": None},
        "是否涉及关键信息基础设施为空,限 1 小时还是 4 小时不明",
        unknown=[reported],
    )
    row = {"id": "TP-403", **serious, "commission_told_at": None}
    plan.add("ticket", row, "没有报告卫生健康委", fail=[told])
    row = {"id": "TP-404", **serious, "commission_told_at": clock.ago(-1)}
    plan.add("ticket", row, "报告卫生健康委的时间在将来", unknown=[told])
    row = {"id": "TP-405", **course, "security": True, "reviewed_at": clock.on(69, 15)}
    plan.add("ticket", row, "网络安全事件没有归类和定国家级别", fail=classified)
    row = {"id": "TP-406", **course, "security": None}
    plan.add("ticket", row, "是否网络安全事件为空", unknown=[*classified, "urgent_incidents_reviewed"])
    summarised = ["serious_incidents_summarised"]
    row = {"id": "TP-407", **serious, "summary_reported_at": None}
    plan.add("ticket", row, "70 天没有报送总结", fail=summarised)
    row = {"id": "TP-408", **serious, "summary_reported_at": clock.ago(-1)}
    plan.add("ticket", row, "报送总结的时间在将来", unknown=summarised)


def _upward(plan: Plan, clock: Clock) -> None:
    """Urgent incidents, data breaches and lowered levels."""
    start, ahead = clock.on(50, 10), clock.ago(-1)
    course = {**times(start), "level": "urgent", **upward(start)}
    escalated, reviewed = ["urgent_incidents_escalated"], ["urgent_incidents_reviewed"]
    late = {**course, "escalated": start + timedelta(hours=2)}
    plan.add("ticket", {"id": "TP-704", **late}, "两小时后才报值班领导", fail=escalated)
    plan.add(
        "ticket",
        {"id": "TP-705", **course, "leader_told_at": ahead},
        "报院领导的时间在将来",
        unknown=escalated,
    )
    plan.add("ticket", {"id": "TP-706", **course, "reviewed_at": None}, "50 天没有复盘", fail=reviewed)
    plan.add("ticket", {"id": "TP-707", **course, "reviewed_at": ahead}, "复盘时间在将来", unknown=reviewed)
    decided, lowered = ["breach_notice_decided"], ["level_lowering_justified"]
    course = times(start)
    row = {"id": "TP-700", **course, "personal_data_breach": True}
    plan.add("ticket", row, "个人信息泄露后没有决定是否告知", fail=decided)
    row = {"id": "TP-701", **course, "personal_data_breach": None}
    plan.add("ticket", row, "是否个人信息泄露为空", unknown=decided)
    plan.add("ticket", {"id": "TP-702", **course, "level_lowered": True}, "下调级别没有理由", fail=lowered)
    why = {"level_lowered_reason": "影响只在一个诊室", "level_lowered_by": "P00066"}
    plan.add("ticket", {"id": "TP-708", **course, "level_lowered": True, **why})
    plan.add("ticket", {"id": "TP-703", **course, "level_lowered": None}, "是否下调级别为空", unknown=lowered)


def _recurring(plan: Plan, clock: Clock) -> None:
    for number in range(4):
        row = {"id": f"TP-50{number}", "system_id": "LIS", "cause": "仪器接口卡死"}
        plan.add("ticket", {**row, **times(clock.on(15 + 10 * number, 9))})
    subject, why = "LIS/仪器接口卡死", "四次同因故障没有问题记录"
    plan.find("recurring_faults_have_problem_record", subject, "fail", why)


def _canary(plan: Plan, clock: Clock) -> None:
    """Made-up patient data typed into a ticket: no report may ever show it."""
    plan.canaries += [PATIENT, RECORD, IDENTITY]
    text = f"为患者{PATIENT}(病案号 {RECORD},证件 {IDENTITY})重发检验报告"
    row = {"id": "TP-600", "system_id": "LIS", **times(clock.on(35, 10)), "cause": "报告未回传"}
    why = "处理措施里有患者信息,入库时被整段丢弃"
    plan.add(
        "ticket", {**row, "actions": text}, why, unknown=["closed_incidents_complete", "faults_documented"]
    )


def _alerts(plan: Plan, clock: Clock) -> None:
    noted = ["open_critical_alerts_noted"]
    raised = clock.ago(6)
    row: Row = {"target": "SRV-0100", "asset_id": "SRV-0100", "system_id": None, "severity": "critical"}
    row |= {"raised_at": raised, "acked_at": raised + timedelta(minutes=3), "closed_at": None}
    row |= {"ticket_id": "TP-131", "noted_at": None}
    plan.add("alert", {**row, "id": "AL-900001"}, "六天未关闭且没有说明", fail=noted)
    plan.add("alert", {**row, "id": "AL-900003", "noted_at": clock.ago(5)})
    row = {**row, "id": "AL-900002", "_absent": ("noted_at",)}
    plan.add("alert", row, "导出里没有处理说明时间", unknown=noted)


def _rounds(plan: Plan, clock: Clock) -> None:
    ticketed = ["abnormal_inspection_has_ticket"]
    for ago in (3, 8, 13, 18, 23):
        plan.drop("inspection", system_id="PACS", date=clock.day(ago))
    plan.find("daily_inspection_recorded", "PACS", "fail", "30 天中有 5 天没有巡检")
    key = ["HIS", clock.day(5), "例行巡检"]
    missing = {"abnormal": 2, "ticket_id": None, "ticket_at": None}
    plan.alter("inspection", key, missing, "发现异常却没有工单", fail=ticketed)
    key = ["HIS", clock.day(6), "例行巡检"]
    plan.alter("inspection", key, {"abnormal": None}, "异常项数为空", unknown=ticketed)
