"""Measures, reviews, tests, hand-overs, metrics: the files, and how their columns are called."""

from __future__ import annotations

from generator.columns import as_is, chinese, columns, slash, words
from generator.exports.export import Export

MEASURE = words(
    {
        "boundary": "边界防护",
        "bastion": "堡垒机",
        "db_audit": "数据库审计",
        "waf": "Web应用防护",
        "malware_protection": "恶意代码防护",
    }
)
CATEGORY = words(
    {
        "own": "查询本人",
        "colleague": "查询同事",
        "vip": "查询重点人员",
        "bulk_export": "批量导出",
        "off_hours": "非工作时间",
    }
)

EXPORTS = (
    Export(
        "security_measure",
        "合规/防护措施清单_{stamp}.xlsx",
        columns(
            as_is,
            """
编号=id 类型=kind 系统=system_id 对应风险=risk_id 责任人=owner 生效=in_force 默认拒绝=default_deny 最近检验=tested_at
""",
            kind=MEASURE,
        ),
        "安全防护措施清单",
    ),
    Export(
        "record_access_review",
        "合规/病历查询抽查_{stamp}.csv",
        columns(
            chinese,
            """
类别=category 抽查时间=reviewed_at 查询次数=lookups 抽查次数=sampled 可疑次数=suspicious 抽查人=reviewer
""",
            category=CATEGORY,
        ),
    ),
    Export(
        "phishing_test",
        "培训/钓鱼演练_{stamp}.csv",
        columns(
            slash,
            """
演练编号=id 日期=date 发送数=sent 点击数=clicked 上报数=reported
""",
        ),
    ),
    Export(
        "release_training",
        "培训/上线前培训_{stamp}.csv",
        columns(
            slash,
            """
变更号=change_id 受影响人数=affected 已培训人数=trained 完成时间=finished_at
""",
        ),
    ),
    Export(
        "handover",
        "运维/系统移交_{stamp}.xlsx",
        columns(
            as_is,
            """
系统=system_id 移交时间=handed_over_at 移交方=from_party 接收部门=taken_by
""",
        ),
        "系统移交登记表",
    ),
    Export(
        "metric_definition",
        "管理/指标定义_{stamp}.csv",
        columns(
            slash,
            """
指标=metric 公式=formula 数据来源=sources
""",
        ),
    ),
    Export(
        "review_trigger",
        "管理/制度评审触发_{stamp}.csv",
        columns(
            chinese,
            """
编号=id 事件=kind 发生时间=occurred_at 评审时间=rules_reviewed_at
""",
            kind=words(
                {"law_change": "法规变化", "major_incident": "重大事件", "reorganisation": "机构调整"}
            ),
        ),
    ),
)
