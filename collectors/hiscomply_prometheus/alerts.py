"""Alerts that fire now and alerts that fired, with their silences. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from hiscomply.model import Record, Rejected, Text
from hiscomply_prometheus.fetch import Labels, Series, label_key, moment
from hiscomply_prometheus.naming import Naming, fingerprint

_LEAST_TOLERANCE_S: Final = 60.0
_INTERNAL: Final = ("__name__", "alertstate")


@dataclass(frozen=True, slots=True)
class Firing:
    """An alert that fires now."""

    labels: Labels
    raised_at: datetime


@dataclass(frozen=True, slots=True)
class Handling:
    """What Alertmanager knows of one alert: when its silences began, and when those with a comment did."""

    labels: Labels
    silenced: tuple[datetime, ...] = ()
    noted: tuple[datetime, ...] = ()


def firing(rules: Any) -> list[Firing]:
    """From ``/api/v1/rules``: an alert was raised when it had been pending for the rule's ``for``."""
    return [
        Firing(
            dict(alert["labels"]),
            datetime.fromisoformat(alert["activeAt"]) + timedelta(seconds=float(rule.get("duration", 0))),
        )
        for group in rules["groups"]
        for rule in group["rules"]
        if rule.get("type") == "alerting"
        for alert in rule["alerts"]
        if alert["state"] == "firing"
    ]


def tolerances(rules: Any) -> dict[str, float]:
    """Seconds without a sample after which an alert had ended, by name of rule: three evaluations."""
    return {
        rule["name"]: max(_LEAST_TOLERANCE_S, 3 * float(group["interval"]))
        for group in rules["groups"]
        for rule in group["rules"]
        if rule.get("type") == "alerting"
    }


def failing_rules(rules: Any) -> list[str]:
    """Alerting rules that cannot be evaluated: whether their alert would fire is not known."""
    return sorted(
        rule["name"]
        for group in rules["groups"]
        for rule in group["rules"]
        if rule.get("type") == "alerting" and rule.get("health") == "err"
    )


def episodes(
    history: Sequence[Series], tolerance: Mapping[str, float]
) -> Iterator[tuple[Labels, datetime, datetime]]:
    """Labels, first and last sample of every time that an alert fired."""
    for one in history:
        labels = {key: value for key, value in one.labels.items() if key not in _INTERNAL}
        allowed = tolerance.get(labels.get("alertname", ""), 300.0)
        times = [at for at, _ in one.samples]
        begin = 0
        for here, at in enumerate(times):
            if here + 1 == len(times) or times[here + 1] - at > allowed:
                yield labels, moment(times[begin]), moment(at)
                begin = here + 1


def handlings(alerts: Any, silences: Any) -> list[Handling]:
    """From Alertmanager's alerts and silences."""
    known = {one["id"]: one for one in silences}
    found = []
    for alert in alerts:
        active = [known[one] for one in alert["status"]["silencedBy"] if one in known]
        starts = tuple(datetime.fromisoformat(one["startsAt"]) for one in active)
        noted = tuple(datetime.fromisoformat(one["startsAt"]) for one in active if one["comment"].strip())
        found.append(Handling(dict(alert["labels"]), starts, noted))
    return found


def alert_records(
    current: Sequence[Firing],
    history: Sequence[Series],
    tolerance: Mapping[str, float],
    since: datetime,
    handled: Sequence[Handling] | None,
    naming: Naming,
    source: str,
    now: datetime,
) -> Iterator[Record | Rejected]:
    """Alerts that fire now, and those that were raised after ``since`` and have ended.

    Acknowledgement is known of an alert that fires and that Alertmanager has; of others it is left out.
    """
    ongoing = {label_key(one.labels): one.raised_at for one in current}
    for one in current:
        fields = _fields(one.labels, one.raised_at, naming) | {"closed_at": None}
        fields |= _handling(one, handled)
        yield Record("alert", fields, f"{source}/api/v1/rules", now, pointer=one.labels.get("alertname"))
    for labels, first, last in episodes(history, tolerance):
        allowed = timedelta(seconds=tolerance.get(labels.get("alertname", ""), 300.0))
        raised = ongoing.get(label_key(labels))
        if (raised is not None and last >= raised - allowed) or first <= since + allowed:
            continue
        if raised is None and last > now - allowed:
            # It fires still, or ended since the rules were asked: which of both is not known.
            fields = _fields(labels, first, naming)
        else:
            fields = _fields(labels, first, naming) | {"closed_at": last}
        yield Record("alert", fields, f"{source}/api/v1/query", now, pointer=labels.get("alertname"))


def rule_failures(names: Sequence[str], source: str) -> Iterator[Rejected]:
    """What is not known because a rule cannot be evaluated."""
    for name in names:
        reason = Text(
            "告警规则求值出错,是否应告警未知",
            "the alerting rule fails, so whether it would fire is not known",
        )
        yield Rejected("alert", f"{source}/api/v1/rules", reason, subject=name)


def _fields(labels: Labels, raised: datetime, naming: Naming) -> dict[str, Any]:
    name = labels.get("alertname", "")
    fields: dict[str, Any] = {
        "id": f"{name}/{fingerprint(labels)}/{raised:%Y-%m-%dT%H:%M:%SZ}",
        "target": labels.get("instance"),
        "asset_id": naming.asset(labels),
        "system_id": naming.system(labels),
        "severity": naming.severity(labels),
    }
    return {key: value for key, value in fields.items() if value} | {"raised_at": raised}


def _handling(alert: Firing, handled: Sequence[Handling] | None) -> dict[str, Any]:
    for one in handled or ():
        if all(one.labels.get(key) == value for key, value in alert.labels.items()):
            told = {"acked_at": one.silenced, "noted_at": one.noted}
            return {
                name: min((at for at in starts if at >= alert.raised_at), default=None)
                for name, starts in told.items()
                # A silence from before was not made for this alert: whether anybody saw it is not known.
                if not starts or max(starts) >= alert.raised_at
            }
    return {}
