"""How the words that evidence has for a choice read in a message: ``rolled_back`` is for programs, not for people."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from hiscomply.model import Severity, Text
from hiscomply.report.words import severity_word

_LEVELS: Final = {
    "urgent": Text("紧急", "urgent"),
    "important": Text("重要", "important"),
    "general": Text("一般", "general"),
    "tertiary_a": Text("三级甲等", "tertiary grade-A"),
    "tertiary": Text("三级", "tertiary"),
    "secondary": Text("二级", "secondary"),
    "primary": Text("一级", "primary"),
    "clinic": Text("诊所", "clinic"),
    "public_health": Text("公共卫生机构", "public health"),
    **{one.value: severity_word(one) for one in (Severity.HIGH, Severity.MEDIUM, Severity.LOW)},
}
_KINDS: Final = {
    "boundary": Text("边界防护", "boundary"),
    "bastion": Text("堡垒机", "bastion"),
    "db_audit": Text("数据库审计", "database audit"),
    "waf": Text("WAF", "WAF"),
    "malware_protection": Text("恶意代码防护", "malware protection"),
    "other": Text("其他", "other"),
    "host": Text("主机", "host"),
    "database": Text("数据库", "database"),
    "service": Text("服务", "service"),
    "link": Text("线路", "link"),
    "law_change": Text("法规变更", "change of law"),
    "major_incident": Text("重大事件", "major incident"),
    "reorganisation": Text("机构调整", "reorganisation"),
    "version": Text("版本", "version"),
    "config": Text("配置", "configuration"),
    "incident": Text("事件", "incident"),
    "request": Text("请求", "request"),
    "problem": Text("问题", "problem"),
    "application": Text("应用", "application"),
    "staff": Text("职工", "staff"),
    "vendor": Text("厂商", "vendor"),
    "student": Text("学生", "student"),
    "trainee": Text("进修实习", "trainee"),
    "human": Text("个人", "human"),
    "shared": Text("共用", "shared"),
    "default": Text("出厂默认", "default"),
}
_SEVERITIES: Final = {
    **{one.value: severity_word(one) for one in Severity},
    "warning": Text("警告", "warning"),
    "info": Text("提示", "info"),
}
_MODES: Final = {
    "none": Text("无", "none"),
    "cold_standby": Text("冷备", "cold standby"),
    "hot_standby": Text("热备", "hot standby"),
    "active_active": Text("双活", "active-active"),
    "not_used": Text("不使用", "not used"),
}
_METHODS: Final = {
    "wipe": Text("擦除", "wipe"),
    "degauss": Text("消磁", "degauss"),
    "destroy": Text("销毁", "destroy"),
}
_PROTOCOLS: Final = {
    "vendor_encrypted": Text("厂商加密协议", "vendor-encrypted"),
    "other": Text("其他", "other"),
}
_CLASSES: Final = {
    "server": Text("服务器", "server"),
    "endpoint": Text("终端", "endpoint"),
    "network": Text("网络设备", "network"),
    "storage": Text("存储", "storage"),
    "medical_device": Text("医疗设备", "medical device"),
    "facility": Text("机房设施", "facility"),
}
_LAYERS: Final = {
    "os": Text("操作系统", "operating system"),
    "database": Text("数据库", "database"),
    "application": Text("应用", "application"),
    "network": Text("网络", "network"),
}
_PARTS: Final = {
    "application": Text("应用", "application"),
    "database": Text("数据库", "database"),
    "network": Text("网络", "network"),
    "line": Text("线路", "line"),
}
_WORDS: Final[Mapping[str, Mapping[str, Text]]] = {
    "admin_role": {
        "none": Text("无", "none"),
        "system": Text("系统管理", "system"),
        "audit": Text("审计管理", "audit"),
        "security": Text("安全管理", "security"),
    },
    "class": _CLASSES,
    "classes": _CLASSES,
    "encrypted": _PROTOCOLS,
    "env": {
        "test": Text("测试", "test"),
        "staging": Text("预生产", "staging"),
        "prod": Text("生产", "production"),
    },
    "impact": {"total": Text("完全", "total"), "partial": Text("部分", "partial")},
    "kind": _KINDS,
    "kinds": _KINDS,
    "layer": _LAYERS,
    "layers": _LAYERS,
    "level": _LEVELS,
    "medium": {
        "hdd": Text("机械硬盘", "hard disk"),
        "ssd": Text("固态硬盘", "SSD"),
        "tape": Text("磁带", "tape"),
        "array": Text("磁盘阵列", "array"),
        "removable": Text("移动介质", "removable"),
        "other": Text("其他", "other"),
    },
    "method": _METHODS,
    "methods": _METHODS,
    "mode": _MODES,
    "modes": _MODES,
    "nat_level": {
        "especially_major": Text("特别重大", "especially major"),
        "major": Text("重大", "major"),
        "large": Text("较大", "large"),
        "general": Text("一般", "general"),
    },
    "network": {"connected": Text("联网", "connected"), "isolated": Text("隔离", "isolated")},
    "origin": {
        "written": Text("直接写明", "written"),
        "inherited": Text("继承", "inherited"),
        "conditional": Text("条件块", "conditional"),
        "default": Text("软件默认", "default"),
    },
    "part": _PARTS,
    "parts": _PARTS,
    "protocol": _PROTOCOLS,
    "record_type": {
        "outpatient": Text("门诊", "outpatient"),
        "inpatient": Text("住院", "inpatient"),
        "other": Text("其他", "other"),
    },
    "required": {
        "ups": Text("UPS", "UPS"),
        "cooling": Text("空调", "cooling"),
        "fire": Text("消防", "fire protection"),
        "power": Text("供电", "power"),
    },
    "severity": _SEVERITIES,
    "stage": {
        "plan": Text("规划", "plan"),
        "build": Text("建设", "build"),
        "run": Text("运行", "run"),
        "retire": Text("停用", "retire"),
    },
    "status": {
        "unparsable": Text("不能解析", "unparsable"),
        "unreadable": Text("无法读取", "unreadable"),
        "undecodable": Text("编码无法识别", "undecodable"),
        "too_large": Text("过大", "too large"),
        "not_recognised": Text("未识别", "not recognised"),
    },
}
"""By the name that the value has in a message, which is that of its field."""

_WRITTEN: Final = frozenset(
    [
        "concurrent", "contents", "core_metrics", "covers", "duties", "each", "metrics", "others", "sooner_in",
        "steps", "topics",
    ]
)  # fmt: skip
"""Names whose words people write themselves."""


def has_words(name: str) -> bool:
    """Whether values of this name in a message may read otherwise than they are."""
    return name in _WORDS or name in _WRITTEN


def worded(name: str, value: object, language: str) -> object:
    """The value with its words in place of those of the evidence; as it is where it has none.

    Args:
        name: of the place in the message; ``each`` for one of a list that is judged one by one.
    """
    words = _WORDS.get(name)
    if words is None and name not in _WRITTEN:
        return value
    if isinstance(value, str):
        if words is None:
            return _written(name, value) if language == "zh" else value
        return words[value].to(language) if value in words else value
    if isinstance(value, (list, tuple)):
        return [worded(name, one, language) for one in value]
    return value


def _written(name: str, word: str) -> str:
    from hiscomply.report.written_words import WORDS

    told = WORDS[name].get(word)
    return f"{told}（{word}）" if told else word
