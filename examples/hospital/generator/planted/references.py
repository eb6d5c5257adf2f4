"""What only the public lists tell: old software, exploited vulnerabilities, devices that their maker locks."""

from __future__ import annotations

from generator.clock import Clock
from generator.plan import Plan, Row

URGENT = "urgent_vulnerabilities_fixed_at_once"
CORE = "core_vulnerabilities_fixed_by_deadline"


def plant(plan: Plan, clock: Clock) -> None:
    """Software by the list of support ends, the second scanner by KEV and SSVC, medical devices."""
    _software(plan)
    _vulnerabilities(plan, clock)
    _devices(plan, clock)
    plan.find("lifecycle_list_checked_monthly", "support_cycle", "fail", "停止支持清单 45 天没有核对")


def _software(plan: Plan) -> None:
    ended, ahead = "unsupported_software_absent", "end_of_life_foreseen"
    old = {"version": "13.15"}
    plan.alter("package", ["SRV-0105", "PostgreSQL"], old, "清单:该版本已停止支持", fail=[ended])
    plan.alter("package", ["SRV-0106", "MySQL"], {"version": "5.7.44"}, "清单:已停止支持", fail=[ended])
    plan.alter("package", ["SRV-0107", "MySQL"], {"version": "8.0.40"}, "清单:两个月前停止支持", fail=[ended])
    soon = {"version": "14.2"}
    plan.alter("package", ["SRV-0108", "PostgreSQL"], soon, "清单:135 天后停止支持", fail=[ahead])
    both = [ended, ahead]
    plan.alter("package", ["SRV-0109", "MySQL"], {"version": None}, "版本为空", unknown=both)
    listed = {"asset_id": "SRV-0110", "name": "达梦数据库", "version": "8.1"}
    plan.add("package", listed, "清单没有该产品,不能视为受支持", unknown=both)
    newer = {"version": "99.1"}
    plan.alter("package", ["SRV-0111", "PostgreSQL"], newer, "清单没有该版本", unknown=both)


def _vulnerabilities(plan: Plan, clock: Clock) -> None:
    point: Row = {"automatable": True, "impact": "total"}

    def add(asset: str, cve: str, why: str, days: int, **expected: list[str]) -> None:
        row = {"asset_id": asset, "cve": cve, "severity": "high", "first_seen": clock.ago(days)}
        plan.add("vuln_second", row, why, **expected)

    plan.add("kev", {"cve": "CVE-2026-92001", "added": clock.day(30)})
    plan.add("ssvc", {"cve": "CVE-2026-92001", "exploitation": "active", **point})
    why = "目录:30 天前列入在野利用;扫描器没有这一列"
    add("SRV-0101", "CVE-2026-92001", why, 9, fail=[URGENT, CORE])
    plan.add("kev", {"cve": "CVE-2026-92002", "added": clock.day(40)})
    why = "目录:在野利用,尚无 SSVC 判定"
    add("SRV-0102", "CVE-2026-92002", why, 9, unknown=[URGENT, CORE])
    plan.add("ssvc", {"cve": "CVE-2026-92003", "exploitation": "poc", **point})
    add("SRV-0103", "CVE-2026-92003", "SSVC:可自动化,100 天未修,期限 60 天", 100, fail=[CORE])
    add("SRV-0104", "CVE-2026-92004", "目录与 SSVC 都没有:随下次升级", 300)


def _devices(plan: Plan, clock: Clock) -> None:
    policy = ["excepted_medical_devices_isolated"]
    base: Row = {
        "fixed_at": None,
        "automatable": False,
        "exception_id": "EX-9",
        "exception_granted_at": clock.ago(20),
        "exception_until": clock.day(-30),
        "exception_approver": "P00066",
        "compensating_control": "只开放影像端口",
    }
    sound: Row = {
        "class": "medical_device",
        "tier": 3,
        "owner": "P00055",
        "vendor_locked": True,
        "isolated": True,
    }
    for id_, changes, why, fail, unknown in (
        ("MED-911", {}, "", [], []),
        ("MED-912", {"isolated": False}, "例外的医疗设备没有隔离", policy, []),
        ("MED-913", {"vendor_locked": False}, "并非厂商锁定", policy, []),
        ("MED-914", {"isolated": None}, "是否隔离为空", [], policy),
    ):
        plan.add("asset", {"id": id_, "system_id": "SPD", **sound, **changes})
        row = {"asset_id": id_, "cve": "CVE-2026-93001", **base}
        plan.add("vuln", row, why, fail=fail, unknown=unknown)
