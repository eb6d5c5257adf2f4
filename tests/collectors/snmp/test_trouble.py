"""An agent in trouble never gives a pass, and never costs another target."""

from __future__ import annotations

import json
import signal
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import pytest
from tests.collectors.snmp.conftest import CANARIES, Agent
from tests.collectors.snmp.planted import DELL, lines
from tests.collectors.snmp.udp import answering, forged, relay
from tests.servers.audits import assert_nowhere, audit, write_project
from tests.servers.beside import assert_troubled, write_secret
from tests.servers.running import free_port, needs

from hiscomply.model import CollectionStatus

pytestmark = needs("snmpd", package="snmpd")
pytest.importorskip("pysnmp")

FAULTS, CLEAR = "hardware_faults_fixed_in_time", "snmp_cleartext_refused"
DENIED, FAILED, SLOW = CollectionStatus.DENIED, CollectionStatus.FAILED, CollectionStatus.TIMED_OUT


@pytest.mark.parametrize(
    ("options", "status", "reason"),
    [
        ({"username": "stranger"}, DENIED, "does not know the user"),
        ({"auth_protocol": "SHA-512"}, DENIED, "authentication password or protocol is wrong"),
        ({"security": "authNoPriv"}, DENIED, "access control"),
        ({"username": "nobody"}, DENIED, "access control"),
        ({"username": "blind"}, DENIED, "give it a read view"),
        ({"priv_protocol": "DES", "step_timeout": 5}, SLOW, "within 5 seconds"),
    ],
)
def test_what_is_refused_is_denied(
    server: Agent, options: dict[str, object], status: CollectionStatus, reason: str, tmp_path: Path
) -> None:
    found = assert_troubled(tmp_path, server.target(**options), CLEAR, status, reason=reason)
    assert_nowhere(CANARIES, found.run, found.out, found.err)


@pytest.mark.parametrize(
    ("option", "secret", "status", "reason"),
    [
        ("auth_password", "kanarienvogel-wrong", DENIED, "authentication password"),
        ("priv_password", "kanarienvogel-wrong", SLOW, "privacy password"),
        ("priv_password", "kanari7", FAILED, "shorter than the 8"),
        ("community", "kanarienvogel-wrong", SLOW, "a wrong community"),
    ],
)
def test_a_wrong_password_is_no_pass(
    server: Agent, option: str, secret: str, status: CollectionStatus, reason: str, tmp_path: Path
) -> None:
    file = write_secret(tmp_path / "wrong", secret)
    more = {"security": "v2c"} if option == "community" else {}
    target = server.target(**{option: {"file": str(file)}, "step_timeout": 5, **more})
    found = assert_troubled(tmp_path / "p", target, CLEAR, status, reason=reason)
    assert_nowhere([*CANARIES, secret], found.run, found.out, found.err)


def test_a_view_without_the_tables_is_partial(server: Agent, tmp_path: Path) -> None:
    found = audit(write_project(tmp_path, server.target(username="small")), [FAULTS])
    it = found.collections["it"]
    assert (str(it.status), found.code) == ("partial", 3)
    assert found.policy(FAULTS)["verdict"] == "unknown"
    assert found.rows("asset")[0]["_pointer"] == "not known: storage, power, cooling"


def test_an_agent_stopped_midway_times_out(start: Callable[..., Agent], tmp_path: Path) -> None:
    agent = start(lines(DELL))
    with relay(agent.port, 12, agent.server.stop) as port:
        target = agent.target(port=port, step_timeout=5)
        found = assert_troubled(tmp_path, target, FAULTS, SLOW, reason="within 5 seconds")
    assert "snmp.version" in {one["key"] for one in found.rows("setting")}


def test_an_agent_that_hangs_times_out(start: Callable[..., Agent], tmp_path: Path) -> None:
    agent = start(lines(DELL))
    agent.server.send(signal.SIGSTOP)
    assert_troubled(tmp_path, agent.target(step_timeout=1), FAULTS, SLOW, reason="within 1 seconds")


def test_nobody_there_times_out(server: Agent, tmp_path: Path) -> None:
    target = server.target(port=free_port(), step_timeout=1)
    assert_troubled(tmp_path, target, FAULTS, SLOW, reason="no readable answer")


def test_an_agent_that_falls_silent_at_the_probes_is_not_cleared(
    start: Callable[..., Agent], tmp_path: Path
) -> None:
    agent = start(lines(DELL))
    with relay(agent.port, 6, lambda: agent.server.send(signal.SIGSTOP)) as port:
        target = agent.target(port=port, step_timeout=5, probes=True)
        found = assert_troubled(tmp_path, target, "snmp_default_community_refused", SLOW)
    assert "snmp.default_community_accepted" not in {one["key"] for one in found.rows("setting")}


def circling() -> AbstractContextManager[int]:
    return answering(forged(lambda asked, count: [(*asked[:12], 1)] * count))


def following(asked: tuple[int, ...], count: int) -> list[tuple[int, ...]]:
    head, last = (asked[:12], asked[-1]) if len(asked) > 12 else (asked, 0)
    return [(*head, last + one) for one in range(1, count + 1)]


def endless() -> AbstractContextManager[int]:
    return answering(forged(following))


def bulky() -> AbstractContextManager[int]:
    return answering(forged(following, value=b"x" * 60_000, rows_at_once=1))


@pytest.mark.parametrize(
    ("trouble", "status", "reason"),
    [
        (lambda: answering(lambda _: b"\x00\xffrubbish" * 64), SLOW, "no readable answer"),
        (lambda: answering(lambda data: data[: len(data) // 2]), SLOW, "no readable answer"),
        (
            lambda: answering(lambda _: b"\x30\x84\xff\xff\xff\xff" + b"\0" * 60_000),
            SLOW,
            "no readable answer",
        ),
        (circling, FAILED, "goes round in circles"),
        (endless, FAILED, "more than 5,000 rows"),
        (bulky, FAILED, "more than 4,000,000 bytes"),
    ],
)
def test_what_answers_badly_gives_no_pass(
    server: Agent,
    trouble: Callable[[], AbstractContextManager[int]],
    status: CollectionStatus,
    reason: str,
    tmp_path: Path,
) -> None:
    with trouble() as port:
        seconds = 1.5 if status is SLOW else 20
        target = server.target(port=port, security="v2c", step_timeout=seconds)
        found = assert_troubled(tmp_path, target, FAULTS, status, reason=reason)
    assert found.rows("asset")[0]["id"] == "A1"
    assert_nowhere(CANARIES, found.run, found.out, found.err)


def test_a_missing_option_is_told_before_anything_is_asked(tmp_path: Path) -> None:
    options = {"collector": "snmp", "host": "127.0.0.1", "asset_id": "A1", "security": "v2c"}
    found = audit(write_project(tmp_path, f"  - {json.dumps(options)}\n"), [FAULTS])
    assert found.code == 2
    assert "community" in found.err
