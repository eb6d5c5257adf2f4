"""Answers that a real Prometheus gave, and small ones by hand for what it did not show."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from hiscomply.model import Record, Rejected
from hiscomply_prometheus import alerts, availability, targets, utilisation
from hiscomply_prometheus.asking import _REAL
from hiscomply_prometheus.fetch import Series, chunks, duration, selector
from hiscomply_prometheus.naming import Naming, host_of

Recorded = Callable[[str], Any]
NOW = datetime(2026, 11, 27, 2, 16, 35, tzinfo=UTC)


def series(data: Any) -> list[Series]:
    return [
        Series(
            one["metric"],
            tuple((float(at), float(value)) for at, value in one.get("values", [one.get("value")])),
        )
        for one in data["result"]
    ]


def one(labels: dict[str, str], *samples: tuple[float, float]) -> Series:
    return Series(labels, samples)


def test_recorded_targets_have_labels_and_an_interval(recorded: Recorded) -> None:
    found = targets.watched(recorded("targets"))
    assert [(each.labels["job"], each.interval_s) for each in found] == [("dead", 1), ("node", 1)]


def test_failed_scrapes_are_no_samples(recorded: Recorded) -> None:
    assert targets.taken(series(recorded("up-dead")), NOW) == (None, 86_400)
    last, gap = targets.taken(series(recorded("up-node")), NOW)
    assert last is not None
    assert NOW - last < timedelta(seconds=2)
    assert gap >= 86_400 - 21


def test_a_gap_at_the_end_counts() -> None:
    at = NOW.timestamp()
    samples = [one({}, *((at - ago, 1.0) for ago in range(86_400, 7200, -60)))]
    assert targets.taken(samples, NOW)[1] == 7260


def test_recorded_alert_was_raised_after_its_for(recorded: Recorded) -> None:
    (firing,) = alerts.firing(recorded("rules"))
    assert f"{firing.raised_at:%H:%M:%S}" == "02:09:38"


def test_recorded_silence_is_acknowledgement_and_note(recorded: Recorded) -> None:
    (handled,) = alerts.handlings(recorded("alertmanager-alerts"), recorded("alertmanager-silences"))
    assert handled.silenced == handled.noted == (datetime(2026, 11, 27, 2, 16, 33, 482000, tzinfo=UTC),)


@pytest.mark.parametrize(
    ("silences", "acked"),
    [
        ([], {"acked_at": None}),
        ([-86_400], {}),
        ([0], {"acked_at": 0}),
        ([600, 60], {"acked_at": 60}),
        ([-86_400, 60], {"acked_at": 60}),
    ],
)
def test_a_silence_from_before_an_alert_acknowledges_nothing(
    recorded: Recorded, silences: list[int], acked: dict[str, int | None]
) -> None:
    (firing,) = alerts.firing(recorded("rules"))
    starts = tuple(firing.raised_at + timedelta(seconds=one) for one in silences)
    (record,) = records(recorded, [alerts.Handling(firing.labels, starts, starts)])
    assert isinstance(record, Record)
    raised = firing.raised_at
    told = {name: None if at is None else raised + timedelta(seconds=at) for name, at in acked.items()}
    assert {name: record.fields[name] for name in ("acked_at",) if name in record.fields} == told
    assert ("noted_at" in record.fields) == ("acked_at" in record.fields)


def records(recorded: Recorded, handled: list[alerts.Handling] | None) -> list[Record | Rejected]:
    rules = recorded("rules")
    return list(
        alerts.alert_records(
            alerts.firing(rules), series(recorded("alerts-fired")), alerts.tolerances(rules),
            NOW - timedelta(days=1), handled, Naming(), "it", NOW,
        )
    )  # fmt: skip


def test_an_alert_that_fires_is_one_record_though_its_history_shows_it_too(recorded: Recorded) -> None:
    (record,) = records(recorded, None)
    assert isinstance(record, Record)
    assert record.fields["closed_at"] is None
    assert "acked_at" not in record.fields


def test_an_alert_that_alertmanager_does_not_know_has_no_known_acknowledgement(recorded: Recorded) -> None:
    (record,) = records(recorded, [alerts.Handling({"alertname": "Other"})])
    assert isinstance(record, Record)
    assert "acked_at" not in record.fields


def test_an_alert_fires_twice_when_its_samples_pause() -> None:
    labels = {"__name__": "ALERTS", "alertname": "A", "alertstate": "firing"}
    times = [1000.0, 1015.0, 1030.0, 2000.0]
    found = list(alerts.episodes([one(labels, *((at, 1.0) for at in times))], {"A": 60.0}))
    spans = [(first.timestamp(), last.timestamp()) for _, first, last in found]
    assert spans == [(1000, 1030), (2000, 2000)]


def test_a_rule_that_fails_is_set_aside() -> None:
    rules = {"groups": [{"interval": 60, "rules": [{"type": "alerting", "name": "A", "health": "err"}]}]}
    assert [item.subject for item in alerts.rule_failures(alerts.failing_rules(rules), "it")] == ["A"]


def test_a_rule_that_fails_is_not_on(recorded: Recorded) -> None:
    rules = {"InstanceDown": "down", "DiskFull": "disk", "Gone": "database"}
    data = recorded("rules")
    record = targets.rule_record(data, rules, "prom-01", "it", NOW)
    assert record.fields["alert_rules"] == ["disk", "down"]
    broken = {
        "groups": [{**data["groups"][0], "rules": [{**data["groups"][0]["rules"][0], "health": "err"}]}]
    }
    assert targets.rule_record(broken, rules, "prom-01", "it", NOW).fields["alert_rules"] == []


MONTH = availability.Month(datetime(2026, 10, 1, tzinfo=UTC), datetime(2026, 11, 1, tzinfo=UTC))
HOUR = 3600


def hours(down: set[int] = frozenset(), gone: set[int] = frozenset()) -> Series:  # type: ignore[assignment]
    start = MONTH.start.timestamp()
    return one(
        {}, *((start + n * HOUR, 0.0 if n in down else 1.0) for n in range(1, 31 * 24 + 1) if n not in gone)
    )


@pytest.mark.parametrize(
    ("given", "needs", "up", "unknown"),
    [
        ([hours()], "all", 744, 0),
        ([hours(down={5, 6})], "all", 742, 0),
        ([hours(gone={5, 6})], "all", 742, 2),
        ([hours(gone={5}), hours(down={5})], "all", 743, 0),
        ([hours(gone={5}), hours()], "any", 744, 0),
        ([hours(gone={5}), hours(down={5})], "any", 743, 1),
        ([hours(down={5}), hours(down={5, 6})], "any", 743, 0),
        ([], "all", 0, 744),
        ([], "any", 0, 744),
    ],
)
def test_missing_time_is_neither_up_nor_down(
    given: list[Series], needs: str, up: float, unknown: float
) -> None:
    got = availability.measure(given, MONTH, HOUR, needs)
    assert (got.up * 7.44, got.unknown * 7.44) == (pytest.approx(up), pytest.approx(unknown))


def test_a_sample_that_is_no_number_is_none() -> None:
    broken = one({}, *((at, float("nan") if at % (HOUR * 24) == 0 else 1.0) for at, _ in hours().samples))
    got = availability.measure([broken], MONTH, HOUR, "all")
    assert (got.up * 7.44, got.unknown * 7.44) == (pytest.approx(713), pytest.approx(31))


def test_a_series_that_counts_something_else_is_no_availability() -> None:
    twice = one({}, *((at, 0.0 if number < 300 else 2.0) for number, (at, _) in enumerate(hours().samples)))
    got = availability.measure([twice], MONTH, HOUR, "all")
    item = availability.availability_item("HIS", {"series": "sessions"}, MONTH, got, 0.05, "it", NOW)
    assert isinstance(item, Rejected)
    assert "from 0 to 1" in item.reason.en


def test_a_month_too_blurred_is_no_value() -> None:
    got = availability.Measured(99.9, 0.06)
    item = availability.availability_item("HIS", {"series": "up"}, MONTH, got, 0.05, "it", NOW)
    assert isinstance(item, Rejected)
    item = availability.availability_item("HIS", {"series": "up"}, MONTH, got, 0.06, "it", NOW)
    assert isinstance(item, Record)
    assert item.fields["value"] == 99.9


def test_months_are_those_of_the_hospitals_zone() -> None:
    now = datetime(2026, 12, 31, 17, 0, tzinfo=UTC)
    months = availability.months_before(now, "Asia/Shanghai", 2)
    assert [(month.name, f"{month.last_day}") for month in months] == [
        ("2026-11", "2026-11-30"),
        ("2026-12", "2026-12-31"),
    ]


FS = {"job": "node", "instance": "a:1", "device": "/dev/sda", "mountpoint": "/", "fstype": "ext4"}
GB = 1e9


@pytest.mark.parametrize(
    ("free", "slope", "age_days", "days"),
    [
        (60 * GB, -GB / 86_400, 7, {("node", "a:1"): 50.0}),
        (60 * GB, 0.0, 7, {("node", "a:1"): None}),
        (10 * GB, 0.0, 0, {("node", "a:1"): 0.0}),
        (60 * GB, -GB, 0.5, {}),
        (60 * GB, None, 7, {}),
    ],
)
def test_a_forecast_needs_a_trend_and_a_days_history(
    free: float, slope: float | None, age_days: float, days: dict[tuple[str, str], float | None]
) -> None:
    at = NOW.timestamp()
    slopes = [] if slope is None else [one(FS, (at, slope))]
    since = [one(FS, (at, at - age_days * 86_400))]
    assert targets.forecast([one(FS, (at, 100 * GB))], [one(FS, (at, free))], slopes, since, NOW) == days


@pytest.mark.parametrize(
    ("kind", "is_asked"),
    [
        ("ext4", True), ("nfs4", True), ("fuseblk", True), ("fuse.glusterfs", True), ("fuse.ceph", True),
        ("tmpfs", False), ("fuse.lxcfs", False), ("fusectl", False), ("cgroup2", False),
    ],
)  # fmt: skip
def test_a_filesystem_with_data_is_foreseen_whatever_its_driver(kind: str, is_asked: bool) -> None:
    pattern = _REAL.removeprefix('fstype!~"').removesuffix('"')
    assert (re.fullmatch(pattern, kind) is None) == is_asked


def test_filesystems_that_only_a_label_of_the_store_tells_apart_are_two() -> None:
    at = NOW.timestamp()
    clusters = [FS | {"cluster": name} for name in ("a", "b")]

    def both(*values: float) -> list[Series]:
        return [one(labels, (at, value)) for labels, value in zip(clusters, values, strict=True)]

    since = both(at - 7 * 86_400, at - 7 * 86_400)
    found = targets.forecast(both(100 * GB, 100 * GB), both(5 * GB, 90 * GB), both(0.0, 0.0), since, NOW)
    assert found == {("node", "a:1"): 0.0}


def test_two_targets_of_one_asset_and_job_stay_apart() -> None:
    both = [targets.Watched({"job": "node", "instance": f"db:{port}"}, 15) for port in (1, 2)]
    taken = [targets.Taken(NOW, 15)] * 2
    found = list(targets.target_records(both, taken, {}, {}, Naming(), "it", NOW))
    assert [item.fields["metric_set"] for item in found if isinstance(item, Record)] == [
        "node/db:1",
        "node/db:2",
    ]


def test_rules_are_none_of_a_target_only_where_they_were_asked_for() -> None:
    watched, taken = [targets.Watched({"job": "node", "instance": "db:1"}, 15)], [targets.Taken(NOW, 15)]
    sampled = {("node", "db:1"): {"disk"}}
    (asked,) = targets.target_records(watched, taken, sampled, {}, Naming(), "it", NOW, are_rules_told=True)
    (silent,) = targets.target_records(watched, taken, sampled, {}, Naming(), "it", NOW)
    assert isinstance(asked, Record) and isinstance(silent, Record)
    assert (asked.fields["metrics"], asked.fields["alert_rules"]) == (["disk"], [])
    assert "alert_rules" not in silent.fields


def test_a_target_without_a_name_is_set_aside() -> None:
    found = list(
        targets.target_records(
            [targets.Watched({"job": "node"}, 15)], [targets.Taken(NOW, 15)], {}, {}, Naming(), "it", NOW
        )
    )
    assert isinstance(found[0], Rejected)


def test_days_covered_are_those_with_samples() -> None:
    labels = {"instance": "db:9100"}
    (record,) = utilisation.utilisation_records(
        "cpu", [one(labels, (0, 91.239))], [one(labels, (0, 2 * 288))], Naming(), "it", NOW
    )
    assert isinstance(record, Record)
    assert (record.fields["peak_percent"], record.fields["covers_days"]) == (91.24, 2)


def test_a_peak_of_nobody_and_one_without_end_are_set_aside() -> None:
    nan, inf = float("nan"), float("inf")
    peaks = [one({}, (0, 99.0)), one({"instance": "db:1"}, (0, inf)), one({"instance": "web:1"}, (0, nan))]
    found = list(utilisation.utilisation_records("cpu", peaks, [], Naming(), "it", NOW))
    assert [item.subject for item in found if isinstance(item, Rejected)] == ["cpu", "db"]
    assert len(found) == 2


@pytest.mark.parametrize(
    ("instance", "host"),
    [
        ("db-01:9100", "db-01"),
        ("https://his.example/login", "his.example"),
        ("[fe80::1]:9100", "fe80::1"),
        ("fe80::1", "fe80::1"),
        ("db-01", "db-01"),
        ("", ""),
    ],
)
def test_the_host_of_an_instance(instance: str, host: str) -> None:
    assert host_of(instance) == host


def test_names_come_from_the_list_then_the_label_then_the_host() -> None:
    naming = Naming(assets={"10.0.0.1": "A1"}, systems={"his": "HIS"}, severities={"P1": "critical"})
    assert naming.asset({"instance": "10.0.0.1:9100", "asset": "B"}) == "A1"
    assert naming.asset({"instance": "10.0.0.2:9100", "asset": "B"}) == "B"
    assert naming.asset({"instance": "10.0.0.2:9100"}) == "10.0.0.2"
    assert naming.system({"job": "his"}) == "HIS"
    words = ("P1", "page", "Warning", "odd")
    assert [naming.severity({"severity": word}) for word in words] == [
        "critical",
        "critical",
        "warning",
        None,
    ]


def test_spans_and_selectors() -> None:
    assert [duration(text) for text in ("1m30s", "500ms", "15d", "0", "10GB")] == [
        90,
        0.5,
        1_296_000,
        None,
        None,
    ]
    assert selector("up", {"job": 'a"b'}) == 'up{job="a\\"b"}'
    parts = list(chunks(NOW, NOW + timedelta(hours=36), timedelta(days=1)))
    assert [(end - start) / timedelta(hours=1) for start, end in parts] == [24, 12]
