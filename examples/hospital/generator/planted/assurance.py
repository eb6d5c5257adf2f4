"""Departures in measures, reviews, tests, trainings, hand-overs, gradings, filings, metrics and suggestions."""

from __future__ import annotations

from generator.clock import Clock
from generator.plan import Plan, Row

IN_FORCE = ("security_measures_tested_yearly", "measures_answer_a_risk")
CITED, OTHERS = ["security_audits_cite_measures"], ["supervision_not_by_executors"]


def plant(plan: Plan, clock: Clock) -> None:
    """What the registers of the security process, training and evaluation show."""
    _measures(plan, clock)
    _reviews(plan, clock)
    _training(plan, clock)
    _assessments(plan, clock)
    _evaluation(plan, clock)


def _measures(plan: Plan, clock: Clock) -> None:
    minimum, deny = "minimum_measures_in_force", ["boundaries_deny_by_default"]
    audited, behind = "core_databases_audited", "internet_apps_behind_waf"
    plan.alter("security_measure", ["SM-FW-02"], {"default_deny": False}, "最后一条是全部放行", fail=deny)
    plan.alter("security_measure", ["SM-FW-03"], {"default_deny": None}, "是否默认拒绝为空", unknown=deny)
    plan.alter("security_measure", ["SM-BASTION"], {"in_force": False})
    plan.find(minimum, "bastion", "fail", "堡垒机已停用")
    plan.alter("security_measure", ["SM-AV"], {"in_force": None}, "是否生效为空", unknown=IN_FORCE)
    plan.find(minimum, "malware_protection", "unknown", "是否生效为空")
    plan.alter("security_measure", ["SM-DBA-RIS"], {"in_force": False})
    plan.find(audited, "RIS", "fail", "数据库审计已停用")
    plan.alter("security_measure", ["SM-DBA-LIS"], {"in_force": None}, "是否生效为空", unknown=IN_FORCE)
    plan.find(audited, "LIS", "unknown", "数据库审计是否生效为空")
    plan.drop("security_measure", id="SM-WAF-APPT")
    plan.find(behind, "APPT", "fail", "预约平台没有 Web 应用防护")
    plan.alter("security_measure", ["SM-WAF-MAIL"], {"in_force": None}, "是否生效为空", unknown=IN_FORCE)
    plan.find(behind, "MAIL", "unknown", "Web 应用防护是否生效为空")
    plan.find(behind, "SURVEY", "unknown", "是否暴露于互联网为空")
    tested, risk = [IN_FORCE[0]], [IN_FORCE[1]]
    old = {"tested_at": clock.ago(480)}
    plan.alter("security_measure", ["SM-DBA-HIS"], old, "480 天没有检验", fail=tested)
    plan.alter("security_measure", ["SM-DBA-EMR"], {"risk_id": None}, "没有对应风险", fail=risk)
    plan.alter("security_measure", ["SM-DBA-CDR"], {"risk_id": "RK-999"}, "风险不在台账中", fail=risk)
    plan.alter("audit", ["AU-RIS-S"], {"covers": ["SM-FW-01", "SM-OLD-7"]}, "措施不在清单中", fail=CITED)
    accepted: Row = {"accepted_by": "P00065", "accept_until": clock.day(-100)}
    signed = ["accepted_risks_signed_and_limited"]
    row = {"id": "RP-103", **accepted, "accepted_by_leader": False}
    plan.add("risk", row, "由科室自行接受,没有领导签字", fail=signed)
    row = {"id": "RP-104", **accepted, "accepted_by_leader": None}
    plan.add("risk", row, "是否领导签字为空", unknown=signed)


def _reviews(plan: Plan, clock: Clock) -> None:
    policy = "record_lookups_sampled_monthly"
    plan.drop("record_access_review", category="vip", reviewed_at=clock.on(12, 15))
    plan.find(policy, "vip", "fail", "重点人员病历查询 42 天没有抽查")
    key = ["off_hours", clock.on(12, 15)]
    plan.alter("record_access_review", key, {"sampled": None})
    plan.find(policy, "off_hours", "unknown", "抽查次数为空")
    operator = {"type": "supervision", "system_id": None, "planned_for": None, "auditor": "P00003"}
    operator |= {"auditor_dept": "信息中心", "independent": False, "covers": ["3.1"]}
    operator |= {"done_at": clock.on(50, 15), "circulated_at": clock.on(49, 15)}
    plan.add("audit", {"id": "AU-DC-8", **operator, "is_operator": True}, "检查人就是运维人员", fail=OTHERS)
    plan.add("audit", {"id": "AU-DC-9", **operator, "is_operator": None}, "是否运维人员为空", unknown=OTHERS)
    plan.find(OTHERS[0], "AU-SPD-C", "unknown", "审计类型为空")
    reviewed = ["rules_reviewed_after_events"]
    event: Row = {"kind": "major_incident", "occurred_at": clock.on(140, 9), "rules_reviewed_at": None}
    plan.add("review_trigger", {"id": "EV-03", **event}, "重大事件 140 天后仍未评审规范", fail=reviewed)
    row = {"id": "EV-04", **event, "rules_reviewed_at": clock.ago(-3)}
    plan.add("review_trigger", row, "评审时间在将来", unknown=reviewed)
    row = {"id": "EV-05", **event, "occurred_at": clock.on(20, 9)}
    plan.add("review_trigger", row)


def _training(plan: Plan, clock: Clock) -> None:
    clicks, trained = ["phishing_click_rate_limited"], ["users_trained_before_major_release"]
    row: Row = {"id": "PH-3", "date": clock.day(40), "sent": 400, "clicked": 61}
    plan.add("phishing_test", row, "后勤部门复测点击率 15 %", fail=clicks)
    row = {"id": "PH-4", "date": clock.day(20), "sent": 300, "clicked": None}
    plan.add("phishing_test", row, "点击数为空", unknown=clicks)
    done = {"finished_at": clock.on(27, 17)}
    for change in ("CP-601", "CP-630", "CP-631"):
        plan.add("release_training", {"change_id": change, **done})
    plan.add("release_training", {"change_id": "CP-603", "finished_at": clock.on(82, 17)})
    plan.add("release_training", {"change_id": "CP-602", **done, "trained": 120})
    plan.find(trained[0], "CP-602", "fail", "240 名用户只培训了 120 名")
    plan.add("release_training", {"change_id": "CP-632", **done, "affected": None})
    plan.find(trained[0], "CP-632", "unknown", "受影响人数为空")
    plan.find(trained[0], "CP-604", "unknown", "是否重大版本为空")
    handed = "handover_training_before_takeover"
    course: Row = {"course": "系统移交培训", "type": "om", "hours": 4, "tags": ["handover", "skill"]}
    for system, ago in (("CDSS", 65), ("SPD", 142), ("ENDO", 210), ("RATION", 310)):
        row = {**course, "person_id": "P00012", "system_id": system, "done_at": clock.on(ago, 14)}
        if system == "RATION":
            row |= {"tags": None, "type": "operating"}
        plan.add("training", row)
    for system, ago, verdict, why in (
        ("ENDO", 220, "fail", "移交十天后才培训"),
        ("RATION", 300, "unknown", "课程标签为空"),
    ):
        plan.find(handed, f"{system}/{_moment(clock, ago)}", verdict, why)


def _moment(clock: Clock, ago: int) -> str:
    return f"{clock.day(ago)} 02:00:00"


def _assessments(plan: Plan, clock: Clock) -> None:
    filed, audited = "cryptography_results_filed", "personal_information_audited"
    plan.alter("assessment", ["AS-LIS-crypto"], {"filed_at": None}, "密评结果没有备案", fail=[filed])
    two: Row = {"system_id": "HIS", "person_id": "P00024", "privileged": True, "mfa": True}
    factors = ["level_3_administrators_use_two_factors"]
    row = {**two, "login": "planted61", "mfa_cryptographic": False}
    plan.add("account", row, "第二因素是短信验证码", fail=factors)
    row = {**two, "login": "planted62", "mfa_cryptographic": None}
    plan.add("account", row, "第二因素是什么为空", unknown=factors)
    plan.drop("account", system_id="MEDWASTE", privileged=True)
    plan.find(filed, "AS-CDR-crypto", "unknown", "评估完成时间为空")
    many = {"persons_affected": 12_400_000}
    plan.alter("system", ["HIS"], many)
    plan.alter("system", ["CDR"], many, "涉及 1240 万人,没有个人信息合规审计", fail=[audited])
    plan.find(audited, "QUEUE", "unknown", "涉及人数为空")
    row: Row = {"id": "AU-HIS-P", "type": "personal_information", "system_id": "HIS", "planned_for": None}
    row |= {"done_at": clock.on(400, 15), "auditor": "外部律所", "auditor_dept": "外部", "is_operator": False}
    plan.add("audit", row | {"independent": True, "covers": ["个人信息"], "circulated_at": clock.on(390, 9)})
    graded = "regraded_systems_reassessed"
    plan.alter("assessment", ["AS-TELEMED-graded_test"], {"done_at": clock.ago(100)})
    plan.alter("assessment", ["AS-WIFI-graded_test"], {"done_at": clock.ago(60)})
    plan.find(graded, "WIFI", "fail", "定级 50 天后才测评")


def _evaluation(plan: Plan, clock: Clock) -> None:
    computable = ["metrics_computable_from_evidence"]
    row = {"metric": "cost_per_system", "sources": ["om_budget"]}
    plan.add("metric_definition", row, "没有预算决算的证据", fail=computable)
    row = {"metric": "drill_coverage", "sources": ["drill"]}
    plan.add("metric_definition", row, "演练登记表没有任何数据", fail=computable)
    row = {"metric": "user_training", "sources": None}
    plan.add("metric_definition", row, "数据来源为空", unknown=computable)
