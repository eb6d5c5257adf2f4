"""What an audit finds in a real Zabbix, and every trouble with it."""

from __future__ import annotations

import json
import signal
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import replace
from pathlib import Path

import pytest
from running_zabbix import PASSWORD, PATIENT, Zabbix
from tests.servers.audits import Audited, assert_nowhere, audit, write_project
from tests.servers.beside import assert_troubled, assets_target, write_secret
from tests.servers.pacs import tls_front
from tests.servers.running import certificate, needs, needs_root
from tests.servers.trouble import cut_off, endless_http, garbage, http_answer, hung

from hiscomply.model import CollectionStatus

POLICY = "core_assets_monitored"
POLICIES = ("critical_alerts_acknowledged", "open_critical_alerts_noted", "minimum_alert_rules_on", POLICY)
server = needs(
    "zabbix_server", "php", "postgres", "/usr/share/zabbix-server-pgsql/schema.sql.gz",
    "/usr/share/zabbix/api_jsonrpc.php",
    package="zabbix-server-pgsql zabbix-frontend-php php-pgsql php-cli postgresql",
)  # fmt: skip


def state(running: Zabbix) -> object:
    """Zabbix' own audit log: everything that anybody changed, without logins and logouts."""
    rows = running.call("auditlog.get", {"output": ["auditid", "action"], "sortfield": "clock"})
    assert rows
    return sorted(one["auditid"] for one in rows if one["action"] not in {"4", "8", "9"})


@pytest.fixture(scope="module")
def audited(running: Zabbix, tmp_path_factory: pytest.TempPathFactory) -> Audited:
    folder = tmp_path_factory.mktemp("project")
    before = state(running)
    assets = [{"id": one, "tier": 1, "class": "server"} for one in ("his-db-01", "lis-01")]
    target = running.options(rules={"HIS down": "down"}, ticket_tag="ticket")
    found = audit(write_project(folder, target + assets_target(folder, assets)), POLICIES)
    assert state(running) == before
    return found


@server
@needs_root()
def test_problems_have_their_times_and_what_was_done(running: Zabbix, audited: Audited) -> None:
    assert audited.collections["it"].status is CollectionStatus.OK, audited.collections["it"].reason
    ended, unattended = audited.rows("alert", "raised_at")
    assert int(ended["raised_at"].timestamp()) == running.raised["ended"] or ended["raised_at"].tzinfo is None
    assert (ended["closed_at"] - ended["raised_at"]).total_seconds() == pytest.approx(86_400, abs=5)
    assert ended["acked_at"] is not None
    assert ended["acked_at"] == ended["noted_at"]
    assert (unattended["acked_at"], unattended["closed_at"], unattended["ticket_id"]) == (None, None, None)
    assert not unattended["_missing"]
    assert (unattended["severity"], unattended["system_id"]) == ("critical", "HIS")


@server
@needs_root()
def test_what_is_planted_is_found(audited: Audited) -> None:
    assert audited.code == 1
    for policy in ("critical_alerts_acknowledged", "open_critical_alerts_noted"):
        assert audited.policy(policy)["verdict"] == "fail", policy
    unwatched = {one["subject"]: one["verdict"] for one in audited.findings(POLICY)}
    assert unwatched == {"lis-01": "fail"}
    assert "down" not in {one["subject"] for one in audited.findings("minimum_alert_rules_on")}


@server
@needs_root()
def test_hosts_say_what_is_sampled_and_the_longest_gap(audited: Audited) -> None:
    rows = {(one["asset_id"], one["metric_set"]): one for one in audited.rows("monitor_target")}
    cpu = rows["his-db-01", "cpu"]
    assert (cpu["metrics"], cpu["enabled"]) == (["cpu"], True)
    assert 3600 <= cpu["longest_gap_s"] < 5000
    assert rows["his-db-01", "host"]["alert_rules"] == ["down"]
    assert cpu["alert_rules"] == []
    old = rows["old-01", "host"]
    assert (old["enabled"], old["last_sample"], old["longest_gap_s"]) == (False, None, None)


@server
@needs_root()
def test_no_secret_no_session_and_no_patient_leaves_the_source(running: Zabbix, audited: Audited) -> None:
    assert_nowhere([PASSWORD, running.session, *PATIENT], audited.run, audited.out, audited.err)


@server
@needs_root()
def test_a_wrong_password_is_denied(running: Zabbix, tmp_path: Path) -> None:
    write_secret(tmp_path / "wrong", "not-the-password")
    target = running.options(password={"file": str(tmp_path / "wrong")})
    found = assert_troubled(
        tmp_path / "p", target, POLICY, CollectionStatus.DENIED, reason="Incorrect user name"
    )
    assert_nowhere(["not-the-password"], found.run, found.out, found.err)
    (user,) = running.call("user.get", {"output": ["attempt_failed"], "filter": {"username": "hiscomply"}})
    assert user["attempt_failed"] == "1"
    # the next login of the account writes that into the audit log, and no other test is to find it there
    replace(running, session="").call("user.login", {"username": "hiscomply", "password": PASSWORD})


@server
@needs_root()
def test_an_account_that_sees_nothing_is_denied(running: Zabbix, tmp_path: Path) -> None:
    target = running.options(username="blind")
    assert_troubled(tmp_path, target, POLICY, CollectionStatus.DENIED, reason="sees no host")


@server
@needs_root()
def test_a_wrong_token_is_denied(running: Zabbix, tmp_path: Path) -> None:
    write_secret(tmp_path / "token", "0123456789abcdef" * 4)
    options = {
        "collector": "zabbix",
        "name": "it",
        "url": running.url,
        "token": {"file": str(tmp_path / "token")},
    }
    target = f"  - {json.dumps(options)}\n"
    assert_troubled(tmp_path / "p", target, POLICY, CollectionStatus.DENIED)


@server
@needs_root()
def test_a_server_gone_midway_fails(running: Zabbix, tmp_path: Path) -> None:
    with cut_off(running.port, 150) as port:
        target = running.options(url=f"http://127.0.0.1:{port}")
        assert_troubled(tmp_path, target, POLICY, CollectionStatus.FAILED)


@server
@needs_root()
def test_a_server_that_hangs_times_out(running: Zabbix, tmp_path: Path) -> None:
    running.web.send(signal.SIGSTOP)
    try:
        target = running.options(step_timeout=0.5)
        assert_troubled(tmp_path, target, POLICY, CollectionStatus.TIMED_OUT, reason="within 0.5 seconds")
    finally:
        running.web.send(signal.SIGCONT)


@server
@needs_root()
@pytest.mark.parametrize(
    ("tls", "is_tls", "reason"),
    [
        ({}, True, "self-signed certificate"),
        ({"ca_file": "cert.pem", "server_name": "zabbix.example"}, True, "Hostname mismatch"),
        ({"ca_file": "none.pem"}, True, "none.pem cannot be used"),
        ({"ca_file": "cert.pem"}, False, "TLS failed"),
    ],
    ids=["unknown certificate", "other name", "no such file", "no TLS there"],
)
def test_what_cannot_be_verified_is_not_logged_in_to(
    running: Zabbix, tls: dict[str, str], is_tls: bool, reason: str, tmp_path: Path
) -> None:
    cert, key = certificate(tmp_path)
    before = logins(running)
    with tls_front(running.port, cert, key) as secured:
        port = secured if is_tls else running.port
        bad = running.options(url=f"https://127.0.0.1:{port}", tls=tls)
        found = assert_troubled(tmp_path, bad, POLICY, CollectionStatus.FAILED, reason=reason)
    assert_nowhere([PASSWORD, running.session], found.run, found.out, found.err)
    assert logins(running) == before


def logins(running: Zabbix) -> list[str]:
    """The logins of the collector's account, in Zabbix' own audit log."""
    rows = running.call(
        "auditlog.get", {"output": ["auditid"], "filter": {"username": "hiscomply", "action": 8}}
    )
    return [one["auditid"] for one in rows]


@server
@needs_root()
def test_over_tls_that_is_verified_all_is_had(running: Zabbix, tmp_path: Path) -> None:
    with tls_front(running.port, *certificate(tmp_path)) as port:
        target = running.options(url=f"https://127.0.0.1:{port}", tls={"ca_file": "cert.pem"})
        found = audit(write_project(tmp_path, target + assets_target(tmp_path, [{"id": "A1"}])), [POLICY])
    assert found.collections["it"].status is CollectionStatus.OK, found.collections["it"].reason
    assert logins(running)


def result(value: object) -> bytes:
    return http_answer(json.dumps({"jsonrpc": "2.0", "result": value, "id": 1}).encode())


@pytest.mark.parametrize(
    ("trouble", "status", "reason"),
    [
        (hung, CollectionStatus.TIMED_OUT, "within 0.5 seconds"),
        (garbage, CollectionStatus.FAILED, "cannot be had"),
        (lambda: garbage(http_answer(b"<html>")), CollectionStatus.FAILED, "no JSON"),
        (lambda: garbage(http_answer(b"[]")), CollectionStatus.FAILED, "another shape"),
        (lambda: garbage(result("no version")), CollectionStatus.FAILED, "another shape"),
        (endless_http, CollectionStatus.FAILED, "more than"),
    ],
)
def test_what_answers_badly_gives_no_pass(
    trouble: Callable[[], AbstractContextManager[int]], status: CollectionStatus, reason: str, tmp_path: Path
) -> None:
    write_secret(tmp_path / "password", PASSWORD)
    with trouble() as port:
        options = {
            "collector": "zabbix", "name": "it", "url": f"http://127.0.0.1:{port}", "username": "hiscomply",
            "password": {"file": str(tmp_path / "password")},
            "step_timeout": 0.5 if status is CollectionStatus.TIMED_OUT else 20,
        }  # fmt: skip
        assert_troubled(tmp_path, f"  - {json.dumps(options)}\n", POLICY, status, reason=reason)


def test_a_login_in_the_clear_is_not_tried(tmp_path: Path) -> None:
    write_secret(tmp_path / "password", PASSWORD)
    options = {
        "collector": "zabbix", "name": "it", "url": "http://192.0.2.1", "username": "hiscomply",
        "password": {"file": str(tmp_path / "password")},
    }  # fmt: skip
    target = f"  - {json.dumps(options)}\n"
    assert_troubled(tmp_path, target, POLICY, CollectionStatus.FAILED, reason="without TLS")
