"""The grammar of sudoers, as far as rules, aliases, password defaults and includes."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

_INCLUDE = re.compile(r"^[@#]include(?:dir)?\s+(?P<path>\S.*)$")
_ALIAS = re.compile(r"^(?P<kind>User|Runas|Host|Cmn?d)_Alias\s+(?P<rest>.+)$")
_USER = r'(?:"[^"]*"|[^\s=,\\"]|\\.)+'
_RULE = re.compile(rf"^(?P<users>{_USER}(?:\s*,\s*{_USER})*)\s+(?P<rest>[^\s=][^=]*=.+)$")
_DEFAULTS = re.compile(
    rf"Defaults(?:(?P<sign>[@:!>])\s*(?P<scope>{_USER}(?:\s*,\s*{_USER})*))?\s+(?P<settings>.+)"
)
_NO_PASSWORD = re.compile(r"!\s*authenticate")
_EXEMPT = re.compile(r"exempt_group\s*=\s*\"?(?P<group>[^\"\s]+)\"?")
_TAG = re.compile(r"([A-Z_]+)\s*:")
_GRANT = re.compile(
    r"(?:\(\s*(?P<who>[^)]*)\)\s*)?"
    r"(?:(?:TIMEOUT|NOTBEFORE|NOTAFTER|CWD|CHROOT|ROLE|TYPE|PRIVS|LIMITPRIVS|APPARMOR_PROFILE)=\S+\s+)*"
    r"(?P<tags>(?:[A-Z_]+\s*:\s*)*)"
    r"(?P<command>\S.*)"
)
# ``#1000`` is a user number, any other hash sign that no backslash or word precedes opens a comment.
_COMMENT = re.compile(r"(?:^|(?<=\s))#(?!\d).*$")
_COMMA = re.compile(r"(?<!\\)\s*,\s*(?![^()]*\))")

Aliases = Mapping[tuple[str, str], tuple[str, ...]]
"""By kind (``Us``, ``Ru``, ``Ho``, ``Cm``) and name: aliases of two kinds may have one name."""


@dataclass(frozen=True, slots=True)
class Rule:
    """What one principal of one rule may do.

    Attributes:
        principal: ``alice``, ``%group``, ``#1000`` or ``ALL``.
        run_as: as written between the brackets, ``root`` without.
        is_without_password: any of the commands has the tag NOPASSWD.
        part: number of the host part on its line, from 1.
    """

    principal: str
    line: int
    part: int
    hosts: tuple[str, ...]
    run_as: str
    commands: tuple[str, ...]
    is_without_password: bool


@dataclass(frozen=True, slots=True)
class Defaults:
    """Principals that a line frees from giving their password; empty for any other setting."""

    free: frozenset[str]


@dataclass(frozen=True, slots=True)
class Include:
    """Another file or folder that sudo reads."""

    path: str
    line: int


def parse_sudoers(text: str) -> Iterator[Rule | Defaults | Include | Aliases | int]:
    """The statements of one file in order; a mapping holds aliases, a number is a line not understood."""
    for number, raw in _logical_lines(text):
        include = _INCLUDE.match(raw)
        if include:
            yield Include(include["path"].strip().strip('"'), number)
            continue
        line = _COMMENT.sub("", raw).strip()
        if not line:
            continue
        alias = _ALIAS.match(line)
        if alias:
            yield _aliases(alias["kind"][:2], alias["rest"])
        elif re.match(r"Defaults(\s|[@:!>])", line):
            yield _defaults(line)
        else:
            rules = list(_rules(line, number))
            if not rules:
                yield number
            yield from rules


def _logical_lines(text: str) -> Iterator[tuple[int, str]]:
    kept, start = "", 0
    for number, line in enumerate(text.split("\n"), 1):
        start = start if kept else number
        if line.endswith("\\") and not line.lstrip().startswith("#"):
            kept += line[:-1] + " "
            continue
        yield start, (kept + line).strip()
        kept = ""
    if kept:
        yield start, kept.strip()


def _aliases(kind: str, text: str) -> Aliases:
    found: dict[tuple[str, str], tuple[str, ...]] = {}
    for definition in re.split(r"\s*:\s*(?=[A-Z][A-Z0-9_]*\s*=)", text):
        name, _, members = definition.partition("=")
        found[kind, name.strip()] = tuple(_COMMA.split(members.strip()))
    return found


def _defaults(line: str) -> Defaults:
    match = _DEFAULTS.fullmatch(line)
    if match is None:
        return Defaults(frozenset())
    settings = _COMMA.split(match["settings"])
    free = {f"%{one['group']}" for setting in settings if (one := _EXEMPT.fullmatch(setting))}
    if any(_NO_PASSWORD.fullmatch(setting) for setting in settings):
        # For one host or one target user it is still true for somebody: counted as for everybody.
        free |= set(_COMMA.split(match["scope"])) if match["sign"] == ":" else {"ALL"}
    return Defaults(frozenset(free))


def _rules(line: str, number: int) -> Iterator[Rule]:
    match = _RULE.match(line)
    if match is None:
        return
    for part, spec in enumerate(re.split(r"\s+:\s+(?=[^:=]+=)", match["rest"]), 1):
        hosts, _, granted = spec.partition("=")
        run_as, commands, is_free = _commands(granted)
        for principal in _COMMA.split(match["users"].strip()):
            yield Rule(principal, number, part, tuple(_COMMA.split(hosts.strip())), run_as, commands, is_free)


def _commands(text: str) -> tuple[str, tuple[str, ...], bool]:
    run_as, commands = "root", []
    is_free_now = is_free = False
    for item in _COMMA.split(text.strip()):
        match = _GRANT.fullmatch(item)
        if match is None:
            return run_as, (), False
        if match["who"] is not None:
            run_as = match["who"].strip() or run_as
        for tag in _TAG.findall(match["tags"]):
            # A tag holds for the commands after it, until its opposite.
            is_free_now = {"NOPASSWD": True, "PASSWD": False}.get(tag, is_free_now)
        is_free = is_free or is_free_now
        commands.append(match["command"].strip())
    return run_as, tuple(commands), is_free


def expand_aliases(rule: Rule, aliases: Aliases) -> Iterator[Rule]:
    """The rule with all alias names replaced by what they stand for."""
    commands = tuple(
        dict.fromkeys(name for item in rule.commands for name in members_of(item, "Cm", aliases))
    )
    hosts = tuple(dict.fromkeys(name for item in rule.hosts for name in members_of(item, "Ho", aliases)))
    run_as = ",".join(members_of(rule.run_as, "Ru", aliases))
    for principal in dict.fromkeys(members_of(rule.principal, "Us", aliases)):
        yield replace(rule, principal=principal, commands=commands, hosts=hosts, run_as=run_as)


def members_of(name: str, kind: str, aliases: Aliases) -> Iterator[str]:
    """What a name stands for where it is an alias of this kind, else the name. Each alias is written out once."""
    waiting, written_out = [name], set[str]()
    while waiting:
        one = waiting.pop()
        if (kind, one) not in aliases:
            yield one
        elif one not in written_out:
            written_out.add(one)
            waiting.extend(reversed(aliases[kind, one]))
