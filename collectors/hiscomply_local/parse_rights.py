"""Where else a host may say who may act as another: doas, and sudo rules that a directory keeps. Told of, not read."""

from __future__ import annotations

import re
from collections.abc import Iterator

from hiscomply.model import Text
from hiscomply_local.about import missing
from hiscomply_local.answers import Answers, Outcome

NSSWITCH = "/etc/nsswitch.conf"
DOAS = ("/etc/doas.conf", "/etc/doas.d/*.conf")
FILES = (NSSWITCH, *DOAS)
_SOURCES = re.compile(r"\s*sudoers:([^#]*)", re.IGNORECASE)
_GROUP_SOURCES = re.compile(r"^\s*group:([^#\n]*)", re.IGNORECASE | re.MULTILINE)
_OWN_MEMBERS_ONLY = frozenset(
    {"files", "compat", "db", "altfiles", "extrausers", "systemd", "sss", "winbind"}
)
"""Sources of groups that are of the host itself, or give none of the host's own accounts a group."""
_DIRECTORIES = {"ldap": "LDAP", "sss": "SSSD"}
_HARMLESS = re.compile(r"\s*(?:#.*|deny\s.*[^\\])?")
_DOAS = Text("doas 规则未读取", "rules of doas are not read")


def elsewhere(answers: Answers) -> Iterator[tuple[str, int | None, Text]]:
    """File, line and what is not known because of it.

    Source: sudo's sudo_nss.c (without a line ``sudoers:`` there are files only), doas.conf(5).
    """
    yield from _directories(answers)
    for path, answer in (one for pattern in DOAS for one in answers.matching(pattern)):
        if answer.outcome is Outcome.ABSENT:
            continue
        if not answer.ok:
            yield path, None, missing(Text("doas 规则", "rules of doas"), answer)
            continue
        said = next((number for number, line in answer.lines() if not _HARMLESS.fullmatch(line)), None)
        if said is not None:
            yield path, said, _DOAS


def has_groups_elsewhere(answers: Answers) -> bool:
    """Whether the host's own accounts may be in groups that its own file does not have, as by ``ldap`` and ``nis``."""
    sources = " ".join(_GROUP_SOURCES.findall(answers.file(NSSWITCH).text.lower()))
    return not _OWN_MEMBERS_ONLY.issuperset(re.sub(r"\[[^\]]*\]", " ", sources).split())


def _directories(answers: Answers) -> Iterator[tuple[str, int | None, Text]]:
    answer = answers.file(NSSWITCH)
    if answer.outcome is Outcome.ABSENT:
        return
    if not answer.ok:
        yield NSSWITCH, None, missing(Text("sudo 规则的来源", "where sudo rules come from"), answer)
        return
    for number, line in answer.lines():
        match = _SOURCES.match(line)
        for word in match[1].lower().split() if match else ():
            if word in _DIRECTORIES:
                name = _DIRECTORIES[word]
                reason = f"{name} 中的 sudo 规则未读取", f"sudo rules of {name} are not read"
                yield NSSWITCH, number, Text(*reason)
