"""What is made of recorded answers, and what is not made of answers from which something is missing. No server needed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from recorded_directory import Read, RecordedDirectory, having, no, without

from hiscomply.hookspecs import CollectDenied, CollectFailed
from hiscomply_directory.entry import Entry
from hiscomply_directory.options import PERSON_FILTER
from hiscomply_directory.words import refused

AD, LDAP = "samba-4.17", "openldap-2.5"


# ------------------------------------------------------------------ a domain


def test_a_domain_as_recorded() -> None:
    got = Read(RecordedDirectory(AD))
    assert (got.failure, got.rejected) == (None, [])
    accounts = got.accounts()
    assert [accounts[one]["privileged"] for one in ("alice", "bob", "dora", "carol")] == [
        True,
        True,
        True,
        False,
    ]
    assert accounts["bob"]["pwd_max_age_days"] is None
    assert "last_login" not in accounts["carol"]
    assert got.rules("Admins-PSO")["password_max_age_days"] == 30


def test_attributes_that_the_reader_may_not_see_give_no_field() -> None:
    hidden = without(
        "userAccountControl", "primaryGroupID", "accountExpires", "pwdLastSet", "lastLogon", dn="CN=bob"
    )
    bob = Read(RecordedDirectory(AD, hidden)).accounts()["bob"]
    assert (
        not {"enabled", "disabled_at", "privileged", "expires_at", "pwd_changed_at", "pwd_max_age_days"}
        & bob.keys()
    )
    assert "last_login" in bob, "lastLogonTimestamp is still there"


def test_hidden_membership_is_found_from_the_groups_side() -> None:
    accounts = Read(RecordedDirectory(AD, without("memberOf"))).accounts()
    assert [accounts[one]["privileged"] for one in ("alice", "dora")] == [True, True]


def test_a_primary_group_counts_though_it_is_in_no_list() -> None:
    accounts = Read(RecordedDirectory(AD, having("CN=carol", primaryGroupID="512"))).accounts()
    assert accounts["carol"]["privileged"] is True


def test_a_primary_group_that_is_hidden_may_be_any() -> None:
    accounts = Read(RecordedDirectory(AD, having("CN=carol", primaryGroupID="9999"))).accounts()
    assert "privileged" not in accounts["carol"]


def test_a_number_of_the_history_lets_in_like_its_group() -> None:
    domain = next(
        one.values["objectsid"][0]
        for one in RecordedDirectory(AD).search("DC=lab,DC=test", "(objectClass=*)", ["objectSid"], "base")
    )
    admins = bytes([1, domain[1] + 1]) + domain[2:] + (512).to_bytes(4, "little")

    def change(entry: Entry) -> Entry:
        more = {"sidhistory": (admins,)} if entry.dn.startswith("CN=carol") else {}
        return Entry(entry.dn, {**entry.values, **more})

    assert Read(RecordedDirectory(AD)).accounts()["carol"]["privileged"] is False
    assert Read(RecordedDirectory(AD, change)).accounts()["carol"]["privileged"] is True


def test_hidden_built_in_groups_prove_no_absence() -> None:
    accounts = Read(RecordedDirectory(AD, no("CN=Domain Admins"))).accounts()
    assert "privileged" not in accounts["carol"]


def test_groups_that_all_hide_their_members_prove_no_absence() -> None:
    def hidden(entry: Entry) -> Entry | None:
        return without("memberOf")(without("member")(entry) or entry)

    accounts = Read(RecordedDirectory(AD, hidden)).accounts()
    assert not any("privileged" in one for one in accounts.values())


def test_more_groups_in_groups_than_are_followed_prove_no_absence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hiscomply_directory.read_ad._MOST_NESTED", 3)
    accounts = Read(RecordedDirectory(AD)).accounts()
    assert "privileged" not in accounts["carol"]


def test_in_a_child_domain_privilege_may_stand_elsewhere() -> None:
    accounts = Read(RecordedDirectory(AD, having("", rootDomainNamingContext="DC=root"))).accounts()
    assert accounts["bob"]["privileged"] is True
    assert "privileged" not in accounts["carol"]


@pytest.mark.parametrize(
    ("interval", "allowed", "is_known"),
    [
        (None, 14, True),
        ("14", 14, True),
        ("15", 14, False),
        ("0", 14, False),
        ("14", 13, False),
        (None, 0, False),
    ],
)
def test_last_log_ins_of_several_controllers_are_known_within_the_lag(
    interval: str | None, allowed: int, is_known: bool
) -> None:
    class Several(RecordedDirectory):
        def search(self, base, where, attributes, scope="subtree"):  # type: ignore[no-untyped-def]
            for entry in super().search(base, where, attributes, scope):
                yield entry
                if "primaryGroupID=516" in where:
                    yield Entry("CN=DC2,OU=Domain Controllers,DC=lab,DC=test", {})

    change = having("DC=lab", msDS_LogonTimeSyncInterval=interval) if interval else having("no entry")
    got = Read(Several(AD, change), replication_lag_days=allowed)
    assert ("last_login" in got.accounts()["bob"]) is is_known
    assert bool(got.rejected) is not is_known


def test_one_controller_knows_every_log_in_whatever_the_interval() -> None:
    got = Read(RecordedDirectory(AD, having("DC=lab", msDS_LogonTimeSyncInterval="0")))
    assert "last_login" in got.accounts()["bob"]


def test_locked_is_what_the_controller_computes() -> None:
    change = having("CN=alice", msDS_User_Account_Control_Computed=str(0x10))
    assert Read(RecordedDirectory(AD, change)).accounts()["alice"]["locked"] is True


def states(got: Read) -> dict[str, Mapping[str, Any]]:
    return {one.fields["login"]: one.fields for one in got.records if one.kind == "password_state"}


@pytest.mark.parametrize("flags", ["512", "544", None])
def test_a_password_that_was_set_may_be_empty_where_the_flags_allow_it(flags: str | None) -> None:
    hidden = without("userAccountControl", dn="CN=alice")
    change = having("CN=alice", userAccountControl=flags) if flags else hidden
    alice = states(Read(RecordedDirectory(AD, change)))["alice"]
    assert {name: alice.get(name) for name in ("has_password", "may_be_empty", "is_locked")} == {
        "has_password": True if flags == "512" else None,
        "may_be_empty": None if flags is None else flags == "544",
        "is_locked": None if flags is None else False,
    }


def test_an_account_without_login_is_set_aside() -> None:
    got = Read(RecordedDirectory(AD, without("sAMAccountName", dn="CN=alice")))
    assert [one.kind for one in got.rejected] == ["account"]
    assert "alice" not in str(got.rejected)


def test_no_fine_grained_policy_to_be_seen_is_no_proof() -> None:
    got = Read(RecordedDirectory(AD, no("CN=Admins-PSO")))
    assert [one.kind for one in got.rejected] == ["setting"]
    assert not Read(RecordedDirectory(AD, no("CN=Admins-PSO")), fine_grained=False).rejected


class Unseen(RecordedDirectory):
    """A domain whose own object the server denies to have, as it does to an account without any right."""

    def search(self, base, where, attributes, scope="subtree"):  # type: ignore[no-untyped-def]
        if base:
            raise refused(f"{self.where}/{base}", 32)
        yield from super().search(base, where, attributes, scope)


@pytest.mark.parametrize(
    "directory", [Unseen(AD), RecordedDirectory(AD, no("DC=lab"))], ids=["no such object", "no entry"]
)
def test_a_domain_that_cannot_be_seen_at_all_is_denied_with_the_right_that_is_missing(
    directory: RecordedDirectory,
) -> None:
    got = Read(directory)

    assert isinstance(got.failure, CollectDenied)
    assert "List contents and Read all properties" in got.failure.reason.en
    assert "DC=lab,DC=test" in got.failure.reason.zh
    assert set(got.failure.kinds) == {"account", "password_state", "entitlement", "setting"}
    assert (got.records, got.rejected) == ([], [])


def test_a_domain_that_the_server_does_not_name_may_not_be_there() -> None:
    got = Read(Unseen(AD, without("defaultNamingContext", "namingContexts")), base="DC=other,DC=test")

    assert type(got.failure) is not CollectDenied
    assert "no such place" in got.failure.reason.en  # type: ignore[union-attr]


def test_rules_of_kind_come_first() -> None:
    rules = [
        {"kind": "vendor", "login": "AL*"},
        {"kind": "shared", "under": "CN=Users,DC=lab,DC=test", "login": "b?b"},
    ]
    accounts = Read(RecordedDirectory(AD), kinds=rules).accounts()
    assert [accounts[one]["kind"] for one in ("alice", "bob", "carol")] == ["vendor", "shared", "human"]


# ------------------------------------------------------------------ an OpenLDAP server


def test_a_server_as_recorded() -> None:
    got = Read(RecordedDirectory(LDAP))
    assert (got.failure, got.rejected) == (None, [])
    accounts = got.accounts()
    assert accounts["ward1"]["enabled"] is False, "by the target's disabled_filter"
    assert accounts["carol"]["locked"] is False, "her policy does not lock"
    assert accounts["bob"]["privileged"] is True


def test_an_empty_password_opens_no_account_of_a_server() -> None:
    got = Read(RecordedDirectory(LDAP, without("pwdChangedTime", dn="uid=alice")))
    assert "has_password" not in states(got)["alice"]
    assert {one["may_be_empty"] for one in states(got).values()} == {False}


def test_without_the_default_policy_locks_and_ages_stay_unknown() -> None:
    accounts = Read(
        RecordedDirectory(LDAP), default_policy=None, disabled_filter=None, include=["accounts"]
    ).accounts()
    assert "locked" not in accounts["dave"]
    assert "pwd_max_age_days" not in accounts["alice"]
    assert accounts["dave"]["enabled"] is True, "a lock that ends by itself disables nobody"


def test_a_lock_for_good_disables_where_locks_count() -> None:
    change = having("uid=alice", pwdAccountLockedTime="000001010000Z")
    alice = Read(RecordedDirectory(LDAP, change)).accounts()["alice"]
    assert (alice["locked"], alice["enabled"]) == (True, False)
    unknown = Read(
        RecordedDirectory(LDAP, change), default_policy=None, disabled_filter=None, include=["accounts"]
    ).accounts()["alice"]
    assert not {"locked", "enabled"} & unknown.keys()


@pytest.mark.parametrize(("lasts", "is_locked"), [("0", True), ("86400", True), ("60", False)])
def test_a_lock_for_a_while_ends_by_itself(lasts: str, is_locked: bool) -> None:
    got = Read(RecordedDirectory(LDAP, having("cn=default", pwdLockoutDuration=lasts)))
    assert got.accounts()["dave"]["locked"] is is_locked


def test_privilege_needs_to_be_told_which_groups_have_it() -> None:
    accounts = Read(RecordedDirectory(LDAP), privileged_groups=[]).accounts()
    assert not any("privileged" in one for one in accounts.values())


def test_a_list_that_was_cut_short_is_no_list() -> None:
    got = Read(RecordedDirectory(LDAP, cut=[PERSON_FILTER["openldap"]]))
    assert got.accounts(), "what was had is given"
    assert got.failure is not None
    assert set(got.failure.kinds) == {"account", "password_state", "entitlement"}
    assert got.rules("default"), "the rules are whole"


def test_groups_that_were_cut_short_prove_no_absence_of_privilege() -> None:
    class Cut(RecordedDirectory):
        def search(self, base, where, attributes, scope="subtree"):  # type: ignore[no-untyped-def]
            yield from super().search(base, where, attributes, scope)
            if "groupOfNames" in where:
                raise refused(self.where, 50)

    got = Read(Cut(LDAP))
    assert not any("privileged" in one for one in got.accounts().values())
    assert isinstance(got.failure, CollectDenied)


@pytest.mark.parametrize(
    ("group", "kinds"),
    [("cn=nurses", ["entitlement"]), ("cn=nested", ["entitlement", "account"])],
    ids=["an ordinary one", "one that leads to a privileged one"],
)
def test_a_dynamic_group_is_told_as_not_resolved(group: str, kinds: list[str]) -> None:
    got = Read(RecordedDirectory(LDAP, having(group, memberURL="ldap:///dc=hospital,dc=lab??sub?(uid=x)")))
    assert [one.kind for one in got.rejected] == kinds
    assert f"the group {group[3:]} is dynamic" in got.rejected[0].reason.en
    assert got.accounts()["alice"]["privileged"] is True
    assert ("privileged" in got.accounts()["ward1"]) is (kinds == ["entitlement"])


def test_no_rules_to_be_seen_is_no_proof_unless_the_overlay_is_not_there() -> None:
    hidden = Read(RecordedDirectory(LDAP, no("cn=default")), default_policy=None)
    assert hidden.rules("lax")
    nothing = lambda entry: None if entry.dn.startswith(("cn=default", "cn=lax")) else entry  # noqa: E731
    got = Read(RecordedDirectory(LDAP, nothing))
    assert [one.kind for one in got.rejected] == ["setting"]
    bare = Read(
        RecordedDirectory(
            LDAP, lambda one: None if nothing(one) is None else without("supportedControl")(one)
        )
    )
    assert (bare.rejected, bare.rules()["password_min_length"]) == ([], 0)


@pytest.mark.parametrize(
    ("directory", "default", "told"),
    [
        (RecordedDirectory(LDAP), None, "say it with default_policy"),
        (RecordedDirectory(LDAP), "cn=typo,dc=hospital,dc=lab", "hidden from the account that reads: 1 of"),
        (RecordedDirectory(LDAP, no("cn=lax")), "cn=default,dc=hospital,dc=lab", "hidden from the account that reads: 1 of"),
    ],
    ids=["nobody says which", "not there", "named by an account and not seen"],
)  # fmt: skip
def test_rules_that_hold_for_somebody_and_are_not_to_be_seen_leave_a_gap(
    directory: RecordedDirectory, default: str | None, told: str
) -> None:
    got = Read(directory, default_policy=default)
    (reason,) = [one.reason.en for one in got.rejected if one.kind == "setting"]
    assert told in reason


def test_nobody_is_no_answer() -> None:
    got = Read(RecordedDirectory(LDAP, lambda one: None if one.dn.startswith(("uid=", "cn=")) else one))
    assert isinstance(got.failure, CollectFailed)
