"""Tickets, changes, rounds, backups: the files, and how their columns are called."""

from __future__ import annotations

from generator.columns import as_is, chinese, columns, iso, minutes, slash, words
from generator.exports.export import Export

LEVEL = words({"urgent": "紧急", "important": "重要", "general": "一般"})
STATUS = words({"success": "成功", "failed": "失败"})
PLACE = words({"onsite": "本地", "offsite": "异地", "isolated": "隔离"})
TICKET = {
    "source": words({"user": "用户", "monitor": "监控", "inspection": "巡检"}),
    "kind": words({"incident": "事件", "request": "请求", "problem": "问题"}),
    "level": LEVEL,
    "nat_level": words({"large": "较大"}),
    "status": words({"closed": "已关闭", "resolved": "已解决", "open": "处理中"}),
    "outage_min": minutes,
}
CHANGE = {
    "type": words({"standard": "标准", "normal": "常规", "upgrade": "升级", "emergency": "紧急"}),
    "result": words({"success": "成功", "rolled_back": "回退"}),
}

EXPORTS = (
    Export(
        "ticket",
        "运维/工单_{stamp}.csv",
        columns(
            iso,
            """
工单号=id 来源=source 类型=kind 系统=system_id 级别=level 安全事件=security 国家级别=nat_level 事件类别=ic_category
关基=cii 发生时间=occurred 发现时间=detected 登记时间=recorded 登记改过=recorded_edited 定级时间=classified
响应时间=acked 恢复时间=mitigated 解决时间=resolved 关闭时间=closed 上报时间=reported_at
报卫健委时间=commission_told_at 根因报告时间=root_cause_report_at 状态=status 中断时长=outage_min 原因=cause
处理措施=actions 分析=analysis 类别=category 建议=suggestion 处理人=resolver 复核人=verifier 反馈时间=feedback_at
重开次数=reopened 延期至=extension_until 延期批准人=extension_approved_by 根因认可人=root_cause_accepted_by
建议时间=suggested_at 建议答复时间=suggestion_decided_at 通知本人时间=persons_notified_at 问题单=problem_id
引起的变更=change_id 个人信息泄露=personal_data_breach 告知决定时间=notice_decided_at
下调级别=level_lowered 下调理由=level_lowered_reason 下调批准人=level_lowered_by 报值班领导时间=escalated
报院领导时间=leader_told_at 复盘时间=reviewed_at 总结报送时间=summary_reported_at 满意度=score 知识条目=knowledge_id
""",
            **TICKET,
        ),
    ),
    Export(
        "change",
        "运维/变更单_{stamp}.csv",
        columns(
            chinese,
            """
变更号=id 系统=system_id 类型=type 必要性=need 风险=risk 步骤=steps 分工=roles 回退方案=rollback
通知安排=communication 申请时间=requested 批准时间=approved 批准人=approver 窗口开始=window_from 窗口结束=window_to
实际开始=started 实际结束=ended 实施人=implementer 结果=result 版本=version 停机时长=downtime_min
核对时间=verified_at CMDB更新=cmdb_at 重大版本=major 计划停机=planned_downtime_min 窗口特批=window_approved
通知时间=notified_at 回退演练=rollback_rehearsed_at
""",
            **CHANGE,
            downtime_min=minutes,
            planned_downtime_min=minutes,
        ),
    ),
    Export(
        "test_run",
        "运维/测试记录_{stamp}.csv",
        columns(
            slash,
            """
测试号=id 变更号=change_id 环境=env 主机=env_hosts 版本=version 结果=result 严重缺陷=crit_defects
完成时间=finished_at 安全测试报告=sec_report 密码测试报告=crypto_report 脱敏=data_deidentified
""",
            env=words({"test": "测试", "prod": "生产"}),
            result=words({"pass": "通过"}),
        ),
    ),
    Export(
        "inspection",
        "运维/每日巡检_{stamp}.xlsx",
        columns(
            as_is,
            """
系统=system_id 日期=date 巡检项目=items 异常项数=abnormal 工单=ticket_id 工单时间=ticket_at 签字人=signer
""",
        ),
        "核心系统每日巡检表",
    ),
    Export(
        "backup_job",
        "备份/备份作业_{stamp}.csv",
        columns(
            iso,
            """
系统=system_id 作业=job 开始=started 副本编号=backup_id 方式=type 结束=ended 状态=status 大小字节=size_bytes
位置=location 加密=encrypted 校验通过=checksum_ok
""",
            type=words({"full": "全量", "incremental": "增量", "log": "日志"}),
            status=STATUS,
            location=PLACE,
        ),
    ),
    Export(
        "backup_plan",
        "备份/备份策略表_{stamp}.xlsx",
        columns(
            as_is,
            """
系统=system_id 作业=job 间隔=every_hours 保留天数=retention_days 位置=location RTO分钟=rto_min RPO分钟=rpo_min
写入策略=in_policy 在运行=live
""",
            every_hours=lambda value: f"{value}小时",
            location=PLACE,
        ),
        "备份策略表",
    ),
    Export(
        "restore_test",
        "备份/恢复演练_{stamp}.xlsx",
        columns(
            as_is,
            """
编号=id 系统=system_id 完整恢复=full 开始=started 结束=ended 恢复用时=rto_min 恢复点=rpo_min 数据无误=data_ok
签字人=signer
""",
            rto_min=minutes,
            rpo_min=minutes,
        ),
        "恢复演练登记表",
    ),
)
