"""Departures in components, load, response times, duty rosters, rounds, and what the platform saw change."""

from __future__ import annotations

from datetime import timedelta

from generator.clock import Clock, utc
from generator.plan import Plan, Row


def plant(plan: Plan, clock: Clock) -> None:
    """What the operations platform says, one failure and one gap at a time."""
    _components(plan)
    _load(plan, clock)
    _logs(plan)
    _rooms(plan, clock)
    _duty(plan, clock)
    _seen(plan, clock)


def _components(plan: Plan) -> None:
    listed, watched = "core_components_registered", ["core_components_monitored"]
    plan.drop("component", system_id="CDR", kind="link")
    plan.find(listed, "CDR", "fail", "没有登记链路")
    key = ["HIS", "link", "HIS-link"]
    plan.alter("component", key, {"metric_set": None}, "组件没有监控", fail=watched)
    key = ["HIS", "service", "HIS-service"]
    plan.alter("component", key, {"_absent": ("metric_set",)}, "采集项没有导出", unknown=watched)
    standby, registered = ["core_parts_redundant"], "core_redundancy_registered"
    plan.alter("redundancy", ["LIS", "line"], {"mode": "none"}, "线路没有冗余", fail=standby)
    plan.alter("redundancy", ["RIS", "line"], {"_absent": ("mode",)}, "冗余方式没有导出", unknown=standby)
    plan.find(registered, "RIS", "unknown", "线路的冗余方式没有导出")
    plan.drop("redundancy", system_id="AD", part="line")
    plan.find(registered, "AD", "fail", "没有登记线路的冗余")


def _load(plan: Plan, clock: Clock) -> None:
    servers, network = "core_servers_utilisation_limited", "core_network_utilisation_limited"
    gap = {"_absent": ("peak_percent",)}
    for low, high, policy in (("SRV-0005", "SRV-0006", servers), ("NET-003", "NET-004", network)):
        plan.alter("utilisation", [low, "cpu"], {"peak_percent": 97})
        plan.find(policy, low, "fail", "处理器峰值 97 %")
        plan.alter("utilisation", [high, "cpu"], gap)
        plan.find(policy, high, "unknown", "处理器峰值没有导出")
    measured, fast = "core_transactions_measured", "transactions_fast_enough"
    for ago in range(1, 20):
        for what in ("挂号登记", "报告查询"):
            plan.drop("response_time", system_id="EMR", transaction=what, day=clock.day(ago))
    plan.find(measured, "EMR", "fail", "近 30 天只测了 11 天")
    for ago in range(1, 31):
        plan.alter("response_time", ["HIS", "挂号登记", clock.day(ago)], {"p95_ms": 9000})
        plan.alter("response_time", ["LIS", "报告查询", clock.day(ago)], {"_absent": ("target_ms",)})
    plan.find(fast, "HIS/挂号登记", "fail", "挂号登记一直要九秒")
    plan.find(fast, "LIS/报告查询", "unknown", "目标没有导出")
    sampled, lasts = "core_performance_metrics_sampled", ["disk_space_lasts"]
    plan.alter("monitor_target", ["SRV-0007", "主机"], {"longest_gap_s": 7200})
    plan.find(sampled, "SRV-0007", "fail", "采样中断过两小时")
    plan.alter("monitor_target", ["SRV-0008", "主机"], {"_absent": ("longest_gap_s",)})
    plan.find(sampled, "SRV-0008", "unknown", "最长中断没有导出")
    plan.alter("monitor_target", ["SRV-0121", "主机"], {"days_to_full": 20}, "20 天后写满", fail=lasts)
    gap = {"_absent": ("days_to_full",)}
    plan.alter("monitor_target", ["SRV-0122", "主机"], gap, "写满的日期没有导出", unknown=lasts)


def _logs(plan: Plan) -> None:
    layers, users, sends = (
        "core_applications_audit_every_layer",
        ["core_audit_logs_cover_every_user"],
        "core_assets_send_logs",
    )
    plan.drop("log_source", system_id="LIS", name="database")
    plan.find(layers, "LIS", "fail", "数据库没有审计日志")
    partial = {"covers_every_user": False}
    plan.alter("log_source", ["SRV-0009", "syslog"], partial, "审计没有覆盖所有用户", fail=users)
    gap = {"_absent": ("covers_every_user",)}
    plan.alter("log_source", ["SRV-0010", "syslog"], gap, "是否覆盖所有用户没有导出", unknown=users)
    plan.drop("log_source", asset_id="SRV-0011")
    plan.find(sends, "SRV-0011", "fail", "没有日志源")


def _rooms(plan: Plan, clock: Clock) -> None:
    plan.drop("room_round", room_id="FAC-05", date=clock.day(7))
    plan.find("rooms_inspected_daily", "FAC-05", "fail", "有一天没有巡检")
    for site, first in (("东院区机房", 9), ("南院区机房", 13)):
        facility = {"system_id": None, "class": "facility", "tier": 3, "site": site}
        for number, kind in enumerate(("room", "ups", "cooling", "fire"), first):
            if number == 16:
                continue
            plan.add("asset", {"id": f"FAC-{number:02d}", **facility, "facility_kind": kind})
    plan.find("rooms_list_their_facilities", "FAC-13", "fail", "没有登记消防设施")
    for ago in range(34):
        row = {"room_id": "FAC-09", "date": clock.day(ago), "abnormal": 0, "signer": None}
        plan.add("room_round", row | {"_absent": ("signer",)})
        plan.add("room_round", row | {"room_id": "FAC-13", "signer": "P00005"})
    plan.find("rooms_inspected_daily", "FAC-09", "unknown", "巡检人没有导出")
    for asset, kind, policy in (
        ("FAC-10", "ups_battery_test", "ups_batteries_tested"),
        ("FAC-11", "cooling", "cooling_serviced"),
        ("FAC-12", "fire", "fire_protection_serviced"),
    ):
        plan.alter_all("maintenance", {"done_at": clock.on(700, 9)}, asset_id=asset, kind=kind)
        plan.find(policy, asset, "fail", "两年没有做")


def _duty(plan: Plan, clock: Clock) -> None:
    """The night shift four days ago was not filled; a later one ends when nobody knows."""
    gap = clock.on(4, 0)
    plan.alter("duty_shift", [f"DS-{gap:%Y%m%d}-1"], {"person_id": None})
    before = clock.on(5, 16)
    plan.find("duty_shifts_without_gap", f"DS-{before:%Y%m%d}-3", "fail", "夜班没有人")


def _seen(plan: Plan, clock: Clock) -> None:
    recorded = ["observed_changes_have_change_record"]
    seen = clock.on(2, 12)
    row: Row = {
        "asset_id": "SRV-0012",
        "item": "配置",
        "seen_at": seen,
        "system_id": "MEETING",
        "kind": "config",
    }
    row |= {"previous_at": seen - timedelta(minutes=5)}
    plan.add("observed_change", row, "没有对应的变更单", fail=recorded)
    gap = {**row, "asset_id": "SRV-0013", "_absent": ("system_id",)}
    subject = f"SRV-0013/配置/{utc(seen)}"
    plan.add("observed_change", gap, "所属系统没有导出", subject=subject, unknown=recorded)
