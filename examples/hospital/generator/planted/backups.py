"""Departures in backups, the backup policy and restore tests."""

from __future__ import annotations

from datetime import datetime, timedelta

from generator.backups import job_name
from generator.clock import Clock, utc
from generator.plan import Plan

RECENT, ISOLATED, OFFSITE = "recent_backup_exists", "isolated_copy_exists", "offsite_copy_recent"
CONSECUTIVE, RATE_ROWS = "consecutive_backup_failures_absent", ("encrypted", "checksum_ok")
FAILED = {"status": "failed", "checksum_ok": False}


def plant(plan: Plan, clock: Clock) -> None:
    """Missing runs, late copies, bad runs, plan lines, restore tests."""
    _missing(plan, clock)
    _late(plan, clock)
    _runs(plan, clock)
    _lines(plan)
    _restores(plan, clock)


def _nights(system: str, number: int, clock: Clock, nights: int) -> list[datetime]:
    """When the newest runs of a nightly job started."""
    hour, minute = (1, 0) if number == 1 else (0, 52) if number == 2 else (2, number)
    return [clock.on(ago, hour, minute) for ago in range(nights)]


def _missing(plan: Plan, clock: Clock) -> None:
    plan.drop("backup_job", system_id="BLOOD")
    for policy in (RECENT, ISOLATED, OFFSITE):
        plan.find(policy, "BLOOD", "fail", "备份系统的导出里没有该系统的任何作业")


def _late(plan: Plan, clock: Clock) -> None:
    for number in (1, 2, 3, *range(4, 9)):
        for start in _nights("HAI", number, clock, 3):
            plan.drop("backup_job", system_id="HAI", started=start)
    plan.find(RECENT, "HAI", "fail", "最近三天没有备份")
    plan.find(OFFSITE, "HAI", "fail", "最近三天没有异地副本")
    for start in _nights("CALL", 2, clock, 12):
        plan.drop("backup_job", system_id="CALL", job=job_name("CALL", 2), started=start)
    plan.find(ISOLATED, "CALL", "fail", "隔离副本已有 12 天")
    newest = clock.on(0, clock.now.hour) - timedelta(minutes=14)
    plan.drop("backup_job", system_id="HIS", job=job_name("HIS", 3), started=newest)
    plan.find(OFFSITE, "HIS", "fail", "异地复制停在昨天")
    plan.find("core_log_backups_within_rpo", "HIS", "fail", "日志复制停在昨天")
    plan.find("core_log_backups_within_rpo", "PACS", "fail", "只定为二级的影像系统没有日志备份")
    for start in _nights("VIDEO", 2, clock, 34):
        plan.alter("backup_job", ["VIDEO", job_name("VIDEO", 2), start], {"location": None})
    plan.find(ISOLATED, "VIDEO", "unknown", "副本的存放位置为空")
    _status(plan, clock)


def _status(plan: Plan, clock: Clock) -> None:
    """A system whose last ten nights have no status at all."""
    for number in range(1, 5):
        for start in _nights("DOOR", number, clock, 10):
            policies = ["backup_copies_encrypted", "backup_copies_verified"]
            plan.alter(
                "backup_job",
                ["DOOR", job_name("DOOR", number), start],
                {"status": None},
                "作业状态为空",
                unknown=policies,
            )
    for policy in (RECENT, ISOLATED):
        plan.find(policy, "DOOR", "unknown", "最近十天的作业状态为空")
    for number in range(1, 5):
        job = job_name("ENERGY", number)
        for start in _nights("ENERGY", number, clock, 30):
            why = "系统的重要性层级为空,不知是否核心系统"
            plan.find(CONSECUTIVE, f"ENERGY/{job}/{utc(start)}", "unknown", why)


def _runs(plan: Plan, clock: Clock) -> None:
    def run(system: str, number: int, ago: int) -> list[object]:
        hour, minute = (1, 0) if number == 1 else (2, number)
        return [system, job_name(system, number), clock.on(ago, hour, minute)]

    for field, policy in zip(RATE_ROWS, ("backup_copies_encrypted", "backup_copies_verified"), strict=True):
        key = run("NURSE", 5, 3 if field == "encrypted" else 4)
        plan.alter("backup_job", key, {"status": "success", field: False}, f"{field} 为否", fail=[policy])
        key = run("NURSE", 6, 3 if field == "encrypted" else 4)
        plan.alter("backup_job", key, {"status": "success", field: None}, f"{field} 为空", unknown=[policy])
    plan.alter("backup_job", run("LIS", 6, 5), FAILED)
    plan.alter("backup_job", run("LIS", 6, 4), FAILED, "核心系统连续两晚备份失败", fail=[CONSECUTIVE])
    policies = ["backup_copies_encrypted", "backup_copies_verified", CONSECUTIVE]
    plan.alter("backup_job", run("LIS", 7, 5), {"status": None}, "作业状态为空", unknown=policies)
    plan.alter("backup_job", run("LIS", 7, 4), FAILED, "前一晚的状态为空", unknown=[CONSECUTIVE])


def _lines(plan: Plan) -> None:
    matches, listed = ["backup_plan_matches_jobs"], "systems_in_backup_plan"
    for number in range(1, 9):
        key = ["PATH", job_name("PATH", number)]
        plan.alter("backup_plan", key, {"in_policy": False}, "有作业但未写入策略", fail=matches)
        key = ["MRM", job_name("MRM", number)]
        plan.alter("backup_plan", key, {"in_policy": None}, "是否写入策略为空", unknown=matches)
    plan.alter_all("backup_plan", {"rto_min": None}, system_id="LIS")
    plan.find("backup_plan_states_recovery_targets", "LIS", "fail", "备份策略没有写恢复时间目标")
    plan.find(listed, "PATH", "fail", "备份策略里没有该系统")
    plan.find(listed, "MRM", "unknown", "各行是否写入策略为空")


def _restores(plan: Plan, clock: Clock) -> None:
    done, met = "restore_test_done", "restore_test_meets_targets"
    plan.alter("restore_test", ["RT-CDR"], {"full": False})
    plan.find(done, "CDR", "fail", "一年内没有完整恢复测试")
    plan.find(met, "CDR", "fail", "没有完整恢复测试,部分恢复的用时说明不了整个系统")
    plan.alter("restore_test", ["RT-NET"], {"full": None})
    for policy in (done, met):
        plan.find(policy, "NET", "unknown", "是否完整恢复为空")
    plan.alter("restore_test", ["RT-EMR"], {"rto_min": 200})
    plan.find(met, "EMR", "fail", "恢复用时 200 分钟,目标 120 分钟")
    plan.alter("restore_test", ["RT-ICU"], {"data_ok": None})
    for policy in (done, met):
        plan.find(policy, "ICU", "unknown", "数据是否核对无误为空")
