"""A real Active Directory domain controller (Samba), audited as a user would."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from samba_server import ADMIN_PASSWORD, BASE, PATIENT, PATIENT_ID, READER_PASSWORD, SambaDc
from tests.servers.audits import Audited, assert_nowhere, audit, write_project
from tests.servers.running import needs, needs_root
from troubles import BESIDE, DORMANT, TROUBLES, assert_beside, meeting

from hiscomply.model import CollectionStatus
from hiscomply_directory.fetch import logged_in

pytest.importorskip("ldap3", reason="extra ldap not installed")
pytestmark = [
    needs("samba", "samba-tool", package="samba samba-ad-dc samba-ad-provision"),
    needs("ldbsearch", package="ldb-tools"),
    needs("unshare", "nsenter", "socat", package="util-linux socat"),
    needs_root(),
    pytest.mark.usefixtures("secrets"),
]
DEFAULTS = "default_accounts_disabled"
LENGTH, LOCKED = "directory_password_min_length_set", "directory_accounts_locked_after_failures"
CANARIES = (PATIENT, PATIENT_ID, "欧阳", READER_PASSWORD, ADMIN_PASSWORD, "Canary-Pw", "Wrong-2b9d-secret")


def target(samba: SambaDc, name: str = "ad", **more: object) -> str:
    options: dict[str, object] = {
        "url": samba.url, "system_id": name.upper(), "user": "reader@lab.test", "password": "{env: AD_PASSWORD}",
        "tls": f"{{ca_file: {samba.ca}, server_name: DC1.lab.test}}", "fine_grained": "false",
        "person_attribute": "employeeID", "page_size": 3, **more,
    }  # fmt: skip
    lines = [f"    {key}: {value}" for key, value in options.items() if value is not None]
    return f"  - collector: directory\n    name: {name}\n" + "\n".join(lines) + "\n"


@pytest.fixture(scope="module")
def good(samba: SambaDc, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Audited, str, str]]:
    """One whole audit, as an ordinary account and as one that sees everything; the domain before and after."""
    patch = pytest.MonkeyPatch()
    patch.setenv("AD_PASSWORD", READER_PASSWORD)
    patch.setenv("ADMIN_PASSWORD", ADMIN_PASSWORD)
    include = "[accounts, passwords, policy, memberships]"
    starttls = {"url": f"ldap://127.0.0.1:{samba.plain_port}", "starttls": "true"}
    admin = {"user": "LAB\\Administrator", "password": "{env: ADMIN_PASSWORD}", "fine_grained": "true"}
    project = write_project(
        tmp_path_factory.mktemp("good"),
        target(samba, include=include) + target(samba, "all", include="[policy]", **starttls, **admin),
    )
    before = samba.dump()
    audited = audit(project, [DORMANT, DEFAULTS, LENGTH, LOCKED])
    yield audited, before, samba.dump()
    patch.undo()


@pytest.fixture
def accounts(good: tuple[Audited, str, str]) -> dict[str, dict[str, object]]:
    return {row["login"]: row for row in good[0].rows("account")}


def test_policies_find_dormant_and_built_in_accounts(good: tuple[Audited, str, str]) -> None:
    audited = good[0]
    assert [audited.collections[name].status for name in ("ad", "all")] == [CollectionStatus.OK] * 2
    dormant = [one["subject"] for one in audited.findings(DORMANT) if one["verdict"] == "fail"]
    assert len(dormant) == 1 and "bob" in dormant[0]
    built_in = [one["subject"] for one in audited.findings(DEFAULTS) if one["verdict"] == "fail"]
    assert len(built_in) == 1 and "Administrator" in built_in[0]


def test_members_that_the_server_gives_in_parts_are_all_read(samba: SambaDc, tmp_path: Path) -> None:
    options = {
        "url": samba.url, "user": "reader@lab.test", "tls": {"ca_file": str(samba.ca), "server_name": "DC1.lab.test"},
    }  # fmt: skip
    with logged_in(options, READER_PASSWORD, tmp_path) as directory:
        group = f"CN=Administrators,CN=Builtin,{BASE}"
        (plain,), (parts,) = (
            list(directory.search(group, "(objectClass=group)", [name], "base"))
            for name in ("member", "member;range=0-0")
        )
    assert sorted(parts.texts("member")) == sorted(plain.texts("member"))
    assert len(plain.texts("member")) > 2


def test_privilege_comes_through_groups_in_groups(accounts: dict[str, dict[str, object]]) -> None:
    wanted = {
        "alice": True,
        "bob": True,
        "dora": True,
        "carol": False,
        "reader": False,
        "Administrator": True,
    }
    assert {one: accounts[one]["privileged"] for one in wanted} == wanted


def test_never_is_told_from_not_known(accounts: dict[str, dict[str, object]]) -> None:
    assert accounts["bob"]["pwd_max_age_days"] is None, "never expires"
    assert accounts["alice"]["pwd_max_age_days"] == 30, "a fine-grained policy that the reader may not see"
    assert accounts["svc-hl7"]["pwd_max_age_days"] == 90
    assert accounts["dora"]["pwd_changed_at"] is None, "must change: pwdLastSet is 0, which is no time"
    assert accounts["alice"]["expires_at"] is None
    assert accounts["gone"]["expires_at"] is not None
    assert accounts["carol"]["last_login"] is None, "never seen"


def test_disabled_and_expired_accounts_are_not_enabled(accounts: dict[str, dict[str, object]]) -> None:
    wanted = {"alice": True, "carol": False, "gone": False, "krbtgt": False, "Guest": False}
    assert {one: accounts[one]["enabled"] for one in wanted} == wanted
    kinds = {"krbtgt": "default", "svc-hl7": "service", "alice": "human"}
    assert {one: accounts[one]["kind"] for one in kinds} == kinds


def test_the_controllers_own_log_in_counts_where_it_is_newer(accounts: dict[str, dict[str, object]]) -> None:
    logins = {one: accounts[one]["last_login"] for one in ("alice", "dora")}
    # both logged in on this controller a day ago; alice's replicated time is twelve days old, dora has none
    assert abs((logins["alice"] - logins["dora"]).total_seconds()) < 60  # type: ignore[operator]


def test_password_states_say_what_may_be_empty(good: tuple[Audited, str, str]) -> None:
    states = {row["login"]: row for row in good[0].rows("password_state")}
    assert (states["dora"]["must_change"], states["dora"]["may_be_empty"]) == (True, True)
    assert (states["alice"]["must_change"], states["alice"]["may_be_empty"]) == (False, False)


def test_rules_of_the_domain_and_fine_grained_ones(good: tuple[Audited, str, str]) -> None:
    rules = {
        (one["file"].split(":")[0], one["section"], one["key"]): one["number"]
        for one in good[0].rows("setting")
    }
    assert rules["AD", None, "password_min_length"] == 12
    assert rules["AD", None, "password_max_age_days"] == 90
    assert rules["AD", None, "lockout_threshold"] == 5
    assert rules["AD", None, "password_history"] == 24
    assert rules["ALL", "Admins-PSO", "password_min_length"] == 16
    assert rules["ALL", "Admins-PSO", "lockout_duration_minutes"] == 30


def test_short_passwords_of_the_domain_are_found_and_the_stricter_rules_are_not(
    good: tuple[Audited, str, str],
) -> None:
    found = [(one["verdict"], one["subject"].split(":")[0]) for one in good[0].findings(LENGTH)]
    assert ("fail", "AD") in found and {"fail"} == {verdict for verdict, _ in found}
    assert not [one for one in good[0].findings(LENGTH) if "Admins-PSO" in one["subject"]]
    assert good[0].policy(LOCKED)["verdict"] == "pass"


def test_nothing_was_written_but_the_log_ins_themselves(good: tuple[Audited, str, str]) -> None:
    before, after = (dict(one.split("\n", 1) for one in _records(text)) for text in good[1:])
    assert len(before) > 100
    changed = [dn for dn in before.keys() | after.keys() if before.get(dn) != after.get(dn)]
    # a domain controller stamps the log-in of the accounts that read, as it does for every program that logs in
    assert {dn.split(",")[0] for dn in changed} <= {"dn: CN=reader", "dn: CN=Administrator"}
    lines = {one for dn in changed for one in set(after[dn].split("\n")) - set(before[dn].split("\n"))}
    stamped = {"lastLogon", "lastLogonTimestamp", "logonCount", "uSNChanged", "whenChanged"}
    assert {one.split(":")[0] for one in lines} <= stamped


def _records(dump: str) -> list[str]:
    parts = [part.split("\n", 1)[1] for part in dump.split("# record ")[1:]]
    return [part for part in parts if part.startswith("dn:")]


def test_no_password_and_no_patient_is_in_any_byte(good: tuple[Audited, str, str]) -> None:
    assert_nowhere(CANARIES, good[0].project, good[0].out, good[0].err)


def test_what_the_domain_refuses_is_said(samba: SambaDc, tmp_path: Path) -> None:
    targets: dict[str, tuple[dict[str, object], str, str]] = {
        "wrong": ({"password": "{env: WRONG_PASSWORD}"}, "denied", "not tried again"),
        "unnamed": ({"tls": f"{{ca_file: {samba.ca}}}"}, "failed", "IP address mismatch"),
        "plain": ({"url": f"ldap://127.0.0.1:{samba.plain_port}"}, "denied", "asks for encryption"),
        "rules": ({"fine_grained": "true"}, "partial", "1 item could not"),
    }
    collect = "".join(target(samba, name, **options) for name, (options, _, _) in targets.items())
    audited = audit(write_project(tmp_path, collect), [DEFAULTS])
    for name, (_, status, told) in targets.items():
        assert audited.collections[name].status == status, name
        assert told in audited.collections[name].reason.en
    (rejected,) = audited.collections["rules"].rejected
    assert "fine_grained: false" in rejected.reason.en
    assert_nowhere(CANARIES, audited.project, audited.out, audited.err)


def good_target(samba: SambaDc) -> str:
    return target(samba, person_filter="(sAMAccountName=alice)")


@pytest.mark.parametrize(
    ("options", "status", "told"),
    [
        ({"password": "{env: WRONG_PASSWORD}"}, "denied", "not tried again"),
        (
            {"user": "blind@lab.test"},
            "denied",
            "DC=lab,DC=test shows no SID, so the account may not see it; grant it Read all properties on that object",
        ),
        ({"user": "apart@lab.test"}, "failed", "no account is to be seen below DC=lab,DC=test"),
        ({"tls": None}, "failed", "TLS failed"),
    ],
    ids=[
        "wrong password",
        "domain denied",
        "users denied",
        "a certificate nobody vouches for",
    ],
)
def test_what_the_domain_does_not_let_be_read_is_unknown_and_never_a_pass(
    samba: SambaDc, tmp_path: Path, options: dict[str, object], status: str, told: str
) -> None:
    bad = target(samba, "bad", **options)
    assert_beside(tmp_path, good_target(samba), bad, CANARIES, status, told)


def test_rules_that_may_not_be_read_are_denied_and_unknown(samba: SambaDc, tmp_path: Path) -> None:
    project = write_project(tmp_path, target(samba, user="blind@lab.test", include="[policy]"))
    audited = audit(project, [LENGTH])
    one = audited.collections["ad"]
    assert (one.status, one.records, audited.code) == (CollectionStatus.DENIED, {}, 3)
    assert one.reason is not None and "grant it Read all properties" in one.reason.en
    assert audited.policy(LENGTH)["verdict"] == "unknown"


@pytest.mark.parametrize(("trouble", "status", "told"), TROUBLES, ids=[one for one, _, _ in TROUBLES])
def test_a_domain_in_trouble_costs_its_own_target_only(
    samba: SambaDc, tmp_path: Path, trouble: str, status: str, told: str
) -> None:
    good = BESIDE if trouble == "stopped process" else good_target(samba)
    with meeting(trouble, samba, samba.opened_port) as options:
        assert_beside(tmp_path, good, target(samba, "bad", **options), CANARIES, status, told)
