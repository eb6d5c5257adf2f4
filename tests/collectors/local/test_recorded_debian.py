"""Debian 12 as root and as an unprivileged user: recorded from a real machine."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

ROOT = "debian-12-root"
NOBODY = "debian-12-unprivileged"


def test_the_host_is_described_with_both_ends_of_its_support(situation):
    host = situation(ROOT).one("host")

    assert (host["os_id"], host["os_version"]) == ("debian", "12")
    assert (host["support_end"], host["extended_support_end"]) == ("2026-06-10", "2028-06-30")
    assert host["booted_at"] == datetime(2026, 11, 23, 8, 35, 5, tzinfo=UTC)
    assert (host["package_manager"], host["package_list_age_days"]) == ("dpkg", 2)


def test_packages_are_those_of_dpkg_with_their_source(situation):
    bash = situation(ROOT).one("package", name="bash")

    assert bash["source_name"] == "bash"
    assert bash["arch"] == "amd64"
    assert len(situation(ROOT).fields("package")) == 778


def test_held_back_and_security_updates_are_counted(situation):
    state = situation(ROOT).one("patch_state")

    assert (state["pending_updates"], state["pending_security_updates"]) == (134, 81)
    assert state["last_patched_at"] == datetime(2026, 11, 23, 8, 41, 8, tzinfo=UTC)


def test_a_reboot_is_neither_required_nor_not_when_nothing_on_the_host_would_say_so(situation):
    assert "reboot_required" not in situation(ROOT).one("patch_state")


ALICE = {
    "kind": "human",
    "uid": 1000,
    "shell": "/bin/bash",
    "privileged": True,
    "enabled": True,
    "locked": False,
    "pwd_max_age_days": 90,
    "expires_at": None,
    # wtmp is newer than lastlog, and lastlog's zone counts.
    "last_login": datetime(2026, 11, 20, 2, 3, 4, tzinfo=UTC),
    "pwd_changed_at": datetime(2025, 11, 8, tzinfo=UTC),
}


def test_an_account_has_its_rights_state_and_ages(situation):
    account = situation(ROOT).one("account", login="alice")

    assert account == {"system_id": "host:vm", "login": "alice", **ALICE}


def test_an_expired_account_is_not_enabled(situation):
    bob = situation(ROOT).one("account", login="bob")

    assert (bob["enabled"], bob["locked"], bob["expires_at"]) == (False, True, "2026-02-16")


def test_a_password_is_described_and_its_hash_is_nowhere(situation):
    outcome = situation(ROOT)

    assert outcome.one("password_state", login="alice") == {
        "system_id": "host:vm",
        "login": "alice",
        "has_password": True,
        "is_locked": False,
        "hash_scheme": "yescrypt",
    }
    assert "NotAReal" not in repr(outcome)


def test_a_sudo_rule_shows_what_its_aliases_stand_for(situation):
    rule = situation(ROOT).one("sudo_rule", principal="deploy")

    assert rule["commands"] == [
        "/usr/bin/systemctl restart his",
        "/usr/bin/systemctl restart lis",
        "/usr/bin/journalctl",
    ]
    assert (rule["run_as"], rule["needs_password"], rule["grants_everything"]) == ("root", False, False)


def test_a_sudo_rule_makes_its_account_privileged(situation):
    assert situation(ROOT).one("account", login="deploy")["privileged"] is True


def test_drop_ins_that_sudo_skips_give_no_rule(situation):
    assert situation(ROOT).fields("sudo_rule", principal="ALL") == []


def test_sshd_settings_are_those_that_sshd_itself_reports(situation):
    setting = situation(ROOT).one("setting", format="sshd_effective", key="permitrootlogin")

    assert setting["value"] == "without-password"
    assert setting["file"] == "vm:sshd -T"


def test_services_without_systemd_are_said_to_be_unknown(situation):
    assert situation(ROOT).fields("service") == []
    assert len(situation(ROOT).reasons("service")) == 1


UNKNOWN_TO_NOBODY = ["locked", "pwd_changed_at", "pwd_max_age_days", "expires_at"]


@pytest.mark.parametrize("field", UNKNOWN_TO_NOBODY)
def test_what_shadow_would_tell_is_missing_without_the_right_to_read_it(situation, field):
    accounts = situation(NOBODY).fields("account")

    assert accounts
    assert [account for account in accounts if field in account] == []


def test_an_unreadable_shadow_is_said_of_account_and_password_in_both_languages(situation):
    told = [item for item in situation(NOBODY).rejected if item.source.endswith("/etc/shadow")]

    assert [item.kind for item in told] == ["account", "password_state"]
    refused = told[0]
    assert "permission" in refused.reason.en
    assert "权限" in refused.reason.zh


def test_nobody_is_called_unprivileged_while_sudoers_cannot_be_read(situation):
    accounts = situation(NOBODY).fields("account")

    assert {account["login"] for account in accounts if account.get("privileged")} == {"root"}
    assert [account for account in accounts if account.get("privileged") is False] == []


def test_sshd_without_root_is_unknown_and_not_its_defaults(situation):
    assert situation(NOBODY).fields("setting", format="sshd_effective") == []
    assert any("sshd" in reason for reason in situation(NOBODY).reasons("setting"))


def test_process_names_that_may_not_be_seen_are_left_out(situation):
    assert all("processes" not in listener for listener in situation(NOBODY).fields("listener"))


def test_packages_and_updates_need_no_rights(situation):
    assert situation(NOBODY).one("patch_state")["pending_updates"] == 134
