"""Which system hands over which file, and how its columns are called."""

from __future__ import annotations

from dataclasses import dataclass

from generator.columns import IN_USE, Y_N, Columns, as_is, chinese, columns, iso, minutes, slash, words

KIND_OF_PERSON = words({"staff": "职工", "vendor": "驻场", "trainee": "进修实习"})
KIND_OF_ACCOUNT = words(
    {"human": "个人", "service": "服务", "shared": "共享", "default": "默认", "vendor": "厂商", "trainee": "实习"}
)
ADMIN = words({"none": "非管理员", "system": "系统管理员", "audit": "审计管理员", "security": "安全管理员"})
LEVEL = words({"urgent": "紧急", "important": "重要", "general": "一般"})
SEVERITY = words({"critical": "严重", "high": "高", "medium": "中", "low": "低"})
RISK = words({"high": "高", "medium": "中", "low": "低"})
STATUS = words({"success": "成功", "failed": "失败"})
PLACE = words({"onsite": "本地", "offsite": "异地", "isolated": "隔离"})
CLASS = words(
    {"server": "服务器", "network": "网络", "storage": "存储", "medical_device": "医疗设备", "facility": "机房设施"}
)
TICKET = {
    "source": words({"user": "用户", "monitor": "监控", "inspection": "巡检"}),
    "kind": words({"incident": "事件", "request": "请求", "problem": "问题"}),
    "level": LEVEL,
    "nat_level": words({"large": "较大"}),
    "status": words({"closed": "已关闭", "resolved": "已解决"}),
    "outage_min": minutes,
}
CHANGE = {
    "type": words({"standard": "标准", "normal": "常规", "upgrade": "升级", "emergency": "紧急"}),
    "result": words({"success": "成功", "rolled_back": "回退"}),
}
ACCOUNT = {"kind": KIND_OF_ACCOUNT, "admin_role": ADMIN}


@dataclass(frozen=True)
class Export:
    """One file: kind, folder and name (``{stamp}`` is the date), columns, and which rows."""

    kind: str
    name: str
    columns: Columns
    title: str = ""
    encoding: str = "utf-8-sig"
    systems: tuple[str, ...] = ()
    but_systems: tuple[str, ...] = ()


_ACCOUNT_FIELDS = """
登录名=login 工号=person_id 账户类型=kind 特权=privileged 管理员角色=admin_role 状态=enabled 创建时间=created_at 最近登录=last_login
双因素=mfa 到期日=expires_at 责任人=owner 应急登记=break_glass 保密协议=nda 合同截止=contract_end
"""
_DIRECTORY_FIELDS = """
sAMAccountName=login employeeID=person_id 账户类型=kind adminCount=privileged 管理员角色=admin_role Enabled=enabled
whenCreated=created_at lastLogonTimestamp=last_login 双因素=mfa accountExpires=expires_at managedBy=owner 应急登记=break_glass
保密协议=nda 合同截止=contract_end
"""

EXPORTS = (
    Export(
        "person",
        "人事/在职离职人员_{stamp}.xlsx",
        columns(
            as_is,
            "工号=id 科室=dept 岗位=post 人员类别=kind 在岗状态=status 入职日期=hired_at 离职日期=left_at 调岗时间=post_changed_at "
            "权限调整时间=rights_adjusted_at 运维人员=is_om_staff 制度签阅时间=rules_acknowledged_at",
            kind=KIND_OF_PERSON,
            status=words({"active": "在岗", "left": "离职"}),
        ),
        "某某医院人员花名册",
    ),
    Export(
        "training",
        "培训/培训记录_{stamp}.csv",
        columns(
            slash,
            "工号=person_id 课程名称=course 完成时间=done_at 培训类型=type 学时=hours 成绩=score 必修=mandatory 标签=tags",
            type=words({"awareness": "意识", "role": "岗位", "om": "运维", "operating": "操作"}),
        ),
    ),
    Export(
        "account",
        "账户/AD导出_{stamp}.csv",
        columns(iso, _DIRECTORY_FIELDS, **ACCOUNT),
        encoding="gb18030",
        systems=("AD",),
    ),
    Export(
        "account",
        "账户/HIS账户_{stamp}.csv",
        columns(slash, _ACCOUNT_FIELDS, **ACCOUNT, enabled=IN_USE, privileged=Y_N, mfa=Y_N),
        systems=("HIS",),
    ),
    Export(
        "account",
        "账户/应用系统账户汇总_{stamp}.csv",
        columns(iso, "系统编号=system_id " + _ACCOUNT_FIELDS, **ACCOUNT, enabled=IN_USE),
        but_systems=("AD", "HIS"),
    ),
    Export(
        "entitlement",
        "账户/角色授权_{stamp}.csv",
        columns(slash, "系统=system_id 登录名=login 角色=role 授权时间=granted_at 批准人=approved_by 岗位权限表内=in_role_matrix"),
    ),
    Export(
        "access_review",
        "账户/权限复核_{stamp}.csv",
        columns(
            slash,
            "系统=system_id 复核周期=period 登录名=login 结论=decision 复核人=reviewer 特权账户=privileged 决定时间=decided_at "
            "执行时间=executed_at",
            decision=words({"keep": "保留", "change": "调整", "remove": "收回"}),
        ),
    ),
    Export(
        "system",
        "台账/信息系统台账_{stamp}.xlsx",
        columns(
            as_is,
            "系统编号=id 系统名称=name 系统类别=category 重要性层级=tier 等保级别=mlps 定级时间=graded_at 备案号=filing_no 备案时间=filed_at "
            "涉及人数=persons_affected 业务责任人=biz_owner 信息技术责任人=it_owner 安全责任人=sec_owner 供应商=vendor 阶段=stage "
            "可用性目标=availability_target RTO分钟=rto_min RPO分钟=rpo_min 互联网=internet_exposed 退役时间=retired_at 重要数据=important_data 位置=location 归口部门=department "
            "核对时间=inventory_reviewed_at 数据时间=_as_known_on",
            stage=words({"run": "运行", "build": "建设", "retire": "退役"}),
        ),
        "信息系统台账(信息中心)",
    ),
    Export(
        "asset",
        "台账/CMDB资产_{stamp}.xlsx",
        columns(
            as_is,
            "资产编号=id 所属系统=system_id 类别=class 层级=tier 主机名=host 操作系统=os 网络区域=ip_zone 互联网=internet_exposed "
            "机房=site 责任人=owner 维保截止=support_end 硬件故障开始=fault_since 首次发现=discovered_at 最近发现=last_seen",
            **{"class": CLASS},
        ),
        "配置管理数据库资产清单",
    ),
    Export(
        "vendor",
        "台账/供应商_{stamp}.xlsx",
        columns(
            as_is,
            "编号=id 合同编号=contract 保密协议=nda 合同到期=ends_at 远程响应=sla_remote_min 现场到达=sla_onsite_min",
            sla_remote_min=minutes,
            sla_onsite_min=minutes,
        ),
        "供应商与服务承诺",
    ),
    Export(
        "scope_statement",
        "台账/不使用声明_{stamp}.csv",
        columns(chinese, "对象=subject 理由=reason 签字人=signed_by 签字时间=signed_at 有效期至=until"),
    ),
    Export(
        "config_result",
        "安全/基线核查_{stamp}.csv",
        columns(
            iso,
            "资产=asset_id 规则=rule_id 基线=baseline 级别=severity 期望值=expected 实际值=actual 结果=pass 核查时间=checked_at "
            "漂移开始=drift_since 漂移变更单=drift_change_id",
            severity=SEVERITY,
            **{"pass": words({True: "是", False: "否"})},
        ),
    ),
    Export(
        "scan",
        "安全/扫描任务_{stamp}.csv",
        columns(
            slash,
            "任务编号=id 资产=asset_id 扫描类型=type 登录扫描=authenticated 完成时间=done_at",
            type=words({"internal": "内网", "external": "外网"}),
        ),
    ),
    Export(
        "vuln",
        "安全/漏洞清单_{stamp}.csv",
        columns(
            iso,
            "资产=asset_id CVE=cve 首次发现=first_seen 最近发现=last_seen CVSS=cvss 危险级别=severity 列入在野利用=kev_added "
            "可自动化=automatable 技术影响=tech_impact 修复时间=fixed_at 例外编号=exception_id 例外批准时间=exception_granted_at "
            "例外到期=exception_until 例外批准人=exception_approver 补偿措施=compensating_control",
            severity=SEVERITY,
            tech_impact=words({"total": "完全", "partial": "部分"}),
        ),
    ),
    Export(
        "patch",
        "安全/补丁明细_{stamp}.csv",
        columns(
            slash,
            "资产=asset_id 公告=advisory 级别=severity 发布时间=released_at 安装时间=installed_at 推迟理由=reason",
            severity=SEVERITY,
        ),
    ),
    Export(
        "patch_state",
        "安全/补丁状态_{stamp}.csv",
        columns(
            slash,
            "资产=asset_id 最近补丁=last_patched_at 待重启=reboot_required 待重启开始=reboot_pending_since 待装更新=pending_updates "
            "待装安全更新=pending_security_updates",
        ),
    ),
    Export(
        "maintenance",
        "台账/保养记录_{stamp}.csv",
        columns(
            chinese,
            "设备=asset_id 类型=kind 完成时间=done_at 下次到期=next_due 报告编号=report",
            kind=words({"preventive": "预防性保养"}),
        ),
    ),
    Export(
        "ticket",
        "运维/工单_{stamp}.csv",
        columns(
            iso,
            "工单号=id 来源=source 类型=kind 系统=system_id 级别=level 安全事件=security 国家级别=nat_level 事件类别=ic_category 关基=cii "
            "发生时间=occurred 发现时间=detected 登记时间=recorded 登记改过=recorded_edited 定级时间=classified 响应时间=acked "
            "恢复时间=mitigated 解决时间=resolved 关闭时间=closed 上报时间=reported_at 报卫健委时间=commission_told_at "
            "根因报告时间=root_cause_report_at 状态=status 中断时长=outage_min 原因=cause 处理措施=actions 分析=analysis 类别=category "
            "建议=suggestion 处理人=resolver 复核人=verifier 反馈时间=feedback_at 问题单=problem_id 引起的变更=change_id "
            "个人信息泄露=personal_data_breach 告知决定时间=notice_decided_at 下调级别=level_lowered 下调理由=level_lowered_reason "
            "下调批准人=level_lowered_by 报值班领导时间=escalated 报院领导时间=leader_told_at 复盘时间=reviewed_at 总结报送时间=summary_reported_at "
            "满意度=score 知识条目=knowledge_id",
            **TICKET,
        ),
    ),
    Export(
        "change",
        "运维/变更单_{stamp}.csv",
        columns(
            chinese,
            "变更号=id 系统=system_id 类型=type 必要性=need 风险=risk 步骤=steps 分工=roles 回退方案=rollback 通知安排=communication "
            "申请时间=requested 批准时间=approved 批准人=approver 窗口开始=window_from 窗口结束=window_to 实际开始=started 实际结束=ended "
            "实施人=implementer 结果=result 版本=version 停机时长=downtime_min 核对时间=verified_at CMDB更新=cmdb_at "
            "重大版本=major 计划停机=planned_downtime_min 窗口特批=window_approved 通知时间=notified_at 回退演练=rollback_rehearsed_at",
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
            "测试号=id 变更号=change_id 环境=env 主机=env_hosts 版本=version 结果=result 严重缺陷=crit_defects 完成时间=finished_at "
            "安全测试报告=sec_report 脱敏=data_deidentified",
            env=words({"test": "测试", "prod": "生产"}),
            result=words({"pass": "通过"}),
        ),
    ),
    Export(
        "inspection",
        "运维/每日巡检_{stamp}.xlsx",
        columns(
            as_is,
            "系统=system_id 日期=date 巡检项目=items 异常项数=abnormal 工单=ticket_id 工单时间=ticket_at 签字人=signer",
        ),
        "核心系统每日巡检表",
    ),
    Export(
        "backup_job",
        "备份/备份作业_{stamp}.csv",
        columns(
            iso,
            "系统=system_id 作业=job 开始=started 副本编号=backup_id 方式=type 结束=ended 状态=status 大小字节=size_bytes 位置=location "
            "加密=encrypted 校验通过=checksum_ok",
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
            "系统=system_id 作业=job 间隔=every_hours 保留天数=retention_days 位置=location 写入策略=in_policy 在运行=live",
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
            "编号=id 系统=system_id 完整恢复=full 开始=started 结束=ended 恢复用时=rto_min 恢复点=rpo_min 数据无误=data_ok 签字人=signer",
            rto_min=minutes,
            rpo_min=minutes,
        ),
        "恢复演练登记表",
    ),
    Export(
        "assessment",
        "合规/评估测评_{stamp}.xlsx",
        columns(
            as_is,
            "编号=id 类型=type 系统=system_id 完成时间=done_at 评估方=assessor 独立=independent 报告散列=report_hash",
            type=words({"risk_assessment": "风险评估", "pen_test": "渗透测试", "graded_test": "等级测评", "crypto": "密评"}),
        ),
        "评估与测评登记表",
    ),
    Export(
        "risk",
        "合规/风险台账_{stamp}.xlsx",
        columns(
            as_is,
            "编号=id 系统=system_id 来源评估=assessment_id 等级=level 处置措施=treatment 责任人=owner 发现时间=found_at 方案时间=planned_at 计划完成=due "
            "接受人=accepted_by 接受至=accept_until 关闭时间=closed_at 复测编号=retest_id 复测通过=retest_passed",
            level=RISK,
        ),
        "风险台账",
    ),
    Export(
        "audit",
        "合规/审计督查_{stamp}.xlsx",
        columns(
            as_is,
            "编号=id 类型=type 系统=system_id 计划日期=planned_for 完成时间=done_at 审计人=auditor 部门=auditor_dept 运维人员=is_operator "
            "独立=independent 覆盖=covers 通报时间=circulated_at",
            type=words({"config_audit": "配置审计", "security_audit": "安全审计", "supervision": "督查"}),
        ),
        "审计与督查登记表",
    ),
    Export(
        "audit_finding",
        "合规/整改台账_{stamp}.xlsx",
        columns(as_is, "编号=id 审计编号=audit_id 整改措施=action 责任人=owner 计划完成=due 完成时间=closed_at"),
        "整改台账",
    ),
    Export(
        "document",
        "管理/制度文件_{stamp}.xlsx",
        columns(
            as_is,
            "编号=id 类型=type 版本=version 归口部门=owner_dept 批准人=approved_by 批准时间=approved_at 生效时间=effective_at "
            "评审时间=reviewed_at 替代=supersedes 旧版收回=superseded_withdrawn 覆盖内容=covers 系统=system_id 修订记录=has_change_log "
            "建议条数=recommendations",
        ),
        "制度与文件登记表",
    ),
    Export(
        "meeting",
        "管理/会议_{stamp}.xlsx",
        columns(
            as_is,
            "编号=id 类型=type 日期=date 主持人=chair 领导主持=chair_is_leader 有纪要=has_minutes",
            type=words({"leading_group": "领导小组", "coordination": "协调会", "security": "安全会议"}),
        ),
        "会议登记表",
    ),
    Export("drill", "管理/应急演练_{stamp}.csv", columns(chinese, "编号=id 场景=scenario 日期=date 人数=people 结果=result")),
    Export(
        "contact",
        "管理/应急联络表.csv",
        columns(
            chinese,
            "单位=organisation 类别=kind 核实时间=verified_at",
            kind=words({"cac": "网信", "police": "公安", "health_commission": "卫健委", "vendor": "厂商"}),
        ),
    ),
    Export(
        "kpi",
        "管理/运维指标_{stamp}.csv",
        columns(
            chinese,
            "指标=metric 周期=period 截止日=period_end 系统=system_id 层级=tier 基线=baseline 目标=target 方向=better 报告值=value "
            "复算值=recomputed 责任人=owner 说明=explanation",
            better=words({"higher": "越高越好", "lower": "越低越好"}),
        ),
    ),
    Export(
        "improvement",
        "管理/改进登记_{stamp}.csv",
        columns(slash, "编号=id 评估=eval_id 指标=metric 责任人=owner 提出时间=opened_at 计划完成=due 完成时间=closed_at"),
    ),
    Export(
        "eval",
        "管理/运维评估_{stamp}.csv",
        columns(
            slash,
            "编号=id 周期=period 类型=type 完成时间=done_at 签字人=signed_by 指标=covers",
            type=words({"full": "全面评估", "kpi_report": "指标报告"}),
        ),
    ),
    Export(
        "perf_score",
        "管理/绩效引用_{stamp}.csv",
        columns(slash, "工号=person_id 周期=period 引用评估=eval_id 权重=weight", weight=lambda value: None if value is None else f"{value}%"),
    ),
    Export(
        "project",
        "管理/信息化项目_{stamp}.csv",
        columns(chinese, "项目=id 总预算=total_budget 安全预算=security_budget 新建=is_new 立项时间=approved_at"),
    ),
    Export(
        "org_role",
        "管理/岗位任命_{stamp}.csv",
        columns(slash, "职责=role 承担人=person 副手=deputy 系统=system_id 专职=full_time 空缺自=vacant_since"),
    ),
)
