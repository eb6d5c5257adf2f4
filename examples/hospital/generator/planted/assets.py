"""Departures in the CMDB, the scanner, monitoring, logs, patches and baselines."""

from __future__ import annotations

from generator.clock import Clock
from generator.plan import Plan, Row

FRESH, OPEN = "monitoring_samples_fresh", "core_vulnerabilities_fixed_by_deadline"
METRIC_SETS = ("主机", "网络")


def plant(plan: Plan, clock: Clock) -> None:
    """Mapping, hardware, monitoring, logs, baselines, scans, vulnerabilities, patches."""
    _mapping(plan, clock)
    _hardware(plan, clock)
    _monitoring(plan, clock)
    _logs(plan, clock)
    _baselines(plan, clock)
    _scans(plan, clock)
    _vulnerabilities(plan, clock)
    _exceptions(plan, clock)
    _patches(plan, clock)
    _software(plan, clock)


def _mapping(plan: Plan, clock: Clock) -> None:
    unmapped, why = ["unmapped_assets_resolved"], "发现 30 天仍未归属系统"
    lost = {"system_id": None, "class": "medical_device", "tier": 3}
    plan.add("asset", {"id": "MED-901", **lost, "discovered_at": clock.ago(30)}, why, fail=unmapped)
    plan.add("asset", {"id": "MED-902", **lost, "discovered_at": None}, "发现时间为空", unknown=unmapped)
    plan.add("asset", {"id": "MED-903", **lost, "discovered_at": clock.ago(2)})
    wrong = {**lost, "system_id": "NOSUCH", "discovered_at": clock.ago(40)}
    plan.add("asset", {"id": "MED-904", **wrong}, "登记的系统编号不在台账中", fail=unmapped)


def _hardware(plan: Plan, clock: Clock) -> None:
    support = ["hardware_support_valid"]
    plan.alter("asset", ["SRV-0020"], {"support_end": clock.day(40)}, "维保已过期 40 天", fail=support)
    plan.alter("asset", ["SRV-0021"], {"support_end": None}, "维保截止日为空", unknown=support)
    plan.drop("maintenance", asset_id="SRV-0022")
    service = {"asset_id": "SRV-0022", "kind": "preventive", "next_due": None, "report": None}
    plan.add("maintenance", {**service, "done_at": clock.on(150, 10)})
    plan.find("hardware_maintenance_on_time", "SRV-0022", "fail", "一级设备 150 天未保养")
    asked = [
        "core_assets_monitored",
        "assets_checked_against_baseline",
        "hardware_support_valid",
        "hardware_maintenance_on_time",
        "asset_entries_complete",
        "core_assets_send_logs",
        "core_performance_metrics_sampled",
        "core_servers_utilisation_limited",
    ]
    plan.alter("asset", ["SRV-0400"], {"tier": None}, "重要性层级为空", unknown=asked)
    plan.find("authenticated_scan_done", "?", "unknown", "一台服务器的重要性层级为空")
    users, why = "core_audit_logs_cover_every_user", "资产的重要性层级为空,不知是否核心资产"
    plan.find(users, "SRV-0400/syslog", "unknown", why)
    for name in METRIC_SETS:
        plan.find(FRESH, f"SRV-0400/{name}", "unknown", "资产的重要性层级为空,时限无法确定")


def _monitoring(plan: Plan, clock: Clock) -> None:
    plan.drop("monitor_target", asset_id="SRV-0030")
    plan.find("core_assets_monitored", "SRV-0030", "fail", "核心资产没有监控项")
    plan.find("core_performance_metrics_sampled", "SRV-0030", "fail", "核心资产没有监控项")
    alerts = "core_servers_alert_on_outage_and_disk"
    plan.find(alerts, "SRV-0030", "fail", "核心资产没有监控项")
    plan.alter("monitor_target", ["SRV-0034", "主机"], {"alert_rules": ["down"]})
    plan.find(alerts, "SRV-0034", "fail", "没有磁盘告警")
    unsure = "是否启用为空"
    plan.alter("monitor_target", ["SRV-0035", "主机"], {"enabled": None}, unsure, unknown=[FRESH])
    plan.find("core_performance_metrics_sampled", "SRV-0035", "unknown", unsure)
    plan.find(alerts, "SRV-0035", "unknown", unsure)
    plan.find("disk_space_lasts", "SRV-0035/主机", "unknown", unsure)
    plan.find(alerts, "SRV-0400", "unknown", "资产的重要性层级为空,不知是否核心资产")
    plan.find("core_performance_metrics_sampled", "SRV-0031", "unknown", "唯一监控项的采样时间为空")
    plan.drop("monitor_target", asset_id="SRV-0031", metric_set="网络")
    why = "采样时间没有导出"
    plan.alter("monitor_target", ["SRV-0031", "主机"], {"last_sample": None}, why, unknown=[FRESH])
    plan.find("core_assets_monitored", "SRV-0031", "unknown", "唯一监控项的采样时间为空")
    for number in range(14, 16):
        for name in METRIC_SETS:
            key = [f"NET-{number:03d}", name]
            plan.alter("monitor_target", key, {"last_sample": None}, why, unknown=[FRESH])
    plan.alter("monitor_target", ["SRV-0001", "证书"], {"enabled": None}, "是否启用为空", unknown=[FRESH])
    plan.alter("monitor_target", ["SRV-0001", "备份"], {"enabled": False})
    plan.find("minimum_alert_rules_on", "certificate", "unknown", "唯一监控证书的采集项是否启用为空")
    plan.find("minimum_alert_rules_on", "backup_failed", "fail", "没有监控备份失败")
    silent = {"last_sample": clock.ago(minutes=50)}
    plan.alter("monitor_target", ["SRV-0033", "网络"], silent, "50 分钟没有采样", fail=[FRESH])


def _logs(plan: Plan, clock: Clock) -> None:
    kept, reporting = ["logs_kept_long_enough"], ["core_log_sources_reporting"]
    plan.alter("log_source", ["SRV-0040", "syslog"], {"retention_days": 90}, "只留存 90 天", fail=kept)
    plan.alter("log_source", ["SRV-0041", "syslog"], {"retention_days": None}, "留存天数为空", unknown=kept)
    plan.alter(
        "log_source", ["SRV-0042", "syslog"], {"last_seen": clock.ago(4)}, "四天没有日志", fail=reporting
    )
    plan.alter("log_source", ["SRV-0043", "syslog"], {"last_seen": None}, "最近上报为空", unknown=reporting)
    plan.find(reporting[0], "SRV-0400/syslog", "unknown", "资产的重要性层级为空,不知是否核心资产")
    reviewed, protected = ["logs_reviewed_weekly"], ["audit_logs_protected"]
    plan.alter(
        "log_source", ["SRV-0044", "syslog"], {"reviewed_at": clock.ago(20)}, "20 天未审阅", fail=reviewed
    )
    ahead = {"reviewed_at": clock.ago(-1)}
    plan.alter("log_source", ["SRV-0045", "syslog"], ahead, "审阅时间在将来", unknown=reviewed)
    plan.alter("log_source", ["SRV-0046", "syslog"], {"backed_up": False}, "日志没有备份", fail=protected)
    unsure = {"tamper_protected": None}
    plan.alter("log_source", ["SRV-0047", "syslog"], unsure, "是否防篡改为空", unknown=protected)


def _baselines(plan: Plan, clock: Clock) -> None:
    score, critical = ["configuration_baseline_score_met"], ["critical_baseline_rules_pass"]
    drift = ["unapproved_drift_resolved"]
    plan.drop("config_result", asset_id="SRV-0050")
    plan.find("assets_checked_against_baseline", "SRV-0050", "fail", "没有任何基线核查结果")
    for number in range(1, 25):
        plan.alter("config_result", ["SRV-0051", f"BL-{number:02d}"], {"checked_at": None})
    plan.find("assets_checked_against_baseline", "SRV-0051", "unknown", "核查时间为空")
    bad = {"pass": False, "actual": None}
    for number in range(10, 16):
        plan.alter("config_result", ["SRV-0052", f"BL-{number:02d}"], bad)
    plan.find(score[0], "SRV-0052", "fail", "24 条规则只通过 18 条")
    for number in range(10, 14):
        plan.alter("config_result", ["SRV-0053", f"BL-{number:02d}"], {"pass": None})
    plan.find(score[0], "SRV-0053", "unknown", "24 条规则中 4 条结果为空")
    plan.alter("config_result", ["SRV-0054", "BL-01"], bad, "关键规则未通过", fail=critical)
    plan.alter("config_result", ["SRV-0055", "BL-02"], {"pass": None}, "关键规则结果为空", unknown=critical)
    old = {"drift_since": clock.ago(25)}
    plan.alter("config_result", ["SRV-0056", "BL-09"], old, "漂移 25 天未处理", fail=drift)
    ahead = {"drift_since": clock.ago(-2)}
    plan.alter("config_result", ["SRV-0057", "BL-09"], ahead, "漂移时间在将来", unknown=drift)
    young = {"drift_since": clock.ago(2)}
    plan.alter("config_result", ["SRV-0058", "BL-09"], young)
    approved = {"drift_since": clock.ago(30), "drift_change_id": f"CHG-{clock.today.year}-0001"}
    plan.alter("config_result", ["SRV-0059", "BL-09"], approved)


def _scans(plan: Plan, clock: Clock) -> None:
    for number in range(320, 350):
        plan.drop("scan", id=f"SC-SRV-{number:04d}-1")
    plan.find("authenticated_scan_done", "3", "fail", "三级设备有 30 台没有登录扫描")
    for number in range(200, 216):
        plan.alter("scan", [f"SC-SRV-{number:04d}-1"], {"authenticated": None})
    plan.find("authenticated_scan_done", "2", "unknown", "二级设备有 16 台是否登录扫描为空")
    exposed = ["exposed_assets_scanned"]
    outside = {"internet_exposed": True}
    plan.alter("asset", ["SRV-0060"], outside, "互联网资产没有外部扫描", fail=exposed)
    plan.drop("scan", id="SC-SRV-0060-2")
    plan.alter("asset", ["SRV-0061"], {"internet_exposed": None}, "是否暴露于互联网为空", unknown=exposed)
    for asset in ("SRV-0060", "SRV-0061"):
        plan.drop("vuln", asset_id=asset)


def _vulnerabilities(plan: Plan, clock: Clock) -> None:
    urgent, triaged = "urgent_vulnerabilities_fixed_at_once", "forensic_triage_done"
    excepted = "overdue_vulnerabilities_have_exception"
    base = {"fixed_at": None, "automatable": True, "tech_impact": "total"}
    listed = {"kev_added": clock.ago(30), "first_seen": clock.ago(20)}
    row = {"asset_id": "SRV-0070", "cve": "CVE-2026-90001", **base, **listed}
    plan.add(
        "vuln", row, "核心资产上在野利用、可自动化的漏洞 30 天未修", fail=[urgent, OPEN, triaged, excepted]
    )
    row = {"asset_id": "SRV-0071", "cve": "CVE-2026-90002", **base, "first_seen": clock.ago(100)}
    plan.add("vuln", row, "核心资产上可自动化的漏洞 100 天未修,期限 60 天", fail=[OPEN, excepted])
    row = {"asset_id": "SRV-0072", "cve": "CVE-2026-90003", **base, **listed, "automatable": None}
    plan.add("vuln", row, "能否自动化为空", unknown=[urgent, OPEN, triaged, excepted])
    done = {"fixed_at": clock.ago(18), "triaged_at": clock.ago(19)}
    plan.add("vuln", {"asset_id": "SRV-0073", "cve": "CVE-2026-90005", **base, **listed, **done})
    row = {"asset_id": "SRV-0900", "cve": "CVE-2026-90004", **base, "first_seen": clock.ago(100)}
    plan.add("vuln", row, "漏洞所在资产不在台账中", unknown=[OPEN, urgent, excepted])


def _exceptions(plan: Plan, clock: Clock) -> None:
    sound = ["vulnerability_exceptions_sound"]
    base: Row = {
        "fixed_at": None,
        "automatable": False,
        "exception_id": "EX-1",
        "exception_granted_at": clock.ago(20),
        "exception_until": clock.day(-30),
        "exception_approver": "P00066",
        "compensating_control": "隔离网段,只开放必要端口",
    }
    plan.add("vuln", {"asset_id": "SRV-0080", "cve": "CVE-2026-91001", **base})
    cases: tuple[tuple[Row, str], ...] = (
        ({"exception_until": clock.day(5)}, "例外已到期"),
        ({"exception_until": clock.day(-200)}, "例外期限超过 90 天"),
        ({"compensating_control": None}, "没有补偿措施"),
        ({"exception_approver": "P00055"}, "由资产责任人自己批准"),
    )
    for number, (changes, why) in enumerate(cases):
        plan.alter("asset", [f"SRV-{81 + number:04d}"], {"owner": "P00055"})
        row = {"asset_id": f"SRV-{81 + number:04d}", "cve": "CVE-2026-91001", **base, **changes}
        plan.add("vuln", row, why, fail=sound)
    plan.alter("asset", ["SRV-0086"], {"owner": None}, "没有责任人", fail=["asset_entries_complete"])
    row = {"asset_id": "SRV-0086", "cve": "CVE-2026-91001", **base}
    plan.add("vuln", row, "资产没有责任人,无法判断是否他人批准", unknown=sound)


def _patches(plan: Plan, clock: Clock) -> None:
    cycle, overdue, reboot = (
        ["patch_cycle_monthly"],
        ["security_patches_not_overdue"],
        ["reboot_not_pending_long"],
    )
    old = {"last_patched_at": clock.ago(75)}
    plan.alter("patch_state", ["SRV-0090"], old, "75 天没有打补丁", fail=cycle)
    plan.alter("patch_state", ["SRV-0091"], {"last_patched_at": None}, "补丁时间为空", unknown=cycle)
    plan.drop("patch_state", asset_id="SRV-0092")
    plan.find(cycle[0], "SRV-0092", "unknown", "补丁平台没有这台主机")
    wait = {"reboot_required": True, "reboot_pending_since": clock.ago(40)}
    plan.alter("patch_state", ["SRV-0093"], wait, "待重启 40 天", fail=reboot)
    plan.alter("patch_state", ["SRV-0094"], {"reboot_required": None}, "是否待重启为空", unknown=reboot)
    young = {"reboot_required": True, "reboot_pending_since": clock.ago(3)}
    plan.alter("patch_state", ["SRV-0095"], young)
    row = {"advisory": "KYSA-9001", "severity": "critical", "installed_at": None, "reason": None}
    late = {**row, "released_at": clock.ago(45)}
    plan.add("patch", {"asset_id": "SRV-0096", **late}, "严重补丁 45 天未装", fail=overdue)
    unsure = {**late, "severity": None}
    plan.add("patch", {"asset_id": "SRV-0097", **unsure}, "严重程度为空", unknown=overdue)
    undated = {**row, "released_at": None}
    plan.add("patch", {"asset_id": "SRV-0098", **undated}, "发布时间为空", unknown=overdue)


def _software(plan: Plan, clock: Clock) -> None:
    """Support that has ended, ends soon, or ends at a time that the inventory does not give in full."""
    ended, soon = ["unsupported_software_absent"], ["end_of_life_foreseen"]
    row = {"asset_id": "SRV-0110", "name": "Python", "version": "3.8"}
    plan.add("package", {**row, "eol_date": clock.day(400)}, "停止支持已 400 天", fail=ended)
    row = {"asset_id": "SRV-0111", "name": "MySQL", "version": "8.0"}
    plan.add("package", {**row, "eol_date": clock.day(-60)}, "60 天后停止支持", fail=soon)
    row = {"asset_id": "SRV-0112", "name": "自研接口程序", "version": "2.3", "_absent": ("eol_date",)}
    plan.add("package", row, "清单里没有支持截止日", unknown=[*ended, *soon])
