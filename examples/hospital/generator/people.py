"""The staff register and who learned what."""

from __future__ import annotations

from datetime import timedelta

from generator.plan import Row, listed
from generator.world import NEWCOMERS, OM_STAFF, STAFF, World

DEPARTMENTS = listed("内科 外科 妇产科 儿科 急诊科 检验科 放射科 药学部 护理部 财务科 医务科 后勤保障部")
POSTS = listed("医师 护士 技师 药师 职员")
MOVERS = STAFF[100:150]
HANDOVER_COURSE = "系统移交培训"
DUTY_COURSE = "运维职责与操作规程"
CLEAN: Row = {
    "dept": "内科",
    "post": "医师",
    "kind": "staff",
    "status": "active",
    "left_at": None,
    "post_changed_at": None,
    "rights_adjusted_at": None,
    "is_om_staff": False,
    "rules_acknowledged_at": None,
    "rules_first_acknowledged_at": None,
}


def make(world: World) -> None:
    """Kinds ``person`` and ``training``."""
    clean = {**CLEAN, "hired_at": world.clock.on(900, 0)}
    groups = (world.staff, world.newcomers, world.vendor_staff, world.trainees)
    kinds = zip(groups, ("staff", "staff", "vendor", "trainee"), strict=True)
    rows = [_person(world, id_, kind) for ids, kind in kinds for id_ in ids]
    rows += [_leaver(world, id_) for id_ in world.leavers]
    people = world.put("person", rows, clean)
    courses = [row for person in people for row in _courses(world, person)]
    world.put("training", courses, {"hours": 2, "score": None, "mandatory": True})


def _person(world: World, id_: str, kind: str) -> Row:
    clock, is_om = world.clock, id_ in OM_STAFF
    row = {
        **CLEAN,
        "id": id_,
        "dept": "信息中心" if is_om else world.random.choice(DEPARTMENTS),
        "post": "信息工程师" if is_om else world.random.choice(POSTS),
        "kind": kind,
        "hired_at": clock.on(_days_here(world, id_), 0),
        "is_om_staff": is_om,
        "rules_acknowledged_at": clock.on(world.minutes(100, 280), 9) if is_om or kind == "vendor" else None,
    }
    if is_om or kind == "vendor":
        row["rules_first_acknowledged_at"] = row["hired_at"] + timedelta(days=5)
    if id_ in MOVERS:
        moved = world.minutes(20, 340)
        row |= {"post_changed_at": clock.on(moved, 9), "rights_adjusted_at": clock.on(moved - 1, 9)}
    return row


def _days_here(world: World, id_: str) -> int:
    if id_ in NEWCOMERS:
        return world.minutes(10, 20)
    return world.minutes(150, 340) if id_ in OM_STAFF[60:] else world.minutes(400, 9000)


def _leaver(world: World, id_: str) -> Row:
    left = world.clock.on(world.minutes(30, 360), 17)
    hired = world.clock.on(world.minutes(800, 4000), 0)
    dept = world.random.choice(DEPARTMENTS)
    return {**CLEAN, "id": id_, "dept": dept, "hired_at": hired, "status": "left", "left_at": left}


def _courses(world: World, person: Row) -> list[Row]:
    clock = world.clock
    is_gone = person["left_at"] is not None and person["left_at"] < clock.now
    if is_gone or person["hired_at"] > clock.ago(30):
        return []
    awareness = {
        "person_id": person["id"],
        "course": "网络安全意识年度培训",
        "done_at": clock.on(world.minutes(20, 300), 15),
        "type": "awareness",
        "hours": 2,
        "score": world.minutes(85, 100),
        "mandatory": True,
    }
    rows = [awareness]
    for number in range(world.random.choice((1, 2, 2))):
        done = clock.on(world.minutes(20, 500), 10)
        rows.append(
            {
                **awareness,
                "course": f"业务系统操作培训({number + 1})",
                "done_at": done,
                "type": "operating",
                "hours": 1,
                "score": None,
                "mandatory": False,
            }
        )
    if person["id"] == OM_STAFF[1]:
        handed = {"done_at": clock.on(110, 9), "tags": ["handover"], "system_id": "HIS"}
        rows.append({**awareness, "course": HANDOVER_COURSE, "type": "om", **handed})
    if person["id"] == OM_STAFF[0]:
        rows.append({**awareness, "course": DUTY_COURSE, "type": "om", "tags": ["duty"]})
    if person["is_om_staff"]:
        for number, ago in enumerate((40, 150)):
            rows.append(
                {
                    **awareness,
                    "course": f"运维技能培训({number + 1})",
                    "done_at": clock.on(ago, 9),
                    "type": "om",
                    "hours": 10,
                    "score": world.minutes(85, 100),
                    "tags": ["skill"],
                }
            )
    return rows
