"""Scrape targets and their samples to monitoring targets. Pure.

A sample of a target is one that was really taken: ``up`` is 1. A scrape that failed leaves ``up`` 0 and no metrics.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import Any, Final

from hiscomply.model import Record, Rejected, Text
from hiscomply_prometheus.fetch import Labels, Series, duration, moment
from hiscomply_prometheus.naming import Naming

METRICS: Final[Mapping[str, tuple[str, ...]]] = {
    "cpu": ("node_cpu_seconds_total",),
    "memory": ("node_memory_MemAvailable_bytes",),
    "disk": ("node_filesystem_avail_bytes",),
    "sessions": ("pg_stat_activity_count", "mysql_global_status_threads_connected"),
    "response_time": ("probe_duration_seconds",),
}
"""Metrics by our name, as the usual exporters call them."""
DAY_S: Final = 86_400


@dataclass(frozen=True, slots=True)
class Watched:
    """One scrape target that is configured now."""

    labels: Labels
    interval_s: int | None

    @property
    def place(self) -> tuple[str, str]:
        """Job and instance."""
        return self.labels.get("job", ""), self.labels.get("instance", "")


@dataclass(frozen=True, slots=True)
class Taken:
    """What was sampled of one target.

    Attributes:
        last: the last sample; None where it could not be told, or none is kept.
        longest_gap_s: within the last 24 hours, their begin and now included.
    """

    last: datetime | None
    longest_gap_s: int


def watched(data: Any) -> list[Watched]:
    """The targets of ``/api/v1/targets``."""
    found = []
    for one in data["activeTargets"]:
        seconds = duration(str(one.get("scrapeInterval", "")))
        found.append(Watched(dict(one["labels"]), None if seconds is None else math.ceil(seconds)))
    return found


def taken(series: Sequence[Series], now: datetime) -> tuple[datetime | None, int]:
    """Last sample of the last 24 hours, if any, and the longest time without one, in whole seconds."""
    end = now.timestamp()
    times = sorted(at for one in series for at, value in one.samples if value == 1)
    edges = [end - DAY_S, *times, end]
    gap = max(later - earlier for earlier, later in pairwise(edges))
    return (moment(times[-1]) if times else None), max(0, min(DAY_S, math.floor(gap)))


def names_by_place(
    series: Sequence[Series], metrics: Mapping[str, Sequence[str]]
) -> dict[tuple[str, str], set[str]]:
    """Our names of what is sampled, by job and instance."""
    ours: dict[str, list[str]] = {}
    for name, theirs in metrics.items():
        for their in theirs:
            ours.setdefault(their, []).append(name)
    found: dict[tuple[str, str], set[str]] = {}
    for one in series:
        place = (one.labels.get("job", ""), one.labels.get("instance", ""))
        found.setdefault(place, set()).update(ours.get(one.labels.get("__name__", ""), ()))
    return found


def target_records(
    targets: Sequence[Watched],
    samples: Sequence[Taken],
    names: Mapping[tuple[str, str], set[str]],
    forecasts: Mapping[tuple[str, str], float | None],
    naming: Naming,
    source: str,
    now: datetime,
    *,
    are_rules_told: bool = False,
) -> Iterator[Record | Rejected]:
    """A record per target. Targets of one asset and job are told apart by their instance.

    Args:
        are_rules_told: the alerting rules have a record of their own, so none is left to the targets.
    """
    ids = [(naming.asset(one.labels), one.labels.get("job", "")) for one in targets]
    seen = Counter(ids)
    for one, (asset, job), got in zip(targets, ids, samples, strict=True):
        instance = one.labels.get("instance", "")
        if asset is None or not job:
            reason = Text(
                "采集对象没有 job 或 instance 标签", "the target has no label job or no label instance"
            )
            yield Rejected("monitor_target", f"{source}/api/v1/targets", reason, subject=job or instance)
            continue
        fields: dict[str, Any] = {
            "asset_id": asset,
            "metric_set": job if seen[asset, job] == 1 else f"{job}/{instance}",
            "metrics": sorted(names.get(one.place, ())),
            "enabled": True,
            "longest_gap_s": got.longest_gap_s,
        }
        if are_rules_told:
            fields["alert_rules"] = []
        if one.interval_s is not None:
            fields["interval_s"] = one.interval_s
        if got.last is not None:
            fields["last_sample"] = got.last
        if one.place in forecasts:
            fields["days_to_full"] = forecasts[one.place]
        yield Record("monitor_target", fields, f"{source}/api/v1/targets", now, pointer=f"{job} {instance}")


def forecast(
    sizes: Sequence[Series],
    free: Sequence[Series],
    slopes: Sequence[Series],
    since: Sequence[Series],
    now: datetime,
) -> dict[tuple[str, str], float | None]:
    """Days until the first filesystem is 90 % full, by job and instance; None where none is filling up.

    A target with a filesystem of less than a day's history, or without a trend, is left out: not known.

    Args:
        sizes, free: bytes by filesystem. slopes: change of free bytes a second. since: time of the first sample used.
    """
    by = [{_filesystem(one.labels): one.samples[-1][1] for one in group} for group in (free, slopes, since)]
    days: dict[tuple[str, str], list[float | None]] = {}
    unknown: set[tuple[str, str]] = set()
    for one in sizes:
        key, place = _filesystem(one.labels), (one.labels.get("job", ""), one.labels.get("instance", ""))
        left, slope, first = (group.get(key) for group in by)
        size = one.samples[-1][1]
        if left is None or not size > 0:
            unknown.add(place)
        elif left <= 0.1 * size:
            days.setdefault(place, []).append(0.0)
        elif slope is None or first is None or now.timestamp() - first < DAY_S or math.isnan(slope):
            unknown.add(place)
        else:
            lasts = (left - 0.1 * size) / -slope / DAY_S if slope < 0 else None
            days.setdefault(place, []).append(lasts)
    return {
        place: _soonest(values) for place, values in days.items() if place not in unknown or 0.0 in values
    }


def _soonest(values: Sequence[float | None]) -> float | None:
    known = [one for one in values if one is not None]
    return round(min(known), 1) if known else None


def _filesystem(labels: Labels) -> tuple[str, ...]:
    # All labels but the name: a store over several Prometheus tells apart by labels of its own.
    return tuple(f"{name}={value}" for name, value in sorted(labels.items()) if name != "__name__")


def rule_record(data: Any, rules: Mapping[str, str], asset: str, source: str, now: datetime) -> Record:
    """The alerting rules that are on and evaluated without error, under our names."""
    found, intervals, last = set(), [], []
    for group in data["groups"]:
        for rule in group["rules"]:
            if rule.get("type") == "alerting" and rule["name"] in rules and rule["health"] == "ok":
                found.add(rules[rule["name"]])
                intervals.append(math.ceil(float(group["interval"])))
                last.append(datetime.fromisoformat(rule["lastEvaluation"]))
    fields: dict[str, Any] = {
        "asset_id": asset,
        "metric_set": "alerting rules",
        "metrics": [],
        "alert_rules": sorted(found),
        "enabled": True,
    }
    if last:
        fields |= {"interval_s": max(intervals), "last_sample": min(last)}
    return Record("monitor_target", fields, f"{source}/api/v1/rules", now)
