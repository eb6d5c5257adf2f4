"""Configuration of Net-SNMP: communities and passphrases, and what each of them lets in.

Source: snmpd.conf(5), snmptrapd.conf(5), snmp.conf(5) and snmp_config(5) of Net-SNMP 5.9.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import ClassVar

from hiscomply.hookspecs import Setting
from hiscomply_files.names import posix

FILES = re.compile(r"snmp(?:d|trapd)?(?:\.local)?\.conf")
FOLDERS = frozenset({"snmpd.conf.d", "snmptrapd.conf.d", "snmp.conf.d", "snmpd.d"})
WORD = re.compile(r'\{\{.*?\}\}|"[^"]*+"?|\'[^\']*+\'?|\S++')
FOR_ONE_PROGRAM = re.compile(r"\s*+\[\w*+\]")
PUBLISHED = frozenset({"public", "private", "true", "false"})
"""Communities that everybody tries first, and words that an explained change must not put there."""
COMMUNITY_AT = {
    **dict.fromkeys(("rocommunity", "rwcommunity", "rocommunity6", "rwcommunity6"), 1),
    **dict.fromkeys(("com2sec", "com2sec6", "com2secunix"), 3),
    "authcommunity": 2,
}
"""At which word stands the community that is let in."""
SENT_AT = {
    **dict.fromkeys(("trapsink", "trap2sink", "informsink"), 2),
    **dict.fromkeys(("trapcommunity", "defcommunity"), 1),
}
"""At which word stands the community that this machine itself sends."""
PASSPHRASES = frozenset({"defpassphrase", "defauthpassphrase", "defprivpassphrase"})
USERS = frozenset({"rouser", "rwuser"})
SECRET_OPTIONS = frozenset({"-c", "-A", "-X"})
TEMPLATE = re.compile(r"\$\{|\$\w|\{\{|\{%|<%|@[\w.-]+@|__[A-Z]")

Word = tuple[str, int]
"""What is written, without quotes, and its column."""


class SnmpConf:
    """``snmpd.conf``, ``snmptrapd.conf`` and ``snmp.conf`` of Net-SNMP."""

    name: ClassVar[str] = "snmp_conf"

    def recognises(self, path: str, head: bytes) -> bool:
        """True for these names, also with ``.local``, and for ``.conf`` files in their drop-in folders."""
        file = posix(path)
        if file.parent.name in FOLDERS:
            return file.suffix == ".conf"
        return FILES.fullmatch(file.name) is not None

    def parse(self, text: str) -> Iterator[Setting]:
        """Keys are the directives in lower case; passphrases, and communities but ``public`` and ``private``, stand
        below them as ``.secret``.

        ``snmp.default_community_accepted`` and ``snmp.cleartext_accepted`` say at its line what a community or a
        user lets in, as the collector ``snmp`` sees it from outside.
        """
        for number, line in enumerate(text.split("\n"), start=1):
            start = FOR_ONE_PROGRAM.match(line)
            words = [
                (match[0].strip("\"'"), match.start() + 1)
                for match in WORD.finditer(line, start.end() if start else 0)
            ]
            cut = next((at for at, (word, _) in enumerate(words) if word.startswith("#")), len(words))
            if words[:cut]:
                yield from _directive([(words[0][0].lower(), words[0][1]), *words[1:cut]], number)


def _directive(words: Sequence[Word], line: int) -> Iterator[Setting]:
    name, column = words[0]
    secrets = _secrets(words)
    shown = " ".join(word for at, (word, _) in enumerate(words) if at and at not in secrets)
    yield Setting(name, shown or None, line, column)
    for at in secrets:
        if words[at][0] not in PUBLISHED:
            yield Setting(f"{name}.secret", words[at][0], line, words[at][1])
    if name in COMMUNITY_AT:
        for at in secrets:
            community, place = words[at]
            accepted = None if TEMPLATE.search(community) else str(community in PUBLISHED).lower()
            yield Setting("snmp.default_community_accepted", accepted, line, place)
            yield Setting("snmp.cleartext_accepted", "true", line, column)
    elif name in USERS:
        arguments = [word for word, _ in _arguments(words)]
        level = arguments[1].lower() if len(arguments) > 1 else "auth"
        is_cleartext = None if TEMPLATE.search(level) else str(level not in ("priv", "authpriv")).lower()
        yield Setting("snmp.cleartext_accepted", is_cleartext, line, column)


def _secrets(words: Sequence[Word]) -> list[int]:
    """Which words are a community or a passphrase."""
    name = words[0][0]
    at = COMMUNITY_AT.get(name) or SENT_AT.get(name)
    if at is None and name in PASSPHRASES:
        at = 1
    if at is not None:
        arguments = [*_arguments(words)]
        return [words.index(arguments[at - 1])] if len(arguments) >= at else []
    if name == "createuser":
        # createUser [-e ENGINEID] NAME (MD5|SHA…) [-m|-l] PASSPHRASE [(DES|AES…) [[-m|-l] PASSPHRASE]]
        return [
            words.index(one) for one in [one for one in _arguments(words) if one[0] not in ("-m", "-l")][2::2]
        ]
    if name == "usmuser":
        # what the agent itself writes: user, then protocol and key of each kind
        return [words.index(one) for one in [*_arguments(words)][7:10:2]]
    if name in ("trapsess", "proxy"):
        return [
            place for place, (word, _) in enumerate(words) if words[place - 1][0] in SECRET_OPTIONS and place
        ]
    return []


def _arguments(words: Sequence[Word]) -> Iterator[Word]:
    """What stands behind a directive, without the options in front and what belongs to them."""
    rest = iter(words[1:])
    for one in rest:
        if one[0] in ("-Cn", "-e", "-s"):
            next(rest, None)
            continue
        yield one
        yield from rest
