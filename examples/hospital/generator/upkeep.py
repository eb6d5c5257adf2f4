"""The daily work behind the systems: roster, log-ins, response times, money, retention, and what rows hold besides."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta

from generator.plan import Row, listed
from generator.systems import running
from generator.world import HEADS, OM_STAFF, VENDOR_STAFF, World

SESSIONS = 6_400
DAYS = 35
ITEMS = listed("软件维保 硬件维保 机房运行 安全服务 外包驻场 耗材备件")
TRANSACTIONS = {
    "HIS": listed("挂号收费 医嘱录入 药品发放 费用查询"),
    "EMR": listed("病历保存 病历检索 会诊申请"),
    "LIS": listed("报告查询 标本签收"),
    "PACS": listed("影像调阅 报告保存"),
    "PHARM": listed("处方审核 库存查询"),
}
KEPT = {
    ("EMR", "outpatient"): 15,
    ("EMR", "inpatient"): 30,
    ("HIS", "outpatient"): 15,
    ("MRM", "inpatient"): None,
    ("IHOSP", "outpatient"): 20,
    ("ICU", "inpatient"): 30,
    ("OA", "other"): 10,
}
"""Years for which a system keeps a type of record."""


def make(world: World) -> None:
    """Kinds ``duty_shift``, ``admin_session``, ``response_time``, ``budget`` and ``retention_rule``."""
    world.put("duty_shift", list(_shifts(world)), {})
    world.put("admin_session", list(_sessions(world)), {})
    world.put("response_time", list(_response_times(world)), {})
    world.put("budget", list(_budget(world)), {})
    rules = [
        {"system_id": system, "record_type": kind, "years": years, "_as_known_on": world.clock.on(1, 18)}
        for (system, kind), years in KEPT.items()
    ]
    world.put("retention_rule", rules, {"_as_known_on": world.clock.on(1, 18)})
    for supplement in (_people, _monitoring, _tickets, _documents, _plan_lines, _indicators):
        supplement(world)


def _shifts(world: World) -> Iterator[Row]:
    """A day and a night shift for each core system, from before the last month to after the next week."""
    for system in (row["id"] for row in running(world) if row["tier"] == 1):
        for ago in range(33, -11, -1):
            for word, start, hours in (("D", (8, 0), 9.5), ("N", (17, 30), 14.5)):
                begins = world.clock.on(ago, *start)
                yield {
                    "id": shift_id(system, begins, word),
                    "system_id": system,
                    "person_id": world.random.choice(OM_STAFF),
                    "starts_at": begins,
                    "ends_at": begins + timedelta(hours=hours),
                }


def shift_id(system: str, day: datetime | date, word: str) -> str:
    """``ZB-HIS-0628-N``: the night shift that begins on that day."""
    return f"ZB-{system}-{day:%m%d}-{word}"


def _sessions(world: World) -> Iterator[Row]:
    """Log-ins of forty days; only to core assets do all go through the bastion."""
    assets = [row for row in world.tables["asset"] if row["tier"] in (1, 2) and row["class"] != "facility"]
    for number in range(1, SESSIONS + 1):
        asset = world.random.choice(assets)
        is_windows = (asset["os"] or "").startswith("Windows")
        yield {
            "id": f"S-{number:06d}",
            "asset_id": asset["id"],
            "login": world.random.choice(("root", "oracle", "netadmin"))
            if not is_windows
            else "administrator",
            "started_at": world.clock.ago(minutes=world.minutes(30, 60 * 24 * 40)),
            "protocol": "RDP" if is_windows else "SSH",
            "via_bastion": asset["tier"] == 1 or world.random.random() < 0.9,
        }


def _response_times(world: World) -> Iterator[Row]:
    for system, names in TRANSACTIONS.items():
        for name in names:
            for ago in range(DAYS):
                yield {
                    "system_id": system,
                    "transaction": name,
                    "day": world.clock.day(ago),
                    "p95_ms": world.minutes(600, 2700),
                    "target_ms": None,
                    "samples": world.minutes(800, 9000),
                }


def _budget(world: World) -> Iterator[Row]:
    this_year = world.clock.today.year
    for year in range(this_year - 2, this_year + 1):
        for number, item in enumerate(ITEMS, 1):
            planned = 400_000 * number
            spent = round(planned * world.between(0.93, 1.05))
            yield {
                "item": item,
                "year": str(year),
                "period_from": date(year, 1, 1),
                "period_to": date(year, 12, 31),
                "planned": planned,
                "actual": spent if year < this_year else None,
                "approved_by": HEADS[0],
                "explanation": None,
            }


def _people(world: World) -> None:
    """When the rules were first acknowledged; resident vendor staff renew that every year as O&M staff does."""
    for row in world.tables["person"]:
        if row["id"] in VENDOR_STAFF and row["rules_acknowledged_at"] is None:
            row["rules_acknowledged_at"] = world.clock.on(world.minutes(60, 300), 9)
        known = row["rules_acknowledged_at"]
        first = row["hired_at"] + timedelta(days=3) if known is not None else None
        row.setdefault("rules_first_acknowledged_at", first)


def _monitoring(world: World) -> None:
    """Sessions and response times besides, gaps in the samples, and when disks will be full."""
    for row in world.tables["monitor_target"]:
        row.setdefault("longest_gap_s", world.minutes(60, 240))
        if row["metric_set"] == "主机":
            row["metrics"] = [*row["metrics"], "sessions", "response_time"]
            row.setdefault("days_to_full", world.random.choice((None, *range(120, 900, 60))))


def _tickets(world: World) -> None:
    """Tickets that came back, extensions, and requests that took too long (shares of the plan)."""
    shares = world.plan.shares
    for number, row in enumerate(world.tables["ticket"]):
        is_request = row["id"].startswith("REQ-")
        came_back = 1 if is_request and number % shares["reopened"] == 0 else 0
        row.setdefault(
            "reopened", None if is_request and number % shares["reopened_unknown"] == 7 else came_back
        )
        row.setdefault("extension_until", None)
        row.setdefault("extension_approved_by", None)
        row.setdefault("root_cause_accepted_by", HEADS[3] if row["root_cause_report_at"] else None)
        is_slow = is_request and number % shares["slow_fixes"] == 3
        if is_slow and world.clock.ago(29) < row["recorded"] < world.clock.ago(12):
            for name in ("mitigated", "resolved", "feedback_at", "closed"):
                row[name] += timedelta(days=9)


def _documents(world: World) -> None:
    """When the recommendations of a performance report were decided."""
    for row in world.tables["document"]:
        is_report = row["type"] == "performance_report" and row["approved_at"] is not None
        decided = row["approved_at"] + timedelta(days=12) if is_report else None
        row.setdefault("recommendations_decided_at", decided)


def _plan_lines(world: World) -> None:
    """The backup policy states the recovery targets of core systems on the lines of their full backups."""
    targets = {row["id"]: row for row in running(world) if row["tier"] == 1}
    for row in world.tables["backup_plan"]:
        system = targets.get(row["system_id"], {})
        is_full = row["job"].endswith(("-01", "-02", "-03"))
        row.setdefault("rto_min", system.get("rto_min") if is_full else None)
        row.setdefault("rpo_min", system.get("rpo_min") if is_full else None)


def _indicators(world: World) -> None:
    for row in world.tables["kpi"]:
        row.setdefault("period_kind", "month")
    for row in world.tables["vuln"]:
        row.setdefault("triaged_at", None)
