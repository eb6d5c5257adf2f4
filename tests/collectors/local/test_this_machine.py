"""What the collector says of the machine under test, against what the system's own tools say."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from recorded_host import Collected, collect_from

from hiscomply_local.answers import Command
from hiscomply_local.fetch import LocalHost
from hiscomply_local.parse_packages import DPKG_FIELDS, DPKG_PACKAGES, parse_dpkg, parse_dpkg_status

# The product's promise for a whole audit is 3 s of a machine with nothing else to do, and the programs that are asked
# take most of it. Counted is what they and this process take, not how long they wait for what the machine does else.
LONGEST_S = 6.0


def said(*command: str) -> str:
    """The output of a tool of the system; skips the test when it is not there or does not work here."""
    if shutil.which(command[0]) is None:
        pytest.skip(f"{command[0]} is not installed")
    done = subprocess.run(
        command, capture_output=True, text=True, env={**os.environ, "LC_ALL": "C", "TZ": "UTC"}
    )
    if done.returncode:
        pytest.skip(f"{' '.join(command)} does not work here: {done.stderr.strip()[-80:]}")
    return done.stdout


@pytest.fixture(scope="module")
def timed() -> tuple[Collected, float]:
    if not Path("/proc/sys/kernel").is_dir():
        pytest.skip("not a Linux host")
    start = sum(os.times()[:4])
    found = collect_from(LocalHost(), datetime.now(UTC), {"asset_id": "here"})
    return found, sum(os.times()[:4]) - start


@pytest.fixture(scope="module")
def here(timed: tuple[Collected, float]) -> Collected:
    return timed[0]


def test_it_takes_a_moment(timed):
    assert timed[1] < LONGEST_S


def test_name_and_kernel_are_those_of_uname(here):
    host = here.one("host")

    assert (host["hostname"], host["kernel"]) == (said("uname", "-n").strip(), said("uname", "-r").strip())


def test_the_start_is_that_of_uptime(here):
    started = datetime.strptime(said("uptime", "-s").strip(), "%Y-%m-%d %H:%M:%S").replace(tzinfo=UTC)

    assert abs((here.one("host")["booted_at"] - started).total_seconds()) <= 2


def test_the_system_is_the_one_that_os_release_names_to_a_shell(here):
    names = said("sh", "-c", '. /etc/os-release; echo "$ID"; echo "$PRETTY_NAME"').splitlines()

    assert [here.one("host")[field] for field in ("os_id", "os_name")] == names


def test_the_packages_are_those_of_dpkg(here):
    lines = said(
        "dpkg-query", "-W", "-f", "${db:Status-Abbrev} ${Package} ${Version} ${Architecture}\n"
    ).splitlines()
    installed = sorted(tuple(line.split()[1:]) for line in lines if line[1] in "iUFWt")

    found = sorted((re.sub(":.*", "", p["name"]), p["version"], p["arch"]) for p in here.fields("package"))
    assert found == installed


def test_dpkg_query_and_the_database_of_dpkg_give_the_same_packages():
    host = LocalHost()
    by_grep = host.run(DPKG_FIELDS, 30)
    by_dpkg = host.run(replace(DPKG_PACKAGES, unless=None), 30)
    if not by_grep.ok:
        pytest.skip("dpkg is at work on this machine")

    packages, bad = parse_dpkg_status(by_grep.text)
    expected, _ = parse_dpkg(by_dpkg.text)
    assert bad == []
    assert [replace(one, line=0) for one in packages] == [replace(one, line=0) for one in expected]


@pytest.mark.parametrize(("name", "is_asked"), [(None, True), ("0001", False), (".hidden", False)])
def test_dpkg_query_is_asked_while_dpkg_is_at_work(tmp_path, name, is_asked):
    if name:
        (tmp_path / name).touch()
    direct = Command(("echo",), ("direct",), if_empty=str(tmp_path))
    other = Command(("echo",), ("other",), unless=direct)

    assert (LocalHost().run(direct, 9).ok, LocalHost().run(other, 9).ok) == (is_asked, not is_asked)


def test_the_local_accounts_are_those_of_getent(here):
    lines = [line.split(":") for line in said("getent", "-s", "files", "passwd").splitlines()]

    found = {(a["login"], a["uid"], a["shell"]) for a in here.fields("account")}
    assert found == {(line[0], int(line[2]), line[6] or "/bin/sh") for line in lines}


def test_locks_are_those_of_passwd(here):
    states = {line.split()[0]: line.split()[1] for line in said("passwd", "-S", "-a").splitlines()}

    found = {a["login"]: a["locked"] for a in here.fields("account") if "locked" in a}
    assert found == {login: state.startswith("L") for login, state in states.items()}


def test_password_changes_and_ages_are_those_of_passwd(here):
    rows = [line.split() for line in said("passwd", "-S", "-a").splitlines()]
    expected = {row[0]: (row[2], None if row[4] in {"-1", "99999"} else int(row[4])) for row in rows}

    def day(account):
        moment = account["pwd_changed_at"]
        return f"{moment:%m/%d/%Y}" if re.search("/", rows[0][2]) else f"{moment:%Y-%m-%d}"

    found = [a for a in here.fields("account") if "pwd_changed_at" in a]
    assert found
    assert {a["login"]: (day(a), a["pwd_max_age_days"]) for a in found} == {
        a["login"]: expected[a["login"]] for a in found
    }


def test_members_of_the_sudo_group_are_privileged(here):
    members = said("getent", "group", "sudo").strip().split(":")[3].split(",")

    privileged = {a["login"] for a in here.fields("account") if a.get("privileged")}
    assert {"root", *members} - {""} <= privileged


def test_sshd_settings_are_those_of_sshd(here):
    lines = said("sshd", "-T").splitlines()

    found = here.fields("setting", format="sshd_effective")
    assert [f"{s['key']} {s['value'] or ''}".strip() for s in found] == [line.strip() for line in lines]


def test_an_sshd_that_does_not_answer_gives_no_setting_but_a_reason(here):
    done = subprocess.run([shutil.which("sshd") or "true", "-T"], capture_output=True)
    if done.returncode == 0:
        pytest.skip("sshd answers here, or is not installed")

    assert here.fields("setting", format="sshd_effective") == []
    assert any(item.pointer == "sshd -T" for item in here.rejected)


def test_kernel_parameters_are_those_of_sysctl(here):
    settings = here.fields("setting", format="sysctl_effective")

    assert len(settings) >= 10
    assert {s["key"]: s["value"] for s in settings} == {
        s["key"]: said("sysctl", "-n", s["key"]).strip() for s in settings
    }


def listening() -> set[int]:
    """The ports of TCP that somebody listens on, as the kernel says."""
    ports = set()
    for table in ("/proc/net/tcp", "/proc/net/tcp6"):
        rows = Path(table).read_text().splitlines()[1:] if Path(table).exists() else []
        ports |= {int(row.split()[1].rpartition(":")[2], 16) for row in rows if row.split()[3] == "0A"}
    return ports


def test_tcp_listeners_are_those_of_the_kernel(here):
    # other tests start and stop servers meanwhile: what counts is a collection during which none of them did
    def collected():
        before = listening()
        found = collect_from(LocalHost(), datetime.now(UTC), {"asset_id": "here", "include": ["listeners"]})
        ports = {listener["port"] for listener in found.fields("listener", protocol="tcp")}
        return before, ports, listening()

    found = (collected() for _ in range(100))
    before, ports, _ = next(one for one in found if one[0] == one[2])
    assert before and ports == before


def test_pending_updates_are_those_that_apt_would_fetch(here):
    lines = said("apt-get", "-s", "-o", "Debug::NoLocking=1", "dist-upgrade").splitlines()
    state = here.one("patch_state")
    if "pending_updates" not in state:
        pytest.skip("the package lists of this machine are old or missing")
    counted = next(
        re.match(r"(\d+) upgraded, .* (\d+) not upgraded", line)
        for line in lines
        if "newly installed" in line
    )

    assert state["pending_updates"] == int(counted[1]) + int(counted[2])


def test_login_defs_is_what_a_search_finds(here):
    found = said("grep", "-E", r"^\s*PASS_MAX_DAYS", "/etc/login.defs").split()

    settings = here.fields("setting", format="login_defs_effective", key="PASS_MAX_DAYS")
    assert [s["value"] for s in settings] == found[-1:]


def test_no_hash_of_this_machine_is_collected(here):
    try:
        lines = Path("/etc/shadow").read_text().splitlines()
    except OSError:
        pytest.skip("/etc/shadow cannot be read")
    hashes = [field for line in lines if len(field := line.split(":")[1].lstrip("!*")) > 1]

    assert [stored for stored in hashes if stored in repr(here)] == []
