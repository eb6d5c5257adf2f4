"""Departures in the staff register, the training records and the appraisals."""

from __future__ import annotations

from generator.clock import Clock
from generator.people import DUTY_COURSE
from generator.plan import Plan

OM = {"is_om_staff": True, "dept": "信息中心", "post": "信息工程师"}


def plant(plan: Plan, clock: Clock) -> None:
    """People P90001 to P90013; their accounts stand in ``planted/accounts.py``."""
    signed = ["rules_acknowledged", "rules_acknowledged_yearly"]
    acknowledged = {**OM, "rules_acknowledged_at": clock.on(150, 9)}
    plan.add(
        "person",
        {"id": "P90001", "left_at": clock.ago(-15)},
        "离职日期在将来,当前是否在岗无法确认",
        unknown=["exam_passed", "role_training_for_privileged"],
    )
    plan.add("person", {"id": "P90002"}, "考核 65 分,未及格", fail=["exam_passed"])
    low = {"person_id": "P90002", "course": "网络安全意识补训", "type": "awareness", "score": 65}
    plan.drop("training", person_id="P90002", course="网络安全意识年度培训")
    plan.add("training", {**low, "done_at": clock.on(60, 14)})
    _movers(plan, clock)
    plan.add(
        "person",
        {"id": "P90005", **acknowledged},
        "没有岗位培训记录",
        fail=["role_training_for_privileged", "om_staff_trained", "om_staff_examined"],
    )
    plan.add(
        "person",
        {"id": "P90006", **acknowledged},
        "一年只有一次、4 学时、没有考试的运维培训",
        fail=["om_staff_trained", "om_staff_examined"],
    )
    plan.add(
        "training",
        {
            "person_id": "P90006",
            "course": "运维短训",
            "done_at": clock.on(90, 9),
            "type": "om",
            "hours": 4,
            "tags": ["skill"],
        },
    )
    for person in ("P90005", "P90006"):
        for number in (1, 2):
            plan.drop("training", person_id=person, course=f"运维技能培训({number})")
    plan.add(
        "person",
        {"id": "P90007", "is_om_staff": None},
        "是否运维人员为空",
        unknown=[
            "role_training_for_privileged",
            "om_staff_trained",
            "om_staff_examined",
            "appraisal_cites_evaluation",
            "rules_acknowledged",
            "rules_acknowledged_yearly",
        ],
    )
    plan.add(
        "person", {"id": "P90008", **acknowledged}, "绩效考核未引用评估", fail=["appraisal_cites_evaluation"]
    )
    plan.drop("perf_score", person_id="P90008")
    plan.add("person", {"id": "P90009", **OM}, "未签阅运维制度", fail=signed)
    plan.add(
        "person",
        {"id": "P90010", **OM, "rules_acknowledged_at": clock.ago(-3)},
        "签阅时间在将来",
        unknown=signed,
    )
    plan.drop("training", course=DUTY_COURSE)
    plan.find("om_training_covers_skill_and_duty", "duty", "fail", "一年内没有职责类的运维培训")
    weight, period = ["appraisal_weight_sufficient"], f"{clock.today.year - 1}年度"
    plan.alter("perf_score", ["P00001", period], {"weight": 2}, "权重只有 2 %", fail=weight)
    plan.alter("perf_score", ["P00002", period], {"weight": None}, "权重为空", unknown=weight)
    plan.add("person", {"id": "P90011", "status": "left", "left_at": clock.on(25, 17)})
    plan.add("person", {"id": "P90012", "status": None})
    plan.add("person", {"id": "P90013", "status": "left", "left_at": clock.on(60, 17)})


def _movers(plan: Plan, clock: Clock) -> None:
    moved = clock.on(50, 9)
    plan.add(
        "person",
        {"id": "P90003", "post_changed_at": moved, "rights_adjusted_at": clock.on(30, 9)},
        "调岗 20 天后才调整权限",
        fail=["movers_adjusted"],
    )
    plan.add(
        "person",
        {"id": "P90004", "post_changed_at": moved, "rights_adjusted_at": clock.ago(-4)},
        "权限调整时间在将来",
        unknown=["movers_adjusted"],
    )
