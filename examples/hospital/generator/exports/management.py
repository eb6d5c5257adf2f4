"""Compliance registers and management: the files, and how their columns are called."""

from __future__ import annotations

from generator.columns import as_is, chinese, columns, slash, words
from generator.exports.export import Export

RISK = words({"high": "高", "medium": "中", "low": "低"})

EXPORTS = (
    Export(
        "assessment",
        "合规/评估测评_{stamp}.xlsx",
        columns(
            as_is,
            """
编号=id 类型=type 系统=system_id 完成时间=done_at 评估方=assessor 独立=independent 检查内容=covers
报告散列=report_hash 备案时间=filed_at
""",
            type=words(
                {
                    "risk_assessment": "风险评估",
                    "pen_test": "渗透测试",
                    "graded_test": "等级测评",
                    "crypto": "密评",
                    "security_check": "安全检查",
                    "full_check": "全面检查",
                    "personal_information_audit": "个人信息合规审计",
                }
            ),
        ),
        "评估与测评登记表",
    ),
    Export(
        "risk",
        "合规/风险台账_{stamp}.xlsx",
        columns(
            as_is,
            """
编号=id 系统=system_id 来源评估=assessment_id 等级=level 处置措施=treatment 责任人=owner 发现时间=found_at
方案时间=planned_at 计划完成=due 接受人=accepted_by 院领导接受=accepted_by_leader 接受至=accept_until
关闭时间=closed_at 复测编号=retest_id
复测通过=retest_passed
""",
            level=RISK,
        ),
        "风险台账",
    ),
    Export(
        "audit",
        "合规/审计督查_{stamp}.xlsx",
        columns(
            as_is,
            """
编号=id 类型=type 系统=system_id 计划日期=planned_for 完成时间=done_at 审计人=auditor 部门=auditor_dept
运维人员=is_operator 独立=independent 覆盖=covers 通报时间=circulated_at
""",
            type=words(
                {
                    "config_audit": "配置审计",
                    "security_audit": "安全审计",
                    "supervision": "督查",
                }
            ),
        ),
        "审计与督查登记表",
    ),
    Export(
        "audit_finding",
        "合规/整改台账_{stamp}.xlsx",
        columns(
            as_is,
            """
编号=id 审计编号=audit_id 整改措施=action 责任人=owner 计划完成=due 完成时间=closed_at
""",
        ),
        "整改台账",
    ),
    Export(
        "document",
        "管理/制度文件_{stamp}.xlsx",
        columns(
            as_is,
            """
编号=id 类型=type 版本=version 归口部门=owner_dept 批准人=approved_by 批准时间=approved_at 生效时间=effective_at
评审时间=reviewed_at 替代=supersedes 旧版收回=superseded_withdrawn 覆盖内容=covers 系统=system_id
修订记录=has_change_log 建议条数=recommendations 建议答复时间=recommendations_decided_at
""",
        ),
        "制度与文件登记表",
    ),
    Export(
        "meeting",
        "管理/会议_{stamp}.xlsx",
        columns(
            as_is,
            """
编号=id 类型=type 日期=date 主持人=chair 领导主持=chair_is_leader 有纪要=has_minutes
""",
            type=words({"leading_group": "领导小组", "coordination": "协调会", "security": "安全会议"}),
        ),
        "会议登记表",
    ),
    Export(
        "drill",
        "管理/应急演练_{stamp}.csv",
        columns(
            chinese,
            """
编号=id 场景=scenario 日期=date 人数=people 结果=result
""",
        ),
    ),
    Export(
        "contact",
        "管理/应急联络表.csv",
        columns(
            chinese,
            """
单位=organisation 类别=kind 核实时间=verified_at
""",
            kind=words({"cac": "网信", "police": "公安", "health_commission": "卫健委", "vendor": "厂商"}),
        ),
    ),
    Export(
        "kpi",
        "管理/运维指标_{stamp}.csv",
        columns(
            chinese,
            """
指标=metric 周期=period 周期类型=period_kind 截止日=period_end 系统=system_id 层级=tier 基线=baseline 目标=target 方向=better
报告值=value 复算值=recomputed 责任人=owner 说明=explanation
""",
            period_kind=words({"month": "月", "quarter": "季"}),
            better=words({"higher": "越高越好", "lower": "越低越好"}),
        ),
    ),
    Export(
        "improvement",
        "管理/改进登记_{stamp}.csv",
        columns(
            slash,
            """
编号=id 评估=eval_id 指标=metric 责任人=owner 提出时间=opened_at 计划完成=due 完成时间=closed_at
""",
        ),
    ),
    Export(
        "eval",
        "管理/运维评估_{stamp}.csv",
        columns(
            slash,
            """
编号=id 周期=period 类型=type 完成时间=done_at 签字人=signed_by 指标=covers
""",
            type=words({"full": "全面评估", "kpi_report": "指标报告"}),
        ),
    ),
    Export(
        "perf_score",
        "管理/绩效引用_{stamp}.csv",
        columns(
            slash,
            """
工号=person_id 周期=period 引用评估=eval_id 权重=weight
""",
            weight=lambda value: None if value is None else f"{value}%",
        ),
    ),
    Export(
        "project",
        "管理/信息化项目_{stamp}.csv",
        columns(
            chinese,
            """
项目=id 总预算=total_budget 安全预算=security_budget 新建=is_new 立项时间=approved_at
""",
        ),
    ),
    Export(
        "org_role",
        "管理/岗位任命_{stamp}.csv",
        columns(
            slash,
            """
职责=role 承担人=person 副手=deputy 系统=system_id 专职=full_time 兼任=concurrent 空缺自=vacant_since
""",
        ),
    ),
)
