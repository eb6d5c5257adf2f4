"""The collector ``zabbix``."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, ClassVar, Final

from hiscomply.hookspecs import CollectContext
from hiscomply.model import Record, Rejected, Target, Text
from hiscomply_kit.login import TOKEN_OPTIONS, account
from hiscomply_kit.options import TEXT, means, options_schema
from hiscomply_kit.steps import Step, run_steps

_KINDS: Final[Mapping[str, tuple[str, ...]]] = {"targets": ("monitor_target",), "alerts": ("alert",)}


def _names(each: Mapping[str, Any]) -> Mapping[str, Any]:
    return {"type": "object", "additionalProperties": {**TEXT, **each}}


_OPTIONS: Final = {
    **options_schema(
        {
            **TOKEN_OPTIONS,
            "include": {
                "type": "array",
                "items": {"enum": list(_KINDS)},
                "minItems": 1,
                "uniqueItems": True,
                "default": list(_KINDS),
                **means("采集哪些内容。", "What to collect."),
            },
            "assets": {
                **_names(means("该主机在资产清单中的编号。", "Id of this host in the asset register.")),
                **means("按主机的技术名称列出资产编号。", "Asset id by technical name of host."),
            },
            "asset_tag": {
                **TEXT,
                **means(
                    "存放资产编号的主机标签；没有时用主机的名称。",
                    "Host tag that holds the asset id; without it: the host's name.",
                ),
            },
            "systems": {
                **_names(
                    means(
                        "该主机所属系统在系统清单中的编号。",
                        "Id in the register of systems of the system that this host is of.",
                    )
                ),
                **means("按主机的技术名称列出系统编号。", "System id by technical name of host."),
            },
            "system_tag": {
                **TEXT,
                "default": "system",
                **means("存放系统编号的主机标签。", "Host tag that holds the system id."),
            },
            "ticket_tag": {
                **TEXT,
                **means(
                    "存放工单号的问题标签；不写则工单为未知。",
                    "Problem tag that holds the ticket; without it tickets are not known.",
                ),
            },
            "metrics": {
                "type": "object",
                "additionalProperties": {
                    "type": "array",
                    "items": TEXT,
                    "minItems": 1,
                    **means(
                        "表示这一项的监控项键值的开头，如 vm.memory.。",
                        "First characters of the item keys that stand for it, such as vm.memory.",
                    ),
                },
                **means(
                    "按本产品的名称列出监控项键值的开头，另加于 Zabbix 自带 agent 的键值。",
                    "First characters of item keys by our name, besides those of Zabbix's own agent.",
                ),
            },
            "rules": {
                **_names(
                    means("该触发器所监视的内容，写本产品的名称。", "What this trigger watches, by our name.")
                ),
                **means(
                    "按触发器的名称（宏不展开）列出本产品的名称（down、disk……）。",
                    "Our name (down, disk, …) by name of trigger, macros unexpanded.",
                ),
            },
            "critical_from": {
                "type": "integer",
                "minimum": 2,
                "maximum": 5,
                "default": 4,
                **means(
                    "从 Zabbix 的哪个级别起算作 critical：2 warning、3 average、4 high、5 disaster。",
                    "Lowest Zabbix severity that is critical: 2 warning, 3 average, 4 high, 5 disaster.",
                ),
            },
            "alert_days": {
                "type": "integer",
                "minimum": 1,
                "maximum": 366,
                "default": 31,
                **means(
                    "读取最近多少天内产生的告警；更早而未关闭的也读取。",
                    "Days back from which alerts are read; older ones that are still open are read as well.",
                ),
            },
        },
        required=("url",),
    ),
    "oneOf": [{"required": ["token"]}, {"required": ["username", "password"]}],
}


class ZabbixCollector:
    """Calls ``*.get`` only, besides logging in and out."""

    name: ClassVar[str] = "zabbix"
    version: ClassVar[str] = "1.0.0"
    summary: ClassVar[Text] = Text(
        "Zabbix:监控对象、采样中断、不支持的监控项、告警及其确认",
        "Zabbix: monitored hosts, gaps in sampling, unsupported items, problems and their acknowledgement",
    )
    options_schema: ClassVar[Mapping[str, Any]] = _OPTIONS

    def kinds(self, options: Mapping[str, Any]) -> tuple[str, ...]:
        """The kinds of what is included."""
        return tuple(kind for one in options.get("include") or _KINDS for kind in _KINDS[one])

    def asks(self, target: Target, _project: Path) -> Iterator[Text]:
        """Address, methods and account."""
        url, who = target.options["url"], account(target.options)
        methods = "apiinfo.version, {host,item,history,trigger,event,problem}.get"
        yield Text(
            f"POST {url}/api_jsonrpc.php:{methods},{who.zh}",
            f"POST {url}/api_jsonrpc.php: {methods} {who.en}",
        )

    def collect(self, target: Target, context: CollectContext) -> Iterator[Record | Rejected]:
        """Targets and alerts.

        Raises:
            CollectFailed: see ``hiscomply_kit.steps.run_steps``; also a login that is refused.
        """
        from hiscomply_zabbix.asking import Asking
        from hiscomply_zabbix.fetch import logged_in

        with logged_in(target.options, context) as server:
            asking = Asking(server, target.options, context.now)
            included = target.options.get("include") or _KINDS
            yield from run_steps([Step(one, _KINDS[one], getattr(asking, one)) for one in included])
