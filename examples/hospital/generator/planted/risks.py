"""Departures in risks, assessments and audits."""

from __future__ import annotations

from generator.clock import Clock
from generator.plan import Plan, Row
from generator.risks import CLAUSES


def plant(plan: Plan, clock: Clock) -> None:
    """The risk register, assessments, audits, findings."""
    _risks(plan, clock)
    _assessments(plan, clock)
    _audits(plan, clock)
    _findings(plan, clock)


def _risks(plan: Plan, clock: Clock) -> None:
    accepted, retested, treated = (
        ["accepted_risks_signed_and_limited"],
        ["closed_risks_retested"],
        ["high_risks_treated"],
    )
    by = {"accepted_by": "P00065", "accepted_by_leader": True}
    plan.add("risk", {"id": "RP-100", **by, "accept_until": clock.day(-100)})
    plan.add("risk", {"id": "RP-101", **by, "accept_until": clock.day(30)}, "接受期限已过", fail=accepted)
    plan.add(
        "risk", {"id": "RP-102", **by, "accept_until": clock.day(-600)}, "接受期限超过一年", fail=accepted
    )
    closed = {"closed_at": clock.on(10, 10), "retest_id": "RT-901", "retest_passed": True}
    plan.add("risk", {"id": "RP-201", **closed, "retest_passed": False}, "复测未通过就关闭", fail=retested)
    plan.add("risk", {"id": "RP-202", **closed, "retest_id": None}, "没有复测就关闭", fail=retested)
    ahead = {**closed, "closed_at": clock.ago(-2), **by, "accept_until": clock.day(-50)}
    plan.add(
        "risk",
        {"id": "RP-203", **ahead},
        "关闭时间在将来",
        unknown=[*retested, *accepted, "risks_trace_to_assessment"],
    )
    plan.add(
        "risk", {"id": "RP-400", "assessment_id": None}, "没有来源评估", fail=["risks_trace_to_assessment"]
    )
    high = {"level": "high", "found_at": clock.on(25, 10), "planned_at": clock.on(20, 10)}
    plan.add("risk", {"id": "RP-300", **high})
    plan.add("risk", {"id": "RP-301", **high, "owner": None}, "高风险没有责任人", fail=treated)
    plan.add("risk", {"id": "RP-302", **high, "found_at": None}, "发现时间为空", unknown=treated)


def _assessments(plan: Plan, clock: Clock) -> None:
    plan.alter("assessment", ["AS-EMR-risk_assessment"], {"report_hash": None})
    plan.find("important_data_assessed_yearly", "EMR", "fail", "重要数据的风险评估没有报告")
    for system, kind, policy, years, why in (
        ("AD", "graded_test", "graded_test_done", 2, "两年未做等级测评"),
        ("VIRT", "crypto", "cryptography_assessment_done", 2, "两年未做密评"),
        ("OA", "graded_test", "graded_test_done_level_2", 4, "涉及 26 万人,四年未做等级测评"),
        ("PORTAL", "pen_test", "penetration_test_yearly", 2, "两年未做渗透测试"),
        ("ANES", "risk_assessment", "risk_assessment_yearly", 2, "两年未做风险评估"),
    ):
        plan.alter("assessment", [f"AS-{system}-{kind}"], {"done_at": clock.ago(365 * years)})
        plan.find(policy, system, "fail", why)
    for system, kind, policy in (
        ("NET", "risk_assessment", "risk_assessment_yearly"),
        ("DBPLAT", "graded_test", "graded_test_done"),
        ("CDR", "crypto", "cryptography_assessment_done"),
    ):
        plan.alter("assessment", [f"AS-{system}-{kind}"], {"done_at": None})
        plan.find(policy, system, "unknown", "评估完成时间为空")
    plan.find("cryptography_results_filed", "AS-CDR-crypto", "unknown", "评估完成时间为空")


def _audits(plan: Plan, clock: Clock) -> None:
    configuration, independent = "configuration_audit_quarterly", "security_audit_independent"
    plan.alter("audit", ["AU-ICU-C"], {"done_at": clock.ago(140)})
    plan.find(configuration, "ICU", "fail", "140 天没有配置审计")
    plan.alter("audit", ["AU-SPD-C"], {"type": None})
    plan.find(configuration, "SPD", "unknown", "审计类型为空")
    for policy in (
        "security_audits_cite_measures",
        "supervision_items_done_on_time",
        "supervision_reports_circulated",
        "supervision_not_by_executors",
    ):
        plan.find(policy, "AU-SPD-C", "unknown", "审计类型为空")
    plan.alter(
        "audit", ["AU-EMR-S"], {"covers": None}, "覆盖内容为空", unknown=["security_audits_cite_measures"]
    )
    told = {"_stream": True, "type": "security_audit", "system_id": "OA", "auditor": "P00080"}
    told |= {
        "auditor_dept": "审计科",
        "is_operator": False,
        "independent": True,
        "planned_for": clock.day(50),
    }
    told |= {"done_at": clock.on(50, 15), "circulated_at": clock.on(48, 15), "covers": []}
    plan.add("audit", {"id": "AU-NS-2", **told}, "没有引用任何措施", fail=["security_audits_cite_measures"])
    late = {"planned_for": clock.day(220)}
    plan.alter("audit", ["AU-DC-3"], late, "晚于计划十天", fail=["supervision_items_done_on_time"])
    silent = {"circulated_at": None}
    plan.alter("audit", ["AU-DC-2"], silent, "督查结果没有通报", fail=["supervision_reports_circulated"])
    plan.alter("audit", ["AU-HIS-S"], {"is_operator": True})
    plan.find(independent, "HIS", "fail", "审计员就是运维人员")
    plan.alter("audit", ["AU-LIS-S"], {"is_operator": None})
    plan.find(independent, "LIS", "unknown", "审计员是否运维人员为空")
    covered = [clause for clause in CLAUSES if clause not in ("3.2", "5.1.2", "6.2.3")]
    plan.alter("audit", ["AU-DC-1"], {"covers": covered})
    plan.alter("audit", ["AU-SPD-C"], {"covers": ["5.1.2"]})
    plan.find("supervision_check_quarterly", "5.1.2", "unknown", "覆盖它的那次审计类型为空,可能就是督查")
    for clause in ("3.2", "6.2.3"):
        plan.find("supervision_check_quarterly", clause, "fail", "最近一季的督查没有覆盖该条款")


def _findings(plan: Plan, clock: Clock) -> None:
    planned = ["nonconformities_planned"]
    row: Row = {"audit_id": "AU-DC-1", "risk_id": None, "owner": "P00012", "action": "修订流程"}
    row |= {"due": clock.day(-30), "closed_at": None}
    plan.add("audit_finding", {"id": "AF-900", **row})
    plan.add("audit_finding", {"id": "AF-901", **row, "owner": None}, "没有责任人", fail=planned)
    ahead = {**row, "closed_at": clock.ago(-3)}
    plan.add(
        "audit_finding", {"id": "AF-902", **ahead}, "关闭时间在将来", unknown=["nonconformities_planned"]
    )
