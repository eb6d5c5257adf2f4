"""What only the public lists tell: old software, exploited vulnerabilities, devices that their maker locks."""

from __future__ import annotations

from generator.clock import Clock
from generator.plan import Plan, Row
from generator.software import WITHOUT_END

URGENT = "urgent_vulnerabilities_fixed_at_once"
CORE = "core_vulnerabilities_fixed_by_deadline"
EXCEPTED, TRIAGED = "overdue_vulnerabilities_have_exception", "forensic_triage_done"


def plant(plan: Plan, clock: Clock) -> None:
    """Software by the list of support ends, the second scanner by KEV and SSVC, medical devices."""
    _software(plan)
    _vulnerabilities(plan, clock)
    _devices(plan, clock)


def _software(plan: Plan) -> None:
    ended, ahead = ["unsupported_software_absent"], ["end_of_life_foreseen"]
    both = [*ended, *ahead]
    plan.alter("package", ["SRV-0351", "MySQL"], {"version": "5.7.44"}, "清单:该版本已停止支持", fail=ended)
    plan.alter("package", ["SRV-0352", "MySQL"], {"version": "8.0.40"}, "清单:两个月前停止支持", fail=ended)
    plan.alter("package", ["SRV-0353", "nginx"], {"version": "1.24.0"}, "清单:229 天前停止支持", fail=ended)
    plan.alter("package", ["SRV-0354", "nginx"], {"version": "1.26.3"}, "清单:135 天后停止支持", fail=ahead)
    gap = {"_absent": ("eol_date", "version")}
    plan.alter("package", ["SRV-0355", "MySQL"], gap, "清单里没有版本", unknown=both)
    unlisted = {"asset_id": "SRV-0356", "name": "达梦数据库", "version": "8.1", **WITHOUT_END}
    plan.add("package", unlisted, "停止支持清单没有该产品,不能视为受支持", unknown=both)
    plan.alter("package", ["SRV-0357", "nginx"], {"version": "99.1"}, "停止支持清单没有该版本", unknown=both)


def _vulnerabilities(plan: Plan, clock: Clock) -> None:
    point: Row = {"automatable": True, "impact": "total"}

    def add(asset: str, cve: str, why: str, days: int, **expected: list[str]) -> None:
        row = {"asset_id": asset, "cve": cve, "severity": "high", "first_seen": clock.ago(days)}
        plan.add("vuln_second", row, why, **expected)

    plan.add("kev", {"cve": "CVE-2026-92001", "added": clock.day(30)})
    plan.add("ssvc", {"cve": "CVE-2026-92001", "exploitation": "active", **point})
    why = "目录:30 天前列入在野利用;扫描器没有这一列"
    add("SRV-0101", "CVE-2026-92001", why, 9, fail=[URGENT, CORE, EXCEPTED])
    plan.find(TRIAGED, "SRV-0101/CVE-2026-92001", "unknown", "扫描器没有排查时间这一列")
    plan.add("kev", {"cve": "CVE-2026-92002", "added": clock.day(40)})
    why = "目录:在野利用,尚无 SSVC 判定"
    add("SRV-0102", "CVE-2026-92002", why, 9, unknown=[URGENT, CORE, EXCEPTED, TRIAGED])
    plan.add("ssvc", {"cve": "CVE-2026-92003", "exploitation": "poc", **point})
    add("SRV-0103", "CVE-2026-92003", "SSVC:可自动化,100 天未修,期限 60 天", 100, fail=[CORE, EXCEPTED])
    add("SRV-0104", "CVE-2026-92004", "目录与 SSVC 都没有:随下次升级", 300)


def _devices(plan: Plan, clock: Clock) -> None:
    isolated = ["excepted_medical_devices_isolated"]
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
        ("MED-912", {"isolated": False}, "例外的医疗设备没有隔离", isolated, []),
        ("MED-913", {"vendor_locked": False}, "并非厂商锁定", isolated, []),
        ("MED-914", {"isolated": None}, "是否隔离为空", [], isolated),
    ):
        plan.add("asset", {"id": id_, "system_id": "SPD", **sound, **changes})
        row = {"asset_id": id_, "cve": "CVE-2026-93001", **base}
        plan.add("vuln", row, why, fail=fail, unknown=unknown)
