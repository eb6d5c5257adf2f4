"""Fact ``accounts``: local logins, their rights, state, password age and last use."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Set
from dataclasses import dataclass, replace
from typing import Any

from hiscomply.model import Record, Rejected, Text
from hiscomply_local.about import About, missing, unreadable
from hiscomply_local.answers import Answers, Ask
from hiscomply_local.parse_logins import LAST, LASTLOG, last_logins
from hiscomply_local.parse_rights import has_groups_elsewhere
from hiscomply_local.parse_shadow import Ageing, parse_shadow
from hiscomply_local.parse_sudo import ASK as SUDO_ASK
from hiscomply_local.parse_sudo import Sudoers, read_sudoers

PASSWD = "/etc/passwd"  # noqa: S105 - a path
GROUP = "/etc/group"
SHADOW = "/etc/shadow"
LOGIN_DEFS = "/etc/login.defs"
ASK = Ask(files=(PASSWD, GROUP, SHADOW, LOGIN_DEFS, *SUDO_ASK.files), commands=(LASTLOG, LAST))
# Membership gives root's power, by sudo's shipped rules or by what the group may write to.
PRIVILEGED_GROUPS = frozenset({"sudo", "wheel", "admin", "docker", "lxd", "disk", "shadow"})
_NO_SHELL = ("/nologin", "/false", "/sync", "/halt", "/shutdown")
_NOBODY = 65534
_KINDS = ("account", "password_state")
_FROM_ELSEWHERE = Text(
    "该行引入目录服务(NIS)中的账户或用户组,未能看到",
    "accounts or groups that this line brings in from a directory (NIS) were not seen",
)


@dataclass(frozen=True, slots=True)
class Login:
    """One line of passwd.

    Attributes:
        own: what stands in the line itself where the host does not look into shadow for a password.
    """

    name: str
    uid: int
    gid: int
    shell: str
    line: int
    own: Ageing | None = None

    @property
    def has_shell(self) -> bool:
        """A person can work in it; an empty shell field means /bin/sh."""
        return not self.shell.endswith(_NO_SHELL)


def parse_passwd(text: str) -> Iterator[Login | int]:
    """Each local login, or the number of a line that cannot be read."""
    for number, line in enumerate(text.split("\n"), 1):
        fields = line.split(":")
        if not line.strip() or line.startswith(("#", "+", "-")):
            continue
        if len(fields) != 7 or not fields[0] or not fields[2].isdecimal() or not fields[3].isdecimal():
            yield number
        else:
            own = None if fields[1] == "x" else _in_passwd(fields[0], fields[1], number)
            yield Login(fields[0], int(fields[2]), int(fields[3]), fields[6].strip(), number, own)


def _in_passwd(name: str, stored: str, line: int) -> Ageing | None:
    """Source: pam_unix, is_pwd_shadowed: whatever is not ``x`` (or ``##name``) is the password itself."""
    if stored == f"##{name}":
        return None
    (found,) = parse_shadow(f"{name}:{stored}:::::::")
    return replace(found, line=line) if isinstance(found, Ageing) else None


def parse_group(text: str) -> Iterator[tuple[str, int, frozenset[str]] | int]:
    """Name, number and members of each group, or the number of a line that cannot be read."""
    for number, line in enumerate(text.split("\n"), 1):
        fields = line.split(":")
        if not line.strip() or line.startswith(("#", "+", "-")):
            continue
        if len(fields) != 4 or not fields[0] or not fields[2].isdecimal():
            yield number
        else:
            yield fields[0], int(fields[2]), frozenset(fields[3].split(",")) - {""}


def brought_in(text: str) -> list[int]:
    """The numbers of lines of passwd or group that bring in what a directory has (``+``, ``+name``, ``+@netgroup``).

    Source: nsswitch.conf(5), compatibility mode.
    """
    return [number for number, line in enumerate(text.split("\n"), 1) if line.startswith("+")]


def first_uid(login_defs: str) -> int:
    """``UID_MIN``: the first number of people's logins; 1000 where login.defs does not say."""
    found = re.findall(r"^\s*UID_MIN\s+(\d+)", login_defs, re.MULTILINE)
    return int(found[-1]) if found else 1000


def parse(answers: Answers, about: About) -> Iterator[Record | Rejected]:
    """An ``account`` and a ``password_state`` record for each local login."""
    passwd = answers.file(PASSWD)
    if not passwd.ok:
        for kind in _KINDS:
            yield about.unknown(kind, PASSWD, missing(Text("本机账户", "local accounts"), passwd))
        return
    ageing: dict[str, Ageing] = {}
    yield from _read_shadow(answers, about, ageing)
    for line in brought_in(passwd.text):
        for kind in _KINDS:
            yield about.bad_line(kind, PASSWD, line, _FROM_ELSEWHERE)
    logins = list(parse_passwd(passwd.text))
    memberships: dict[str, set[str]] = {}
    yield from _read_groups(answers, about, logins, memberships)
    times, bad = last_logins(answers)
    for command, line in bad:
        yield about.bad_line("account", command, line, unreadable(Text("最近登录", "last login")))
    if not answers.command(LASTLOG).ok and not answers.command(LAST).ok:
        reason = missing(Text("最近登录时间", "last logins"), answers.command(LASTLOG))
        yield about.unknown("account", LASTLOG, reason)
    sudoers = read_sudoers(answers)
    first = first_uid(answers.file(LOGIN_DEFS).text)
    is_sure = answers.file(GROUP).ok and sudoers.is_complete and sudoers.knows_members
    if is_sure and has_groups_elsewhere(answers):
        is_sure = sudoers.named_groups <= _names_of_groups(answers)
    for login in logins:
        if isinstance(login, int):
            for kind in _KINDS:
                yield about.bad_line(kind, PASSWD, login, unreadable(Text("账户", "account")))
            continue
        state = login.own or ageing.get(login.name)
        system = f"host:{about.asset_id}"
        fields = {
            "system_id": system,
            "login": login.name,
            "uid": login.uid,
            "shell": login.shell or "/bin/sh",
            "kind": _kind(login, first),
            "privileged": _is_privileged(login, memberships.get(login.name, set()), sudoers)
            or (False if is_sure else ...),
            "last_login": times.get(login.name, ...),
            **_state(login, state, about),
        }
        yield about.from_file("account", PASSWD, fields, login.line)
        if state is not None:
            yield _password_state(about, PASSWD if login.own else SHADOW, system, state)


def _read_shadow(answers: Answers, about: About, ageing: dict[str, Ageing]) -> Iterator[Rejected]:
    what = Text("口令期限与锁定状态", "password age and lock")
    answer = answers.file(SHADOW)
    if not answer.ok:
        for kind in _KINDS:
            yield about.unknown(kind, SHADOW, missing(what, answer))
    for item in parse_shadow(answer.text):
        if isinstance(item, int):
            for kind in _KINDS:
                yield about.bad_line(kind, SHADOW, item, unreadable(what))
        else:
            # Of two lines of one login the host asks the first.
            ageing.setdefault(item.login, item)


def _names_of_groups(answers: Answers) -> set[str]:
    groups = (one for one in parse_group(answers.file(GROUP).text) if not isinstance(one, int))
    return {name for group, number, _ in groups for name in (group, f"#{number}")}


def _read_groups(
    answers: Answers, about: About, logins: Iterable[Login | int], memberships: dict[str, set[str]]
) -> Iterator[Rejected]:
    """Puts the groups of each login, its own among them, into ``memberships``: by name, and by number as ``#27``.

    A group may stand on several lines (MAX_MEMBERS_PER_GROUP of login.defs), and several names may have one number:
    then each of their members has the rights of all of them.
    """
    what = Text("用户组", "groups")
    answer = answers.file(GROUP)
    if not answer.ok:
        yield about.unknown("account", GROUP, missing(what, answer))
        return
    for line in brought_in(answer.text):
        yield about.bad_line("account", GROUP, line, _FROM_ELSEWHERE)
    members_of: dict[int, set[str]] = {}
    names_of: dict[int, set[str]] = {}
    for login in logins:
        if not isinstance(login, int):
            members_of.setdefault(login.gid, set()).add(login.name)
    for item in parse_group(answer.text):
        if isinstance(item, int):
            yield about.bad_line("account", GROUP, item, unreadable(what))
        else:
            name, gid, members = item
            names_of.setdefault(gid, set()).add(name)
            members_of.setdefault(gid, set()).update(members)
    for gid, everybody in members_of.items():
        for one in everybody:
            memberships.setdefault(one, set()).update(names_of.get(gid, ()), (f"#{gid}",))


def _kind(login: Login, first: int) -> str:
    if login.uid == 0:
        return "default" if login.name == "root" else "shared"
    return "human" if first <= login.uid != _NOBODY and login.has_shell else "service"


def _is_privileged(login: Login, groups: Set[str], sudoers: Sudoers) -> bool:
    return (
        login.uid == 0
        or not PRIVILEGED_GROUPS.isdisjoint(groups)
        or sudoers.grants(login.name, login.uid, groups)
    )


def _state(login: Login, state: Ageing | None, about: About) -> dict[str, Any]:
    if state is None:
        return {"enabled": ... if login.has_shell else False}
    expired = state.expires_on is not None and state.expires_on <= about.now.date()
    return {
        "enabled": login.has_shell and not expired,
        "locked": state.is_locked,
        "pwd_changed_at": state.changed_at or ...,
        "pwd_max_age_days": state.max_age_days,
        "expires_at": state.expires_on.isoformat() if state.expires_on else None,
    }


def _password_state(about: About, path: str, system: str, state: Ageing) -> Record:
    fields = {
        "system_id": system,
        "login": state.login,
        "has_password": state.has_password,
        "is_locked": state.is_locked,
        "hash_scheme": state.scheme or ...,
    }
    return about.from_file("password_state", path, fields, state.line)
