"""How the words that people write into their project read in Chinese: ``daily_running`` of a document's ``covers``.

The word itself stays beside the Chinese one, for it is what has to be written.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

_COVERS: Final = {
    "department": "主责部门",
    "daily_running": "日常运行与维护",
    "fault_fixing": "故障排查与修复",
    "performance": "性能监控与评估",
    "security": "安全管理",
    "backup": "备份与恢复",
    "who": "处置人员",
    "times": "时限",
    "escalation": "升级路径",
    "metric": "指标",
    "source": "数据来源",
    "formula": "公式",
    "period": "周期",
    "roles": "职责",
    "trend": "趋势",
    "top_causes": "主要原因",
    "assessment": "评估",
    "measures": "措施",
    "audit": "审计",
    "record": "登记",
    "classify": "定级",
    "respond": "响应",
    "close": "关闭",
    "feedback": "反馈",
    "urgent": "紧急",
    "important": "重要",
    "general": "一般",
}
_TOPICS: Final = {
    "scope": "范围",
    "method": "方式",
    "frequency": "频率",
    "medium": "介质",
    "retention": "保存期",
    "restore": "恢复",
    "running_state": "运行状况",
    "vulnerabilities": "漏洞",
    "backups": "备份",
    "compute": "计算",
    "storage": "存储",
    "network": "网络",
    "licences": "许可",
    "skill": "技能",
    "duty": "职责",
}
_METRICS: Final = {
    "availability": "可用性",
    "mtta": "平均响应时间",
    "mttr": "平均修复时间",
    "response_rate": "响应率",
    "resolve_rate": "解决率",
    "first_fix_rate": "一次解决率",
    "backup_success": "备份成功率",
    "patch_compliance": "补丁合规率",
    "patch_lead_time": "补丁安装周期",
    "cost_per_system": "单系统成本",
    "satisfaction": "满意度",
    "memory": "内存",
    "bandwidth": "带宽",
}
_POSTS: Final = {
    "system_admin": "系统管理员",
    "audit_admin": "审计管理员",
    "security_admin": "安全管理员",
}
_VALUES: Final = {
    "outpatient": "门诊",
    "inpatient": "住院",
    "server": "服务器",
    "database": "数据库",
    "endpoint": "终端",
    "cac": "网信部门",
    "police": "公安机关",
    "health_commission": "卫生健康委",
    "vendor": "厂商",
    "down": "宕机",
    "disk": "磁盘",
    "replication": "复制",
    "backup_failed": "备份失败",
    "certificate": "证书",
    "malware_agent": "防病毒代理",
    "boundary": "边界防护",
    "bastion": "堡垒机",
    "malware_protection": "恶意代码防护",
    "own": "本人",
    "colleague": "同事",
    "vip": "重点人员",
    "bulk_export": "批量导出",
    "off_hours": "非工作时间",
}
WORDS: Final[Mapping[str, Mapping[str, str]]] = {
    "concurrent": _POSTS,
    "contents": _COVERS,
    "core_metrics": _METRICS,
    "covers": _METRICS,
    "duties": _COVERS,
    "each": _COVERS | _TOPICS | _METRICS | _POSTS | _VALUES,
    "metrics": _METRICS,
    "others": _POSTS,
    "sooner_in": {"none": "无"},
    "steps": _COVERS,
    "topics": _TOPICS,
}
"""By the name that the value has in a message; ``each`` is one of a list that is judged one by one."""
