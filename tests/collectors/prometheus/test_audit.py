"""What an audit finds in a real Prometheus."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from running_prometheus import PASSWORD, PATIENT, Running, ask, last_month
from tests.servers.audits import Audited, assert_nowhere, audit, command, write_project
from tests.servers.beside import assets_target
from tests.servers.running import needs

from hiscomply.model import CollectionStatus

pytestmark = needs(
    "prometheus", "promtool", "prometheus-node-exporter", "prometheus-alertmanager",
    package="prometheus prometheus-node-exporter prometheus-alertmanager",
)  # fmt: skip
POLICIES = (
    "monitoring_samples_fresh",
    "core_assets_monitored",
    "minimum_alert_rules_on",
    "critical_alerts_acknowledged",
    "open_critical_alerts_noted",
    "availability_targets_met",
)


def state(running: Running) -> list[object]:
    """What an account could change: configuration, flags, names of rules, silences; without what is measured."""
    config, flags = (running.ask(f"/api/v1/status/{one}")["data"] for one in ("config", "flags"))
    groups = running.ask("/api/v1/rules")["data"]["groups"]
    rules = [(rule["name"], rule["query"]) for group in groups for rule in group["rules"]]
    silences = ask(running.alertmanager + "/api/v2/silences")
    assert rules
    return [config, flags, rules, silences]


@pytest.fixture(scope="module")
def audited(running: Running, tmp_path_factory: pytest.TempPathFactory) -> Audited:
    folder = tmp_path_factory.mktemp("project")
    assets = [{"id": one, "tier": 1, "class": "server"} for one in ("his-db-01", "pacs-01", "ris-01")]
    target = running.options(
        include=["targets", "alerts", "availability", "utilisation"],
        alertmanager_url=running.alertmanager,
        rules={"InstanceDown": "down", "DiskFull": "disk"},
        asset_id="his-db-01",
        months=1,
        utilisation_days=7,
        utilisation={"cpu": '60 * up{job="node"}'},
        availability={
            "HIS": {"series": 'probe_success{instance="his"}', "sample_s": 300},
            "LIS": {"series": 'probe_success{instance="lis"}', "sample_s": 300},
        },
    )
    before = state(running)
    result = audit(write_project(folder, target + assets_target(folder, assets)), POLICIES)
    assert state(running) == before
    return result


def test_only_the_month_without_samples_is_set_aside(audited: Audited) -> None:
    it = audited.collections["it"]
    assert it.status is CollectionStatus.PARTIAL, it.reason
    assert [one.subject.split()[0] for one in it.rejected] == ["LIS"]
    assert "which is no value" in it.rejected[0].reason.en


def test_when_a_target_that_never_answered_was_sampled_is_not_known(audited: Audited) -> None:
    rows = {one["metric_set"]: one for one in audited.rows("monitor_target")}
    assert rows["dead"]["last_sample"] is None
    assert rows["dead"]["longest_gap_s"] == 86_400


def test_a_target_that_is_down_was_sampled_when_it_last_answered_not_when_it_was_last_asked(
    audited: Audited,
) -> None:
    (gone,) = (one for one in audited.rows("monitor_target") if one["metric_set"] == "gone")
    age = datetime.now(UTC) - gone["last_sample"].replace(tzinfo=UTC)
    assert timedelta(days=3) < age < timedelta(days=3, hours=1)


def test_a_target_that_is_up_names_what_is_sampled(audited: Audited) -> None:
    (node,) = (one for one in audited.rows("monitor_target") if one["metric_set"] == "node")
    assert (node["asset_id"], node["interval_s"], node["enabled"]) == ("his-db-01", 5, True)
    assert node["metrics"] == ["cpu", "disk", "memory"]
    assert 300 <= node["longest_gap_s"] < 3600


def test_a_target_that_is_down_is_found_and_one_never_seen_is_no_pass(audited: Audited) -> None:
    found = {one["subject"]: one["verdict"] for one in audited.findings("monitoring_samples_fresh")}
    assert found == {"pacs-01/dead": "unknown", "ris-01/gone": "fail"}
    unwatched = {one["subject"]: one["verdict"] for one in audited.findings("core_assets_monitored")}
    assert unwatched == {"pacs-01": "unknown", "ris-01": "fail"}


def test_rules_that_are_on_count_under_our_names(audited: Audited) -> None:
    found = {one["subject"] for one in audited.findings("minimum_alert_rules_on")}
    assert not found & {"down", "disk"}
    assert {"database", "certificate"} <= found


def test_an_alert_that_fires_without_a_silence_is_not_acknowledged(audited: Audited) -> None:
    rows = {(one["asset_id"], one["closed_at"] is None): one for one in audited.rows("alert")}
    pacs = rows["pacs-01", True]
    assert (pacs["severity"], pacs["system_id"], pacs["acked_at"]) == ("critical", "PACS", None)
    assert "acked_at" not in (pacs["_missing"] or ())


def test_an_alert_that_ended_is_there_with_both_its_times_and_unknown_acknowledgement(
    audited: Audited,
) -> None:
    (lis,) = (one for one in audited.rows("alert") if one["asset_id"] == "lis-01")
    assert lis["closed_at"] - lis["raised_at"] == timedelta(minutes=59)
    assert "acked_at" in lis["_missing"]


def test_availability_counts_the_three_hours_down(audited: Audited) -> None:
    (his,) = audited.rows("kpi")
    start = last_month(audited.collections["it"].started.timestamp())
    days = his["period_end"].day
    assert his["system_id"] == "HIS"
    assert his["value"] == pytest.approx(100 * (1 - 3 / (24 * days)), abs=0.02)
    assert his["period"] == f"{start:%Y-%m}"


def test_utilisation_covers_only_the_days_that_have_samples(audited: Audited) -> None:
    (row,) = audited.rows("utilisation")
    assert (row["asset_id"], row["metric"], row["peak_percent"]) == ("his-db-01", "cpu", 60)
    assert row["covers_days"] == 6


def test_an_unacknowledged_critical_alert_is_found_by_the_policy(running: Running, tmp_path: Path) -> None:
    """As of an hour later, it has waited longer than any profile allows."""
    later = f"{datetime.now(UTC) + timedelta(hours=3):%Y-%m-%dT%H:%M:%SZ}"
    target = running.options(include=["alerts"], alertmanager_url=running.alertmanager, alert_days=5)
    late = audit(write_project(tmp_path, target), ["critical_alerts_acknowledged"], "--as-of", later)
    assert late.policy("critical_alerts_acknowledged")["verdict"] == "fail"
    assert late.collections["it"].status is CollectionStatus.OK


def test_no_secret_and_no_patient_leaves_the_source(audited: Audited) -> None:
    assert_nowhere([PASSWORD, *PATIENT], audited.run, audited.out, audited.err)


def test_a_dry_run_names_the_account_and_touches_nothing(tmp_path: Path) -> None:
    options = {
        "collector": "prometheus", "name": "it", "url": "https://no.such.host:1", "username": "auditor",
        "password": {"env": "NOT_SET"},
    }  # fmt: skip
    write_project(tmp_path, f"  - {json.dumps(options)}\n")
    code, out, _ = command("collect", str(tmp_path), "--dry-run")
    assert code == 0
    assert "as auditor, password from $NOT_SET" in out
