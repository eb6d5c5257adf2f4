"""Departures in security measures, agents, patches, firmware, sessions, samples and disposals."""

from __future__ import annotations

from typing import Any

from generator.clock import Clock
from generator.plan import Plan, Row


def plant(plan: Plan, clock: Clock) -> None:
    """What the security platform says, one failure and one gap at a time."""
    _measures(plan, clock)
    _hosts(plan, clock)
    _firmware(plan, clock)
    _samples(plan, clock)


def _gap(*names: str) -> Row:
    return {"_absent": names}


def _measures(plan: Plan, clock: Clock) -> None:
    boundary, minimum = "boundaries_deny_by_default", "minimum_measures_in_force"
    answered, tested = "measures_answer_a_risk", "security_measures_tested_yearly"
    off = {"in_force": False}
    plan.alter("security_measure", ["MS-boundary"], off, "边界防护没有启用", fail=[boundary])
    unsure = [answered, tested]
    plan.alter("security_measure", ["MS-bastion"], _gap("in_force"), "是否启用没有导出", unknown=unsure)
    plan.find(minimum, "bastion", "unknown", "堡垒机是否启用没有导出")
    row: Row = {"kind": "boundary", "default_deny": True}
    gap = {**row, "id": "MS-B2", **_gap("default_deny")}
    plan.add("security_measure", gap, "是否默认拒绝没有导出", unknown=[boundary])
    plan.alter("security_measure", ["MS-DB-LIS"], {"risk_id": None}, "没有对应的风险", fail=[answered])
    old = {"tested_at": clock.on(500, 9)}
    plan.alter("security_measure", ["MS-DB-RIS"], old, "500 天没有测试", fail=[tested])
    plan.alter("security_measure", ["MS-DB-ESB"], off)
    plan.find("core_databases_audited", "ESB", "fail", "数据库审计没有启用")
    unsure = [answered, tested]
    plan.alter("security_measure", ["MS-DB-ICU"], _gap("in_force"), "是否启用没有导出", unknown=unsure)
    plan.find("core_databases_audited", "ICU", "unknown", "数据库审计是否启用没有导出")
    plan.alter("security_measure", ["MS-WAF-MAIL"], off)
    plan.find("internet_apps_behind_waf", "MAIL", "fail", "网站防护没有启用")


def _hosts(plan: Plan, clock: Clock) -> None:
    encrypted, current = ["admin_interfaces_encrypted"], ["admin_interfaces_use_current_tls"]
    row: Row = {"asset_id": "NET-020", "protocol": "telnet", "port": 23}
    plan.add("admin_interface", row, "管理口用 Telnet", fail=encrypted)
    key: list[Any] = ["NET-021", "https", 443]
    plan.alter("admin_interface", key, {"tls_min": "1.0"}, "最低 TLS 1.0", fail=current)
    key = ["NET-022", "https", 443]
    plan.alter("admin_interface", key, _gap("tls_min"), "TLS 版本没有导出", unknown=current)
    bastion = ["core_admin_logins_through_bastion"]
    plan.alter("admin_session", ["AS-SRV-0003-1"], {"via_bastion": False}, "绕过堡垒机登录", fail=bastion)
    gap = _gap("via_bastion")
    plan.alter("admin_session", ["AS-SRV-0004-1"], gap, "是否经堡垒机没有导出", unknown=bastion)
    patched, old = ["applications_patched_monthly"], {"last_patched_at": clock.on(80, 9)}
    plan.alter("application_patch", ["SRV-0101", "Tomcat"], old, "80 天没有打补丁", fail=patched)
    gap = _gap("last_patched_at")
    plan.alter("application_patch", ["SRV-0102", "Tomcat"], gap, "补丁时间没有导出", unknown=patched)
    fresh = ["malware_signatures_fresh"]
    plan.alter("malware_agent", ["SRV-0103"], {"signature_at": clock.ago(5)}, "病毒库五天未更新", fail=fresh)
    plan.alter("malware_agent", ["SRV-0104"], _gap("signature_at"), "病毒库时间没有导出", unknown=fresh)
    clocks = "servers_use_two_time_sources"
    plan.drop("time_source", asset_id="SRV-0105", address="10.20.0.2")
    plan.find(clocks, "SRV-0105", "fail", "只有一个时间源")
    plan.alter("time_source", ["SRV-0106", "chrony", "10.20.0.2"], _gap("is_configured"))
    plan.find(clocks, "SRV-0106", "unknown", "第二个时间源是否配置没有导出")
    fixed = ["hardware_faults_fixed_in_time"]
    plan.alter("asset", ["SRV-0107"], {"fault_since": clock.ago(10)}, "硬件故障十天未修", fail=fixed)


def _firmware(plan: Plan, clock: Clock) -> None:
    supported, verified = ["network_firmware_supported"], ["network_firmware_verified_monthly"]
    plan.alter("firmware", ["NET-031"], {"supported_until": clock.day(90)}, "固件已停止支持", fail=supported)
    plan.alter("firmware", ["NET-032"], _gap("supported_until"), "支持截止没有导出", unknown=supported)
    plan.alter("firmware", ["NET-033"], {"verified_at": clock.on(70, 9)}, "70 天没有核对", fail=verified)
    plan.alter("firmware", ["NET-034"], _gap("verified_at"), "核对时间没有导出", unknown=verified)


def _samples(plan: Plan, clock: Clock) -> None:
    sampled, clicks = "record_lookups_sampled_monthly", ["phishing_click_rate_limited"]
    plan.alter_all("record_access_review", {"reviewer": None}, category="vip")
    plan.find(sampled, "vip", "fail", "重点人群病历的查阅没有人复核")
    plan.alter_all("record_access_review", _gap("lookups", "sampled"), category="bulk_export")
    plan.find(sampled, "bulk_export", "unknown", "批量导出的抽查数没有导出")
    test = {"date": clock.day(20), "sent": 400, "clicked": 90}
    plan.add("phishing_test", {"id": "PH-3", **test}, "22 % 的人点了链接", fail=clicks)
    plan.add("phishing_test", {"id": "PH-4", **test, **_gap("clicked")}, "点击数没有导出", unknown=clicks)
    wiped = ["retired_media_wiped_or_destroyed"]
    plan.alter("disposal", ["DP-03"], {"certificate": None}, "没有销毁证明", fail=wiped)
    plan.alter("disposal", ["DP-04"], _gap("method"), "处置方式没有导出", unknown=wiped)
