"""The collector ``local``: facts of this host, gathered at once, then read one after the other."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from hiscomply.hookspecs import CollectContext, CollectFailed
from hiscomply.model import Target, Text
from hiscomply.units import Item
from hiscomply_kit.options import means
from hiscomply_local.kinds import KINDS

if TYPE_CHECKING:
    from hiscomply_local.fetch import Host

_COMMAND_TIMEOUT_S = 30.0


class LocalCollector:
    """Reads this Linux host, changes nothing, and needs root for part of it only."""

    name: ClassVar[str] = "local"
    version: ClassVar[str] = "1.0.0"
    summary: ClassVar[Text] = Text(
        "本机:系统、补丁、账户、sudo、sshd、内核参数、端口、服务、时间与日志",
        "This host: system, patches, accounts, sudo, sshd, sysctl, ports, services, time, logs",
    )
    options_schema: ClassVar[Mapping[str, Any]] = {
        "type": "object",
        "additionalProperties": False,
        "properties": {
            "include": {
                "type": "array",
                "items": {"enum": list(KINDS)},
                "minItems": 1,
                "uniqueItems": True,
                "default": list(KINDS),
                **means(
                    "采集哪些事实；不写此项则采集全部。",
                    "The facts to collect; all of them without this option.",
                ),
            },
            "asset_id": {
                "type": "string",
                "minLength": 1,
                **means(
                    "主机在资产清单中的编号；不写此项则用其主机名。",
                    "The host's id in the asset register; its host name without this option.",
                ),
            },
            "max_list_age_days": {
                "type": "integer",
                "minimum": 1,
                "maximum": 92,
                "default": 7,
                **means(
                    "软件包列表早于此天数时，不能据以判断有无待装更新。",
                    "Package lists that are older say nothing of pending updates.",
                ),
            },
            "fixed_repositories": {
                "type": "array",
                "items": {"type": "string", "minLength": 1},
                "uniqueItems": True,
                "default": [],
                **means(
                    "内容从不变化的 dnf 软件源（发行版本身）的编号或 apt 套件名：不看其新旧。",
                    "Ids of dnf repositories, or names of apt suites, that never change: their age does not count.",
                ),
            },
        },
    }

    def __init__(self, host: Host | None = None) -> None:
        self._host = host

    def kinds(self, options: Mapping[str, Any]) -> tuple[str, ...]:
        """The kinds of the facts that are asked for."""
        names = options.get("include") or KINDS
        return tuple(dict.fromkeys(kind for name in names for kind in KINDS[name]))

    def asks(self, target: Target, project: Path) -> Iterator[Text]:
        """Every file and command."""
        from hiscomply_local.facts import FACTS, IDENTITY

        asked = [IDENTITY, *(FACTS[name].ask for name in target.options.get("include") or KINDS)]
        files = ", ".join(dict.fromkeys(path for ask in asked for path in (*ask.files, *ask.heads)))
        yield Text(f"读取文件:{files}", f"reads files: {files}")
        for command in dict.fromkeys(command for ask in asked for command in ask.commands):
            yield Text(f"运行:{command.shown}", f"runs: {command.shown}")

    def collect(self, target: Target, context: CollectContext) -> Iterator[Item]:
        """Records and refusals, fact by fact.

        Raises:
            CollectFailed: the host has no name and the target no ``asset_id``.
        """
        from hiscomply_local.facts import FACTS, IDENTITY, about_host
        from hiscomply_local.fetch import LocalHost, gather

        facts = [FACTS[name] for name in target.options.get("include") or KINDS]
        timeout_s = min(_COMMAND_TIMEOUT_S, target.timeout_s)
        answers = gather(self._host or LocalHost(), (IDENTITY, *(fact.ask for fact in facts)), timeout_s)
        about = about_host(
            answers,
            target.options.get("asset_id"),
            context.now,
            context.zone,
            target.options,
        )
        if about is None:
            raise CollectFailed(
                Text(
                    "读不到主机名;请在目标中写明 asset_id",
                    "the host name cannot be read; give the target an asset_id",
                )
            )
        for fact in facts:
            yield from fact.parse(answers, about)
