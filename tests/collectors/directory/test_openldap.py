"""A real slapd, audited as a user would: what is found, what stays unknown, and what every kind of trouble costs."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from slapd_server import (
    BASE,
    BLIND,
    LIMITED,
    PATIENT,
    PATIENT_ID,
    READER,
    READER_PASSWORD,
    Slapd,
    person,
    seed,
)
from tests.servers.audits import Audited, assert_nowhere, audit, command, write_project
from tests.servers.running import needs, needs_root
from troubles import BESIDE, DORMANT, TROUBLES, assert_beside, meeting

from hiscomply.model import CollectionStatus

pytest.importorskip("ldap3", reason="extra ldap not installed")
pytestmark = [
    needs("slapd", "slapadd", "setpriv", package="slapd"),
    needs_root(),
    pytest.mark.usefixtures("secrets"),
]
RULES = (
    "directory_accounts_locked_after_failures",
    "directory_password_history_kept",
    "directory_passwords_expire",
    "directory_password_complexity_set",
)
"""Policies about what a directory says is in effect, which the planted ``cn=lax`` breaks and ``cn=default`` keeps."""
CANARIES = (PATIENT, PATIENT_ID, "欧阳", READER_PASSWORD, "Wrong-2b9d-secret", "CanaryaliceHash", "SSHA")


def target(slapd: Slapd, name: str = "ldap", **more: object) -> str:
    """A target as YAML; options that are None are left out."""
    options: dict[str, object] = {
        "url": slapd.url, "system_id": name.upper(), "user": READER, "password": "{env: LDAP_PASSWORD}",
        "tls": f"{{ca_file: {slapd.cert}}}", "privileged_groups": "[admins]", "default_policy": f"'cn=default,{BASE}'",
        "person_attribute": "employeeNumber", "page_size": 2, "step_timeout": 20, **more,
    }  # fmt: skip
    lines = [f"    {key}: {value}" for key, value in options.items() if value is not None]
    return f"  - collector: directory\n    name: {name}\n" + "\n".join(lines) + "\n"


@pytest.fixture(scope="module")
def good(slapd: Slapd, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Audited, str, str]]:
    """One whole audit, and what the server held before and after."""
    patch = pytest.MonkeyPatch()
    patch.setenv("LDAP_PASSWORD", READER_PASSWORD)
    kinds = "[{kind: shared, login: 'ward*'}]"
    include = "[accounts, passwords, policy, memberships]"
    project = write_project(tmp_path_factory.mktemp("good"), target(slapd, kinds=kinds, include=include))
    before = slapd.dump()
    audited = audit(project, [DORMANT, "shared_accounts_registered", *RULES])
    yield audited, before, slapd.dump()
    patch.undo()


def by_login(audited: Audited, kind: str) -> dict[str, dict[str, object]]:
    return {row["login"]: row for row in audited.rows(kind)}


def test_a_dormant_account_is_found_by_the_policy(good: tuple[Audited, str, str]) -> None:
    audited = good[0]
    assert audited.collections["ldap"].status is CollectionStatus.OK
    failed = [one for one in audited.findings(DORMANT) if one["verdict"] == "fail"]
    assert ["bob" in one["subject"] for one in failed] == [True]
    assert audited.policy("shared_accounts_registered")["verdict"] != "pass"


def test_accounts_carry_what_the_server_says_of_them(good: tuple[Audited, str, str]) -> None:
    accounts = by_login(good[0], "account")
    assert {one: accounts[one]["privileged"] for one in ("alice", "bob", "ward1")} == {
        "alice": True, "bob": True, "ward1": False,
    }  # fmt: skip
    assert [accounts[one]["kind"] for one in ("alice", "ward1", "reader")] == ["human", "shared", "service"]
    assert accounts["alice"]["person_id"] == "P001"
    assert accounts["alice"]["pwd_max_age_days"] == 90
    states = by_login(good[0], "password_state")
    assert (states["dave"]["must_change"], states["dave"]["is_locked"]) == (True, True)
    roles = [(one["login"], one["role"]) for one in good[0].rows("entitlement")]
    assert ("bob", "admins") in roles, "through a group, and through a ring of groups"


def test_accounts_of_every_class_and_members_in_every_spelling_are_seen(
    good: tuple[Audited, str, str],
) -> None:
    accounts = by_login(good[0], "account")
    told = {one: (accounts[one]["privileged"], accounts[one]["kind"]) for one in ("op", "hl7")}
    assert told == {"op": (True, "human"), "hl7": (False, "service")}


def test_a_lock_that_slapd_does_not_enforce_locks_nobody(good: tuple[Audited, str, str]) -> None:
    carol = by_login(good[0], "account")["carol"]
    assert (carol["enabled"], carol["locked"]) == (True, False), "her policy has no pwdLockout"


def test_what_the_reader_may_not_see_stays_unknown(good: tuple[Audited, str, str]) -> None:
    accounts = by_login(good[0], "account")
    for login in ("hidden", "fresh"):
        assert [accounts[login][name] for name in ("enabled", "locked", "last_login", "pwd_changed_at")] == [
            None
        ] * 4


def test_rules_are_those_that_the_overlay_applies(good: tuple[Audited, str, str]) -> None:
    rules = {(one["section"], one["key"]): one["number"] for one in good[0].rows("setting")}
    assert rules["default", "password_min_length"] == 8
    assert rules["default", "password_max_age_days"] == 90
    assert rules["default", "lockout_threshold"] == 5
    assert rules["lax", "password_min_length"] == 0, "a length that nobody checks"
    assert rules["lax", "lockout_threshold"] == 0, "failures that nobody counts"
    effective = {one["section"]: one["is_effective"] for one in good[0].rows("setting")}
    assert effective == {"default": True, "lax": True}


@pytest.mark.parametrize("policy", RULES)
def test_what_the_planted_rules_lack_is_found(
    good: tuple[Audited, str, str], slapd: Slapd, policy: str
) -> None:
    audited = good[0]
    (finding,) = audited.findings(policy)
    assert (finding["verdict"], finding["collection"]) == ("fail", "ldap")
    assert finding["subject"].startswith(f"LDAP:cn=lax,{BASE}/")
    assert finding["source"].startswith(slapd.url)
    counts = audited.policy(policy)
    assert (counts["verdict"], counts["passed"], counts["failed"], counts["unknown"]) == ("fail", 1, 1, 0)


def test_nothing_was_written_but_the_readers_own_last_log_in(good: tuple[Audited, str, str]) -> None:
    before, after = (
        dict(one.split("\n", 1) for one in text.split("\n\n") if one.strip()) for text in good[1:]
    )
    assert len(before) > 10
    assert [dn for dn in before.keys() | after.keys() if before.get(dn) != after.get(dn)] == [f"dn: {READER}"]
    changed = set(after[f"dn: {READER}"].split("\n")) - set(before[f"dn: {READER}"].split("\n"))
    # slapd itself stamps a log-in (lastbind on), as it does for every program that logs in
    assert {one.split(":")[0] for one in changed} <= {"pwdLastSuccess", "entryCSN", "modifyTimestamp"}


def test_no_hash_and_no_patient_is_in_any_byte(good: tuple[Audited, str, str]) -> None:
    assert_nowhere(CANARIES, good[0].project, good[0].out, good[0].err)


def test_dry_run_says_whom_it_would_ask(slapd: Slapd, tmp_path: Path) -> None:
    project = write_project(tmp_path, target(slapd, url="ldaps://192.0.2.1"))
    code, out, _ = command("collect", str(project), "--dry-run")
    assert code == 0
    assert "ldaps://192.0.2.1" in out and READER in out and "$LDAP_PASSWORD" in out


@pytest.mark.parametrize(
    ("options", "status", "told"),
    [
        ({"password": "{env: WRONG_PASSWORD}"}, "denied", "not tried again"),
        ({"user": BLIND}, "denied", "may not see it"),
        ({"tls": None}, "failed", "TLS failed: self-signed"),
    ],
    ids=["wrong password", "no rights", "a certificate nobody vouches for"],
)
def test_what_the_server_refuses_is_said(
    slapd: Slapd, tmp_path: Path, options: dict[str, object], status: str, told: str
) -> None:
    good = target(slapd, person_filter="(uid=alice)")
    assert_beside(tmp_path, good, target(slapd, "bad", **options), CANARIES, status, told)


def test_every_answer_that_is_not_whole_fails_its_target(slapd: Slapd, tmp_path: Path) -> None:
    targets: dict[str, tuple[dict[str, object], str]] = {
        "limited": ({"user": LIMITED}, "3 entries only"),
        "misnamed": ({"url": slapd.url.replace("127.0.0.1", "localhost")}, "TLS failed: Hostname mismatch"),
        "nowhere": ({"base": f"'ou=nowhere,{BASE}'"}, "no such place"),
        "empty": ({"person_filter": "(uid=nobody)"}, "no account is to be seen"),
        "remote": ({"url": "ldap://192.0.2.1", "tls": None}, "no login was tried"),
    }
    collect = "".join(target(slapd, name, **options) for name, (options, _) in targets.items())
    audited = audit(write_project(tmp_path, collect), [DORMANT])
    for name, (_, told) in targets.items():
        assert audited.collections[name].status is CollectionStatus.FAILED, name
        assert told in audited.collections[name].reason.en
    assert audited.collections["limited"].records["setting"] > 0, "what was had is kept"


def test_a_missing_privileged_group_leaves_privilege_unknown(slapd: Slapd, tmp_path: Path) -> None:
    project = write_project(tmp_path, target(slapd, privileged_groups="[admins, no-such-group]"))
    audited = audit(project, ["privileged_accounts_named"])
    assert audited.collections["ldap"].status is CollectionStatus.PARTIAL
    accounts = by_login(audited, "account")
    assert (accounts["alice"]["privileged"], accounts["ward1"]["privileged"]) == (True, None)


@pytest.mark.parametrize(("trouble", "status", "told"), TROUBLES, ids=[one for one, _, _ in TROUBLES])
def test_a_server_in_trouble_costs_its_own_target_only(
    slapd: Slapd, tmp_path: Path, trouble: str, status: str, told: str
) -> None:
    good = BESIDE if trouble == "stopped process" else target(slapd, person_filter="(uid=alice)")
    with meeting(trouble, slapd, slapd.port) as options:
        assert_beside(tmp_path, good, target(slapd, "bad", **options), CANARIES, status, told)


def test_a_referral_is_not_followed_and_the_rest_not_taken_for_everything(
    tmp_path: Path, scratch: Path
) -> None:
    folder = scratch / "referring"
    folder.mkdir()
    branch = f"dn: ou=branch,{BASE}\nobjectClass: referral\nobjectClass: extensibleObject\nou: branch\n"
    other = Slapd(folder, seed() + branch + f"ref: ldap://branch.hospital.lan/ou=branch,{BASE}\n\n")
    try:
        tls = {"url": other.plain, "starttls": "true", "tls": f"{{ca_file: {other.cert}}}"}
        audited = audit(write_project(tmp_path, target(other, **tls)), [DORMANT])
    finally:
        other.server.stop()
    collection = audited.collections["ldap"]
    assert collection.status is CollectionStatus.FAILED
    assert "branch.hospital.lan" in collection.reason.en
    assert collection.records["account"] > 5
    assert audited.policy(DORMANT)["verdict"] != "pass"


def test_a_page_that_really_is_too_large_fails(tmp_path: Path, scratch: Path) -> None:
    """66 people with a title of a megabyte each, asked for in one page."""
    folder = scratch / "large"
    folder.mkdir()
    long = f"title: {'x' * 1_000_000}"
    slapd = Slapd(folder, seed() + "".join(person(f"many{number}", long) for number in range(66)))
    try:
        large = target(slapd, login_attribute="title", page_size=1000)
        audited = audit(write_project(tmp_path, large), [DORMANT])
    finally:
        slapd.server.stop()
    one = audited.collections["ldap"]
    assert (one.status, "account" in one.records, audited.code) == (CollectionStatus.FAILED, False, 3)
    assert one.reason is not None and "larger than 64,000,000 bytes; lower page_size" in one.reason.en
    assert audited.policy(DORMANT)["verdict"] == "unknown"
