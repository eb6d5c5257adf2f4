"""Capacity, redundancy, rooms, media, agents, firmware, components: the files, and how their columns are called."""

from __future__ import annotations

from generator.columns import as_is, chinese, columns, iso, slash, words
from generator.exports.export import Export

MODE = words(
    {
        "none": "单点",
        "cold_standby": "冷备",
        "hot_standby": "热备",
        "active_active": "双活",
        "not_used": "不使用",
    }
)
PART = words({"application": "应用", "database": "数据库", "network": "核心网络", "line": "通信线路"})
MEDIUM = words({"hdd": "机械硬盘", "ssd": "固态硬盘", "tape": "磁带"})
METHOD = words({"wipe": "数据擦除", "degauss": "消磁", "destroy": "物理销毁"})
COMPONENT = words({"host": "主机", "database": "数据库", "service": "服务", "link": "链路"})
RESOURCE = words({"cpu": "处理器", "memory": "内存", "disk": "磁盘", "bandwidth": "带宽"})
EAST = ("EAST",)
"""The campus that keeps lists of its own, with fewer columns."""

EXPORTS = (
    Export(
        "utilisation",
        "监控/峰值利用率_{stamp}.csv",
        columns(
            iso,
            """
资产=asset_id 资源=metric 峰值=peak_percent 统计天数=covers_days 统计截止=measured_to
""",
            metric=RESOURCE,
            peak_percent=lambda value: None if value is None else f"{value}%",
        ),
    ),
    Export(
        "redundancy",
        "台账/高可用登记表_{stamp}.xlsx",
        columns(
            as_is,
            """
系统=system_id 组成部分=part 冗余方式=mode
""",
            part=PART,
            mode=MODE,
        ),
        "核心系统高可用登记表",
    ),
    Export(
        "room_round",
        "运维/机房巡检_{stamp}.xlsx",
        columns(
            as_is,
            """
机房=room_id 日期=date 异常项数=abnormal 签字人=signer
""",
        ),
        "机房每日巡检记录",
    ),
    Export(
        "disposal",
        "台账/介质报废登记_{stamp}.xlsx",
        columns(
            as_is,
            """
介质编号=id 原属资产=asset_id 介质类型=medium 停用时间=retired_at 处置方式=method 证明编号=certificate 证明时间=certified_at
""",
            medium=MEDIUM,
            method=METHOD,
        ),
        "存储介质报废登记表",
        but_systems=EAST,
    ),
    Export(
        "disposal",
        "台账/东院区报废介质_{stamp}.csv",
        columns(
            chinese,
            """
介质编号=id 原属资产=asset_id 介质类型=medium 停用时间=retired_at 处置方式=method
""",
            medium=MEDIUM,
            method=METHOD,
        ),
        systems=EAST,
    ),
    Export(
        "malware_agent",
        "安全/防病毒终端_{stamp}.csv",
        columns(
            iso,
            """
资产=asset_id 产品=product 在线=active 网络=network 病毒库时间=signature_at
""",
            network=words({"connected": "联网", "isolated": "隔离网"}),
        ),
    ),
    Export(
        "firmware",
        "安全/网络设备固件_{stamp}.csv",
        columns(
            chinese,
            """
设备=asset_id 固件版本=version 支持截止=supported_until 核对时间=verified_at
""",
        ),
        but_systems=EAST,
    ),
    Export(
        "firmware",
        "安全/东院区固件_{stamp}.csv",
        columns(
            chinese,
            """
设备=asset_id 固件版本=version 核对时间=verified_at
""",
        ),
        systems=EAST,
    ),
    Export(
        "time_source",
        "安全/时间源核查_{stamp}.csv",
        columns(
            iso,
            """
主机=asset_id 软件=software 时间源=address 已配置=is_configured
""",
        ),
    ),
    Export(
        "application_patch",
        "安全/应用补丁_{stamp}.csv",
        columns(
            slash,
            """
资产=asset_id 软件=name 类别=kind 最近补丁=last_patched_at 延期理由=delay_reason
""",
            kind=words({"database": "数据库", "application": "应用"}),
        ),
    ),
    Export(
        "admin_interface",
        "安全/管理接口清单_{stamp}.csv",
        columns(
            iso,
            """
资产=asset_id 协议=protocol 端口=port 最低TLS=tls_min
""",
            protocol=str,
        ),
    ),
    Export(
        "component",
        "台账/系统组成清单_{stamp}.xlsx",
        columns(
            as_is,
            """
系统=system_id 类型=kind 名称=name 所在资产=asset_id 监控采集项=metric_set
""",
            kind=COMPONENT,
        ),
        "核心系统组成与监控对照表",
    ),
    Export(
        "observed_change",
        "安全/配置变化_{stamp}.csv",
        columns(
            iso,
            """
资产=asset_id 变化项=item 发现时间=seen_at 上次核对=previous_at 系统=system_id 变化类型=kind 原值=before 现值=after
""",
            kind=words({"version": "版本", "config": "配置"}),
        ),
    ),
)
