"""Departures in capacity, redundancy, rooms, media, agents, firmware, components and what collectors saw change."""

from __future__ import annotations

from generator.changes import clean_change
from generator.clock import Clock
from generator.duties import document
from generator.plan import Plan, Row, listed

STALE, NO_TIER, NO_CATEGORY = "台账数据来自 45 天前,早于 30 天的时效", "重要性层级为空", "系统类别为空"
OF_SYSTEMS = listed("""
core_applications_audit_every_layer core_components_registered core_databases_audited
core_log_backups_within_rpo core_redundancy_registered internet_apps_behind_waf
personal_information_audited regraded_systems_reassessed
""")
ONE_BY_ONE = listed("core_applications_audit_every_layer core_components_registered")


def plant(plan: Plan, clock: Clock) -> None:
    """What the registers of resources and the collectors of settings show."""
    for policy in OF_SYSTEMS:
        plan.find(policy, "DONGYUAN", "unknown", STALE)
    for policy in ONE_BY_ONE:
        plan.find(policy, "ENERGY", "unknown", NO_TIER)
        plan.find(policy, "PHARM", "unknown", NO_CATEGORY)
    _capacity(plan)
    _rooms(plan, clock)
    _hardware(plan, clock)
    _software(plan, clock)
    _settings(plan, clock)
    _components(plan, clock)
    _audit_logs(plan)
    _changes(plan, clock)


def _capacity(plan: Plan) -> None:
    servers, network = "core_servers_utilisation_limited", "core_network_utilisation_limited"
    plan.alter("utilisation", ["SRV-0012", "memory"], {"peak_percent": 93.5})
    plan.find(servers, "SRV-0012", "fail", "内存峰值 93.5 %")
    plan.drop("utilisation", asset_id="SRV-0013", metric="cpu")
    plan.find(servers, "SRV-0013", "fail", "没有处理器峰值")
    plan.alter("utilisation", ["SRV-0014", "cpu"], {"peak_percent": None})
    plan.find(servers, "SRV-0014", "unknown", "处理器峰值为空")
    plan.find(servers, "SRV-0400", "unknown", NO_TIER)
    plan.alter("utilisation", ["NET-002", "bandwidth"], {"peak_percent": 88})
    plan.find(network, "NET-002", "fail", "带宽峰值 88 %")
    plan.alter("utilisation", ["NET-003", "bandwidth"], {"covers_days": None})
    plan.find(network, "NET-003", "unknown", "带宽峰值的统计天数为空")
    parts, registered = ["core_parts_redundant"], "core_redundancy_registered"
    plan.alter("redundancy", ["LIS", "database"], {"mode": "cold_standby"}, "数据库只有冷备", fail=parts)
    plan.alter("redundancy", ["CDR", "line"], {"mode": "none"}, "通信线路为单点", fail=parts)
    plan.alter("redundancy", ["EMR", "network"], {"mode": None}, "冗余方式为空", unknown=parts)
    plan.find(registered, "EMR", "unknown", "核心网络的冗余方式为空")
    plan.drop("redundancy", system_id="RIS", part="line")
    plan.find(registered, "RIS", "fail", "没有登记通信线路")


def _rooms(plan: Plan, clock: Clock) -> None:
    inspected, listed_ = "rooms_inspected_daily", "rooms_list_their_facilities"
    serviced = ("ups_batteries_tested", "cooling_serviced", "fire_protection_serviced")
    for ago in (4, 5):
        plan.drop("room_round", room_id="FAC-03", date=clock.day(ago))
    plan.find(inspected, "FAC-03", "fail", "周末两天没有机房巡检")
    plan.alter("room_round", ["FAC-02", clock.day(9)], {"signer": None})
    plan.find(inspected, "FAC-02", "fail", "一天的巡检没有签字")
    row: Row = {"system_id": None, "class": "facility", "tier": 3}
    plan.add("asset", {"id": "FAC-90", **row, "facility_kind": "room", "site": "门诊楼弱电间"})
    plan.find(listed_, "FAC-90", "fail", "弱电间没有登记 UPS、空调和消防")
    plan.find(inspected, "FAC-90", "fail", "弱电间从未巡检")
    row |= {"facility_kind": None, "site": "医技楼弱电间"}
    why = "设施类别为空"
    plan.add("asset", {"id": "FAC-91", **row}, why, unknown=[inspected, listed_, *serviced])
    for asset, kind, ago, policy, why in (
        ("FAC-07", "ups_battery_test", 250, serviced[0], "电池 250 天未测试"),
        ("FAC-08", "cooling", 130, serviced[1], "空调 130 天未保养"),
        ("FAC-12", "fire", 110, serviced[2], "消防 110 天未维保"),
    ):
        plan.drop("maintenance", asset_id=asset)
        service = {"asset_id": asset, "kind": kind, "done_at": clock.on(ago, 10)}
        plan.add("maintenance", {**service, "next_due": None, "report": None})
        plan.find(policy, asset, "fail", why)


def _hardware(plan: Plan, clock: Clock) -> None:
    faults, wiped = ["hardware_faults_fixed_in_time"], ["retired_media_wiped_or_destroyed"]
    plan.alter(
        "asset", ["SRV-0015"], {"fault_since": clock.ago(3)}, "核心服务器硬盘故障三天未换", fail=faults
    )
    plan.alter("asset", ["SRV-0016"], {"fault_since": clock.ago(hours=20)})
    plan.alter("asset", ["SRV-0330"], {"fault_since": clock.ago(2)})
    plan.alter("asset", ["SRV-0331"], {"fault_since": clock.ago(9)}, "电源故障九天未修", fail=faults)
    plan.alter("asset", ["STO-05"], {"fault_since": clock.ago(-1)}, "故障开始时间在将来", unknown=faults)
    plan.alter(
        "disposal", ["JZ-0011"], {"certificate": None, "certified_at": None}, "没有销毁证明", fail=wiped
    )
    nothing = {"method": None, "certificate": None, "certified_at": None}
    plan.alter("disposal", ["JZ-0012"], nothing, "停用后一直没有处置", fail=wiped)
    plan.add(
        "disposal", {"id": "JZ-0901", "system_id": "EAST"}, "东院区的登记表没有证明编号一列", unknown=wiped
    )


def _software(plan: Plan, clock: Clock) -> None:
    for number in (17, 210, 341):
        plan.drop("malware_agent", asset_id=f"SRV-{number:04d}")
    fresh = ["malware_signatures_fresh"]
    plan.alter(
        "malware_agent", ["SRV-0018"], {"signature_at": clock.ago(6)}, "联网主机的病毒库为六天前", fail=fresh
    )
    old = {"signature_at": clock.ago(19)}
    plan.alter("malware_agent", ["SRV-0024"], old, "隔离网主机的病毒库为 19 天前", fail=fresh)
    plan.alter("malware_agent", ["SRV-0019"], {"signature_at": None}, "病毒库时间为空", unknown=fresh)
    supported, verified = ["network_firmware_supported"], "network_firmware_verified_monthly"
    plan.alter(
        "firmware", ["NET-004"], {"supported_until": clock.day(90)}, "固件已停止支持 90 天", fail=supported
    )
    plan.alter("firmware", ["NET-040"], {"verified_at": clock.ago(75)})
    plan.find(verified, "NET-040", "fail", "75 天没有核对固件")
    plan.alter("firmware", ["NET-041"], {"verified_at": clock.ago(-2)})
    plan.find(verified, "NET-041", "unknown", "核对时间在将来")
    for asset in ("NET-069", "NET-070"):
        why = "东院区的固件清单没有支持截止一列"
        plan.alter("firmware", [asset], {"system_id": "EAST"}, why, unknown=supported)
    patched, reason = ["applications_patched_monthly"], {"delay_reason": None}
    plan.alter("application_patch", ["SRV-0012", "EMR 数据库"], reason, "季度补丁没有写明理由", fail=patched)
    old = {"last_patched_at": clock.ago(55)}
    plan.alter("application_patch", ["SRV-0001", "HIS 应用"], old, "应用 55 天没有打补丁", fail=patched)
    plan.alter(
        "application_patch",
        ["SRV-0023", "LIS 应用"],
        {"last_patched_at": None},
        "补丁时间为空",
        unknown=patched,
    )
    _baselines(plan, clock)


def _baselines(plan: Plan, clock: Clock) -> None:
    policy = "configuration_baselines_reviewed"
    plan.alter("document", ["DOC-基线-storage"], {"reviewed_at": clock.ago(500)})
    plan.find(policy, "storage", "fail", "存储基线 500 天未评审")
    plan.alter("document", ["DOC-基线-database"], {"reviewed_at": None})
    plan.find(policy, "database", "unknown", "数据库基线的评审时间为空")
    draft = document("DOC-基线-storage-草案", "config_baseline", clock.on(20, 9), covers=["storage"])
    plan.add("document", draft | {"approved_by": None, "approved_at": None})


def _settings(plan: Plan, clock: Clock) -> None:
    sources, encrypted, tls = (
        "servers_use_two_time_sources",
        ["admin_interfaces_encrypted"],
        ["admin_interfaces_use_current_tls"],
    )
    plan.drop("time_source", asset_id="SRV-0034", address="10.1.0.12")
    plan.find(sources, "SRV-0034", "fail", "只配置了一个时间源")
    plan.alter("time_source", ["SRV-0035", "chrony", "10.1.0.12"], {"is_configured": None})
    plan.find(sources, "SRV-0035", "unknown", "第二个时间源是否已配置为空")
    row = {"asset_id": "NET-050", "protocol": "telnet", "port": 23, "tls_min": None}
    plan.add("admin_interface", row, "交换机仍开放 telnet", fail=encrypted)
    row = {"asset_id": "STO-02", "protocol": "http", "port": 8080, "tls_min": None}
    plan.add("admin_interface", row, "存储用明文 HTTP 管理", fail=encrypted)
    plan.alter("admin_interface", ["NET-051", "https", 443], {"tls_min": "1.0"}, "仍接受 TLS 1.0", fail=tls)
    plan.find("password_complexity_set", "config/legacy/pwquality.conf", "fail", "没有要求口令含多类字符")


def _components(plan: Plan, clock: Clock) -> None:
    watched, known = ["core_components_monitored"], "core_components_registered"
    plan.find(watched[0], "LIS/host/SRV-0030", "fail", "登记的采集项不存在")
    plan.alter(
        "component", ["PACS", "service", "pacs-svc"], {"metric_set": None}, "服务没有监控", fail=watched
    )
    plan.alter("monitor_target", ["SRV-0045", "服务"], {"enabled": None})
    plan.find(watched[0], "RIS/service/ris-svc", "unknown", "采集项是否启用为空")
    plan.find("monitoring_samples_fresh", "SRV-0045/服务", "unknown", "采集项是否启用为空")
    plan.drop("component", system_id="ANES", kind="link")
    plan.find(known, "ANES", "fail", "组成清单没有链路")
    logs = "core_log_backups_within_rpo"
    plan.find(logs, "PACS", "fail", "影像系统没有日志备份")
    plan.find(logs, "HIS", "fail", "日志复制中断,与异地副本过旧同因")
    seen = ["observed_changes_have_change_record"]
    base: Row = {"asset_id": "SRV-0001", "kind": "config", "before": "SM3:11aa", "after": "SM3:22bb"}
    at = {"seen_at": clock.on(13, 6), "previous_at": clock.on(14, 6)}
    plan.drop("change", system_id="MEETING")
    row = {**base, **at, "item": "/etc/hosts", "system_id": "MEETING"}
    plan.add("observed_change", row, "配置变化没有对应的变更单", fail=seen)
    row = {**base, **at, "item": "/etc/ntp.conf", "system_id": None}
    plan.add("observed_change", row, "变化属于哪个系统为空", unknown=seen)


def _audit_logs(plan: Plan) -> None:
    sends, every, layers = (
        "core_assets_send_logs",
        ["core_audit_logs_cover_every_user"],
        "core_applications_audit_every_layer",
    )
    plan.drop("log_source", asset_id="SRV-0048")
    plan.find(sends, "SRV-0048", "fail", "核心服务器没有接入日志平台")
    plan.find(sends, "SRV-0400", "unknown", NO_TIER)
    some = {"covers_every_user": False}
    plan.alter("log_source", ["SRV-0049", "syslog"], some, "审计排除了运维账户", fail=every)
    plan.alter(
        "log_source", ["SRV-0050", "syslog"], {"covers_every_user": None}, "是否覆盖为空", unknown=every
    )
    plan.find(every[0], "SRV-0400/syslog", "unknown", NO_TIER)
    plan.drop("log_source", asset_id="SRV-0034", name="数据库审计")
    plan.find(layers, "PACS", "fail", "没有数据库层的审计日志")


def _changes(plan: Plan, clock: Clock) -> None:
    start = clock.on(24, 22, 30)
    night, apart = ["core_changes_at_night_or_approved"], ["test_hosts_apart_from_production"]
    tested = ["major_releases_cryptography_tested"]

    def change(number: int, kind: str = "normal", system: str = "HIS", **fields: object) -> Row:
        return {**clean_change(start, f"CP-{number}", system, kind), **fields}

    why = "窗口从 22 时开始且未经特批"
    plan.add("change", change(620, window_approved=False), why, fail=night)
    plan.add("change", change(621, window_approved=None), "窗口是否特批为空", unknown=night)
    plan.find(night[0], "CP-402", "unknown", "系统的层级为空")
    plan.alter(
        "test_run", ["TST-CP-620"], {"env_hosts": ["test-01", "his-srv-0002"]}, "用了生产主机", fail=apart
    )
    plan.alter("test_run", ["TST-CP-621"], {"env_hosts": None}, "测试主机为空", unknown=apart)
    for number, system, crypto, why, verdict in (
        (630, "EMR", "CRY-630", "", ""),
        (631, "EMR", None, "没有密码应用测试报告", "fail"),
        (632, "MEDWASTE", None, "系统未定级,不知是否三级", "unknown"),
    ):
        plan.add("change", change(number, "upgrade", system, major=True))
        plan.alter("test_run", [f"TST-CP-{number}"], {"sec_report": f"SEC-{number}", "crypto_report": crypto})
        if verdict:
            plan.find(tested[0], f"CP-{number}", verdict, why)
