"""Departures in changes and tests."""

from __future__ import annotations

from datetime import datetime, timedelta

from generator.changes import clean_change
from generator.clock import Clock
from generator.plan import Plan, Row

APPROVED, AFTERWARDS = ["changes_approved_before_start"], ["emergency_changes_approved_afterwards"]
WINDOW, CMDB = ["changes_inside_window"], ["cmdb_updated_after_change"]
COMPLETE, TESTED = ["upgrade_plan_complete"], ["upgrades_tested_first"]


def plant(plan: Plan, clock: Clock) -> None:
    """Approval, windows, plans, tests, backups beforehand, bookkeeping afterwards."""
    start = clock.on(25, 1, 30)
    _approval(plan, clock, start)
    _course(plan, clock, start)
    _tests(plan, start)
    _backups(plan, clock)
    _care(plan, clock, start)
    _major(plan, clock, start)
    _daytime(plan, clock)


def _change(
    number: int, start: datetime, kind: str = "normal", system: str = "NURSE", **changes: object
) -> Row:
    return {**clean_change(start, f"CP-{number}", system, kind), **changes}


def _approval(plan: Plan, clock: Clock, start: datetime) -> None:
    hour, ahead = timedelta(hours=1), clock.ago(-1)
    late = _change(101, start, approved=start + 2 * hour)
    plan.add("change", late, "实施两小时后才批准", fail=APPROVED)
    own = _change(102, start, approver="P00002")
    plan.add("change", own, "实施人自己批准", fail=APPROVED)
    unsure = _change(103, start, approved=ahead)
    plan.add("change", unsure, "批准时间在将来", unknown=APPROVED)
    late = _change(104, start, "emergency", approved=start + 70 * hour)
    plan.add("change", late, "紧急变更三天后才补批", fail=AFTERWARDS)
    unsure = _change(105, start, "emergency", approved=ahead)
    plan.add("change", unsure, "补批时间在将来", unknown=AFTERWARDS)


def _course(plan: Plan, clock: Clock, start: datetime) -> None:
    over: Row = {"ended": start + timedelta(hours=7), "cmdb_at": start + timedelta(hours=12)}
    plan.add("change", _change(201, start, **over), "超出窗口三小时", fail=WINDOW)
    unsure = _change(202, start, window_from=None)
    plan.add("change", unsure, "窗口开始时间为空", unknown=[*WINDOW, *COMPLETE])
    plan.add("change", _change(203, start, cmdb_at=None), "23 天未更新 CMDB", fail=CMDB)
    plan.add("change", _change(204, start, cmdb_at=clock.ago(-1)), "更新时间在将来", unknown=CMDB)
    plan.add("change", _change(205, start, rollback=None), "方案没有回退", fail=COMPLETE)


def _tests(plan: Plan, start: datetime) -> None:
    plan.add("change", _change(301, start, "upgrade"), "没有测试记录", fail=TESTED)
    plan.drop("test_run", change_id="CP-301")
    plan.add("change", _change(302, start, "upgrade"), "只在生产环境测试", fail=TESTED)
    plan.alter("test_run", ["TST-CP-302"], {"env": "prod"})
    plan.add("change", _change(303, start, "upgrade"), "测试的不是同一版本", fail=TESTED)
    plan.alter("test_run", ["TST-CP-303"], {"version": "V5.2.0"})
    plan.add("change", _change(304, start, "upgrade"), "严重缺陷数为空", unknown=TESTED)
    plan.alter("test_run", ["TST-CP-304"], {"crit_defects": None})


def _backups(plan: Plan, clock: Clock) -> None:
    """Sixty days back only the nightly full backup of core systems is still in the export."""
    before = ["backup_before_upgrade"]
    plan.add("change", _change(401, clock.on(60, 1, 30), system="ANES"), "前 24 小时没有备份", fail=before)
    plan.drop("backup_job", system_id="ANES", started=clock.on(61, 1))
    plan.drop("change", system_id="ANES", started=clock.on(60, 1, 30))
    plan.drop("change", system_id="ENERGY")
    unsure = _change(402, clock.on(60, 1, 30), system="ENERGY")
    asked = [*before, "core_changes_requested_ahead", "core_changes_at_night_or_approved"]
    plan.add("change", unsure, "系统的层级为空,且导出里没有当日备份", unknown=asked)


def _care(plan: Plan, clock: Clock, start: datetime) -> None:
    """Notice, rehearsal, downtime, verification, test data."""
    ahead, core = clock.ago(-1), {"system": "HIS"}
    asked, told = ["core_changes_requested_ahead"], ["departments_told_before_change"]
    rehearsed, downtime = ["core_upgrade_rollback_rehearsed"], ["change_downtime_within_plan"]
    verified, cleaned = ["changes_verified_after_go_live"], "test_data_deidentified"
    rushed = _change(505, start, **core, requested=start - timedelta(hours=40))
    plan.add("change", rushed, "核心系统变更只提前 40 小时申请", fail=asked)
    for number, value, why, verdict in (
        (506, None, "没有演练回退", "fail"),
        (507, ahead, "演练时间在将来", "unknown"),
    ):
        row = _change(number, start, "upgrade", **core, rollback_rehearsed_at=value)
        plan.add("change", row, why, **{verdict: rehearsed})
    plan.add("change", _change(508, start, downtime_min=50), "停机超出计划", fail=downtime)
    plan.add("change", _change(509, start, planned_downtime_min=None), "计划停机为空", unknown=downtime)
    plan.add("change", _change(510, start, notified_at=None), "没有通知科室", fail=told)
    plan.add("change", _change(511, start, notified_at=ahead), "通知时间在将来", unknown=told)
    plan.add("change", _change(512, start, verified_at=None), "上线后没有核对", fail=verified)
    plan.add("change", _change(513, start, verified_at=ahead), "核对时间在将来", unknown=verified)
    plan.alter("test_run", ["TST-CP-512"], {"data_deidentified": False}, "测试数据未脱敏", fail=[cleaned])
    plan.alter("test_run", ["TST-CP-513"], {"data_deidentified": None}, "是否脱敏为空", unknown=[cleaned])


def _major(plan: Plan, clock: Clock, start: datetime) -> None:
    """Major releases: tested for security before, assessed again afterwards."""
    tested, assessed = ["major_releases_security_tested"], ["major_changes_reassessed"]
    plan.add("change", _change(601, start, "upgrade", major=True))
    plan.alter("test_run", ["TST-CP-601"], {"sec_report": "SEC-601"})
    plan.add("change", _change(602, start, "upgrade", major=True), "没有安全测试报告", fail=tested)
    old = clock.on(80, 1, 30)
    plan.add(
        "change",
        _change(603, old, "upgrade", "LIBRARY", major=True),
        "重大变更 80 天后仍未重新评估",
        fail=assessed,
    )
    plan.alter("test_run", ["TST-CP-603"], {"sec_report": "SEC-603"})
    unsure = _change(604, start, "upgrade", major=None)
    trained, cryptography = ["users_trained_before_major_release"], ["major_releases_cryptography_tested"]
    plan.add("change", unsure, "是否重大版本为空", unknown=[*tested, *assessed, *trained])
    plan.drop("release_training", change_id="CP-602")
    plan.find(trained[0], "CP-602", "fail", "上线前没有培训")
    both = {"sec_report": "SEC-HIS", "crypto_report": "MM-HIS"}
    for number, changes, why, verdict in (
        (605, both | {"crypto_report": None}, "没有密码应用测试报告", "fail"),
        (606, both, "", ""),
        (607, both | {"finished_at": clock.ago(-1)}, "测试完成时间在将来", "unknown"),
    ):
        expected = {verdict: cryptography} if verdict else {}
        plan.add("change", _change(number, start, "upgrade", "HIS", major=True), why, **expected)
        plan.alter("test_run", [f"TST-CP-{number}"], changes)
    apart = "test_hosts_apart_from_production"
    plan.find(apart, "TST-CP-607", "unknown", "测试完成时间在将来")
    for policy in (*tested, *TESTED):
        plan.find(policy, "CP-607", "unknown", "测试完成时间在将来")


def _daytime(plan: Plan, clock: Clock) -> None:
    """Windows of a core system in working hours, and tests on a production host."""
    night = ["core_changes_at_night_or_approved"]
    day = clock.on(25, 10)
    plan.add("change", _change(521, day, system="HIS"), "白天的窗口没有特批", fail=night)
    unsure = _change(522, day, system="HIS", window_approved=None)
    plan.add("change", unsure, "是否特批为空", unknown=night)
    apart = ["test_hosts_apart_from_production"]
    hosts = {"env_hosts": ["nurse-srv-0155"]}
    plan.alter("test_run", ["TST-CP-510"], hosts, "在生产主机上测试", fail=apart)
    plan.alter("test_run", ["TST-CP-511"], {"env_hosts": None}, "测试主机为空", unknown=apart)
