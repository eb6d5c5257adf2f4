"""Systems, assets, vendors: the files, and how their columns are called."""

from __future__ import annotations

from generator.columns import as_is, chinese, columns, minutes, words
from generator.exports.export import Export

CLASS = words(
    {
        "server": "服务器",
        "network": "网络",
        "storage": "存储",
        "medical_device": "医疗设备",
        "facility": "机房设施",
    }
)

EXPORTS = (
    Export(
        "system",
        "台账/信息系统台账_{stamp}.xlsx",
        columns(
            as_is,
            """
系统编号=id 系统名称=name 系统类别=category 重要性层级=tier 等保级别=mlps 定级时间=graded_at 备案号=filing_no
备案时间=filed_at 涉及人数=persons_affected 业务责任人=biz_owner 信息技术责任人=it_owner 安全责任人=sec_owner
供应商=vendor 阶段=stage 可用性目标=availability_target RTO分钟=rto_min RPO分钟=rpo_min 互联网=internet_exposed
退役时间=retired_at 重要数据=important_data 位置=location 归口部门=department 核对时间=inventory_reviewed_at
数据时间=_as_known_on
""",
            stage=words({"run": "运行", "build": "建设", "retire": "退役"}),
        ),
        "信息系统台账(信息中心)",
    ),
    Export(
        "asset",
        "台账/CMDB资产_{stamp}.xlsx",
        columns(
            as_is,
            """
资产编号=id 所属系统=system_id 类别=class 层级=tier 主机名=host 环境=env 设施=facility_kind 操作系统=os
网络区域=ip_zone 互联网=internet_exposed 网络隔离=isolated 厂商锁定=vendor_locked
机房=site 责任人=owner 维保截止=support_end 硬件故障开始=fault_since 首次发现=discovered_at 最近发现=last_seen
""",
            env=words({"prod": "生产", "test": "测试"}),
            facility_kind=words({"room": "机房", "ups": "UPS", "cooling": "空调", "fire": "消防"}),
            **{"class": CLASS},
        ),
        "配置管理数据库资产清单",
    ),
    Export(
        "vendor",
        "台账/供应商_{stamp}.xlsx",
        columns(
            as_is,
            """
编号=id 合同编号=contract 保密协议=nda 合同到期=ends_at 远程响应=sla_remote_min 现场到达=sla_onsite_min
""",
            sla_remote_min=minutes,
            sla_onsite_min=minutes,
        ),
        "供应商与服务承诺",
    ),
    Export(
        "scope_statement",
        "台账/不使用声明_{stamp}.csv",
        columns(
            chinese,
            """
对象=subject 理由=reason 签字人=signed_by 签字时间=signed_at 有效期至=until
""",
        ),
    ),
    Export(
        "maintenance",
        "台账/保养记录_{stamp}.csv",
        columns(
            chinese,
            """
设备=asset_id 类型=kind 完成时间=done_at 下次到期=next_due 报告编号=report
""",
            kind=words(
                {
                    "preventive": "预防性保养",
                    "ups_battery_test": "UPS放电测试",
                    "cooling": "空调保养",
                    "fire": "消防检测",
                }
            ),
        ),
    ),
)
