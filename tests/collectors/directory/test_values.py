"""Times, names, groups and refusals, as directories write them. Pure."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from hiscomply.hookspecs import CollectFailed
from hiscomply.model import Record
from hiscomply_directory.about import About
from hiscomply_directory.entry import Entry, is_below, same_dn, sid_text
from hiscomply_directory.groups import Groups, openldap_groups
from hiscomply_directory.parse_openldap_accounts import Rules, parse_account
from hiscomply_directory.ranges import whole
from hiscomply_directory.times import from_generalized, from_ticks, is_never, last_day, not_after, seconds_of
from hiscomply_directory.words import refused

NOW = datetime(2026, 6, 30, 4, tzinfo=UTC)


# ------------------------------------------------------------------ times and names


@pytest.mark.parametrize("ticks", [0, 2**63 - 1])
def test_both_spellings_of_never_are_no_time(ticks: int) -> None:
    assert is_never(ticks)
    assert from_ticks(ticks) is None


def test_ticks_count_from_1601() -> None:
    assert from_ticks(116444736000000000) == datetime(1970, 1, 1, tzinfo=UTC)
    assert [from_ticks(one) for one in (None, -1, 2**63 - 2)] == [None, None, None]


@pytest.mark.parametrize(
    ("ticks", "seconds"), [(-864000000000, 86_400), (0, None), (-(2**63), None), (-(2**63) + 1, None)]
)
def test_intervals_are_negative_and_may_have_no_end(ticks: int, seconds: int | None) -> None:
    assert seconds_of(ticks) == seconds


@pytest.mark.parametrize(
    ("text", "time"),
    [
        ("20260630010203Z", datetime(2026, 6, 30, 1, 2, 3, tzinfo=UTC)),
        ("20260630010203.123456Z", datetime(2026, 6, 30, 1, 2, 3, tzinfo=UTC)),
        ("20260630090203+0800", datetime(2026, 6, 30, 1, 2, 3, tzinfo=UTC)),
        ("000001010000Z", None),
        ("00000101000000Z", None),
        ("20261332000000Z", None),
        ("yesterday", None),
        (None, None),
    ],
)  # fmt: skip
def test_generalized_time(text: str | None, time: datetime | None) -> None:
    assert from_generalized(text) == time


def test_an_account_that_ends_at_midnight_works_until_the_day_before() -> None:
    midnight = datetime(2026, 6, 30, 16, tzinfo=UTC)
    assert last_day(midnight, "Asia/Shanghai").isoformat() == "2026-06-30"
    assert last_day(midnight + timedelta(seconds=1), "Asia/Shanghai").isoformat() == "2026-07-01"


def test_a_clock_that_is_a_little_ahead_counts_as_now() -> None:
    assert not_after(NOW + timedelta(minutes=10), NOW) == NOW
    assert not_after(NOW + timedelta(minutes=11), NOW) == NOW + timedelta(minutes=11)


def test_two_spellings_of_a_dn_are_one() -> None:
    assert same_dn("UID=Bob , dc=Lab") == same_dn("uid=bob,DC=lab")
    for one, other in (
        ("cn=Zhang San+uid=zs,dc=lab", "UID=zs + cn=Zhang  San,dc=lab"),
        ("uid=\\E5\\BC\\A0\\E4\\B8\\89,dc=lab", "uid=张三,dc=lab"),
        ("cn=Doe\\, John,dc=lab", "cn=Doe\\2c John,dc=lab"),
        ("userid=x,domainComponent=lab", "0.9.2342.19200300.100.1.1=x,dc=lab"),
        ("CommonName=x,organizationalUnitName=y,o=z", "2.5.4.3=x,2.5.4.11=y,2.5.4.10=z"),
    ):
        assert same_dn(one) == same_dn(other)
    for one, other in (
        ("cn=a\\,b,dc=lab", "cn=a,b=,dc=lab"),
        ("cn=a\\+b,dc=lab", "cn=a+b=,dc=lab"),
        ("cn=ab,dc=lab", "cn=a b,dc=lab"),
    ):
        assert same_dn(one) != same_dn(other)
    assert not is_below("cn=x\\,dc=lab", "dc=lab"), "a comma within a name ends no part of it"
    assert is_below("cn=a,ou=x,dc=lab", "OU=X, dc=lab")
    assert not is_below("cn=a,ou=ax,dc=lab", "ou=x,dc=lab")


def test_sid() -> None:
    raw = bytes([1, 2, 0, 0, 0, 0, 0, 5]) + (32).to_bytes(4, "little") + (544).to_bytes(4, "little")
    assert sid_text(raw) == "S-1-5-32-544"
    assert sid_text(raw[:-1]) is None
    assert sid_text(b"") is None


# ------------------------------------------------------------------ groups


def group(name: str, *members: str) -> Entry:
    values = {"objectclass": (b"groupOfNames",), "cn": (name.encode(),)}
    return Entry(
        f"cn={name}", values | ({"member": tuple(one.encode() for one in members)} if members else {})
    )


def test_a_ring_of_groups_ends() -> None:
    groups = openldap_groups([group("a", "cn=b"), group("b", "cn=a", "uid=x")])
    assert groups.of("uid=x") == {"cn=a", "cn=b"}


def test_two_groups_of_one_number_are_both_the_primary_one() -> None:
    twins = [
        Entry(f"cn={name}", {"objectclass": (b"posixGroup",), "cn": (name.encode(),), "gidnumber": (b"500",)})
        for name in ("admins", "nurses")
    ]
    for entries in (twins, twins[::-1]):
        assert openldap_groups(entries).by_number[500] == {"cn=admins", "cn=nurses"}


def test_an_account_of_several_logins_is_in_the_groups_of_each() -> None:
    root = {"objectclass": (b"posixGroup",), "cn": (b"root",), "memberuid": (b"wang",)}
    groups = openldap_groups([Entry("cn=root", root)])
    groups.privileged = {"cn=root"}
    account = Entry("uid=w.wang,dc=x", {"uid": (b"w.wang", b"wang"), "objectclass": (b"inetOrgPerson",)})
    about = About("ldaps://x", "dc=x", NOW, "UTC", {"system_id": "LDAP", "privileged_groups": ["root"]})
    found = [
        one.fields
        for one in parse_account(account, about, groups, Rules({}, None, None))
        if isinstance(one, Record)
    ]
    assert (found[0]["login"], found[0]["privileged"], found[-1]["role"]) == ("w.wang", True, "root")


def test_a_group_whose_members_are_hidden_leaves_doubt_only_where_it_matters() -> None:
    groups = openldap_groups([group("admins", "cn=inner"), group("inner"), group("nurses")])
    groups.privileged = {"cn=admins"}
    assert groups.is_privileged({"cn=nurses"}) is None, "inner may hold the account and is privileged"
    groups.privileged = {"cn=other"}
    assert groups.is_privileged({"cn=nurses"}) is False


def test_groups_of_every_class_hold_each_other() -> None:
    def of(kind: str, name: str, attribute: str, *members: str) -> Entry:
        values = {"objectclass": (kind.encode(),), "cn": (name.encode(),)}
        return Entry(f"cn={name}", values | {attribute: tuple(one.encode() for one in members)})

    ring = [
        of("posixGroup", "unix", "memberuid", "wang"),
        of("groupOfNames", "names", "member", "CN=unix"),
        of("groupOfUniqueNames", "unique", "uniquemember", "cn=names#'0101'B", "cn=top"),
        of("groupOfMembers", "members", "member", "cn=unique"),
        of("groupOfNames", "top", "member", "cn=members"),
    ]
    for entries in (ring, ring[::-1]):
        groups = openldap_groups(entries)
        assert groups.of("uid=wang", groups.logins["wang"]) == {f"cn={one}" for one in (
            "unix", "names", "unique", "members", "top")}  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "more"),
    [
        ("groupOfURLs", {}),
        ("groupOfNames", {"member": (b"uid=x",), "memberurl": (b"ldap:///dc=x??sub?(uid=y)",)}),
        ("groupOfNames", {"member": (b"uid=x",), "labeleduri": (b"ldap:///dc=x??sub?(uid=y)",)}),
    ],
)
def test_a_group_that_a_search_makes_is_in_doubt(kind: str, more: dict[str, tuple[bytes, ...]]) -> None:
    groups = openldap_groups([Entry("cn=a", {"objectclass": (kind.encode(),), "cn": (b"a",), **more})])
    groups.privileged = {"cn=a"}
    assert (groups.by_query, groups.is_privileged(set())) == ({"cn=a"}, None)


def test_a_page_about_a_group_is_no_search() -> None:
    about = {"objectclass": (b"groupOfNames",), "member": (b"uid=x",), "labeleduri": (b"https://x/ a page",)}
    assert openldap_groups([Entry("cn=a", about)]).by_query == set()


def test_groups_that_were_not_all_had_prove_no_absence() -> None:
    groups = Groups(is_complete=False, privileged={"cn=admins"})
    assert groups.is_privileged({"cn=admins"}) is True
    assert groups.is_privileged({"cn=x"}) is None


# ------------------------------------------------------------------ refusals


@pytest.mark.parametrize(
    ("code", "message", "told"),
    [
        (49, "80090308: LdapErr: DSID-0C09, comment: AcceptSecurityContext error, data 775, v4563", "the account is locked"),
        (49, "data 532, v1", "its password has expired"),
        (49, "欧阳测试", "not accepted"),
        (50, "", "lacks the right"),
        (80, "欧阳测试", "no reason that is known here"),
    ],
)  # fmt: skip
def test_refusals_say_why_and_never_repeat_the_servers_text(code: int, message: str, told: str) -> None:
    reason = refused("ldaps://x", code, message).reason
    assert told in reason.en
    assert "欧阳" not in reason.en + reason.zh


# ------------------------------------------------------------------ values in parts


def parts(answers: dict[str, str]) -> Entry:
    """A group of which the server first gives two members, and then these parts of the others."""

    def ask(dn: str, attribute: str) -> Entry | None:
        assert dn == "cn=g"
        name = next((one for one in answers if one.startswith(attribute.removesuffix("*"))), None)
        return None if name is None else Entry(dn, {name: tuple(answers[name].encode().split())})

    return whole(Entry("cn=g", {"cn": (b"g",), "member;range=0-1": (b"a", b"b")}), ask, "ldaps://x")


def test_values_in_parts_are_put_together() -> None:
    got = parts({"member;range=2-3": "c d", "member;range=4-*": "e"})
    assert (got.texts("member"), got.text("cn"), set(got.values)) == (
        ["a", "b", "c", "d", "e"],
        "g",
        {"cn", "member"},
    )


@pytest.mark.parametrize("answers", [{}, {"member;range=2-3": "c d"}, {"member": "a b"}])
def test_values_of_which_a_part_is_missing_are_a_failure(answers: dict[str, str]) -> None:
    with pytest.raises(CollectFailed, match="and not the others"):
        parts(answers)
