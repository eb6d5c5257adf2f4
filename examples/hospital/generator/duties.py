"""Documents, meetings, indicators, evaluations, projects: what management keeps."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from generator.plan import Row
from generator.systems import running
from generator.world import HEADS, World

TOPICS = {
    "legal_register": "CSL DSL PIPL HC29 MLPS EMR262 IRM",
    "it_plan": "基础设施 应用 安全",
    "charter": "department daily_running fault_fixing performance security backup",
    "capacity_plan": "compute storage network licences",
    "training_plan": "意识 岗位 考核",
    "incident_procedure": "record classify respond close feedback",
    "om_rules": "运维 安全 备份 EV-1 revision_assessment",
    "response_plan": "urgent important general who times escalation",
    "appraisal_outcome": "绩效",
    "security_procedure": "assessment measures audit",
    "evaluation_scheme": "metric source formula period roles",
}
BACKUP_TOPICS = "scope method frequency medium retention restore"
POSTS = (
    "supervisor",
    "security_admin",
    "audit_admin",
    "system_admin",
    "daily_running",
    "fault_fixing",
    "performance",
    "security",
    "backup",
)
"""Posts and duties that are held by somebody, from ``HEADS[15]`` on."""
BASELINES = ("server", "network", "storage", "database")
CORE_METRICS = (
    "availability",
    "mttr",
    "response_rate",
    "resolve_rate",
    "backup_success",
    "patch_compliance",
    "satisfaction",
)
METRICS = ("mtta", "mttr", "first_fix_rate", "patch_lead_time", "cost_per_system")


def make(world: World) -> None:
    """Kinds ``document``, ``meeting``, ``drill``, ``contact``, ``kpi`` and the other small registers."""
    clock = world.clock
    world.put("document", _documents(world), {})
    world.put("meeting", _meetings(world), {})
    drills = [("勒索软件攻击", 90), ("机房断电", 260)]
    world.put("drill", [_drill(world, number, *one) for number, one in enumerate(drills, 1)], {})
    kinds = {
        "市网信办": "cac",
        "市公安局网安支队": "police",
        "市卫生健康委": "health_commission",
        "厂商值班": "vendor",
    }
    contacts = [
        {"organisation": name, "kind": kind, "verified_at": clock.on(100, 9)} for name, kind in kinds.items()
    ]
    world.put("contact", contacts, {})
    world.put("kpi", _indicators(world), {})
    improvement = {"eval_id": "EV-2", "owner": HEADS[1], "opened_at": clock.on(20, 9), "closed_at": None}
    improvement |= {"due": clock.day(-60)}
    done = {**improvement, "opened_at": clock.on(120, 9), "due": clock.day(20), "closed_at": clock.on(30, 9)}
    open_, closed = {"id": "IM-1", "metric": "availability"}, {"id": "IM-0", "metric": "mttr"}
    world.put("improvement", [open_ | improvement, closed | done], improvement)
    full = _eval("EV-1", "full", clock.on(150, 9), METRICS)
    evals = [full, _eval("EV-2", "kpi_report", clock.on(45, 9), CORE_METRICS)]
    world.put("eval", evals, {})
    om_staff = [row for row in world.tables["person"] if row["is_om_staff"] is not False]
    scores = [
        {"person_id": row["id"], "period": f"{clock.today.year - 1}年度", "eval_id": "EV-1", "weight": 20}
        for row in om_staff
    ]
    world.put("perf_score", scores, {})
    world.put("project", _projects(world), {})
    role = {"deputy": HEADS[30], "system_id": None, "full_time": True, "vacant_since": None}
    role |= {"concurrent": ["保密员"]}
    posts = [{"role": name, "person": HEADS[15 + number], **role} for number, name in enumerate(POSTS)]
    world.put("org_role", posts, role)


def _documents(world: World) -> list[Row]:
    clock, year = world.clock, world.clock.today.year
    rows = []
    for kind, topics in TOPICS.items():
        row = document(f"DOC-{kind}", kind, clock.on(310, 9), covers=topics.split())
        if kind == "training_plan":
            january = datetime(year, 1, 8, 9)
            row |= {
                "approved_at": january,
                "effective_at": january + timedelta(days=2),
                "reviewed_at": january,
            }
        if kind == "om_rules":
            row |= {"supersedes": "DOC-om_rules-V2", "superseded_withdrawn": True}
        rows.append(row)
    rows.append(document("DOC-problem", "problem_analysis", clock.on(40, 9), covers=["trend", "top_causes"]))
    rows.append(document("DOC-supervision", "supervision_plan", clock.on(150, 9), covers=["督查"]))
    rows.append(
        document("DOC-disposal", "data_disposal", clock.on(190, 9), covers=["擦除"]) | {"system_id": "OLDHIS"}
    )
    rows.append(document("DOC-baselines", "config_baseline", clock.on(200, 9), covers=list(BASELINES)))
    support = document("DOC-support", "software_support_list", clock.on(40, 9), covers=["软件"])
    rows.append(support | {"reviewed_at": clock.on(15, 9)})
    for name in ("机房断电", "网络中断", "数据库故障", "勒索软件"):
        rows.append(document(f"DOC-预案-{name}", "contingency_plan", clock.on(310, 9), covers=[name]))
    for system in running(world):
        if system["tier"] is None or system["tier"] <= 2:
            policy = document(
                f"DOC-BK-{system['id']}", "backup_policy", clock.on(310, 9), covers=BACKUP_TOPICS.split()
            )
            rows.append(policy | {"system_id": system["id"]})
        if system["tier"] == 1:
            report = document(
                f"DOC-PR-{system['id']}", "performance_report", clock.on(60, 9), covers=["性能"]
            )
            advice = {"recommendations": world.minutes(0, 4), "recommendations_decided_at": clock.on(50, 9)}
            rows.append(report | advice | {"system_id": system["id"]})
            steps = document(
                f"DOC-OP-{system['id']}", "operating_procedure", clock.on(300, 9), covers=["启停"]
            )
            rows.append(steps | {"system_id": system["id"]})
    return rows


def document(id_: str, kind: str, approved: datetime, covers: list[str] | None) -> Row:
    """A document of the IT department that was approved, took effect, and was reviewed since."""
    return {
        "id": id_,
        "type": kind,
        "version": "V3.0",
        "owner_dept": "信息中心",
        "approved_by": HEADS[0],
        "approved_at": approved,
        "effective_at": approved + timedelta(days=5),
        "reviewed_at": approved + timedelta(days=20),
        "supersedes": None,
        "superseded_withdrawn": None,
        "covers": covers,
        "system_id": None,
        "has_change_log": True,
        "recommendations": None,
        "recommendations_decided_at": None,
    }


def _drill(world: World, number: int, scenario: str, ago: int) -> Row:
    day = world.clock.day(ago)
    return {"id": f"DR-{number}", "scenario": scenario, "date": day, "people": 40, "result": "达到目标"}


def _meetings(world: World) -> list[Row]:
    held = (
        ("leading_group", 120, True),
        ("coordination", 40, False),
        ("coordination", 130, False),
        ("coordination", 220, False),
        ("security", 60, True),
    )
    return [
        {
            "id": f"MT-{number}",
            "type": kind,
            "date": world.clock.day(ago),
            "chair": HEADS[0],
            "chair_is_leader": is_leader,
            "has_minutes": True,
        }
        for number, (kind, ago, is_leader) in enumerate(held, 1)
    ]


def _month_ends(today: date, count: int) -> list[date]:
    """Ends of the latest full months that ended at least a week ago, newest first."""
    ends, day = [], (today - timedelta(days=7)).replace(day=1) - timedelta(days=1)
    for _ in range(count):
        ends.append(day)
        day = day.replace(day=1) - timedelta(days=1)
    return ends


def _indicators(world: World) -> list[Row]:
    rows = []
    for end in _month_ends(world.clock.today, 9):
        for system in running(world):
            if system["tier"] is not None and system["tier"] <= 2:
                value = round(world.between(99.93, 99.99), 3)
                rows.append(_indicator("availability", end, system["id"], system["tier"], value, "higher"))
        rows += [_indicator(metric, end, "*", None, 90, "lower") for metric in METRICS]
    rows += [_quarter(end) for end in quarter_ends(world.clock.today, 7)]
    return rows


def quarter_ends(today: date, count: int) -> list[date]:
    """Ends of the latest full quarters that ended at least a week ago, newest first."""
    return [end for end in _month_ends(today, 3 * count) if end.month % 3 == 0]


def _quarter(end: date) -> Row:
    row = _indicator("mttr", end, "*", None, 90, "lower")
    return row | {"period": f"{end.year}Q{end.month // 3}", "period_kind": "quarter"}


def _indicator(metric: str, end: date, system: str, tier: int | None, value: float, better: str) -> Row:
    target = {1: 99.9, 2: 99.5, None: 100}[tier]
    return {
        "metric": metric,
        "period": f"{end:%Y-%m}",
        "period_kind": "month",
        "period_end": end,
        "system_id": system,
        "tier": tier,
        "baseline": target,
        "target": target,
        "better": better,
        "value": value,
        "recomputed": value,
        "owner": HEADS[1],
        "explanation": None,
    }


def _eval(id_: str, kind: str, done: datetime, covers: Sequence[str]) -> Row:
    return {
        "id": id_,
        "period": f"{done:%Y}",
        "type": kind,
        "done_at": done,
        "signed_by": HEADS[0],
        "covers": list(covers),
    }


def _projects(world: World) -> list[Row]:
    return [
        {
            "id": f"PJ-{number:02d}",
            "total_budget": 1_000_000 * number,
            "security_budget": 80_000 * number,
            "is_new": True,
            "approved_at": world.clock.on(30 * number, 9),
        }
        for number in range(1, 13)
    ]
