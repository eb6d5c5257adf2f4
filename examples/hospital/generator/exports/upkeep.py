"""Roster, log-ins, response times, money, retention: the files, and how their columns are called."""

from __future__ import annotations

from generator.columns import as_is, columns, iso, slash, words
from generator.exports.export import Export

EXPORTS = (
    Export(
        "duty_shift",
        "运维/值班表_{stamp}.xlsx",
        columns(
            as_is,
            """
班次编号=id 系统=system_id 值班人=person_id 开始=starts_at 结束=ends_at
""",
        ),
        "信息中心二十四小时值班表",
    ),
    Export(
        "admin_session",
        "安全/运维登录审计_{stamp}.csv",
        columns(
            iso,
            """
会话编号=id 资产=asset_id 账号=login 登录时间=started_at 协议=protocol 经堡垒机=via_bastion
""",
        ),
    ),
    Export(
        "response_time",
        "监控/业务响应时间_{stamp}.csv",
        columns(
            slash,
            """
系统=system_id 业务操作=transaction 日期=day P95毫秒=p95_ms 目标毫秒=target_ms 样本数=samples
""",
        ),
        encoding="gb18030",
    ),
    Export(
        "budget",
        "管理/运维预算_{stamp}.xlsx",
        columns(
            as_is,
            """
科目=item 年度=year 年度起=period_from 年度止=period_to 预算=planned 决算=actual 批准人=approved_by 差异说明=explanation
""",
        ),
        "信息化运维经费预决算表",
    ),
    Export(
        "retention_rule",
        "合规/病历保存年限_{stamp}.csv",
        columns(
            slash,
            """
系统=system_id 病历类别=record_type 保存年限=years 核对时间=_as_known_on
""",
            record_type=words({"outpatient": "门(急)诊病历", "inpatient": "住院病历", "other": "其他"}),
            years=lambda value: "永久" if value is None else f"{value}年",
        ),
    ),
)
