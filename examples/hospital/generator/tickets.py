"""A year of tickets, the alerts behind some of them, and the daily rounds."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta

from generator.plan import Row, listed
from generator.systems import running
from generator.world import OM_STAFF, World

CAUSES = listed(
    "打印机脱机 网络闪断 磁盘空间不足 服务进程退出 数据库连接耗尽 接口超时 客户端版本过旧 权限配置缺失 证书过期 内存泄漏 "
    "消息队列积压 显示器故障 扫码枪故障 读卡器故障 域名解析失败 时钟偏差 备份任务占用资源 误删快捷方式 工作站蓝屏 交换机端口故障"
)
ACTIONS = ("重启服务", "更换部件", "清理空间", "调整配置", "恢复连接")
CLEAN: Row = {
    "source": "monitor",
    "kind": "incident",
    "system_id": "NURSE",
    "level": "general",
    "security": False,
    "nat_level": None,
    "ic_category": None,
    "cii": False,
    "personal_data_breach": False,
    "notice_decided_at": None,
    "level_lowered": False,
    "level_lowered_reason": None,
    "level_lowered_by": None,
    "escalated": None,
    "leader_told_at": None,
    "reviewed_at": None,
    "summary_reported_at": None,
    "score": None,
    "knowledge_id": None,
    "recorded_edited": False,
    "reported_at": None,
    "commission_told_at": None,
    "root_cause_report_at": None,
    "status": "closed",
    "outage_min": 0,
    "cause": None,
    "actions": "重启服务",
    "analysis": None,
    "category": "应用故障",
    "suggestion": None,
    "resolver": "P00003",
    "verifier": "P00004",
    "reopened": 0,
    "extension_until": None,
    "extension_approved_by": None,
    "root_cause_accepted_by": None,
    "suggested_at": None,
    "suggestion_decided_at": None,
    "persons_notified_at": None,
    "problem_id": None,
    "change_id": None,
}


def make(world: World) -> None:
    """Kinds ``ticket``, ``alert`` and ``inspection``."""
    systems = [row["id"] for row in running(world)]
    incidents = [
        _incident(world, number, world.random.choice(systems))
        for number in range(1, world.size.incidents + 1)
    ]
    requests = [
        _request(world, number, world.random.choice(systems)) for number in range(1, world.size.requests + 1)
    ]
    problems = _problems(world, incidents)
    _caused_by_changes(world, incidents)
    incidents[0] |= _breach(incidents[0]["detected"])
    rows = [*incidents, *requests, *problems]
    for row in world.put("ticket", rows, {**CLEAN, **times(world.clock.on(40, 10))}):
        if row["kind"] == "incident" and row["cause"] is None:
            row["cause"] = f"个例 {row['id']}"
    world.put("alert", [_alert(world, number) for number in range(1, world.size.alerts + 1)], {})
    core = [row["id"] for row in running(world) if row["tier"] == 1]
    world.put("inspection", [_round(world, system, ago) for system in core for ago in range(1, 34)], {})


def times(start: datetime, worked: int = 30) -> Row:
    """The course of an incident that begins in working hours: all is done the same day."""
    minute = timedelta(minutes=1)
    return {
        "occurred": start,
        "detected": start + 2 * minute,
        "recorded": start + 4 * minute,
        "classified": start + 6 * minute,
        "acked": start + 7 * minute,
        "mitigated": start + worked * minute,
        "resolved": start + (worked + 20) * minute,
        "feedback_at": start + (worked + 30) * minute,
        "closed": start + (worked + 60) * minute,
    }


def upward(start: datetime) -> Row:
    """Whom an urgent incident is told to, and when it is looked back upon."""
    return {
        "escalated": start + timedelta(minutes=12),
        "leader_told_at": start + timedelta(minutes=25),
        "reviewed_at": start + timedelta(hours=5),
    }


def _breach(detected: datetime) -> Row:
    """A leak of personal data of which all that is owed was done."""
    hour = timedelta(hours=1)
    told = {"notice_decided_at": detected + 3 * hour, "persons_notified_at": detected + 200 * hour}
    return {"personal_data_breach": True, **told}


def _incident(world: World, number: int, system: str) -> Row:
    chance, clock = world.random, world.clock
    start = clock.on(world.minutes(1, 360), chance.randint(8, 14), chance.randint(10, 59))
    resolver, verifier = chance.sample(OM_STAFF, 2)
    level = chance.choices(("general", "important", "urgent"), (85, 12, 3))[0]
    source = chance.choices(("user", "monitor", "inspection"), (25, 68, 7))[0]
    id_, cause = f"INC-{clock.today.year}-{number:06d}", chance.choice(CAUSES)
    return {
        **CLEAN,
        **times(start, chance.randint(20, 50)),
        "id": id_,
        "source": source,
        "system_id": system,
        "level": level,
        **(upward(start) if level == "urgent" else {}),
        "score": chance.choice((4, 5, 5, None, None)),
        "knowledge_id": f"KB-{chance.randint(1, 400):03d}" if chance.random() < 0.7 else None,
        "outage_min": chance.choice((0, 0, 0, 5, 12)),
        "cause": cause if source == "user" else f"{cause}({id_})",
        "actions": chance.choice(ACTIONS),
        "resolver": resolver,
        "verifier": verifier,
    }


def _request(world: World, number: int, system: str) -> Row:
    """A user's request, dealt with the same day."""
    chance, clock = world.random, world.clock
    start = clock.on(world.minutes(1, 360), chance.randint(8, 14), chance.randint(10, 59))
    return {
        **CLEAN,
        **times(start, chance.randint(30, 90)),
        "id": f"REQ-{clock.today.year}-{number:06d}",
        "source": "user",
        "kind": "request",
        "system_id": system,
        "category": "业务申请",
        "actions": "按申请办理",
        "resolver": chance.choice(OM_STAFF),
        "verifier": None,
    }


def _problems(world: World, incidents: list[Row]) -> list[Row]:
    """A problem record for each cause that comes back on a system; its incidents link to it."""
    often = Counter((row["system_id"], row["cause"]) for row in incidents)
    rows: dict[tuple[str, str], Row] = {}
    for number, (pair, how_often) in enumerate(often.items(), 1):
        if how_often >= 2:
            opened = world.clock.on(world.minutes(40, 350), 10)
            rows[pair] = {
                **CLEAN,
                **times(opened),
                "id": f"PRB-{world.clock.today.year}-{number:04d}",
                "source": "inspection",
                "kind": "problem",
                "system_id": pair[0],
                "cause": pair[1],
                "analysis": "同类故障反复出现,已定位根因",
                "suggestion": "列入改进计划",
                "suggested_at": opened + timedelta(days=2),
                "suggestion_decided_at": opened + timedelta(days=9),
                "category": "重复故障",
            }
    for row in incidents:
        problem = rows.get((row["system_id"], row["cause"]))
        row["problem_id"] = problem["id"] if problem else None
    return list(rows.values())


def _caused_by_changes(world: World, incidents: list[Row]) -> None:
    for row, change in zip(incidents, world.tables["change"][::200], strict=False):
        row["change_id"] = change["id"]


def _alert(world: World, number: int) -> Row:
    """An alert of the last 60 days, answered within minutes."""
    chance, clock = world.random, world.clock
    raised = clock.ago(minutes=world.minutes(300, 60 * 24 * 60))
    return {
        "id": f"AL-{number:06d}",
        "target": f"SRV-{chance.randint(1, 400):04d}",
        "asset_id": None,
        "system_id": None,
        "severity": chance.choices(("critical", "warning", "info"), (20, 50, 30))[0],
        "raised_at": raised,
        "acked_at": raised + timedelta(minutes=chance.randint(1, 8)),
        "noted_at": raised + timedelta(minutes=30),
        "closed_at": raised + timedelta(hours=2),
        "ticket_id": f"INC-{clock.today.year}-{chance.randint(1, world.size.incidents):06d}",
    }


def _round(world: World, system: str, ago: int) -> Row:
    is_abnormal = world.random.random() < 0.1
    return {
        "system_id": system,
        "date": world.clock.day(ago),
        "items": "例行巡检",
        "abnormal": 1 if is_abnormal else 0,
        "ticket_id": f"INC-{world.clock.today.year}-{world.random.randint(1, world.size.incidents):06d}"
        if is_abnormal
        else None,
        "ticket_at": world.clock.on(ago, 9, 40) if is_abnormal else None,
        "signer": world.random.choice(OM_STAFF),
    }
