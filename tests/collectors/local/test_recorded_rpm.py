"""A host of the rpm family with systemd, and one with hardly any tool."""

from __future__ import annotations

import shutil
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from recorded_host import RECORDED, RecordedHost, collect_from

from hiscomply_local.parse_packages import RPM_PACKAGES

OPENEULER = "openeuler-22.03-by-hand"
BUSYBOX = "busybox-no-tools-by-hand"


def test_a_release_that_is_not_listed_has_no_end_of_support(situation):
    host = situation(OPENEULER).one("host")

    assert host["os_id"] == "openEuler"
    assert "support_end" not in host


def test_of_several_kernels_the_newest_keeps_the_bare_name(situation):
    versions = {p["name"]: p["version"] for p in situation(OPENEULER).fields("package", source_name="kernel")}

    assert versions == {
        "kernel": "5.10.0-230.0.0.129.oe2203sp4",
        "kernel:x86_64": "5.10.0-216.0.0.115.oe2203sp4",
    }


class Complaining(RecordedHost):
    """Its rpm says something on standard error and ends with 0."""

    said = ""

    def run(self, command, timeout_s):
        answer = super().run(command, timeout_s)
        return replace(answer, detail=self.said) if command == RPM_PACKAGES else answer


def test_a_list_of_which_rpm_left_out_packages_is_no_list_of_what_is_installed():
    host = Complaining(RECORDED / OPENEULER)
    host.said = "error: rpmdbNextIterator: skipping h#     283 Header V3 DSA/SHA1 Signature, key ID 0: BAD"
    collected = collect_from(host, host.now)

    assert collected.fields("package") == []
    assert collected.reasons("package") == [f"installed packages not known: reading it failed ({host.said})"]


def test_a_warning_of_rpm_does_not_spoil_its_list():
    host = Complaining(RECORDED / OPENEULER)
    host.said = "warning: Found bdb Packages database while attempting sqlite backend: using bdb backend."
    collected = collect_from(host, host.now)

    assert collected.fields("package")
    assert collected.reasons("package") == []


def test_patching_comes_from_the_cache_and_the_log_of_dnf(situation):
    assert situation(OPENEULER).one("patch_state") == {
        "asset_id": "his-db-01",
        "pending_updates": 3,
        "pending_security_updates": 1,
        "last_patched_at": datetime(2026, 10, 23, 9, 12, 55, tzinfo=UTC),
        "reboot_required": True,
    }


def test_a_second_account_with_number_0_is_privileged_and_has_no_password(situation):
    assert situation(OPENEULER).one("account", login="toor")["privileged"] is True
    assert situation(OPENEULER).one("password_state", login="toor")["has_password"] is False


def test_privileged_is_unknown_for_others_while_an_include_of_sudoers_is_not_read(situation):
    assert "privileged" not in situation(OPENEULER).one("account", login="oracle")
    assert situation(OPENEULER).reasons("sudo_rule") == ["includes /etc/sudoers.local, which was not read"]


def test_a_defaults_line_can_spare_one_account_its_password(situation):
    rules = situation(OPENEULER).fields("sudo_rule")

    assert {rule["principal"]: rule["needs_password"] for rule in rules} == {
        "root": True,
        "ops": False,
        "%wheel": True,
    }


def test_of_password_rules_what_is_in_effect_is_told(situation):
    found = {
        (s["file"].partition(":")[2], s["key"]): s["value"]
        for s in situation(OPENEULER).fields("setting", format="pwquality_effective")
    }

    main, drop_in = "/etc/security/pwquality.conf", "/etc/security/pwquality.conf.d/10-site.conf"
    assert found[main, "minlen"] == "8"  # read after the drop-in
    assert found[main, "enforce_for_root"] == "true"
    assert found[drop_in, "minclass"] == found[drop_in, "classes"] == "3"
    assert found[main, "dictcheck"] == "1"  # its own default


def test_what_a_line_of_pam_gives_faillock_comes_before_its_file(situation):
    found = situation(OPENEULER).fields("setting", format="faillock_effective", key="deny")

    assert [(s["file"].partition(":")[2], s["number"]) for s in found] == [
        ("/etc/security/faillock.conf", 3.0),
        ("/etc/pam.d/system-auth", 5.0),
    ]


def test_listeners_are_told_apart_by_reach(situation):
    reach = {(s["address"], s["port"]): s["is_loopback"] for s in situation(OPENEULER).fields("listener")}

    assert reach == {
        ("127.0.0.1", 323): True,
        ("0.0.0.0", 22): False,
        ("127.0.0.53", 53): True,
        ("::", 22): False,
        ("::", 1521): False,
        ("::ffff:127.0.0.1", 8005): True,
    }


def test_a_service_joins_its_unit_file_with_its_state(situation):
    services = situation(OPENEULER).fields("service")

    assert {s["name"]: (s.get("startup"), s.get("state")) for s in services} == {
        "chronyd": ("enabled", "active"),
        "kdump": ("enabled", "failed"),
        "sshd": ("enabled", "active"),
        "telnet": ("disabled", None),
    }


def test_a_configured_time_source_carries_what_the_daemon_says_of_it(situation):
    source = situation(OPENEULER).one("time_source", address="10.1.1.1")

    assert (source["is_configured"], source["is_selected"], source["stratum"]) == (True, True, 2)
    assert situation(OPENEULER).one("host")["clock_synchronized"] is True


RETENTION = {
    "/var/log/his/*.log": 181,
    "/var/log/his/audit.log": 200,
    "/var/log/secure": None,
    "journald": 0,
}


@pytest.mark.parametrize(("name", "days"), RETENTION.items())
def test_a_log_is_kept_as_long_as_is_sure(situation, name, days):
    assert situation(OPENEULER).one("log_source", name=name).get("retention_days") == days


def test_a_host_without_tools_gives_what_its_files_say_and_names_the_rest(situation):
    outcome = situation(BUSYBOX)

    assert outcome.one("patch_state") == {"asset_id": "edge"}
    assert [(s["address"], s["port"]) for s in outcome.fields("listener")] == [
        ("127.0.0.1", 8080),
        ("::", 80),
    ]
    assert {item.kind for item in outcome.rejected} == {
        "package", "patch_state", "account", "password_state", "service",
    }  # fmt: skip


def test_an_account_whose_state_cannot_be_read_is_not_called_enabled(situation):
    assert "enabled" not in situation(BUSYBOX).one("account", login="root")
    assert situation(BUSYBOX).one("account", login="bin")["enabled"] is False


DAY_S = 86_400
NOW_S = int(datetime(2026, 11, 24, tzinfo=UTC).timestamp())


def with_repositories(folder: Path, enabled: str, **ages_days: int | None) -> RecordedHost:
    """The recorded host with these repositories in its cache beside ``update``, which is fresh."""
    host = folder / "host"
    shutil.copytree(RECORDED / OPENEULER, host)
    for number, (name, age) in enumerate(ages_days.items()):
        place = host / f"files/var/cache/dnf/{name}-{number:016x}/repodata/repomd.xml"
        place.parent.mkdir(parents=True)
        stamp = "" if age is None else f"<timestamp>{NOW_S - age * DAY_S}</timestamp>"
        place.write_text(f'<repomd><data type="updateinfo">{stamp}</data></repomd>')
    lines = "".join(f"{name}  a name\n" for name in ("update", *enabled.split()))
    (host / "commands/04-dnf.txt").write_text(f"repo id  repo name\n{lines}")
    return RecordedHost(host)


@pytest.mark.parametrize(
    ("enabled", "ages", "fixed", "days"),
    [
        ("old", {"old": 30}, [], 30),
        ("", {"old": 30}, [], 0),
        ("OS old", {"OS": 900, "old": 30}, ["OS"], 30),
        ("OS", {"OS": 900}, ["OS"], 0),
        ("OS", {"OS": 900}, [], 900),
        ("silent", {"silent": None}, [], None),
    ],
    ids=["oldest", "not enabled", "oldest that changes", "never changes", "nobody says so", "no date"],
)
def test_the_lists_of_dnf_are_as_old_as_the_oldest_of_an_enabled_repository(
    tmp_path, enabled, ages, fixed, days
):
    host = with_repositories(tmp_path, enabled, **ages)
    found = collect_from(host, host.now, {"fixed_repositories": fixed})

    assert found.one("host").get("package_list_age_days") == days
    is_fresh = days == 0
    assert ("pending_updates" in found.one("patch_state")) is is_fresh
    assert (found.reasons("patch_state") == []) is is_fresh
    if days:
        assert (
            f"the lists of the repository {enabled.split()[-1]} are {days} days old"
            in found.reasons("patch_state")[0]
        )


def test_of_a_repository_that_is_cached_twice_the_newer_metadata_counts(tmp_path):
    host = with_repositories(tmp_path, "")
    old = tmp_path / "host/files/var/cache/dnf/update-0000000000000000/repodata/repomd.xml"
    old.parent.mkdir(parents=True)
    old.write_text(f"<timestamp>{NOW_S - 90 * DAY_S}</timestamp>")

    found = collect_from(RecordedHost(tmp_path / "host"), host.now)
    assert found.one("host")["package_list_age_days"] == 0
    assert found.one("patch_state")["pending_security_updates"] == 1


@pytest.mark.parametrize("apk", [True, False])
def test_pending_updates_of_a_host_without_apt_dnf_and_yum_name_no_tool_of_another(tmp_path, apk):
    folder = tmp_path / "host"
    shutil.copytree(RECORDED / BUSYBOX, folder)
    if apk:
        database = folder / "files/lib/apk/db/installed"
        database.parent.mkdir(parents=True)
        database.write_text("P:musl\nV:1.2.5-r0\n")
    host = RecordedHost(folder)
    collected = collect_from(host, host.now, {"include": ["patching"]})

    assert [one.pointer for one in collected.records] == ["dnf -q --cacheonly check-update"]
    assert collected.reasons("patch_state") == [
        "pending updates not known: this host has none of apt, dnf and yum"
    ]


EXCLUDING = [
    ("etc/dnf/dnf.conf", "[main]\nexclude=kernel*\n", 2),
    ("etc/yum.conf", "[main]\nexclude =\n  kernel*\n", 2),
    ("etc/yum.repos.d/a.repo", "[a]\nname=a\nenabled=1\nexcludepkgs=mysql*\n", 4),
    ("etc/yum.repos.d/a.repo", "[a]\nname=a\nincludepkgs=bash\n", 3),
    ("etc/dnf/plugins/versionlock.list", "# locked\nkernel-0:5.10.0-1.*\n", 2),
    ("etc/yum/pluginconf.d/versionlock.list", "0:glibc-2.17-1.*\n", 1),
]
HARMLESS = [
    ("etc/dnf/dnf.conf", "[main]\n#exclude=kernel*\nexclude=\nbest=True\n"),
    ("etc/yum.repos.d/a.repo", "[a]\nenabled=0\nexclude=x\n[b]\nexclude=y\nenabled = false\n"),
    ("etc/dnf/plugins/versionlock.list", "\n# none\n"),
]


def patching_with(tmp_path, file, text):
    folder = tmp_path / "host"
    shutil.copytree(RECORDED / OPENEULER, folder)
    (folder / "files" / file).parent.mkdir(parents=True, exist_ok=True)
    (folder / "files" / file).write_text(text)
    host = RecordedHost(folder)
    collected = collect_from(host, host.now, {"include": ["patching"]})
    return collected.one("patch_state"), [(one.source, one.line) for one in collected.rejected]


@pytest.mark.parametrize(("file", "text", "line"), EXCLUDING)
def test_updates_that_the_configuration_hides_leave_their_number_unknown(tmp_path, file, text, line):
    state, refused = patching_with(tmp_path, file, text)

    assert "pending_updates" not in state
    assert "pending_security_updates" not in state
    assert refused == [(f"file://his-db-01/{file}", line)]


@pytest.mark.parametrize(("file", "text"), HARMLESS)
def test_a_configuration_that_hides_nothing_leaves_the_numbers(tmp_path, file, text):
    state, refused = patching_with(tmp_path, file, text)

    assert (state["pending_updates"], state["pending_security_updates"], refused) == (3, 1, [])
