"""Departures in posts, budgets, indicators, rules of retention, triggers, trainings and statements of scope."""

from __future__ import annotations

from generator.clock import Clock
from generator.duties import document, quarter_ends
from generator.plan import Plan, Row
from generator.tickets import times


def plant(plan: Plan, clock: Clock) -> None:
    """What the small registers say, one failure and one gap at a time."""
    _posts(plan, clock)
    _money(plan)
    _rules(plan, clock)
    _people(plan, clock)
    _documents(plan, clock)
    _tickets(plan, clock)
    _scope(plan, clock)


def _posts(plan: Plan, clock: Clock) -> None:
    present, held, three = (
        ["appointed_people_present"],
        "duties_have_holder_and_deputy",
        "three_administrators_appointed",
    )
    ahead = {"vacant_since": clock.ago(-9)}
    plan.alter("org_role", ["system_admin", "P00083"], {"vacant_since": clock.ago(90)})
    plan.find(three, "system_admin", "fail", "系统管理员空缺")
    plan.alter("org_role", ["audit_admin", "P00082"], ahead, "空缺时间在将来", unknown=present)
    plan.find(three, "audit_admin", "unknown", "审计管理员的空缺时间在将来")
    plan.alter("org_role", ["performance", "P00086"], {"deputy": "P90013"}, "副手已离职", fail=present)
    plan.alter("org_role", ["backup", "P00088"], {"deputy": None})
    plan.find(held, "backup", "fail", "备份岗没有副手")
    plan.alter("org_role", ["security", "P00087"], ahead, "空缺时间在将来", unknown=present)
    plan.find(held, "security", "unknown", "安全岗的空缺时间在将来")
    full = ["security_administrator_full_time"]
    row = {"role": "security_admin", "person": "P00090", "system_id": "EMR"}
    plan.add("org_role", {**row, "full_time": False}, "安全管理员是兼职", fail=full)
    plan.add("org_role", {**row, "person": "P00091", "full_time": None}, "是否专职为空", unknown=full)


def _money(plan: Plan) -> None:
    explained = ["om_budget_variance_explained"]
    plan.alter("budget", ["维保", "2025"], {"actual": 3_000_000}, "超支一半没有说明", fail=explained)
    plan.alter("budget", ["云服务", "2025"], {"_absent": ("planned",)}, "预算数没有导出", unknown=explained)


def _rules(plan: Plan, clock: Clock) -> None:
    kept, reviewed = ["medical_records_kept_long_enough"], ["rules_reviewed_after_events"]
    row: Row = {"system_id": "HIS", "record_type": "inpatient", "years": 10}
    plan.add("retention_rule", row, "住院病历只存 10 年", fail=kept)
    row = {"system_id": "PACS", "record_type": "outpatient", "years": 1, "_absent": ("years",)}
    plan.add("retention_rule", row, "年限没有导出", unknown=kept)
    row = {"kind": "major_incident", "occurred_at": clock.on(150, 9), "rules_reviewed_at": None}
    plan.add("review_trigger", {"id": "TR-3", **row}, "重大事件后没有评审规章", fail=reviewed)
    gap = {"_absent": ("rules_reviewed_at",)}
    plan.add("review_trigger", {"id": "TR-4", **row, **gap}, "评审时间没有导出", unknown=reviewed)
    computed = ["metrics_computable_from_evidence"]
    row = {"metric": "contract_value", "formula": "见指标手册", "sources": ["contract_ledger"]}
    plan.add("metric_definition", row, "没有这种证据", fail=computed)
    row = {"metric": "user_voice", "formula": "见指标手册", "sources": [], "_absent": ("sources",)}
    plan.add("metric_definition", row, "数据来源没有导出", unknown=computed)
    newest = quarter_ends(clock.today, 7)[0]
    name = f"{newest.year}Q{newest.month // 3}"
    slips, slow = ["mttr_does_not_slip"], {"value": 99.5, "recomputed": 99.5}
    plan.alter("kpi", ["mttr", name, "*"], slow, "比前四季慢一成多", fail=slips)
    row = {
        "metric": "mttr",
        "period": name,
        "period_kind": "quarter",
        "period_end": newest,
        "system_id": "HIS",
    }
    row |= {
        "baseline": 100,
        "target": 100,
        "better": "lower",
        "value": 90,
        "recomputed": 90,
        "owner": "P00066",
    }
    plan.add("kpi", row, "前几季没有记录,无从比较", unknown=slips)
    overdue: Row = {"eval_id": "EV-1", "metric": None, "owner": "P00066", "opened_at": clock.on(100, 9)}
    overdue |= {"due": clock.day(10), "closed_at": None}
    late = ["improvements_not_overdue", "improvements_finished_on_time"]
    plan.add("improvement", {"id": "IM-5", **overdue}, "逾期十天", fail=late)


def _people(plan: Plan, clock: Clock) -> None:
    first = ["newcomers_acknowledge_rules"]
    vendor: Row = {"kind": "vendor", "hired_at": clock.on(100, 0), "rules_acknowledged_at": clock.on(60, 9)}
    plan.add("person", {"id": "P90020", **vendor}, "入职 100 天没有首次签阅", fail=first)
    ahead = {"rules_first_acknowledged_at": clock.ago(-2)}
    plan.add("person", {"id": "P90021", **vendor, **ahead}, "首次签阅时间在将来", unknown=first)
    took = ["handover_training_before_takeover"]
    row: Row = {"system_id": "RATION", "handed_over_at": clock.on(60, 9)}
    plan.add("handover", row, "移交前没有培训", fail=took)


def _documents(plan: Plan, clock: Clock) -> None:
    baselines, steps = "configuration_baselines_reviewed", "core_systems_have_operating_procedure"
    plan.alter("document", ["DOC-baselines"], {"covers": ["server", "network"]})
    storage = document("DOC-baselines-存储", "config_baseline", clock.on(200, 9), ["storage"])
    plan.add("document", storage | {"reviewed_at": None})
    plan.find(baselines, "database", "fail", "没有数据库基线")
    plan.find(baselines, "storage", "unknown", "存储基线的评审时间为空")
    plan.alter("document", ["DOC-OP-LIS"], {"reviewed_at": clock.on(500, 9)})
    plan.find(steps, "LIS", "fail", "操作规程 500 天没有评审")
    plan.alter("document", ["DOC-OP-RIS"], {"reviewed_at": None})
    plan.find(steps, "RIS", "unknown", "操作规程的评审时间为空")
    decided = ["performance_advice_decided"]
    advice = {"recommendations": 3, "recommendations_decided_at": None}
    plan.alter("document", ["DOC-PR-LIS"], advice, "性能建议 60 天没有答复", fail=decided)
    ahead = {**advice, "recommendations_decided_at": clock.ago(-2)}
    plan.alter("document", ["DOC-PR-RIS"], ahead, "答复时间在将来", unknown=decided)
    filed = ["cryptography_results_filed"]
    late = {"done_at": clock.on(150, 9), "filed_at": None}
    plan.alter("assessment", ["AS-LIS-crypto"], late, "密评结果没有备案", fail=filed)
    ahead = {"done_at": clock.on(150, 9), "filed_at": clock.ago(-2)}
    plan.alter("assessment", ["AS-RIS-crypto"], ahead, "备案时间在将来", unknown=filed)


def _tickets(plan: Plan, clock: Clock) -> None:
    open_ = ["user_reports_not_left_open"]
    row: Row = {**times(clock.on(50, 10)), "kind": "request", "source": "user", "status": "open"}
    row |= {"resolved": None, "closed": None}
    plan.add("ticket", {"id": "TP-801", **row}, "50 天没有办完,也没有批准延期", fail=open_)
    plan.add("ticket", {"id": "TP-803", **row, **times(clock.on(4, 10)), "resolved": None, "closed": None})
    gap = {"recorded": None}
    plan.add("ticket", {"id": "TP-802", **row, **gap}, "登记时间为空", unknown=open_)


def _scope(plan: Plan, clock: Clock) -> None:
    force, holds = "scope_statements_in_force", "scope_statements_hold"
    row: Row = {
        "reason": "医院不使用",
        "signed_by": "P00065",
        "signed_at": clock.ago(90),
        "until": clock.day(-200),
    }
    plan.add("scope_statement", {"subject": "iot", **row, "signed_by": None}, "无人签字", fail=[force])
    unsure = {"subject": "mobile_devices", **row, "until": None}
    plan.add("scope_statement", unsure, "有效期为空", unknown=[force, holds])
    plan.add("scope_statement", {"subject": "RIS", **row}, "放射系统明明在用", fail=[holds])
    plan.add("scope_statement", {"subject": "linux", **row}, "资产里有 Linux 主机", fail=[holds])
    plan.add("scope_statement", {"subject": "iot-devices", **row}, "没有策略认识的对象", fail=[force])
