"""Hosts, items, triggers and events to monitoring targets and alerts. Pure. Zabbix gives every value as text."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import pairwise
from typing import Any, Final

from hiscomply.model import Record

METRICS: Final[Mapping[str, tuple[str, ...]]] = {
    "cpu": ("system.cpu.util", "system.cpu.load", 'perf_counter_en["\\Processor'),
    "memory": ("vm.memory.",),
    "disk": ("vfs.fs.size", "vfs.fs.pused", "vfs.fs.dependent.size"),
    "sessions": ("pgsql.connections", "mysql.threads_connected", "oracle.session_count"),
    "response_time": ("web.test.time", "net.tcp.service.perf"),
}
"""First characters of item keys by our name."""
OTHER: Final = "host"
DAY_S: Final = 86_400
_UNITS: Final = {"": 1, "s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800}
_WORDS: Final = {1: "info", 2: "warning", 3: "warning", 4: "warning", 5: "warning"}
_ACKNOWLEDGED, _MESSAGE = 2, 4
_INTERNAL, _CALCULATED = "5", "15"

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Naming:
    """How hosts name assets and systems."""

    options: Mapping[str, Any]

    def asset(self, host: Row) -> str:
        """By the list, by the tag, or the host's technical name."""
        name = str(host["host"])
        tagged = tag(host, self.options.get("asset_tag"))
        return str(self.options.get("assets", {}).get(name) or tagged or name)

    def system(self, host: Row) -> str | None:
        """By the list or the tag; None where neither says."""
        listed = self.options.get("systems", {}).get(str(host["host"]))
        return listed or tag(host, self.options.get("system_tag", "system"))

    def severity(self, number: int) -> str | None:
        """critical, warning or info; None for an event that is not classified."""
        return "critical" if number >= self.options.get("critical_from", 4) else _WORDS.get(number)


def tag(row: Row, name: str | None) -> str | None:
    """The value of a tag, if it is there."""
    return next(
        (str(one["value"]) for one in row.get("tags") or () if one["tag"] == name and one["value"]), None
    )


def moment(clock: Any) -> datetime | None:
    """A time of Zabbix; 0 is none."""
    return datetime.fromtimestamp(int(clock), UTC) if int(clock) else None


def interval(delay: str) -> int | None:
    """Seconds of an item's simple delay; None for 0 (sent by others), macros and schedules alone."""
    found = re.fullmatch(r"(\d+)([smhdw]?)", delay.split(";", 1)[0])
    return int(found[1]) * _UNITS[found[2]] or None if found else None


def groups(items: Sequence[Row], metrics: Mapping[str, Sequence[str]]) -> dict[str, list[Row]]:
    """Items that are on and supported, by our name; ``host`` for all others.

    What Zabbix tells of itself (``zabbix[host,agent,available]``) or works out goes on about a host that is long dead,
    so it is no sample of it.
    """
    found: dict[str, list[Row]] = {}
    for item in items:
        if item["status"] != "0" or item["state"] != "0" or item["type"] in {_INTERNAL, _CALCULATED}:
            continue
        key = str(item["key_"])
        name = next((ours for ours, starts in metrics.items() if key.startswith(tuple(starts))), OTHER)
        found.setdefault(name, []).append(item)
    return found


def probe(items: Sequence[Row]) -> Row:
    """The item of a group that is sampled most often, and of those the one sampled last."""
    return min(items, key=lambda one: (interval(str(one["delay"])) or DAY_S, -int(one["lastclock"])))


def longest_gap(clocks: Sequence[int], now: datetime) -> int:
    """Longest time without a sample in the last 24 hours, both ends included, seconds."""
    end = int(now.timestamp())
    edges = [end - DAY_S, *sorted(one for one in clocks if end - DAY_S < one <= end), end]
    return max(later - earlier for earlier, later in pairwise(edges))


def target_record(
    host: Row,
    name: str,
    items: Sequence[Row],
    clocks: Sequence[int] | None,
    rules: set[str] | None,
    naming: Naming,
    source: str,
    now: datetime,
) -> Record:
    """One set of metrics of a host. Without items that are on and supported there is no sampling to speak of.

    Args:
        rules: our names of the host's triggers, which stand at its group ``host``; None where none were asked for.
    """
    is_on = host["status"] == "0"
    fields: dict[str, Any] = {
        "asset_id": naming.asset(host),
        "metric_set": name,
        "metrics": [] if name == OTHER else [name],
        "enabled": is_on,
    }
    if rules is not None:
        fields["alert_rules"] = sorted(rules) if name == OTHER else []
    if items:
        one = probe(items)
        last = max((at for item in items if (at := moment(item["lastclock"]))), default=None)
        if last is not None:
            fields["last_sample"] = last
        if (seconds := interval(str(one["delay"]))) is not None:
            fields["interval_s"] = seconds
    if clocks is not None:
        fields["longest_gap_s"] = longest_gap(clocks, now)
    return Record("monitor_target", fields, f"{source}/api_jsonrpc.php", now, pointer=f"host {host['host']}")


def rules_by_host(triggers: Sequence[Row], rules: Mapping[str, str]) -> dict[str, set[str]]:
    """Our names of triggers that are on and can be evaluated, by host id."""
    found: dict[str, set[str]] = {}
    for one in triggers:
        if one["status"] == "0" and one["state"] == "0" and one["description"] in rules:
            for host in one["hosts"]:
                found.setdefault(str(host["hostid"]), set()).add(rules[one["description"]])
    return found


def alert_records(
    events: Sequence[Row],
    closing: Mapping[str, int],
    hosts: Mapping[str, Row],
    naming: Naming,
    source: str,
    now: datetime,
) -> Iterator[Record]:
    """An alert by problem event. The first acknowledgement and the first message count.

    Args:
        closing: clock of the recovery event, by its id.
        hosts: by id; an event of a host that is not among them has no asset that is known.
    """
    for event in events:
        number = int(event["severity"])
        fields: dict[str, Any] = {"id": f"zabbix-{event['eventid']}", "raised_at": moment(event["clock"])}
        if word := naming.severity(number):
            fields["severity"] = word
        host = next((hosts[one["hostid"]] for one in event["hosts"] if one["hostid"] in hosts), None)
        if host is not None:
            fields |= {"target": str(host["host"]), "asset_id": naming.asset(host)}
            if system := naming.system(host):
                fields["system_id"] = system
        fields |= _handling(event["acknowledges"])
        recovery = str(event["r_eventid"])
        if recovery == "0":
            fields["closed_at"] = None
        elif recovery in closing:
            fields["closed_at"] = moment(closing[recovery])
        if name := naming.options.get("ticket_tag"):
            fields["ticket_id"] = tag(event, name)
        yield Record("alert", fields, f"{source}/api_jsonrpc.php", now, pointer=f"event {event['eventid']}")


def _handling(updates: Sequence[Row]) -> dict[str, datetime | None]:
    def first(bit: int) -> datetime | None:
        return min(
            (at for one in updates if int(one["action"]) & bit and (at := moment(one["clock"]))), default=None
        )

    return {"acked_at": first(_ACKNOWLEDGED), "noted_at": first(_MESSAGE)}
