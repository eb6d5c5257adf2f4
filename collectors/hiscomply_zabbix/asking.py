"""The steps of a collection from Zabbix."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from hiscomply.hookspecs import CollectDenied
from hiscomply.model import Record, Rejected, Text
from hiscomply_kit.steps import shaped
from hiscomply_zabbix import parse
from hiscomply_zabbix.fetch import PATH, Zabbix

_BATCH: Final = 50
_MAX_SAMPLES: Final = 100_000
_EVENT: Final[Mapping[str, Any]] = {
    "output": ["eventid", "clock", "severity", "r_eventid"],
    "source": 0,
    "object": 0,
    "selectHosts": ["hostid"],
    "selectTags": ["tag", "value"],
    "select_acknowledges": ["clock", "action"],
}


class Asking:
    """One Zabbix, asked for one target."""

    def __init__(self, server: Zabbix, options: Mapping[str, Any], now: datetime) -> None:
        self.server = server
        self.options = options
        self.now = now
        self.naming = parse.Naming(options)
        self._where = f"{server.source}{PATH}"
        self._hosts: list[parse.Row] | None = None

    def hosts(self) -> list[parse.Row]:
        """Every host that the account may see.

        Raises:
            CollectDenied: it sees none.
        """
        if self._hosts is None:
            output = ["hostid", "host", "status"]
            self._hosts = self.server.rows("host.get", output=output, selectTags=["tag", "value"])
        if not self._hosts:
            raise CollectDenied(
                Text(
                    f"{self.server.source} 的账号看不到任何主机;请给它主机群组的只读权限",
                    f"the account sees no host of {self.server.source}; give it read rights on the host groups",
                )
            )
        return self._hosts

    def targets(self) -> Iterator[Record | Rejected]:
        """A record by host and group of items."""
        metrics = {
            name: (*parse.METRICS.get(name, ()), *self.options.get("metrics", {}).get(name, ()))
            for name in dict.fromkeys((*parse.METRICS, *self.options.get("metrics", {})))
        }
        rules = self._rules()
        for some in _batches(self.hosts()):
            items = self.server.rows(
                "item.get",
                output=[
                    "itemid",
                    "hostid",
                    "key_",
                    "type",
                    "delay",
                    "status",
                    "state",
                    "lastclock",
                    "value_type",
                ],
                hostids=[one["hostid"] for one in some],
                webitems=True,
            )
            with shaped(self._where):
                by_host: dict[str, list[parse.Row]] = {}
                for item in items:
                    by_host.setdefault(str(item["hostid"]), []).append(item)
            for host in some:
                hostid = str(host["hostid"])
                yield from self._host(
                    host,
                    by_host.get(hostid, []),
                    metrics,
                    None if rules is None else rules.get(hostid, set()),
                )

    def _host(
        self,
        host: parse.Row,
        items: Sequence[parse.Row],
        metrics: Mapping[str, Sequence[str]],
        rules: set[str] | None,
    ) -> Iterator[Record]:
        with shaped(self._where):
            found = {parse.OTHER: [], **parse.groups(items, metrics)}
            is_on = host["status"] == "0"
        for name, some in sorted(found.items()):
            with shaped(self._where):
                clocks = self._clocks(parse.probe(some)) if some and is_on else None
                record = parse.target_record(
                    host, name, some, clocks, rules, self.naming, self.server.source, self.now
                )
            yield record

    def _clocks(self, item: parse.Row) -> list[int] | None:
        rows = self.server.rows(
            "history.get",
            output=["clock"],
            itemids=[item["itemid"]],
            history=int(item["value_type"]),
            time_from=int(self.now.timestamp()) - parse.DAY_S,
            limit=_MAX_SAMPLES,
        )
        return None if len(rows) >= _MAX_SAMPLES else [int(one["clock"]) for one in rows]

    def _rules(self) -> dict[str, set[str]] | None:
        rules = self.options.get("rules")
        if not rules:
            return None
        triggers = self.server.rows(
            "trigger.get",
            output=["description", "status", "state"],
            filter={"description": sorted(rules)},
            selectHosts=["hostid"],
            monitored=True,
        )
        with shaped(self._where):
            return parse.rules_by_host(triggers, rules)

    def alerts(self) -> Iterator[Record | Rejected]:
        """Problems that were raised within ``alert_days``, and all that are open."""
        with shaped(self._where):
            hosts = {str(one["hostid"]): one for one in self.hosts()}
        start, day = self.now - timedelta(days=self.options.get("alert_days", 31)), timedelta(days=1)
        events: dict[str, parse.Row] = {}
        while start < self.now:
            span = {"time_from": int(start.timestamp()), "time_till": int((start + day).timestamp())}
            self._add(events, self.server.rows("event.get", **_EVENT, value=1, **span))
            start += day
        problems = self.server.rows("problem.get", output=["eventid"], source=0, object=0)
        with shaped(self._where):
            older = sorted({str(one["eventid"]) for one in problems} - set(events))
        for some in _batches(older):
            self._add(events, self.server.rows("event.get", **_EVENT, eventids=some))
        closing = self._closing(events)
        with shaped(self._where):
            records = list(
                parse.alert_records(
                    list(events.values()), closing, hosts, self.naming, self.server.source, self.now
                )
            )
        yield from records

    def _add(self, events: dict[str, parse.Row], rows: Sequence[parse.Row]) -> None:
        with shaped(self._where):
            events.update({str(one["eventid"]): one for one in rows})

    def _closing(self, events: Mapping[str, parse.Row]) -> dict[str, int]:
        with shaped(self._where):
            ids = sorted({str(one["r_eventid"]) for one in events.values()} - {"0"})
        found: dict[str, int] = {}
        for some in _batches(ids):
            rows = self.server.rows(
                "event.get", output=["eventid", "clock"], eventids=some, source=0, object=0
            )
            with shaped(self._where):
                found.update({str(one["eventid"]): int(one["clock"]) for one in rows})
        return found


def _batches(rows: Sequence[Any]) -> Iterator[list[Any]]:
    for start in range(0, len(rows), _BATCH):
        yield list(rows[start : start + _BATCH])
