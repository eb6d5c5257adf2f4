"""The collector ``tickets``: one service desk, queue by queue."""

from __future__ import annotations

import importlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, ClassVar

from hiscomply.hookspecs import CollectContext, CollectFailed
from hiscomply.model import Record, Rejected, Target, Text
from hiscomply_kit.options import said
from hiscomply_tickets.options import OPTIONS


class TicketsCollector:
    """Reads the course of tickets, changes and alerts: moments, states, levels; never what anybody wrote."""

    name: ClassVar[str] = "tickets"
    version: ClassVar[str] = "1.0.0"
    summary: ClassVar[Text] = Text(
        "工单系统（RT、Redmine、GLPI、iTop）：工单、变更与告警的时刻和状态（不读正文）",
        "Service desk (RT, Redmine, GLPI, iTop): moments and states of tickets, changes, alerts (never their text)",
    )
    options_schema: ClassVar[Mapping[str, Any]] = OPTIONS
    parallel: int = 2

    def kinds(self, options: Mapping[str, Any]) -> tuple[str, ...]:
        """The kinds that the queues are mapped to."""
        return tuple(dict.fromkeys(one["record"] for one in options["queues"]))

    def asks(self, target: Target, project: Path) -> Iterator[Text]:
        """One line for each queue."""
        options = target.options
        secret = options.get("token") or options.get("password")
        who = " ".join([options.get("user", "token"), f"({said(secret)})" if secret else ""]).strip()
        for one in options["queues"]:
            name = f"{one.get('project', '')} {one['queue']}".strip()
            yield Text(
                f"{options['product']} {options['url']}：{name} 的全部单据，账号 {who}",
                f"{options['product']} {options['url']}: everything in {name}, as {who}",
            )

    def collect(self, target: Target, context: CollectContext) -> Iterator[Record | Rejected]:
        """Queue after queue; one that is refused ends the collection, with the others' records kept.

        Raises:
            CollectDenied: the login or a queue is refused. CollectTimedOut, CollectFailed: as ``Api.get``.
        """
        from hiscomply_tickets.access import logged_in
        from hiscomply_tickets.records import Meaning, records

        options = target.options
        for one in options["queues"]:
            _check(one, context.fields)
        module = importlib.import_module(f"hiscomply_tickets.{options['product']}")
        history = options.get("history", True)
        size = options.get("page_size", 100)
        with logged_in(options, context, min(options.get("step_timeout", 30), target.timeout_s)) as api:
            for queue in options["queues"]:
                batch = module.read(api, queue, size, history=history, zone=context.zone)
                meaning = Meaning(
                    options["url"],
                    context.now,
                    context.zone,
                    queue,
                    {**module.STATES, **options.get("states", {})},
                    options.get("levels", {}),
                    options.get("severities", {}),
                    options.get("values", {}),
                    options.get("priority_chosen_at_creation", False),
                )
                yield from records(batch, meaning)


def _check(queue: Mapping[str, Any], known: Mapping[str, frozenset[str]]) -> None:
    wanted = {*queue.get("set", {}), *queue.get("fields", {})}
    if unknown := sorted(wanted - known.get(queue["record"], frozenset())):
        raise CollectFailed(
            Text(
                f"{queue['record']} 没有字段 {'、'.join(unknown)}",
                f"{queue['record']} has no field {', '.join(unknown)}",
            )
        )
