"""Departures in documents, meetings, indicators and projects, and exports that are missing, empty, old or damaged."""

from __future__ import annotations

from datetime import date, timedelta

from generator.clock import Clock
from generator.duties import document
from generator.plan import Plan, Row


def plant(plan: Plan, clock: Clock) -> None:
    """Duties of the institution, and gaps in whole collections."""
    _documents(plan, clock)
    _indicators(plan, clock)
    _projects(plan)
    _gaps(plan)
    _contacts(plan, clock)
    metrics = "kpi_report_holds_core_metrics"
    row = {
        "id": "EV-3",
        "period": "Q1",
        "type": "kpi_report",
        "done_at": clock.on(130, 9),
        "signed_by": "P00065",
    }
    plan.add("eval", row | {"covers": None}, "报告包含的指标为空", unknown=[metrics])
    few = row | {"id": "EV-4", "covers": ["mtta", "mttr"]}
    plan.add("eval", few, "指标报告缺少核心指标", fail=[metrics])
    _improvements(plan, clock)
    for waiver, why in (("WV-003", "例外已到期"), ("WV-004", "例外没有对应的问题")):
        plan.find("waivers_in_order", waiver, "fail", why)


def _documents(plan: Plan, clock: Clock) -> None:
    procedure = "incident_procedure_complete"
    plan.alter("document", ["DOC-incident_procedure"], {"covers": ["record", "classify", "close"]})
    plan.find(procedure, "feedback", "fail", "事件管理程序没有反馈环节")
    respond = document("DOC-incident_procedure-处置", "incident_procedure", clock.on(300, 9), ["respond"])
    plan.add("document", respond | {"reviewed_at": None})
    plan.find(procedure, "respond", "unknown", "处置环节另立文件,评审时间为空")
    levels = ["urgent", "important", "who", "times", "escalation"]
    plan.alter("document", ["DOC-response_plan"], {"covers": levels})
    plan.find("response_plans_cover_levels", "general", "fail", "响应方案没有一般级别")
    revisions = ["rules_revisions_cite_evaluation", "rules_revisions_traceable"]
    for name, covers, why, verdict in (
        ("net", ["网络"], "修订没有引用评估", "fail"),
        ("data", None, "覆盖内容为空", "unknown"),
    ):
        rules = document(f"DOC-om_rules-{name}", "om_rules", clock.on(330, 9), covers)
        rules |= {"supersedes": f"DOC-om_rules-{name}-V1", "superseded_withdrawn": True}
        plan.add("document", rules, why, **{verdict: revisions})
    plan.alter("document", ["DOC-BK-EMR"], {"reviewed_at": clock.ago(500)})
    plan.find("backup_policy_documented", "EMR", "fail", "备份策略 500 天未复核")
    plan.alter("document", ["DOC-BK-ANES"], {"reviewed_at": None})
    plan.find("backup_policy_documented", "ANES", "unknown", "备份策略的复核时间为空")
    plan.alter("document", ["DOC-PR-NET"], {"approved_at": clock.ago(150), "recommendations": 0})
    plan.find("performance_report_quarterly", "NET", "fail", "150 天没有性能报告")
    plan.alter("document", ["DOC-PR-VIRT"], {"recommendations": None})
    plan.find("performance_report_quarterly", "VIRT", "unknown", "性能报告的建议条数为空")
    plan.find("performance_advice_decided", "DOC-PR-VIRT", "unknown", "性能报告的建议条数为空")


def _indicators(plan: Plan, clock: Clock) -> None:
    newest = (clock.today - timedelta(days=7)).replace(day=1) - timedelta(days=1)
    month = f"{newest:%Y-%m}"
    met, missed, same = "availability_targets_met", "missed_targets_have_action", "kpi_values_reproducible"
    low = {"value": 99.2, "recomputed": 99.2}
    plan.alter("kpi", ["availability", month, "LIS"], low)
    plan.find(met, "LIS", "fail", f"{month} 可用性 99.2 %")
    key = ["availability", month, "ECG"]
    plan.alter("kpi", key, {"value": None}, "可用性没有填写", unknown=[same, missed])
    plan.find(met, "ECG", "unknown", f"{month} 可用性没有填写")
    key = ["availability", month, "PATH"]
    plan.alter("kpi", key, {"recomputed": 90.0}, "复算值相差近 10 %", fail=[same])
    key = ["availability", month, "BLOOD"]
    plan.alter("kpi", key, {"recomputed": None}, "复算值为空", unknown=[same])
    old = _before(newest, 2)
    key = ["mttr", f"{old:%Y-%m}", "*"]
    plan.alter("kpi", key, {"value": 130, "recomputed": 130}, "未达标且没有改进措施", fail=[missed])
    key = ["mtta", f"{old:%Y-%m}", "*"]
    plan.alter("kpi", key, {"value": None}, "指标值为空", unknown=[missed, same])
    for back in range(9):
        period = f"{_before(newest, back):%Y-%m}"
        plan.alter("kpi", ["cost_per_system", period, "*"], {"owner": None})
        plan.alter("kpi", ["first_fix_rate", period, "*"], {"period_end": None})
    metrics = "efficiency_metrics_have_targets"
    plan.find(metrics, "cost_per_system", "fail", "指标没有责任人")
    plan.find(metrics, "first_fix_rate", "unknown", "周期截止日为空")

    improve = ["missed_targets_improve"]
    why = "长期不达标,没有改善也没有说明"
    for back in range(1, 9):
        key = ["patch_lead_time", f"{_before(newest, back):%Y-%m}", "*"]
        judged = [missed, *improve] if back >= 6 else [missed]
        plan.alter("kpi", key, {"value": 120, "recomputed": 120}, why, fail=judged)
    key = ["mttr", f"{_before(newest, 7):%Y-%m}", "*"]
    explained = {"value": 110, "recomputed": 110, "explanation": "机房搬迁"}
    plan.alter("kpi", key, explained, "未达标有说明,没有改进措施", fail=[missed])
    plan.alter("kpi", ["patch_lead_time", month, "*"], {"value": 121, "recomputed": 121, "target": None})
    key = ["mtta", f"{_before(newest, 8):%Y-%m}", "*"]
    plan.alter("kpi", key, {"value": None}, "指标值为空", unknown=[missed, same, *improve])


def _improvements(plan: Plan, clock: Clock) -> None:
    finished = ["improvements_finished_on_time"]
    row: Row = {"eval_id": "EV-1", "metric": None, "owner": "P00066", "opened_at": clock.on(200, 9)}
    row |= {"due": clock.day(60), "closed_at": clock.on(40, 9)}
    plan.add("improvement", {"id": "IM-2", **row}, "晚 20 天完成", fail=finished)
    ahead = {**row, "closed_at": clock.ago(-2)}
    unsure = [*finished, "improvements_not_overdue"]
    plan.add("improvement", {"id": "IM-3", **ahead}, "完成时间在将来", unknown=unsure)


def _contacts(plan: Plan, clock: Clock) -> None:
    verified = ["emergency_contacts_verified"]
    plan.alter(
        "contact",
        ["市公安局网安支队"],
        {"verified_at": clock.ago(600)},
        "600 天没有核实",
        subject="police",
        fail=verified,
    )
    plan.alter(
        "contact", ["市网信办"], {"verified_at": None}, "核实时间为空", subject="cac", unknown=verified
    )


def _before(end: date, months: int) -> date:
    """The end of the month that lies so many months before the one that ends here."""
    for _ in range(months):
        end = end.replace(day=1) - timedelta(days=1)
    return end


def _projects(plan: Plan) -> None:
    share = ["security_budget_share_met"]
    plan.alter("project", ["PJ-03"], {"security_budget": 60_000}, "安全预算占 2 %", fail=share)
    plan.alter("project", ["PJ-05"], {"security_budget": None}, "安全预算为空", unknown=share)


def _gaps(plan: Plan) -> None:
    """A collection with a row that cannot be read."""
    plan.alter("project", ["PJ-12"], {"total_budget": "约300万"})
    plan.find("security_budget_share_met", "*", "unknown", "一行总预算写成“约300万”,无法读取,采集不完整")
