"""The steps of a collection: what is asked, and who makes records of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from hiscomply.hookspecs import CollectContext, CollectFailed
from hiscomply.model import Record, Rejected, Text
from hiscomply_kit.login import open_api
from hiscomply_kit.steps import shaped
from hiscomply_prometheus import alerts, availability, targets, utilisation
from hiscomply_prometheus.alerts import Handling
from hiscomply_prometheus.fetch import Prometheus, Series, chunks, label_key, moment, selector
from hiscomply_prometheus.naming import Naming, host_of
from hiscomply_prometheus.targets import Taken, Watched

Item = Record | Rejected
_DAY: Final = timedelta(days=1)
_STEP: Final = timedelta(minutes=5)
_REAL: Final = (
    'fstype!~"tmpfs|ramfs|devtmpfs|overlay|squashfs|iso9660|rootfs|autofs|nsfs|proc|sysfs|cgroup.*|fusectl'
    '|fuse[.](lxcfs|snapfuse|portal|gvfsd-fuse)"'
)
"""Filesystems that hold data: also fuseblk (NTFS) and those of GlusterFS, CephFS and the like over FUSE."""


class Asking:
    """One Prometheus, asked for one target.

    Args:
        options: the target's options.
    """

    def __init__(self, server: Prometheus, options: Mapping[str, Any], context: CollectContext) -> None:
        self.server = server
        self.options = options
        self.context = context
        self.naming = Naming.of(options)

    def targets(self) -> Iterator[Item]:
        """Monitoring targets, and the alerting rules under our names where these are given."""
        server, now = self.server, self.context.now
        data = server.data("targets", state="active")
        with shaped(f"{server.source}/api/v1/targets"):
            found = targets.watched(data)
        if not found:
            raise CollectFailed(
                Text(
                    f"{server.source} 没有任何采集对象(刚启动时也会如此),不能说明什么",
                    f"{server.source} lists no target (as it does just after its start), which proves nothing",
                )
            )
        metrics = _with_more(targets.METRICS, self.options.get("metrics", {}))
        names = targets.names_by_place(self._sampled(metrics), metrics)
        forecasts = self._forecasts()
        samples = [self._taken(one) for one in found]
        rules = self.options.get("rules")
        yield from targets.target_records(
            found, samples, names, forecasts, self.naming, server.source, now, are_rules_told=bool(rules)
        )
        if rules:
            data = server.data("rules", type="alert")
            asset = self.options.get("asset_id") or host_of(server.source)
            with shaped(f"{server.source}/api/v1/rules"):
                record = targets.rule_record(data, rules, asset, server.source, now)
            yield record

    def _sampled(self, metrics: Mapping[str, Sequence[str]]) -> list[Series]:
        names = "|".join(sorted({one for theirs in metrics.values() for one in theirs}))
        return self.server.instant(
            f'count by (__name__, job, instance) ({{__name__=~"{names}"}})', self.context.now
        )

    def _forecasts(self) -> dict[tuple[str, str], float | None]:
        size, free = f"node_filesystem_size_bytes{{{_REAL}}}", f"node_filesystem_avail_bytes{{{_REAL}}}"
        queries = (size, free, f"deriv({free}[7d:1h])", f"min_over_time(timestamp({free})[7d:1h])")
        answers = [self.server.instant(query, self.context.now) for query in queries]
        return targets.forecast(answers[0], answers[1], answers[2], answers[3], self.context.now)

    def _taken(self, target: Watched) -> Taken:
        now, up = self.context.now, selector("up", target.labels)
        last, gap = targets.taken(self.server.raw(up, now - _DAY, now), now)
        if last is None and (kept := self.server.retention()):
            last = self._last_before(up, int(kept.total_seconds()))
        return Taken(last, gap)

    def _last_before(self, up: str, seconds: int) -> datetime | None:
        # Steps of five minutes find the neighbourhood, the stored samples the moment.
        query = f"max_over_time(timestamp({up} == 1)[{seconds}s:5m])"
        near = self.server.instant(query, self.context.now)
        if not near:
            return None
        around = moment(max(one.samples[-1][1] for one in near)) + _STEP
        last, _ = targets.taken(self.server.raw(up, around - 2 * _STEP, around), around)
        return last

    def alerts(self) -> Iterator[Item]:
        """Alerts that fire, and those that fired within ``alert_days``."""
        server, now = self.server, self.context.now
        days = self.options.get("alert_days", 31)
        data = server.data("rules", type="alert")
        with shaped(f"{server.source}/api/v1/rules"):
            current, tolerance = alerts.firing(data), alerts.tolerances(data)
            failing = alerts.failing_rules(data)
        if not tolerance:
            raise CollectFailed(
                Text(
                    f"{server.source} 没有任何告警规则,没有告警不能说明什么",
                    f"{server.source} has no alerting rule, so that there is no alert proves nothing",
                )
            )
        since = now - timedelta(days=days)
        history = self._history(since)
        handled = self._handled()
        yield from alerts.alert_records(
            current, history, tolerance, since, handled, self.naming, server.source, now
        )
        yield from alerts.rule_failures(failing, server.source)
        self._check_retention(days, "alert", "alert_days")

    def _history(self, since: datetime) -> list[Series]:
        merged: dict[str, tuple[Mapping[str, str], list[tuple[float, float]]]] = {}
        for start, end in chunks(since, self.context.now, _DAY):
            for one in self.server.raw('ALERTS{alertstate="firing"}', start, end):
                merged.setdefault(label_key(one.labels), (one.labels, []))[1].extend(one.samples)
        return [Series(labels, tuple(samples)) for labels, samples in merged.values()]

    def _handled(self) -> list[Handling] | None:
        url = self.options.get("alertmanager_url")
        if not url:
            return None
        with open_api(self.options, self.context, url) as api:
            found, silences = api.get("/api/v2/alerts"), api.get("/api/v2/silences")
        with shaped(f"{url}/api/v2/alerts"):
            return alerts.handlings(found, silences)

    def _check_retention(self, days: float, kind: str, option: str) -> None:
        kept = self.server.retention()
        if kept is None or kept < timedelta(days=days):
            told = "?" if kept is None else f"{kept.total_seconds() / 86_400:g}"
            raise CollectFailed(
                Text(
                    f"{self.server.source} 只保存 {told} 天的数据,少于 {option} 所需的 {days:g} 天,更早的未知",
                    f"{self.server.source} keeps {told} days of data, fewer than the {days:g} that {option} asks for; "
                    "what was before is not known",
                ),
                (kind,),
            )

    def availability(self) -> Iterator[Item]:
        """A value by system and whole month, or why there is none."""
        systems = self.options.get("availability")
        if not systems:
            raise CollectFailed(
                Text(
                    "未写明 availability:哪些序列说明系统可用",
                    "availability is not given: which series say that a system is up",
                )
            )
        blur = self.options.get("largest_uncertainty", 0.05)
        for month in availability.months_before(
            self.context.now, self.context.zone, self.options.get("months", 3)
        ):
            for system, how in sorted(systems.items()):
                step = how.get("sample_s", 60)
                query = f"avg_over_time({how['series']}[{step}s])"
                series = self.server.range(query, month.start + timedelta(seconds=step), month.end, step)
                got = availability.measure(series, month, step, how.get("needs", "all"))
                yield availability.availability_item(
                    system, how, month, got, blur, self.server.source, self.context.now
                )

    def utilisation(self) -> Iterator[Item]:
        """Peaks over ``utilisation_days``; a resource without any value is a failure."""
        days, now = self.options.get("utilisation_days", 30), self.context.now
        empty = []
        for resource, query in (self.options.get("utilisation") or utilisation.QUERIES).items():
            peaks = self.server.instant(utilisation.over_time("max_over_time", query, days), now)
            counts = self.server.instant(utilisation.over_time("count_over_time", query, days), now)
            if not peaks:
                empty.append(resource)
            yield from utilisation.utilisation_records(
                resource, peaks, counts, self.naming, self.server.source, now
            )
        if empty:
            raise CollectFailed(
                Text(
                    f"{'、'.join(empty)} 没有任何数据:请检查导出器或写明 utilisation",
                    f"no data at all for {', '.join(empty)}: check the exporter, or give utilisation",
                )
            )


def _with_more(
    base: Mapping[str, Sequence[str]], more: Mapping[str, Sequence[str]]
) -> dict[str, tuple[str, ...]]:
    return {name: (*base.get(name, ()), *more.get(name, ())) for name in dict.fromkeys((*base, *more))}
