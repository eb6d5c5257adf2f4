"""A Zabbix 6.0 as it answered an account that may only read, read without a server."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from recorded_zabbix import FILE, Replay, read
from running_zabbix import PASSWORD, PATIENT

from hiscomply.hookspecs import CollectFailed
from hiscomply.model import Record
from hiscomply_zabbix.fetch import METHODS, Zabbix

OPEN: dict[str, Any] = {
    "id": "zabbix-3", "raised_at": datetime(2026, 11, 25, 5, 53, 49, tzinfo=UTC), "severity": "critical",
    "target": "his-db-01", "asset_id": "his-db-01", "system_id": "HIS", "acked_at": None, "noted_at": None,
    "closed_at": None, "ticket_id": None,
}  # fmt: skip
ENDED = OPEN | {
    "id": "zabbix-1", "raised_at": datetime(2026, 11, 18, 5, 53, 49, tzinfo=UTC),
    "closed_at": datetime(2026, 11, 19, 5, 53, 49, tzinfo=UTC),
    "acked_at": datetime(2026, 11, 28, 5, 53, 51, tzinfo=UTC), "noted_at": datetime(2026, 11, 28, 5, 53, 51, tzinfo=UTC),
}  # fmt: skip


def fields(kind: str, **options: Any) -> list[dict[str, Any]]:
    items = list(read(**options))
    assert all(isinstance(one, Record) for one in items)
    return [dict(one.fields) for one in items if isinstance(one, Record) and one.kind == kind]


def test_hosts_say_what_is_sampled_and_the_longest_gap() -> None:
    assert fields("monitor_target") == [
        {
            "asset_id": "his-db-01", "metric_set": "cpu", "metrics": ["cpu"], "enabled": True, "alert_rules": [],
            "last_sample": datetime(2026, 11, 28, 4, 44, 49, tzinfo=UTC), "longest_gap_s": 4142,
        },
        # sent by others and not within a day: no interval, and no last sample that Zabbix would still tell
        {
            "asset_id": "his-db-01", "metric_set": "host", "metrics": [], "enabled": True, "alert_rules": ["down"],
            "longest_gap_s": 86_400,
        },
        {"asset_id": "old-01", "metric_set": "host", "metrics": [], "enabled": False, "alert_rules": []},
    ]  # fmt: skip


def test_problems_have_their_times_and_what_was_done() -> None:
    assert fields("alert") == [ENDED, OPEN]


def test_an_open_problem_is_had_however_old_and_an_ended_one_is_not() -> None:
    assert fields("alert", alert_days=2) == [OPEN]


def test_names_and_severities_are_those_of_the_target() -> None:
    naming = {"assets": {"his-db-01": "SRV-7"}, "system_tag": "none", "ticket_tag": "system"}
    first, _ = fields("alert", **naming)
    assert (first["asset_id"], first["target"], first["ticket_id"]) == ("SRV-7", "his-db-01", "HIS")
    assert "system_id" not in first
    assert {one["asset_id"] for one in fields("monitor_target", **naming)} == {"SRV-7", "old-01"}


def test_every_record_says_where_it_was_had() -> None:
    found = {(one.source, one.pointer) for one in read()}
    source = "http://zabbix.example/api_jsonrpc.php"
    assert found == {(source, one) for one in ("host his-db-01", "host old-01", "event 1", "event 3")}


@pytest.mark.parametrize("method", ["host.get", "item.get", "event.get", "problem.get"])
def test_an_answer_without_its_result_is_no_evidence(method: str) -> None:
    asked = json.loads(FILE.read_text(encoding="utf-8"))["asked"]
    (one, *_) = [each for each in asked if each["method"] == method]
    one["answer"].pop("result")
    server = Zabbix(Replay([one]))  # type: ignore[arg-type]
    with pytest.raises(CollectFailed, match="another shape"):
        server.rows(method, **one["params"])


def test_only_reading_methods_are_recorded_and_no_secret() -> None:
    text = FILE.read_text(encoding="utf-8")
    methods = {one["method"] for one in json.loads(text)["asked"]}
    assert methods == METHODS - {"apiinfo.version", "user.login", "user.logout"}
    assert not [one for one in (PASSWORD, *PATIENT, '"auth"', "/tmp/") if one in text]
