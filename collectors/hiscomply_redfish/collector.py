"""The collector ``redfish``."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, ClassVar, Final

from hiscomply.hookspecs import CollectContext
from hiscomply.model import Record, Rejected, Target, Text
from hiscomply_kit.login import HTTP_OPTIONS, account, open_api
from hiscomply_kit.options import TEXT, means, options_schema

AREAS: Final = ("storage", "power", "cooling")
"""What must be seen in order before hardware counts as without a fault."""

_OPTIONS: Final = options_schema(
    {
        **HTTP_OPTIONS,
        "asset_id": {
            **TEXT,
            **means(
                "资产编号，用于控制器只有一个系统时；默认为该系统的主机名。",
                "Asset id, where the controller has one system; default: its host name.",
            ),
        },
        "assets": {
            "type": "object",
            "additionalProperties": {
                **TEXT,
                **means("该系统在资产清单中的编号。", "Id of this system in the asset register."),
            },
            **means(
                "按系统的 Id、Name 或 HostName 列出资产编号。",
                "Asset id by the system's Id, Name or HostName.",
            ),
        },
        "class": {
            "enum": ["server", "network", "storage"],
            "default": "server",
            **means(
                "资产的类别；写 network（网络设备）时另采集固件版本。",
                "Class of the assets; of network devices firmware versions are collected too.",
            ),
        },
        "tier": {
            "type": "integer",
            "minimum": 1,
            "maximum": 3,
            **means("资产的重要性层级（1 最高）。", "Tier of the assets."),
        },
        "system_id": {**TEXT, **means("资产所属的系统。", "System that the assets belong to.")},
        "not_present": {
            "type": "array",
            "items": {"enum": list(AREAS)},
            "uniqueItems": True,
            "default": [],
            **means(
                "此硬件没有的部件（如无硬盘的服务器），以免一直等待其数据。",
                "What this hardware does not have (a server without disks), so that nobody waits for it.",
            ),
        },
    },
    required=("url", "username", "password"),
)


class RedfishCollector:
    """Asks by GET with basic authentication, opens no session, and changes nothing."""

    name: ClassVar[str] = "redfish"
    version: ClassVar[str] = "1.0.0"
    summary: ClassVar[Text] = Text(
        "Redfish(BMC):硬盘、阵列、电源、风扇与温度的故障,网络设备固件版本",
        "Redfish (BMC): faults of drives, arrays, power supplies, fans, temperatures; firmware of "
        "network devices",
    )
    options_schema: ClassVar[Mapping[str, Any]] = _OPTIONS

    def kinds(self, options: Mapping[str, Any]) -> tuple[str, ...]:
        """Assets; firmware of network devices only, which is what that kind is about."""
        return ("asset", "firmware") if options.get("class") == "network" else ("asset",)

    def asks(self, target: Target, _project: Path) -> Iterator[Text]:
        """Address and account."""
        url, who = target.options["url"], account(target.options)
        paths = "/redfish/v1/{Systems,Chassis,Managers}/…"
        yield Text(f"GET {url}{paths},{who.zh}", f"GET {url}{paths} {who.en}")

    def collect(self, target: Target, context: CollectContext) -> Iterator[Record | Rejected]:
        """An asset by system, and its firmware.

        Raises:
            CollectFailed: as ``hiscomply_kit.http.Api.get``; there is no system; the answers are endless.
        """
        from hiscomply_redfish.fetch import Redfish, machines
        from hiscomply_redfish.parse import records

        with open_api(target.options, context, max_bytes=8_000_000) as api:
            found = machines(Redfish(api))
        yield from records(found, target.options, api.url, context.now)
