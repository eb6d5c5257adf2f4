"""Documents, meetings, indicators, evaluations, projects: what management keeps."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from generator.plan import Row
from generator.registers import POST, operating_procedures, posts, repair_times
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
    "response_plan": "urgent important who times escalation",
    "security_procedure": "assessment measures audit",
    "evaluation_scheme": "metric source formula period roles",
}
BACKUP_TOPICS = "scope method frequency medium retention restore"
METRICS = ("mtta", "mttr", "first_fix_rate", "patch_lead_time", "cost_per_system")


def make(world: World) -> None:
    """Kinds ``document``, ``meeting``, ``drill``, ``contact``, ``kpi`` and the other small registers."""
    clock = world.clock
    world.put("document", _documents(world), {})
    world.put("meeting", _meetings(world), {})
    world.put("drill", [], {})
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
    world.put("kpi", [*_indicators(world), *repair_times(world)], {})
    improvement = {"eval_id": "EV-2", "owner": HEADS[1], "opened_at": clock.on(20, 9), "closed_at": None}
    improvement |= {"due": clock.day(-60)}
    world.put("improvement", [{"id": "IM-1", "metric": "availability", **improvement}], {})
    evals = [_eval("EV-1", "full", clock.on(150, 9)), _eval("EV-2", "kpi_report", clock.on(45, 9))]
    world.put("eval", evals, {})
    om_staff = [row for row in world.tables["person"] if row["is_om_staff"] is not False]
    scores = [
        {"person_id": row["id"], "period": f"{clock.today.year - 1}年度", "eval_id": "EV-1", "weight": 20}
        for row in om_staff
    ]
    world.put("perf_score", scores, {})
    world.put("project", _projects(world), {})
    world.put("org_role", posts(), POST)


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
    for name in ("机房断电", "网络中断", "数据库故障", "勒索软件"):
        rows.append(document(f"DOC-预案-{name}", "contingency_plan", clock.on(310, 9), covers=[name]))
    for special in operating_procedures(world, clock.on(310, 9)):
        rows.append(
            document(special["id"], special["type"], special["approved_at"], covers=["操作规程"]) | special
        )
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
            rows.append(report | {"system_id": system["id"], "recommendations": world.minutes(0, 4)})
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
    }


def _meetings(world: World) -> list[Row]:
    held = (
        ("leading_group", 120, True),
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
    return rows


def _indicator(metric: str, end: date, system: str, tier: int | None, value: float, better: str) -> Row:
    target = {1: 99.9, 2: 99.5, None: 100}[tier]
    return {
        "metric": metric,
        "period": f"{end:%Y-%m}",
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


def _eval(id_: str, kind: str, done: datetime) -> Row:
    return {
        "id": id_,
        "period": f"{done:%Y}",
        "type": kind,
        "done_at": done,
        "signed_by": HEADS[0],
        "covers": list(METRICS),
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
