"""Baselines, scanner, patches: the files, and how their columns are called."""

from __future__ import annotations

from generator.columns import columns, iso, slash, words
from generator.exports.export import Export

SEVERITY = words({"critical": "严重", "high": "高", "medium": "中", "low": "低"})

EXPORTS = (
    Export(
        "config_result",
        "安全/基线核查_{stamp}.csv",
        columns(
            iso,
            """
资产=asset_id 规则=rule_id 基线=baseline 级别=severity 期望值=expected 实际值=actual 结果=pass 核查时间=checked_at
漂移开始=drift_since 漂移变更单=drift_change_id
""",
            severity=SEVERITY,
            **{"pass": words({True: "是", False: "否"})},
        ),
    ),
    Export(
        "scan",
        "安全/扫描任务_{stamp}.csv",
        columns(
            slash,
            """
任务编号=id 资产=asset_id 扫描类型=type 登录扫描=authenticated 完成时间=done_at
""",
            type=words({"internal": "内网", "external": "外网"}),
        ),
    ),
    Export(
        "vuln",
        "安全/漏洞清单_{stamp}.csv",
        columns(
            iso,
            """
资产=asset_id CVE=cve 首次发现=first_seen 最近发现=last_seen CVSS=cvss 危险级别=severity 列入在野利用=kev_added
可自动化=automatable 技术影响=tech_impact 修复时间=fixed_at
排查时间=triaged_at 例外编号=exception_id 例外批准时间=exception_granted_at
例外到期=exception_until 例外批准人=exception_approver 补偿措施=compensating_control
""",
            severity=SEVERITY,
            tech_impact=words({"total": "完全", "partial": "部分"}),
        ),
    ),
    Export(
        "vuln_second",
        "安全/设备扫描_{stamp}.csv",
        columns(
            iso,
            """
资产=asset_id CVE=cve 首次发现=first_seen 危险级别=severity 修复时间=fixed_at 例外编号=exception_id
""",
            severity=SEVERITY,
        ),
    ),
    Export(
        "patch",
        "安全/补丁明细_{stamp}.csv",
        columns(
            slash,
            """
资产=asset_id 公告=advisory 级别=severity 发布时间=released_at 安装时间=installed_at 推迟理由=reason
""",
            severity=SEVERITY,
        ),
    ),
    Export(
        "patch_state",
        "安全/补丁状态_{stamp}.csv",
        columns(
            slash,
            """
资产=asset_id 最近补丁=last_patched_at 待重启=reboot_required 待重启开始=reboot_pending_since
待装更新=pending_updates 待装安全更新=pending_security_updates
""",
        ),
    ),
)
