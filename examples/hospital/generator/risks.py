"""Risk register, assessments, audits and what they found."""

from __future__ import annotations

from datetime import timedelta

from generator.plan import Row, listed
from generator.systems import running
from generator.world import HEADS, OM_STAFF, World

RISKS, FINDINGS = 70, 40


def make(world: World) -> None:
    """Kinds ``assessment``, ``risk``, ``audit`` and ``audit_finding``."""
    systems = running(world)
    assessed = [row for system in systems for row in _assessments(world, system)]
    assessed += [_check(world, f"AS-CHECK-{ago}", "security_check", ago) for ago in (12, 42)]
    assessed.append(_check(world, "AS-FULL", "full_check", 140))
    assessed.append(_check(world, "AS-PIA", "personal_information_audit", 200))
    world.put("assessment", assessed, {})
    world.put("risk", [_risk(world, number) for number in range(1, RISKS + 1)], clean_risk(world))
    world.put("audit", _audits(world, systems), {})
    findings = [_finding(world, number) for number in range(1, FINDINGS + 1)]
    world.put("audit_finding", findings, {})


def _assessments(world: World, system: Row) -> list[Row]:
    kinds = ["risk_assessment", "pen_test"] if system["tier"] == 1 else []
    if system["internet_exposed"] and system["tier"] != 1:
        kinds.append("pen_test")
    mlps = system["mlps"] or 0
    kinds += ["graded_test"] if mlps >= 2 else []
    kinds += ["crypto"] if mlps >= 3 else []
    return [_assessment(world, system["id"], kind) for kind in kinds]


def _assessment(world: World, system: str, kind: str) -> Row:
    done = world.clock.on(world.minutes(60, 280), 16)
    return {
        "id": f"AS-{system}-{kind}",
        "type": kind,
        "system_id": system,
        "done_at": done,
        "assessor": "外部测评机构",
        "independent": True,
        "covers": ["全部"],
        "report_hash": f"SM3:{system.lower()}-{kind}",
        "filed_at": done + timedelta(days=10) if kind == "crypto" else None,
    }


def _check(world: World, id_: str, kind: str, ago: int) -> Row:
    row = _assessment(world, "*", kind)
    topics = ["running_state", "vulnerabilities", "backups"]
    return {**row, "id": id_, "done_at": world.clock.on(ago, 16), "covers": topics}


def clean_risk(world: World) -> Row:
    """A medium risk, found a month ago, with a plan."""
    return {
        "system_id": "NURSE",
        "assessment_id": "AS-HIS-risk_assessment",
        "level": "medium",
        "treatment": "升级组件并限制访问",
        "owner": OM_STAFF[7],
        "found_at": world.clock.on(30, 10),
        "planned_at": world.clock.on(25, 10),
        "due": world.clock.day(-20),
        "accepted_by": None,
        "accepted_by_leader": False,
        "accept_until": None,
        "closed_at": None,
        "retest_id": None,
        "retest_passed": None,
    }


def _risk(world: World, number: int) -> Row:
    """Closed in time and retested."""
    clock, chance = world.clock, world.random
    level = chance.choice(("high", "medium", "low"))
    found = clock.on(chance.randint(150, 300), 10)
    taken = {"high": 20, "medium": 60, "low": 100}[level]
    row = {**clean_risk(world), "id": f"RK-{number:03d}", "level": level}
    closed = {
        "closed_at": found + timedelta(days=taken),
        "retest_id": f"RT-{number:03d}",
        "retest_passed": True,
    }
    row |= {
        "found_at": found,
        "planned_at": found + timedelta(days=5),
        "due": found.date() + timedelta(days=30),
    }
    return row | closed


def _audits(world: World, systems: list[Row]) -> list[Row]:
    rows = []
    for system in systems:
        if system["tier"] is None or system["tier"] <= 2:
            rows.append(_audit(world, f"AU-{system['id']}-C", "config_audit", system["id"], 70, "信息中心"))
        if system["tier"] == 1:
            rows.append(_audit(world, f"AU-{system['id']}-S", "security_audit", system["id"], 250, "审计科"))
    for number, ago in enumerate((30, 120, 210), 1):
        row = _audit(world, f"AU-DC-{number}", "supervision", None, ago, "医务科")
        done = world.clock.on(ago, 15)
        when = {"done_at": done, "planned_for": done.date(), "circulated_at": done + timedelta(days=2)}
        rows.append(row | when | {"covers": list(CLAUSES)})
    tool = _audit(world, "AU-NS-1", "security_audit", "OA", 60, "审计科")
    rows.append({**tool, "_stream": True})
    return rows


def _audit(world: World, id_: str, kind: str, system: str | None, oldest: int, dept: str) -> Row:
    done = world.clock.on(world.minutes(20, oldest), 15)
    return {
        "id": id_,
        "type": kind,
        "system_id": system,
        "planned_for": done.date(),
        "done_at": done,
        "auditor": world.random.choice(HEADS),
        "auditor_dept": dept,
        "is_operator": False,
        "independent": True,
        "covers": ["MS-bastion"] if kind == "security_audit" else ["配置基线"],
        "circulated_at": done + timedelta(days=2),
    }


CLAUSES = listed("""
1 2 3.1 3.2 3.3 3.4 3.5 4.1 4.1.1 4.1.2 4.1.3 4.1.4 4.1.5 4.2 4.2.1 4.2.2 4.2.3 4.3.1 4.3.2 4.3.3
4.4 4.4.1 4.4.2 4.4.3 5.1.1 5.1.2 5.1.3 5.2.1 5.2.2 5.2.3 5.3 5.3.1 5.3.2 5.3.3
6.1 6.1.1 6.1.2 6.1.3 6.2 6.2.1 6.2.2 6.2.3 7
""")


def _finding(world: World, number: int) -> Row:
    due = world.clock.day(world.minutes(40, 200))
    return {
        "id": f"AF-{number:03d}",
        "audit_id": "AU-DC-2",
        "risk_id": None,
        "action": "补充记录并加强复核",
        "owner": world.random.choice(OM_STAFF),
        "due": due,
        "closed_at": world.clock.on((world.clock.today - due).days + 5, 16),
    }
