"""Windows hosts behind a real sshd: replayed answers, refused logins, hosts that hang, lie, or vanish."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from tests.collectors.windows.conftest import ADDRESSES, Windows, recorded
from tests.servers.audits import Audited, assert_nowhere, audit, command, write_project
from tests.servers.beside import assert_only_these
from tests.servers.running import needs, needs_root
from tests.servers.ssh_host import refusals
from tests.servers.trouble import cut_off, garbage, hung

from hiscomply.model import Record
from hiscomply_windows.collector import SCRIPT, WindowsCollector
from hiscomply_windows.command import COMMAND, typed
from hiscomply_windows.options import KINDS
from hiscomply_windows.parse import parse, partly

pytestmark = [needs("sshd", package="openssh-server"), needs_root()]

POLICY = "default_accounts_disabled"
REBOOT = "reboot_not_pending_long"
PASSWORD = "Canary-Wrong-Pw-4410"
CANARIES = (PASSWORD, "欧阳测试", "11010519491231002X", "Canary-Said-9021")


@dataclass(frozen=True)
class Night:
    """One audit of a good host and of all that misbehave."""

    done: Audited
    refusals: int
    """Logins that the sshd counts as failed, of one wrong password and one unknown key."""
    commands: str
    """What the sshd was asked to run."""


@pytest.fixture(scope="module")
def night(windows: Windows, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Night]:
    """The audit; every bad target beside the good one."""
    folder = tmp_path_factory.mktemp("night")
    for asset, situation in (
        ("GOOD", "server-by-hand"),
        ("LOW", "without-rights-by-hand"),
        ("CUT", "server-by-hand"),
    ):
        windows.replay(asset, situation)
    windows.answer("CUT", f"head -n 6 {windows.folder}/CUT.jsonl")
    windows.replay("GONE", "server-by-hand")
    windows.answer("GONE", f"cat {windows.folder}/GONE.jsonl; yes '' | head -n 900000")
    windows.answer("STUCK", f"cat {windows.folder}/GONE.jsonl; yes '' | head -n 900000")
    windows.answer("SLOW", "exec sleep 20")
    windows.answer("MAD", "echo 'Canary-Said-9021 欧阳测试 11010519491231002X'; printf '\\377\\000\\n{}\\n'")
    windows.answer("LOUD", "exec head -c 17000000 /dev/zero")
    windows.answer("BARE", "echo \"'powershell' is not recognized\" >&2; exit 1")
    with (
        cut_off(windows.port, 100_000) as gone,
        cut_off(windows.port, 100_000, hang=True) as stuck,
        hung() as mute,
        garbage() as web,
        pytest.MonkeyPatch.context() as patch,
    ):
        patch.setenv("WINDOWS_TEST_PASSWORD", PASSWORD)
        project = windows.project(
            folder,
            windows.target("GOOD"),
            windows.target("LOW"),
            windows.target("LOCKED", extra="password: {env: WINDOWS_TEST_PASSWORD}"),
            windows.target("STRANGE").replace("key_file: id", "key_file: stranger"),
            windows.target("FORGED").replace("known_hosts: known_hosts", "known_hosts: other"),
            windows.target("NEW").replace("known_hosts: known_hosts", "known_hosts: none"),
            windows.target("GONE", port=gone),
            windows.target("STUCK", port=stuck, extra="step_timeout: 5"),
            windows.target("CUT"),
            windows.target("SLOW", extra="step_timeout: 5"),
            windows.target("MUTE", port=mute, extra="connect_timeout: 0.5"),
            windows.target("WEB", port=web),
            windows.target("MAD"),
            windows.target("LOUD"),
            windows.target("BARE"),
            ports=(gone, stuck, mute, web),
        )
        shutil.copy(windows.folder / "stranger", project / "stranger")
        (project / "other").write_text(windows.hosts(windows.port, key="stranger.pub"))
        (windows.folder / "commands").write_text("")
        start = len(windows.server.log.read_text())
        done = audit(project, [REBOOT])
    yield Night(
        done, refusals(windows.server.log, "Failed ", start), (windows.folder / "commands").read_text()
    )


TROUBLES = {
    "LOW": ("partial", "3 items"),
    "LOCKED": ("denied", "it was not tried again"),
    "STRANGE": ("denied", "the login was refused"),
    "FORGED": ("failed", "poses as it"),
    "NEW": ("failed", "no file of host keys"),
    "GONE": ("failed", "connection"),
    "STUCK": ("timed_out", "within 5 seconds"),
    "CUT": ("failed", "no end line after 6 records"),
    "SLOW": ("timed_out", "within 5 seconds"),
    "MUTE": ("timed_out", "no connection and login within 0.5 s"),
    "WEB": ("failed", "connection broke"),
    "MAD": ("failed", "no end line"),
    "LOUD": ("failed", "more than 16,000,000 bytes"),
    "BARE": ("failed", "exit code 1: 'powershell' is not recognized"),
}


def test_every_trouble_is_told_and_costs_only_its_own_host(night: Night) -> None:
    assert_only_these(night.done, REBOOT, TROUBLES, but=["LOW"])
    assert night.done.collections["GOOD"].records["account"] > 2


def test_no_secret_and_no_patient_gets_into_the_run(night: Night) -> None:
    assert_nowhere(CANARIES, night.done.project / ".hiscomply", night.done.out, night.done.err)


def test_a_refused_login_is_not_tried_again(night: Night) -> None:
    assert night.refusals == 1, "the wrong password once; an unknown key is only asked about"


def test_a_wrong_password_is_tried_at_one_host_of_a_fleet(
    windows: Windows, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WINDOWS_TEST_PASSWORD", PASSWORD + "-of-the-fleet")
    fleet = windows.target("X", extra="password: {env: WINDOWS_TEST_PASSWORD}").replace(
        "name: X", "name: all"
    )
    fleet = fleet.replace("host: 127.0.0.1", f"hosts: [{', '.join(ADDRESSES)}]").replace(", asset_id: X", "")
    project = windows.project(tmp_path, fleet)
    keys = windows.hosts(windows.port)
    (project / "known_hosts").write_text("".join(keys.replace("127.0.0.1", one) for one in ADDRESSES))
    start = len(windows.server.log.read_text())
    done = audit(project, [REBOOT])

    assert [done.collections[f"all/{one}"].status for one in ADDRESSES] == ["denied"] * 3
    assert refusals(windows.server.log, "Failed ", start) == 1
    reasons = [str(done.collections[f"all/{one}"].reason) for one in ADDRESSES]
    assert sum("refused the same account and password" in one for one in reasons) == 2
    assert done.code == 3


def test_only_one_command_is_ever_run(night: Night) -> None:
    assert set(night.commands.splitlines()) == {COMMAND}
    assert len(night.commands.splitlines()) == 9, "no host with a strange key, and none twice"


def test_what_came_before_the_end_of_the_connection_is_kept(night: Night) -> None:
    assert night.done.collections["GONE"].records["account"] == 3


def test_what_the_account_may_not_read_is_set_aside_with_the_error_s_name(night: Night) -> None:
    low = night.done.collections["LOW"]
    assert set(low.affected) == {"account", "setting"}
    assert "AccessDenied" in low.rejected[0].reason.en


def test_a_default_account_that_is_enabled_is_found(windows: Windows, tmp_path: Path) -> None:
    windows.replay("SRV-1", "server-by-hand")
    done = audit(windows.project(tmp_path, windows.target("SRV-1")), [POLICY])
    assert done.collections["SRV-1"].status == "ok"
    failed = [one for one in done.findings(POLICY) if one["verdict"] == "fail"]
    assert [one["subject"] for one in failed] == ["host:SRV-1/管理员"]
    assert done.code == 1
    assert done.collections["SRV-1"].records == {
        "account": 3,
        "host": 1,
        "patch_state": 1,
        "service": 2,
        "setting": 3,
    }
    assert done.rows("host")[0]["os_version"] == "10.0.17763.5936"
    said = typed(SCRIPT.read_text(), "SRV-1", KINDS).decode()
    assert (windows.folder / "words-SRV-1").read_bytes().decode().strip() == said.strip()


def test_several_hosts_become_several_targets(windows: Windows, tmp_path: Path) -> None:
    windows.replay("127.0.0.1", "server-by-hand")
    windows.replay("localhost", "without-rights-by-hand")
    line = windows.target("X").replace("name: X, host: 127.0.0.1", "name: all, hosts: [127.0.0.1, localhost]")
    project = windows.project(tmp_path, line.replace(", asset_id: X", ""))
    (project / "known_hosts").write_text(
        windows.hosts(windows.port) + windows.hosts(windows.port).replace("127.0.0.1", "localhost")
    )
    done = audit(project, [POLICY])
    assert [done.collections[f"all/{one}"].status for one in ("127.0.0.1", "localhost")] == ["ok", "partial"]


def test_a_dry_run_says_what_would_be_asked_and_touches_nothing(windows: Windows, tmp_path: Path) -> None:
    (windows.folder / "commands").write_text("")
    line = windows.target("SRV-1", extra="password: {env: NOT_SET_AT_ALL}")
    code, out, _ = command("audit", str(write_project(tmp_path, line)), "--dry-run")
    assert code == 0
    assert f"SSH login root@127.0.0.1:{windows.port} (by $NOT_SET_AT_ALL)" in out
    assert (windows.folder / "commands").read_text() == ""


def test_the_file_of_a_scheduled_task_is_read_by_the_collector_records(tmp_path: Path) -> None:
    for name in ("server-by-hand", "without-rights-by-hand"):
        (tmp_path / f"{name}.jsonl").write_text(recorded(name, name, datetime.now(UTC)))
    kinds = ", ".join(WindowsCollector().kinds({}))
    line = "  - {{collector: records, name: {0}, path: {0}.jsonl, kinds: [{1}]}}\n"
    names = ("server-by-hand", "without-rights-by-hand")
    done = audit(write_project(tmp_path, "".join(line.format(one, kinds) for one in names)), [POLICY])
    assert [done.collections[one].status for one in names] == ["ok", "partial"]
    assert set(done.collections["without-rights-by-hand"].affected) == {"account", "setting"}
    shutil.rmtree(tmp_path / ".hiscomply")


def test_a_file_of_long_ago_that_is_put_back_is_not_new(tmp_path: Path) -> None:
    """Its time of change is that of the copy; the lines say when they were true."""
    old = datetime.now(UTC) - timedelta(days=90)
    (tmp_path / "old.jsonl").write_text(recorded("server-by-hand", "SRV-1", old))
    kinds = ", ".join(WindowsCollector().kinds({}))
    line = f"  - {{collector: records, name: old, path: old.jsonl, kinds: [{kinds}]}}\n"
    done = audit(write_project(tmp_path, line), [REBOOT])
    assert done.policy(REBOOT)["verdict"] == "unknown"
    assert {one["reason"] for one in done.findings(REBOOT)} == {"stale"}


def test_what_a_host_said_long_ago_is_as_old_and_no_clock_makes_it_newer_than_the_answer() -> None:
    now = datetime(2026, 6, 30, 8, tzinfo=UTC)
    for at, observed in ((now - timedelta(days=90),) * 2, (now + timedelta(hours=5), now)):
        answer = recorded("server-by-hand", "SRV-1", at).encode()
        whole = parse(answer, "host:SRV-1", now, tuple(KINDS))
        part = partly(answer, "host:SRV-1", now, tuple(KINDS))
        for items in (whole, part):
            assert {one.observed_at for one in items if isinstance(one, Record)} == {observed}


def test_a_history_of_backups_that_was_cut_off_is_told(windows: Windows, tmp_path: Path) -> None:
    windows.replay("SRV-1", "backups-by-hand")
    line = windows.target("SRV-1", extra="kinds: [backup_job]")
    done = audit(windows.project(tmp_path, line), ["backup_success_rate_met"])
    (told,) = done.collections["SRV-1"].rejected
    assert "only the newest 1000 jobs, from 2026-05-10" in told.reason.en
    assert done.collections["SRV-1"].records == {"backup_job": 2}
    assert done.policy("backup_success_rate_met")["verdict"] == "unknown"
