"""What an officer meets while targets are collected: only some, what would be asked, an interruption, secrets."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from tests.servers.audits import Audited, audit, command, write_project
from tests.servers.running import wait_until
from tests.servers.trouble import counting

EXPORT = "system,login,kind,enabled,last_login\nHIS,zhang,human,true,2026-06-29 08:00:00\n"
OBSERVED = "2026-06-30T08:00:00+08:00"


def table(name: str, file: str) -> str:
    return (
        f"  - {{collector: tables, name: {name}, path: {file}, kind: account, observed_at: {OBSERVED}, "
        "columns: {system_id: system, login: login, kind: kind, enabled: enabled, last_login: last_login}}\n"
    )


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = write_project(tmp_path / "project", table("his", "his.csv") + table("lis", "lis.csv"))
    (folder / "his.csv").write_text(EXPORT)
    (folder / "lis.csv").write_text(EXPORT.replace("HIS", "LIS"))
    return folder


POLICY = "dormant_accounts_disabled"


def audited(project: Path, *words: str) -> Audited:
    return audit(project, [POLICY], "--as-of", "2026-06-30T09:00:00+08:00", *words)


def test_only_some_targets_leave_the_rest_unknown(project: Path) -> None:
    whole = audited(project)
    assert whole.policy(POLICY)["verdict"] == "pass"
    part = audited(project, "--only", "his")
    assert (part.code, part.collections["lis"].status.value) == (3, "skipped")
    assert part.policy(POLICY)["verdict"] == "unknown"
    reason = part.collections["lis"].reason
    assert reason is not None
    assert reason.en == "not asked for this time (--only his)"
    assert reason.en in (part.run / "report.html").read_text(encoding="utf-8")


def test_a_target_that_does_not_exist_is_a_usage_error_that_names_the_nearest(project: Path) -> None:
    code, _out, err = command("audit", str(project), "--only", "hiss")
    assert code == 2
    assert "--only 'hiss' means no target" in err
    assert "'his'" in err


def test_a_dry_run_says_what_it_would_do_and_does_nothing(project: Path) -> None:
    for verb in ("audit", "collect"):
        code, out, err = command(verb, str(project), "--dry-run")
        assert code == 0
        assert "his  [tables]  <= 120 s  -> account" in out
        assert "    reads the files his.csv" in out
        assert "does not say what it asks" not in out
        assert "nothing was asked" in err
    assert not (project / ".hiscomply").exists()


def everybody(port: int) -> str:
    """A target of every collector that asks somebody, all at this port, with secrets that a command would give."""
    secret, here = {"command": ["touch", "contacted"]}, {"asset_id": "A1", "system_id": "HIS"}
    server, url = {"host": "127.0.0.1", "port": port}, f"http://127.0.0.1:{port}"
    login = {"user": "auditor", "password": secret}
    rest = {"tool": "restic", "repository": f"rest:{url}/", "password": secret, "system_id": "HIS"}
    borg = rest | {"tool": "borg", "repository": f"ssh://root@127.0.0.1:{port}/srv/borg"}
    queue = [{"queue": "Incidents", "record": "ticket"}]
    targets: list[tuple[str, dict[str, object]]] = [
        ("ssh", {"hosts": ["127.0.0.1"], "port": port, **login}),
        ("windows", {**server, "asset_id": "A1", **login}),
        ("directory", {"url": f"ldap://127.0.0.1:{port}", "system_id": "AD", **login}),
        ("postgresql", {**server, **here, **login}),
        ("mysql", {**server, **here, **login}),
        (
            "sql",
            {
                "url": f"mysql+pymysql://a@127.0.0.1:{port}/x",
                "kind": "account",
                "query": "SELECT 1",
                "password": secret,
            },
        ),
        ("backups", rest),
        ("backups", borg),
        ("backups", {"tool": "pgbackrest", "stanza": "his", "system_id": "HIS"}),
        ("prometheus", {"url": url, "username": "a", "password": secret}),
        ("zabbix", {"url": url, "token": secret}),
        ("orthanc", {"url": url, "asset_id": "A1", **login}),
        ("dicom", {**server, "asset_id": "A1", "called_ae": "PACS"}),
        ("redfish", {"url": url, "username": "a", "password": secret, "asset_id": "A1"}),
        ("snmp", {**server, "asset_id": "A1", "security": "v2c", "community": secret}),
        ("tickets", {"product": "redmine", "url": url, "token": secret, "queues": queue}),
        ("tickets", {"product": "request_tracker", "url": url, **login, "queues": queue}),
        ("tickets", {"product": "glpi", "url": url, "token": secret, "queues": queue}),
        ("tickets", {"product": "itop", "url": url, **login, "queues": queue}),
        ("records", {"command": ["touch", "contacted"], "kinds": ["account"]}),
        ("local", {"asset_id": "A1"}),
    ]
    return "".join(
        f"  - {json.dumps({'collector': name, 'name': f't{number}', **options})}\n"
        for number, (name, options) in enumerate(targets)
    )


def test_a_dry_run_contacts_nobody(tmp_path: Path) -> None:
    with counting() as (port, came):
        project = write_project(tmp_path / "project", everybody(port))
        audits = [command(verb, str(project), "--dry-run") for verb in ("audit", "collect")]
    for code, out, err in audits:
        assert code == 0, err
        assert "nothing was asked" in err
        blocks = re.split(r"(?m)^(?=\S)", out)[1:]
        names = [one.split()[0].partition("/")[0] for one in blocks]
        assert names == [*(f"t{n}" for n in range(len(blocks) - 1)), "reference"]
        assert [one for one in blocks if one.count("\n") < 2 or "!" in one] == []
        at = [one for one in blocks if str(port) in one]
        assert len(at) == len(blocks) - 4  # without pgbackrest, records, local and reference
    assert came == []
    assert not (project / "contacted").exists()
    assert not (project / ".hiscomply").exists()


def test_every_collector_of_the_product_says_what_it_would_ask() -> None:
    from hiscomply.hookspecs import Asking
    from hiscomply.plugins import collectors

    assert [name for name, one in collectors().items() if not isinstance(one, Asking)] == []


def test_a_secret_in_the_project_file_is_refused_and_not_shown(tmp_path: Path) -> None:
    from hiscomply.config.project import load_project
    from hiscomply.errors import ConfigError
    from hiscomply.hookspecs import SECRET_SCHEMA
    from hiscomply.plugins import collectors

    class Asks:
        name = "asks"
        options_schema = {"type": "object", "properties": {"password": SECRET_SCHEMA}}  # noqa: RUF012

        def kinds(self, options: object) -> tuple[str, ...]:
            return ("account",)

    for written in ("hunter2", "{env: hunter2 x}", "{value: hunter2}", "[hunter2]"):
        folder = write_project(tmp_path, f"  - {{collector: asks, name: db, password: {written}}}\n")
        with pytest.raises(ConfigError) as caught:
            load_project(folder, {**collectors(), "asks": Asks()}, language="en", flags={})  # type: ignore[dict-item]
        assert "hiscomply.yaml:3" in str(caught.value)
        assert "hunter2" not in str(caught.value)


PROGRAM = (
    "import signal; signal.signal(signal.SIGINT, signal.default_int_handler); "
    "from hiscomply.cli.main import main; main()"
)
"""A shell starts what runs in the background deaf to interruptions, and so would this be when the tests do."""


def test_an_interrupted_audit_goes_on_where_it_stopped(project: Path) -> None:
    """One target is done, the other hangs; the audit is interrupted, then goes on without asking the first again."""
    count = project / "asked"
    script = project / "his.sh"
    script.write_text(
        f"echo x >> {count}\n"
        'echo \'{"kind": "account", "system_id": "HIS", "login": "li"}\'\n'
        'echo \'{"kind": "_end", "records": 1}\'\n'
    )
    slow = project / "lis.sh"
    slow.write_text('test -e go || sleep 300\necho \'{"kind": "_end", "records": 0}\'\n')
    records = "  - {{collector: records, name: {0}, command: [sh, {0}.sh], kinds: [account]}}\n"
    write_project(project, records.format("his") + records.format("lis"))
    with subprocess.Popen(
        [sys.executable, "-c", PROGRAM, "--lang", "en", "audit", str(project), "--policy", POLICY],
        stderr=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        text=True,
        start_new_session=True,
    ) as running:
        ends = time.monotonic() + 120
        while not list(project.glob(".hiscomply/collecting/*/*/account.jsonl")) and time.monotonic() < ends:
            time.sleep(0.02)
        while len(list(project.glob(".hiscomply/collecting/*/*/finished"))) < 3 and time.monotonic() < ends:
            time.sleep(0.02)
        os.kill(running.pid, signal.SIGINT)
        _, err = running.communicate(timeout=120)
    # the export of HIS, the reference data and the project file; LIS was cut off
    assert "interrupted; what 3 targets gave is kept, `hiscomply audit --resume` goes on" in err
    assert running.returncode == 3
    assert list((project / ".hiscomply" / "runs").iterdir()) == []
    (project / "go").touch()
    again = audit(project, [POLICY], "--resume")
    assert again.collections["his"].status.value == again.collections["lis"].status.value == "ok"
    assert count.read_text().splitlines() == ["x"]
    assert not (project / ".hiscomply" / "collecting").exists()
    code, _out, err = command("audit", str(project), "--resume")
    assert (code, "no interrupted collection" in err) == (2, True)


AT = """
import os, signal, sys, time
from pathlib import Path
signal.signal(signal.SIGINT, signal.default_int_handler)
import duckdb, hiscomply.pipeline as pipeline
def arrived(*_, **__):
    {waits}
pipeline.{moment} = arrived
from hiscomply.cli.main import main
main()
"""
"""The program, which never gets beyond one of its steps."""
WAITS = 'Path("arrived").touch(); time.sleep(300)'
ASKS = (
    "duckdb.execute(\"SET threads = 1; COPY (SELECT 1) TO 'arrived'; "
    'SELECT sum(a.range * b.range) FROM range(1000000000) a, range(1000000) b")'
)
"""All in one call, so that the interruption meets the engine and not Python; on the one thread that looks for it."""


@pytest.mark.parametrize(
    ("moment", "waits", "by"),
    [
        ("evaluate_run", WAITS, signal.SIGKILL),
        ("evaluate_run", WAITS, signal.SIGINT),
        ("evaluate_run", ASKS, signal.SIGINT),
        ("seal_run", WAITS, signal.SIGKILL),
        ("seal_run", WAITS, signal.SIGINT),
    ],
    ids=[
        "judging killed",
        "judging interrupted",
        "a query interrupted",
        "sealing killed",
        "sealing interrupted",
    ],
)
def test_what_ends_after_collecting_costs_no_collection(
    project: Path, monkeypatch: pytest.MonkeyPatch, moment: str, waits: str, by: signal.Signals
) -> None:
    monkeypatch.chdir(project)
    (project / "his.sh").write_text(
        "echo x >> asked\n"
        'echo \'{"kind": "account", "system_id": "HIS", "login": "li"}\'\n'
        'echo \'{"kind": "_end", "records": 1}\'\n'
    )
    write_project(project, "  - {collector: records, name: his, command: [sh, his.sh], kinds: [account]}\n")
    program = AT.format(moment=moment, waits=waits)
    with subprocess.Popen(
        [sys.executable, "-c", program, "--lang", "en", "audit", str(project), "--policy", POLICY],
        stderr=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        text=True,
    ) as running:
        try:
            assert wait_until((project / "arrived").exists)
            running.send_signal(by)
            _, err = running.communicate(timeout=120)
        finally:
            running.kill()
    runs = list((project / ".hiscomply" / "runs").iterdir())
    if by is signal.SIGINT:
        assert "interrupted; what 3 targets gave is kept" in err
        assert (running.returncode, runs) == (3, [])
    assert [one for one in runs if not one.name.startswith(".partial-")] == []
    for one in runs:
        os.utime(one, (0, 0))
    again = audit(project, [POLICY], "--resume")
    assert again.collections["his"].records == {"account": 1}
    assert (project / "asked").read_text().split() == ["x"]
    assert not (project / ".hiscomply" / "collecting").exists()
    assert [one.name.startswith(".") for one in (project / ".hiscomply" / "runs").iterdir()] == [False]


def test_a_killed_audit_goes_on_where_it_stopped(project: Path) -> None:
    """Killed while one target is done and of the other half the rows are there: only that one is asked again."""
    (project / "his.sh").write_text(
        "echo x >> his.asked\n"
        'echo \'{"kind": "account", "system_id": "HIS", "login": "li"}\'\n'
        'echo \'{"kind": "_end", "records": 1}\'\n'
    )
    (project / "lis.sh").write_text(
        "echo x >> lis.asked\n"
        'echo \'{"kind": "account", "system_id": "LIS", "login": "wu"}\'\n'
        "test -e go || { echo $$ > pid; exec sleep 300; }\n"
        'echo \'{"kind": "_end", "records": 1}\'\n'
    )
    records = "  - {{collector: records, name: {0}, command: [sh, {0}.sh], kinds: [account]}}\n"
    write_project(project, records.format("his") + records.format("lis"))
    with subprocess.Popen(
        [sys.executable, "-c", PROGRAM, "--lang", "en", "audit", str(project), "--policy", POLICY],
        stderr=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
    ) as running:
        finished = (project / ".hiscomply").glob
        assert wait_until(lambda: len(list(finished("collecting/*/*/finished"))) == 3)
        assert wait_until((project / "pid").exists)
        running.kill()
    os.kill(int((project / "pid").read_text()), signal.SIGKILL)
    assert not [one for one in (project / ".hiscomply" / "runs").iterdir() if not one.name.startswith(".")]
    (project / "go").touch()
    again = audit(project, [POLICY], "--resume")

    assert [one["login"] for one in again.rows("account", "login")] == ["li", "wu"]
    assert ((project / "his.asked").read_text().split(), (project / "lis.asked").read_text().split()) == (
        ["x"],
        ["x", "x"],
    )
    assert not (project / ".hiscomply" / "collecting").exists()


@pytest.mark.parametrize(
    "words", [["collect"], ["audit", "--policy", POLICY, "--as-of", "2026-06-30T09:00:00+08:00"]]
)
def test_runs_of_the_same_second_stand_side_by_side_and_verify(project: Path, words: list[str]) -> None:
    """Both start on a project that has neither key nor runs, wait for each other in the middle, and end together."""
    (project / "meet.sh").write_text(
        "touch here.$$\n"
        "for i in $(seq 1500); do set -- here.*; test $# -ge 2 && break; sleep 0.02; done\n"
        'echo \'{"kind": "_end", "records": 0}\'\n'
    )
    meet = "  - {collector: records, name: meet, command: [sh, meet.sh], kinds: [account]}\n"
    write_project(project, table("his", "his.csv") + meet)
    call = [sys.executable, "-c", PROGRAM, "--lang", "en", words[0], str(project), *words[1:]]
    both = [
        subprocess.Popen(call, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True) for _ in range(2)
    ]
    said = [one.communicate(timeout=120)[1] for one in both]

    assert len({one.returncode for one in both}) == 1, said
    assert both[0].returncode in (0, 3), said
    runs = sorted((project / ".hiscomply" / "runs").iterdir())
    assert len(runs) == 2
    assert len(list(project.glob("here.*"))) == 2
    assert not list((project / ".hiscomply").glob("key.*"))
    for run in runs:
        code, out, err = command("verify", str(run))
        assert code == 0, out + err
