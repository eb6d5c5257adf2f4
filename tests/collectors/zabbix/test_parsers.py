"""The shapes of Zabbix' answers, and the login of every version, by hand."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest

from hiscomply.hookspecs import CollectContext
from hiscomply_zabbix import parse
from hiscomply_zabbix.fetch import Zabbix, logged_in

NOW = datetime(2026, 11, 27, 3, 0, tzinfo=UTC)
SECRET = "kanarienvogel"


def item(
    key: str, *, kind: str = "0", status: str = "0", state: str = "0", delay: str = "1m", last: int = 0
) -> dict[str, Any]:
    return {
        "key_": key, "type": kind, "status": status, "state": state, "delay": delay, "lastclock": str(last),
    }  # fmt: skip


@pytest.mark.parametrize(
    ("delay", "seconds"),
    [("60", 60), ("1m", 60), ("1h;wd1-5,h9-18", 3600), ("0", None), ("{$DELAY}", None), ("0;md1", None)],
)
def test_intervals(delay: str, seconds: int | None) -> None:
    assert parse.interval(delay) == seconds


def test_items_that_are_off_or_unsupported_sample_nothing() -> None:
    items = [item("system.cpu.util"), item("vm.memory.size", state="1"), item("x", status="1"), item("y")]
    assert {name: len(some) for name, some in parse.groups(items, parse.METRICS).items()} == {
        "cpu": 1,
        "host": 1,
    }


def test_what_zabbix_tells_of_itself_or_works_out_is_no_sample_of_a_host() -> None:
    items = [
        item("zabbix[host,agent,available]", kind="5"),
        item("vfs.fs.size.sum", kind="15"),
        item("icmpping", kind="3"),
    ]
    found = parse.groups(items, parse.METRICS)
    assert {name: [one["key_"] for one in some] for name, some in found.items()} == {"host": ["icmpping"]}


def test_a_gap_counts_to_both_ends() -> None:
    end = int(NOW.timestamp())
    assert parse.longest_gap([], NOW) == 86_400
    assert parse.longest_gap([end - 86_000, end - 60], NOW) == 85_940
    assert parse.longest_gap([end - 7200], NOW) == 79_200


def event(**more: Any) -> dict[str, Any]:
    return {
        "eventid": "1", "clock": "1000", "severity": "5", "r_eventid": "0", "hosts": [{"hostid": "1"}],
        "tags": [], "acknowledges": [], **more,
    }  # fmt: skip


def alert(
    given: dict[str, Any], options: dict[str, Any] | None = None, closing: dict[str, int] | None = None
) -> Any:
    hosts = {"1": {"host": "db", "hostid": "1", "tags": []}}
    naming = parse.Naming(options or {})
    (record,) = parse.alert_records([given], closing or {}, hosts, naming, "it", NOW)
    return record.fields


@pytest.mark.parametrize(
    ("actions", "acked", "noted"),
    [
        ([], None, None),
        ([(2, 5)], 5, None),
        ([(4, 5)], None, 5),
        ([(6, 9), (2, 7)], 7, 9),
        ([(1, 5), (8, 6), (16, 7)], None, None),
    ],
)
def test_acknowledgement_and_message_are_told_apart(
    actions: list[tuple[int, int]], acked: int | None, noted: int | None
) -> None:
    updates = [{"action": str(action), "clock": str(clock)} for action, clock in actions]
    fields = alert(event(acknowledges=updates))
    expected = [None if one is None else datetime.fromtimestamp(one, UTC) for one in (acked, noted)]
    assert [fields["acked_at"], fields["noted_at"]] == expected


def test_a_recovery_that_cannot_be_seen_leaves_the_end_unknown() -> None:
    assert alert(event())["closed_at"] is None
    assert "closed_at" not in alert(event(r_eventid="7"))
    assert alert(event(r_eventid="7"), closing={"7": 2000})["closed_at"] == datetime.fromtimestamp(2000, UTC)


def test_what_is_not_told_is_left_out() -> None:
    fields = alert(event(severity="0", hosts=[{"hostid": "99"}]))
    assert not {"severity", "asset_id", "system_id", "ticket_id"} & set(fields)


def test_severities_tickets_and_names() -> None:
    words = [alert(event(severity=str(one)))["severity"] for one in (1, 3, 4, 5)]
    assert words == ["info", "warning", "critical", "critical"]
    assert alert(event(severity="4"), {"critical_from": 5})["severity"] == "warning"
    assert alert(event(), {"ticket_tag": "t"})["ticket_id"] is None
    tagged = event(tags=[{"tag": "t", "value": "INC-1"}])
    assert alert(tagged, {"ticket_tag": "t"})["ticket_id"] == "INC-1"
    named = alert(event(), {"assets": {"db": "SRV-1"}, "systems": {"db": "HIS"}})
    assert (named["asset_id"], named["system_id"]) == ("SRV-1", "HIS")


def test_only_triggers_that_are_on_count_as_rules() -> None:
    base = {"description": "d", "status": "0", "state": "0", "hosts": [{"hostid": "1"}]}
    triggers = [
        base,
        {**base, "status": "1", "description": "off"},
        {**base, "state": "1", "description": "bad"},
    ]
    names = {"d": "down", "off": "disk", "bad": "database"}
    assert parse.rules_by_host(triggers, names) == {"1": {"down"}}


def test_no_other_method_can_be_called() -> None:
    with pytest.raises(ValueError, match=r"host\.delete"):
        Zabbix.call(Zabbix.__new__(Zabbix), "host.delete", {})


@contextmanager
def frontend(version: str) -> Iterator[tuple[str, list[tuple[dict[str, Any], str | None]]]]:
    asked: list[tuple[dict[str, Any], str | None]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["content-length"])))
            asked.append((body, self.headers["authorization"]))
            results = {"apiinfo.version": version, "user.login": "s3ss10n", "user.logout": True}
            answer = json.dumps(
                {"jsonrpc": "2.0", "result": results.get(body["method"], []), "id": 1}
            ).encode()
            self.send_response(200)
            self.send_header("content-length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *_: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}", asked
        finally:
            server.shutdown()
            thread.join()


@pytest.mark.parametrize("version", ["6.0.14", "6.4.0", "7.0.3"])
@pytest.mark.parametrize("is_token", [True, False])
def test_the_token_travels_as_the_version_wants_it(version: str, is_token: bool) -> None:
    context = CollectContext(Path(), "UTC", NOW, {}, lambda text: text, lambda _spec: SECRET)
    login = {"token": {"env": "X"}} if is_token else {"username": "u", "password": {"env": "X"}}
    with frontend(version) as (url, asked), logged_in({"url": url, **login}, context) as server:
        server.rows("host.get")
    token = SECRET if is_token else "s3ss10n"
    methods = [body["method"] for body, _ in asked]
    assert methods == ["apiinfo.version", *([] if is_token else ["user.login"]), "host.get"] + (
        [] if is_token else ["user.logout"]
    )
    body, header = asked[methods.index("host.get")]
    expected = (token, None) if version.startswith("6.0") else (None, f"Bearer {token}")
    assert (body.get("auth"), header) == expected
