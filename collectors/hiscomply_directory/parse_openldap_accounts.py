"""Accounts of an OpenLDAP server. Pure.

What the overlay ppolicy keeps is visible as operational attributes. That one of them is absent says "none" only
where another of the same entry shows that the reader may see them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from hiscomply.model import Record, Rejected, Text
from hiscomply_directory.about import About, known
from hiscomply_directory.entry import Entry, same_dn
from hiscomply_directory.groups import Groups
from hiscomply_directory.times import from_generalized, last_day, not_after

ATTRIBUTES: Final = (
    "objectClass", "createTimestamp", "gidNumber", "pwdChangedTime", "pwdAccountLockedTime", "pwdReset",
    "pwdEndTime", "pwdPolicySubentry", "pwdLastSuccess", "authTimestamp",
)  # fmt: skip
_LOCKED_FOR_GOOD: Final = "000001010000Z"
_DAY_S: Final = 86_400


@dataclass(frozen=True, slots=True)
class Policy:
    """What of a password policy bears on single accounts.

    Attributes:
        max_age_s: seconds that a password lives; 0 for without end.
        locks: locks count. Without it slapd lets even an account in that was locked by hand.
        lockout_s: seconds that a lock lasts; 0 for until somebody lifts it.
    """

    max_age_s: int
    locks: bool
    lockout_s: int


@dataclass(frozen=True, slots=True)
class Rules:
    """What is known of the server as a whole.

    Attributes:
        policies: by the same_dn of each.
        default: the same_dn of the policy for accounts that name none; None where nobody said which.
        disabled: the same_dn of accounts that ``disabled_filter`` selects; None where the target has none.
    """

    policies: Mapping[str, Policy]
    default: str | None
    disabled: frozenset[str] | None


def parse_account(
    entry: Entry, about: About, groups: Groups | None, rules: Rules
) -> Iterator[Record | Rejected]:
    """The account, its password and its groups; ``groups`` is None where they were not to be had."""
    login = _login(entry, about.options.get("login_attribute", "uid"))
    if login is None:
        yield about.rejected("account", Text("有账号没有登录名", "an account shows no login"))
        return
    memberships = _memberships(entry, about, groups)
    policy = _policy(entry, rules)
    lock = _lock(entry, policy, about.now)
    identity = {"system_id": about.system_id, "login": login}
    yield about.record(
        "account",
        {
            **identity,
            "kind": _kind(entry, login, about),
            "privileged": _privileged(memberships, groups, about),
            "person_id": about.person(entry.texts(about.options.get("person_attribute", "-"))),
            "created_at": known(from_generalized(entry.text("createTimestamp"))),
            "last_login": _last_login(entry, about.now),
            "locked": lock,
            "pwd_changed_at": _seen(from_generalized(entry.text("pwdChangedTime")), about.now),
            "pwd_max_age_days": _max_age(policy),
            **_validity(entry, policy, rules, about),
        },
    )
    has_state = _shows_state(entry)
    yield about.record(
        "password_state",
        {
            **identity,
            "has_password": True if has_state else ...,
            "is_locked": lock,
            # RFC 4513, 5.1.2: a bind with an empty password is anonymous or refused, whatever the entry holds
            "may_be_empty": False,
            "must_change": entry.is_true("pwdReset") if has_state or "pwdreset" in entry.values else ...,
        },
    )
    for group in sorted(memberships):
        yield about.record(
            "entitlement", {**identity, "role": groups.names.get(group, group) if groups else group}
        )


def _login(entry: Entry, attribute: str) -> str | None:
    """Of several values the one that the DN begins with."""
    values = entry.texts(attribute)
    head = same_dn(entry.dn).split(",")[0]
    for value in values:
        if head == f"{attribute}={value}".casefold():
            return value
    return values[0] if len(values) == 1 and values[0] else None


def _kind(entry: Entry, login: str, about: About) -> str:
    ruled = about.ruled_kind(login, entry.dn)
    if ruled is not None:
        return ruled
    return "human" if entry.classes & {"inetorgperson", "person", "organizationalperson"} else "service"


def _memberships(entry: Entry, about: About, groups: Groups | None) -> set[str]:
    """Its groups, nested ones too. An entry with several logins is in the groups of each of them."""
    if groups is None:
        return set()
    number = entry.number("gidNumber")
    primary = groups.by_number.get(number, set()) if number is not None else set()
    logins = entry.texts(about.options.get("login_attribute", "uid"))
    named = [group for login in logins for group in groups.logins.get(login, ())]
    return groups.of(entry.dn, [*named, *primary])


def _privileged(memberships: set[str], groups: Groups | None, about: About) -> Any:
    if groups is None or not about.options.get("privileged_groups"):
        return ...
    return known(groups.is_privileged(memberships))


def _seen(moment: datetime | None, now: datetime) -> Any:
    return ... if moment is None else not_after(moment, now)


def _last_login(entry: Entry, now: datetime) -> Any:
    times = [from_generalized(entry.text(name)) for name in ("pwdLastSuccess", "authTimestamp")]
    return _seen(max((one for one in times if one is not None), default=None), now)


def _policy(entry: Entry, rules: Rules) -> Policy | None:
    """The policy of an account; None where it is not known which, or what it says."""
    named = entry.text("pwdPolicySubentry")
    return rules.policies.get(same_dn(named) if named else rules.default or "")


def _max_age(policy: Policy | None) -> Any:
    if policy is None:
        return ...
    return policy.max_age_s // _DAY_S if policy.max_age_s else None


def _lock(entry: Entry, policy: Policy | None, now: datetime) -> Any:
    """Locked now; ``...`` where the reader may not see locks, or where it is not known whether they count."""
    since = entry.text("pwdAccountLockedTime")
    if since is None:
        return False if _shows_state(entry) else ...
    if policy is None:
        return ...
    begin = from_generalized(since)
    if not policy.locks or begin is None or policy.lockout_s == 0:
        return policy.locks
    return begin + timedelta(seconds=min(policy.lockout_s, 10**9)) > now


def _shows_state(entry: Entry) -> bool:
    return "pwdchangedtime" in entry.values


def _validity(entry: Entry, policy: Policy | None, rules: Rules, about: About) -> dict[str, Any]:
    end = from_generalized(entry.text("pwdEndTime"))
    is_over = end is not None and end <= about.now
    is_marked = is_over or entry.text("pwdAccountLockedTime") == _LOCKED_FOR_GOOD
    is_disabled = rules.disabled is not None and same_dn(entry.dn) in rules.disabled
    enabled: Any = ...
    if is_disabled or (is_marked and policy is not None and policy.locks):
        enabled = False
    elif rules.disabled is not None or _shows_state(entry):
        enabled = ... if is_marked and policy is None else True
    return {
        "expires_at": ... if end is None else last_day(end, about.zone).isoformat(),
        "enabled": enabled,
        "disabled_at": None if enabled is True else ...,
    }
