"""The options of a ``prometheus`` target."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from hiscomply_kit.login import TOKEN_OPTIONS
from hiscomply_kit.options import HTTP_URL, TEXT, Schema, means, options_schema

KINDS: Final[Mapping[str, tuple[str, ...]]] = {
    "targets": ("monitor_target",),
    "alerts": ("alert",),
    "availability": ("kpi",),
    "utilisation": ("utilisation",),
}
"""What can be collected, and the kinds that it gives."""

_LABEL: Final[Schema] = {"type": "string", "pattern": "^[A-Za-z_][A-Za-z0-9_]*$"}


def _names(each: Schema) -> Schema:
    return {"type": "object", "additionalProperties": {**TEXT, **each}}


_SELECTOR: Final[Schema] = {"type": "string", "pattern": r"^[A-Za-z_:][A-Za-z0-9_:]*(\{[^{}]*\})?$"}
_AVAILABILITY: Final[Schema] = {
    "type": "object",
    "additionalProperties": False,
    "required": ["series"],
    "properties": {
        "series": {
            **_SELECTOR,
            **means(
                "系统可用时为 1、中断时为 0 的时间序列。",
                "Series that are 1 while it is up and 0 while it is down.",
            ),
        },
        "needs": {
            "enum": ["all", "any"],
            "default": "all",
            **means(
                "系统可用要求全部序列（all）还是任一序列（any）为 1；冗余节点用 any。",
                "Whether the system is up only while all of the series are 1, or while any of them is; "
                "any is for redundant nodes.",
            ),
        },
        "sample_s": {
            "type": "integer",
            "minimum": 1,
            "maximum": 900,
            "default": 60,
            **means(
                "每个序列在多少秒内必须有一个样本，不小于抓取间隔；没有样本的时间既不算可用也不算中断。",
                "Seconds within which each series must have a sample, no less than the scrape interval; "
                "time without one is neither up nor down.",
            ),
        },
    },
    **means(
        "needs：要求全部序列还是任一序列为 1；sample_s：每个序列在多少秒内必须有一个样本。",
        "needs: whether all of the series or any of them must be 1; sample_s: seconds within which "
        "each series must have a sample.",
    ),
}

OPTIONS: Final[dict[str, Any]] = options_schema(
    {
        **TOKEN_OPTIONS,
        "include": {
            "type": "array",
            "items": {"enum": list(KINDS)},
            "minItems": 1,
            "uniqueItems": True,
            "default": ["targets", "alerts"],
            **means("采集哪些内容。", "What to collect."),
        },
        "asset_label": {
            **_LABEL,
            "default": "asset",
            **means("存放资产编号的标签。", "Label that holds the asset id."),
        },
        "assets": {
            **_names(means("该对象在资产清单中的编号。", "Id of this target in the asset register.")),
            **means(
                "按 instance（可带可不带端口）列出资产编号。此项和标签都没有时，取 instance 中的主机。",
                "Asset id by instance (with or without port). Without it and the label: the host of "
                "instance.",
            ),
        },
        "system_label": {
            **_LABEL,
            "default": "system",
            **means("存放系统编号的标签。", "Label that holds the system id."),
        },
        "systems": {
            **_names(
                means(
                    "该 job 所属系统在系统清单中的编号。",
                    "Id in the register of systems of the system that this job is of.",
                )
            ),
            **means("按 job 列出系统编号。", "System id by job."),
        },
        "metrics": {
            "type": "object",
            "additionalProperties": {
                "type": "array",
                "items": _LABEL,
                "minItems": 1,
                **means("表示这一项的指标的名称。", "Names of the metrics that stand for it."),
            },
            **means(
                "按本产品的名称（cpu、memory、disk、sessions、response_time）列出指标，另加于 node_exporter "
                "的指标。",
                "Metrics by our name (cpu, memory, disk, sessions, response_time), besides node_exporter's.",
            ),
        },
        "rules": {
            **_names(
                means(
                    "该告警规则所监视的内容，写本产品的名称。",
                    "What this alerting rule watches, by our name.",
                )
            ),
            **means(
                "按告警规则的名称列出本产品的名称（down、disk、database、replication、backup_failed、"
                "certificate、malware_agent）。",
                "Our name (down, disk, database, replication, backup_failed, certificate, malware_agent) by "
                "name of alerting rule.",
            ),
        },
        "asset_id": {
            **TEXT,
            **means(
                "监控系统自身所在的资产；默认为 url 中的主机。",
                "Asset that the monitoring itself runs on; default: the url's host.",
            ),
        },
        "severities": {
            "type": "object",
            "additionalProperties": {
                "enum": ["critical", "warning", "info"],
                **means(
                    "标签 severity 为此值的告警的严重程度。",
                    "Severity of the alerts whose label severity has this value.",
                ),
            },
            **means(
                "按标签 severity 的取值列出本产品的严重程度，另加于常用的写法。",
                "Our severity by value of the label severity, besides the usual words.",
            ),
        },
        "alert_days": {
            "type": "integer",
            "minimum": 1,
            "maximum": 366,
            "default": 31,
            **means("已关闭的告警向前读取多少天。", "How far back closed alerts are read."),
        },
        "alertmanager_url": {
            **HTTP_URL,
            **means(
                "Alertmanager（使用同一登录）：静默算作确认，其说明算作记录。",
                "Alertmanager (same login): a silence counts as acknowledgement, its comment as note.",
            ),
        },
        "availability": {
            "type": "object",
            "additionalProperties": _AVAILABILITY,
            **means(
                "按系统编号列出表明系统是否可用的时间序列。",
                "By system id: the series that say whether it is up.",
            ),
        },
        "months": {
            "type": "integer",
            "minimum": 1,
            "maximum": 12,
            "default": 3,
            **means(
                "计算最近多少个完整自然月的可用性；Prometheus 须保存这么久的数据。",
                "Last whole calendar months of which availability is worked out; Prometheus must keep "
                "its data as long.",
            ),
        },
        "largest_uncertainty": {
            "type": "number",
            "minimum": 0,
            "maximum": 5,
            "default": 0.05,
            **means(
                "缺失的样本最多可使一个月的可用性有多少个百分点不确定。",
                "Percentage points by which missing samples may blur a month's availability.",
            ),
        },
        "utilisation": {
            "type": "object",
            "additionalProperties": {
                **TEXT,
                **means(
                    "该资源的 PromQL，结果为 0 至 100 的百分数，同一资产有多个序列时取最高值。",
                    "PromQL of this resource in percent, 0 to 100, of several series of an asset the "
                    "highest counts.",
                ),
            },
            **means(
                "按资源列出 PromQL，结果为百分数并带标签 instance；默认为 node_exporter 的 cpu 与 memory。",
                "PromQL by resource, in percent with the label instance; default: cpu and memory of "
                "node_exporter.",
            ),
        },
        "utilisation_days": {
            "type": "integer",
            "minimum": 1,
            "maximum": 92,
            "default": 30,
            **means(
                "资源使用率的峰值取自最近多少天。", "Days back over which the peak of utilisation is taken."
            ),
        },
    },
    required=("url",),
)
