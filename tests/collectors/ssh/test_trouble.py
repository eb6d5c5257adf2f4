"""A host in trouble costs its own facts and never looks like an answer; the host beside it is collected all the same."""

from __future__ import annotations

import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.servers import ssh_host, trouble
from tests.servers.audits import Audited, assert_nowhere, audit, write_project
from tests.servers.beside import assert_only_these
from tests.servers.running import free_port, needs, needs_root, wait_until
from tests.servers.ssh_host import CHECKER, SshHost, keygen, refusals

pytestmark = [needs("sshd", "ssh-keygen", package="openssh-server"), needs_root()]

POLICY = "sshd_effective_root_login_disabled"
WRONG = "canary-wrong-Passw0rd"


def target(name: str, host: SshHost, **options: Any) -> str:
    more = {"hosts": "[127.0.0.1]", "asset_id": name, "include": "[packages, sshd]", **options}
    return f"  - collector: ssh\n    name: {name}\n" + host.options(**more)


def judged(tmp_path: Path, host: SshHost, status: str, words: str = "", **options: Any) -> Audited:
    """A host in trouble and a good one, audited together; the bad one gets this status, with these words."""
    good = target("good", host, include="[sysctl]")
    found = audit(write_project(tmp_path / "project", target("bad", host, **options) + good), [POLICY])
    assert found.collections["good/127.0.0.1"].records["setting"] > 20
    assert_only_these(found, POLICY, {"bad/127.0.0.1": (status, words)})
    return found


def known_at(tmp_path: Path, host: SshHost, port: int) -> Path:
    """The host's key, for another port of the same address."""
    file = tmp_path / "known_hosts"
    file.write_text(host.known_hosts.read_text().replace(f":{host.port} ", f":{port} "))
    return file


def test_a_wrong_key_is_denied_and_tried_once(tmp_path: Path, host: SshHost):
    other = keygen(tmp_path / "other")
    log = host.folder / "sshd.log"
    start = len(log.read_text())
    judged(tmp_path, host, "denied", "the login was refused", key_file=other)

    assert refusals(log, "Failed publickey for root", start) == 1


def test_a_wrong_password_is_denied_and_tried_once(tmp_path: Path, host: SshHost):
    (tmp_path / "secret").write_text(WRONG)
    (tmp_path / "secret").chmod(0o600)
    log = host.folder / "sshd.log"
    start = len(log.read_text())
    password = f"{{file: {tmp_path}/secret}}"
    found = judged(
        tmp_path, host, "denied", "not tried again", user=CHECKER, key_file=None, password=password
    )

    assert refusals(log, "Failed password", start) == 1
    assert_nowhere([WRONG], tmp_path / "project", found.out, found.err)


def test_a_wrong_password_is_tried_at_one_host_of_a_fleet(tmp_path: Path, host: SshHost):
    (tmp_path / "secret").write_text(WRONG + "2")
    (tmp_path / "secret").chmod(0o600)
    log = host.folder / "sshd.log"
    start = len(log.read_text())
    hosts = ", ".join(f"{{name: h{n}, host: 127.0.0.1, asset_id: h{n}}}" for n in range(5))
    text = target(
        "bad", host, user=CHECKER, key_file=None, hosts=f"[{hosts}]", asset_id=None,
        password=f"{{file: {tmp_path}/secret}}",
    )  # fmt: skip
    good = target("good", host, include="[sysctl]")
    found = audit(write_project(tmp_path / "project", text + good), [POLICY])

    assert_only_these(found, POLICY, {f"bad/h{n}": ("denied", "") for n in range(5)})
    assert refusals(log, "Failed password", start) == 1


def test_a_host_key_that_nobody_knows_is_never_accepted(tmp_path: Path, host: SshHost):
    (tmp_path / "empty").write_text("")
    found = judged(tmp_path, host, "failed", "not known", known_hosts=tmp_path / "empty")
    reason = found.collections["bad/127.0.0.1"].reason

    assert reason is not None
    assert f"ssh-keyscan -p {host.port} 127.0.0.1" in reason.en
    assert "SHA256:" in reason.en


def test_a_host_key_that_changed_is_never_accepted(tmp_path: Path, host: SshHost):
    other = keygen(tmp_path / "other")
    (tmp_path / "old").write_text(f"[127.0.0.1]:{host.port} {other.with_suffix('.pub').read_text()}")
    judged(tmp_path, host, "failed", "poses as it", known_hosts=tmp_path / "old")


def test_a_missing_file_of_host_keys_is_a_failure(tmp_path: Path, host: SshHost):
    judged(tmp_path, host, "failed", "ssh-keyscan", known_hosts=tmp_path / "none")


def test_an_encrypted_key_without_its_passphrase_is_a_failure(tmp_path: Path, host: SshHost):
    key = keygen(tmp_path / "locked", "a passphrase")

    judged(tmp_path, host, "failed", "cannot be used", key_file=key)


def test_a_host_where_nothing_listens_is_a_failure(tmp_path: Path, host: SshHost):
    judged(tmp_path, host, "failed", "refused", port=free_port())


def test_a_host_that_never_greets_times_out(tmp_path: Path, host: SshHost):
    with trouble.hung() as port:
        judged(tmp_path, host, "timed_out", "within 1 s", port=port, connect_timeout=1)


def test_a_dead_jump_host_costs_one_time_out_for_all_behind_it(tmp_path: Path, host: SshHost):
    hosts = ", ".join(f"{{name: h{n}, host: 127.0.0.1, asset_id: h{n}}}" for n in range(20))
    with trouble.hung() as port:
        text = target(
            "bad", host, hosts=f"[{hosts}]", asset_id=None, jump=f"127.0.0.1:{port}", connect_timeout=1
        )
        good = target("good", host, include="[sysctl]")
        found = audit(write_project(tmp_path, text + good), [POLICY])
    fleet = [one for name, one in found.collections.items() if name.startswith("bad/")]

    assert_only_these(found, POLICY, {f"bad/h{n}": ("timed_out", "within 1 s") for n in range(20)})
    assert (max(one.ended for one in fleet) - min(one.started for one in fleet)).total_seconds() < 15


def test_a_host_that_talks_rubbish_is_a_failure(tmp_path: Path, host: SshHost):
    with trouble.garbage() as port:
        judged(tmp_path, host, "failed", "connection", port=port)


def test_a_connection_that_breaks_in_the_answer_loses_nothing_in_silence(tmp_path: Path, host: SshHost):
    with trouble.cut_off(host.port, 20_000) as port:
        known = known_at(tmp_path, host, port)
        found = judged(tmp_path, host, "failed", "broke in the middle", port=port, known_hosts=known)

    assert set(found.collections["bad/127.0.0.1"].affected) == {"package", "setting"}


def test_what_arrived_before_the_break_is_kept_and_only_the_rest_is_missing(tmp_path: Path, host: SshHost):
    # Past the first packet, which has up to 32 KiB and counts as a whole only.
    with trouble.cut_off(host.port, 60_000) as port:
        known = known_at(tmp_path, host, port)
        text = target("bad", host, port=port, known_hosts=known, include="[sshd, packages]")
        found = audit(write_project(tmp_path / "p", text), [POLICY])
    collection = found.collections["bad/127.0.0.1"]

    assert (collection.status, collection.affected) == ("failed", ("package",))
    assert [row["verdict"] for row in found.findings(POLICY)] == ["fail"]


def test_a_host_that_falls_silent_in_the_answer_times_out(
    tmp_path: Path, host: SshHost, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("hiscomply_ssh.fetch._GRACE_S", 0.5)
    with trouble.cut_off(host.port, 20_000, hang=True) as port:
        known = known_at(tmp_path, host, port)
        judged(
            tmp_path,
            host,
            "timed_out",
            "nothing more came within 2.5 s",
            port=port,
            known_hosts=known,
            step_timeout=2,
        )


@pytest.fixture
def stopped(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SshHost]:
    one = ssh_host.start(tmp_path_factory.mktemp("stopped"))
    one.server.send(signal.SIGSTOP)
    yield one
    one.server.stop()


def test_an_sshd_that_was_stopped_times_out(tmp_path: Path, host: SshHost, stopped: SshHost):
    where = {"port": stopped.port, "known_hosts": stopped.known_hosts}
    judged(tmp_path, host, "timed_out", "within 1 s", connect_timeout=1, **where)


def forced(tmp_path: Path, host: SshHost, command: str, status: str, words: str) -> None:
    """A host in trouble of which sshd runs this command in the place of any other."""
    public = host.key.with_suffix(".pub").read_text()
    allowed = host.folder / "etc" / "ssh" / "authorized_keys"
    key = keygen(tmp_path / "forced")
    allowed.write_text(public + f'command="{command}" {key.with_suffix(".pub").read_text()}')
    try:
        found = judged(tmp_path, host, status, words, key_file=key)
    finally:
        allowed.write_text(public)
    assert_nowhere(["欧阳测试"], tmp_path / "project", found.out, found.err)


def test_a_forced_command_that_babbles_is_denied(tmp_path: Path, host: SshHost):
    forced(tmp_path, host, "yes 欧阳测试 | head -c 5000", "denied", "may log in but not run sh")


def test_an_answer_without_end_is_cut_off(tmp_path: Path, host: SshHost, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("hiscomply_ssh.fetch.MAX_ANSWER_BYTES", 2_000_000)
    forced(tmp_path, host, "yes 欧阳测试", "failed", "larger than 2000000 bytes")


def test_nothing_of_the_script_is_in_the_arguments_of_a_process(tmp_path: Path, host: SshHost):
    trace = tmp_path / "trace"
    if subprocess.run(["which", "strace"], capture_output=True).returncode:
        pytest.skip("strace not installed (Debian: strace)")
    tracer = subprocess.Popen(
        ["strace", "-f", "-qq", "-e", "trace=open,openat,creat,execve,unlink,unlinkat,rename,renameat2,mkdir,mkdirat",
         "-o", str(trace), "-p", str(host.server.process.pid)],
        stderr=subprocess.DEVNULL,
    )  # fmt: skip
    status_of_sshd = Path(f"/proc/{host.server.process.pid}/status")
    try:
        assert wait_until(lambda: f"TracerPid:\t{tracer.pid}\n" in status_of_sshd.read_text())
        found = audit(
            write_project(
                tmp_path / "p", target("bad", host, include="[sshd, sysctl, accounts, sudo, logs, listeners]")
            ),
            [POLICY],
        )
    finally:
        tracer.send_signal(signal.SIGINT)
        tracer.wait(60)
    assert found.collections["bad/127.0.0.1"].status == "ok"
    lines = trace.read_text(errors="replace").splitlines()
    shell = next(n for n, line in enumerate(lines) if "execve" in line and '"sh", "-s"' in line)
    after = lines[shell:]
    assert any("/etc/shadow" in line for line in after)
    written = [line for line in after if ("O_WRONLY" in line or "O_RDWR" in line) and "/dev/null" not in line]
    assert [line for line in written if "/dev/tty" not in line] == []
    assert [line for line in after if " unlink" in line or " rename" in line or " mkdir" in line] == []
