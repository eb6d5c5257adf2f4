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
