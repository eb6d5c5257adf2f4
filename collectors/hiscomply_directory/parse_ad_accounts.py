"""Accounts of an Active Directory domain. Pure.

Bits of userAccountControl and the meaning of each time are those of Microsoft's open specification MS-ADTS.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from hiscomply.model import Record, Rejected, Text
from hiscomply_directory.about import About, known
from hiscomply_directory.entry import Entry, same_dn, sid_text
from hiscomply_directory.groups import Groups
from hiscomply_directory.times import from_generalized, from_ticks, is_never, last_day, not_after

_DISABLED: Final = 0x2
_NO_PASSWORD_NEEDED: Final = 0x20
_LOCKED: Final = 0x10
_PASSWORD_NEVER_EXPIRES: Final = 0x10000
_COMPUTED: Final = "msDS-User-Account-Control-Computed"
_EXPIRES: Final = "msDS-UserPasswordExpiryTimeComputed"
_DEFAULT_RIDS: Final = {"500", "501", "502", "503"}
_DAY_TICKS: Final = 24 * 3600 * 10_000_000
ATTRIBUTES: Final = (
    "objectSid", "userAccountControl", _COMPUTED, "whenCreated", "accountExpires", "pwdLastSet", _EXPIRES, "lastLogon",
    "lastLogonTimestamp", "memberOf", "primaryGroupID", "servicePrincipalName", "sIDHistory",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Domain:
    """What is known of the domain as a whole.

    Attributes:
        sid: the domain's security identifier.
        is_root: it is the root of its forest, so every group that gives power over it is in it.
        knows_log_ins: last log-ins are exact, or late by no more than the target allows.
    """

    sid: str
    is_root: bool
    knows_log_ins: bool


def parse_account(entry: Entry, about: About, groups: Groups, domain: Domain) -> Iterator[Record | Rejected]:
    """The account, its password and its groups."""
    login = entry.text(about.options.get("login_attribute", "sAMAccountName"))
    if not login:
        yield about.rejected("account", Text("有账号没有登录名", "an account shows no login"))
        return
    memberships = _memberships(entry, groups, domain)
    flags = entry.number("userAccountControl")
    identity = {"system_id": about.system_id, "login": login}
    yield about.record(
        "account",
        {
            **identity,
            "kind": _kind(entry, login, about),
            "privileged": _privileged(memberships, _is_primary_seen(entry, groups, domain), groups, domain),
            "person_id": about.person(entry.texts(about.options.get("person_attribute", "-"))),
            "created_at": known(from_generalized(entry.text("whenCreated"))),
            "last_login": _last_login(entry, about.now) if domain.knows_log_ins else ...,
            "locked": _has(entry.number(_COMPUTED), _LOCKED),
            **_validity(entry, flags, about),
            **_password_age(entry, flags, about.now),
        },
    )
    yield about.record("password_state", {**identity, **_password(entry, flags)})
    for group in sorted(memberships or ()):
        yield about.record("entitlement", {**identity, "role": groups.names.get(group, group)})


def _has(flags: int | None, bit: int) -> Any:
    return ... if flags is None else bool(flags & bit)


def _kind(entry: Entry, login: str, about: About) -> str:
    """A rule of the target, the numbers that every domain gives its own accounts, a service's name, else a person."""
    ruled = about.ruled_kind(login, entry.dn)
    if ruled is not None:
        return ruled
    sid = _sid(entry)
    if sid is not None and sid.rpartition("-")[2] in _DEFAULT_RIDS:
        return "default"
    return "service" if entry.texts("servicePrincipalName") else "human"


def _sid(entry: Entry) -> str | None:
    raw = entry.values.get("objectsid")
    return sid_text(raw[0]) if raw else None


def _memberships(entry: Entry, groups: Groups, domain: Domain) -> set[str] | None:
    """All groups, nested ones and the primary one too; None where the entry does not show its membership.

    Every account has a primary group, which is in no list of members.
    """
    primary = entry.number("primaryGroupID")
    if primary is None:
        return None
    direct = [same_dn(one) for one in entry.texts("memberOf")]
    # a number of the history lets in like the group or account that has it
    history = [sid_text(one) for one in entry.values.get("sidhistory", ())]
    by_number = [groups.by_sid.get(one) for one in (f"{domain.sid}-{primary}", *history) if one]
    return groups.of(entry.dn, [*direct, *(dn for dn in by_number if dn)])


def _is_primary_seen(entry: Entry, groups: Groups, domain: Domain) -> bool:
    return f"{domain.sid}-{entry.number('primaryGroupID')}" in groups.by_sid


def _privileged(memberships: set[str] | None, is_primary_seen: bool, groups: Groups, domain: Domain) -> Any:
    if memberships is None:
        return ...
    answer = groups.is_privileged(memberships)
    is_sure = domain.is_root and is_primary_seen
    return ... if answer is None or (answer is False and not is_sure) else answer


def _last_login(entry: Entry, now: datetime) -> Any:
    """The newest of what this controller and the domain know: the true one is never older."""
    times = [from_ticks(entry.number(name)) for name in ("lastLogon", "lastLogonTimestamp")]
    seen = [one for one in times if one is not None]
    return not_after(max(seen), now) if seen else ...


def _validity(entry: Entry, flags: int | None, about: About) -> dict[str, Any]:
    ticks = entry.number("accountExpires")
    ends = from_ticks(ticks)
    expires: Any = ...
    if ends is not None:
        expires = last_day(ends, about.zone).isoformat()
    elif ticks is not None and is_never(ticks):
        expires = None
    if flags is None:
        return {"expires_at": expires}
    is_disabled = bool(flags & _DISABLED)
    return {
        "expires_at": expires,
        "enabled": not is_disabled and (ends is None or ends > about.now),
        "disabled_at": ... if is_disabled else None,
    }


def _password_age(entry: Entry, flags: int | None, now: datetime) -> dict[str, Any]:
    changed_ticks, expiry_ticks = entry.number("pwdLastSet"), entry.number(_EXPIRES)
    changed = from_ticks(changed_ticks)
    max_age: Any = ...
    if flags is not None and flags & _PASSWORD_NEVER_EXPIRES:
        max_age = None
    elif changed is not None and changed_ticks is not None and expiry_ticks is not None:
        never = expiry_ticks != 0 and is_never(expiry_ticks)
        max_age = None if never else (expiry_ticks - changed_ticks) // _DAY_TICKS
        max_age = ... if max_age is not None and max_age < 0 else max_age
    return {
        "pwd_changed_at": ... if changed is None else not_after(changed, now),
        "pwd_max_age_days": max_age,
    }


def _password(entry: Entry, flags: int | None) -> dict[str, Any]:
    """That one was set says that there is one only where it may not be empty; a lock of some minutes says nothing of it."""
    changed, may_be_empty = entry.number("pwdLastSet"), _has(flags, _NO_PASSWORD_NEEDED)
    return {
        "has_password": True if changed and may_be_empty is False else ...,
        "is_locked": ... if flags is None else _has(entry.number(_COMPUTED), _LOCKED),
        "must_change": ... if changed is None else changed == 0,
        "may_be_empty": may_be_empty,
    }
