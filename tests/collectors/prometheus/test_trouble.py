"""A Prometheus that refuses, hangs, vanishes or talks rubbish never reads as one where all is well."""

from __future__ import annotations

import json
import signal
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import pytest
from running_prometheus import PASSWORD, PATIENT, Running
from tests.servers.audits import assert_nowhere
from tests.servers.beside import assert_troubled, write_secret
from tests.servers.running import needs
from tests.servers.trouble import cut_off, endless_http, garbage, http_answer, hung

from hiscomply.model import CollectionStatus

POLICY = "core_assets_monitored"
with_server = needs(
    "prometheus", "promtool", "prometheus-node-exporter", "prometheus-alertmanager",
    package="prometheus prometheus-node-exporter prometheus-alertmanager",
)  # fmt: skip


def plain(port: int, **more: object) -> str:
    options = {"collector": "prometheus", "name": "it", "url": f"http://127.0.0.1:{port}", **more}
    return f"  - {json.dumps(options)}\n"


def success(data: object, **more: object) -> bytes:
    return http_answer(json.dumps({"status": "success", "data": data, **more}).encode())


@with_server
def test_a_wrong_password_is_denied(running: Running, tmp_path: Path) -> None:
    write_secret(tmp_path / "wrong", "not-the-password")
    target = running.options(password={"file": str(tmp_path / "wrong")})
    audited = assert_troubled(tmp_path / "p", target, POLICY, CollectionStatus.DENIED, reason="HTTP 401")
    assert_nowhere(["not-the-password"], audited.run, audited.out, audited.err)


@with_server
def test_a_certificate_that_is_not_trusted_is_refused(running: Running, tmp_path: Path) -> None:
    target = running.options(tls={})
    audited = assert_troubled(tmp_path, target, POLICY, CollectionStatus.FAILED, reason="TLS failed")
    assert_nowhere([PASSWORD, *PATIENT], audited.run, audited.out, audited.err)


@with_server
def test_a_server_gone_midway_fails(running: Running, tmp_path: Path) -> None:
    with cut_off(running.port, 2500) as port:
        target = running.options(url=f"https://127.0.0.1:{port}")
        assert_troubled(tmp_path, target, POLICY, CollectionStatus.FAILED)


@with_server
def test_a_server_that_hangs_times_out(running: Running, tmp_path: Path) -> None:
    running.server.send(signal.SIGSTOP)
    try:
        target = running.options(step_timeout=0.5)
        assert_troubled(tmp_path, target, POLICY, CollectionStatus.TIMED_OUT, reason="within 0.5 seconds")
    finally:
        running.server.send(signal.SIGCONT)


@pytest.mark.parametrize(
    ("trouble", "status", "reason"),
    [
        (hung, CollectionStatus.TIMED_OUT, "within 0.5 seconds"),
        (garbage, CollectionStatus.FAILED, "cannot be had"),
        (lambda: garbage(http_answer(b"<html>")), CollectionStatus.FAILED, "no JSON"),
        (lambda: garbage(http_answer(b"[1]")), CollectionStatus.FAILED, "another shape"),
        (lambda: garbage(success({"activeTargets": []})), CollectionStatus.FAILED, "proves nothing"),
        (lambda: garbage(success({}, warnings=["a store is down"])), CollectionStatus.FAILED, "incomplete"),
        (lambda: garbage(http_answer(b"{}", "403 Forbidden")), CollectionStatus.DENIED, "HTTP 403"),
        (endless_http, CollectionStatus.FAILED, "more than"),
    ],
)
def test_what_answers_badly_gives_no_pass(
    trouble: Callable[[], AbstractContextManager[int]], status: CollectionStatus, reason: str, tmp_path: Path
) -> None:
    with trouble() as port:
        timeout = 0.5 if status is CollectionStatus.TIMED_OUT else 20
        assert_troubled(tmp_path, plain(port, step_timeout=timeout), POLICY, status, reason=reason)


@pytest.mark.parametrize("more", [{"username": "auditor"}, {"token": {"env": "NOT_SET_ANYWHERE"}}])
def test_half_a_login_asks_nobody(more: dict[str, object], tmp_path: Path) -> None:
    assert_troubled(tmp_path, plain(9, **more), POLICY, CollectionStatus.FAILED)
