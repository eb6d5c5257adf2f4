"""Fact ``sudo``: who may run what as whom, from sudoers and its drop-ins."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Set
from dataclasses import dataclass, field
from typing import Any

from hiscomply.model import Record, Rejected, Text
from hiscomply_local.about import About, missing, unreadable
from hiscomply_local.answers import Answer, Answers, Ask, Outcome
from hiscomply_local.parse_rights import FILES, elsewhere
from hiscomply_local.parse_sudoers import (
    Aliases,
    Defaults,
    Include,
    Rule,
    expand_aliases,
    members_of,
    parse_sudoers,
)

SUDOERS = "/etc/sudoers"
DROP_INS = "/etc/sudoers.d/*"
SHIPPED, SHIPPED_DROP_INS = "/usr/etc/sudoers", "/usr/etc/sudoers.d/*"
"""What openSUSE ships: read in the place of ``SUDOERS`` where that is absent; its folder where one of them includes it."""
ASK = Ask(files=(SUDOERS, DROP_INS, SHIPPED, SHIPPED_DROP_INS, *FILES))
_FOLDERS = frozenset(posixpath.dirname(one) for one in (DROP_INS, SHIPPED_DROP_INS))
_MEMBERS_ELSEWHERE = ("+", "%:")
"""Netgroups, and groups that are none of Unix."""
_ESCAPED = re.compile(r"\\(.)")
_WHAT = Text("sudo 规则", "sudo rules")


@dataclass(slots=True)
class Sudoers:
    """All rules of a host, aliases replaced.

    Attributes:
        principals: whom a rule lets do anything.
        is_complete: every file of it was read and understood, and nothing else gives such rights.
        knows_members: no rule is for a group whose members the host's own files do not name.
        included: folders and files that others include.
        free: principals that a ``Defaults`` line frees from the password; ``ALL`` for everybody.
    """

    rules: list[tuple[str, Rule]] = field(default_factory=list)
    principals: set[str] = field(default_factory=set)
    free: set[str] = field(default_factory=set)
    problems: list[tuple[str, int | None, Text]] = field(default_factory=list)
    included: set[str] = field(default_factory=set)
    is_complete: bool = True
    knows_members: bool = True

    @property
    def named_groups(self) -> set[str]:
        """The groups of Unix that a rule is for, by name or as ``#27``."""
        return {one[1:] for one in self.principals if one.startswith("%")}

    def grants(self, login: str, uid: int, groups: Set[str]) -> bool:
        """A rule lets this account run something as another user."""
        names = (login, f"#{uid}", "ALL", *(f"%{group}" for group in groups))
        return not self.principals.isdisjoint(names)

    def needs_password(self, rule: Rule) -> Any:
        """False when a tag or a ``Defaults`` line spares the password for any of its commands.

        Not known (``...``) while one is freed from it who has no rule of his own, and may have this one by a group.
        """
        if rule.is_without_password or self.free & {"ALL", rule.principal}:
            return False
        hidden = self.free - self.principals
        is_apart = all(one != "ALL" and one[:1] not in "%#+!" for one in (rule.principal, *hidden))
        return True if is_apart or not hidden else ...


def read_sudoers(answers: Answers) -> Sudoers:
    """The rules in the order in which sudo reads them; files that sudo skips are skipped."""
    found = Sudoers()
    aliases: dict[tuple[str, str], tuple[str, ...]] = {}
    main = SHIPPED if answers.file(SUDOERS).outcome is Outcome.ABSENT else SUDOERS
    _take_file(main, answers.file(main), found, aliases)
    _take_folder(DROP_INS, answers, found, aliases)
    if posixpath.dirname(SHIPPED_DROP_INS) in found.included:
        _take_folder(SHIPPED_DROP_INS, answers, found, aliases)
    found.problems += elsewhere(answers)
    found.rules = [(path, rule) for path, item in found.rules for rule in expand_aliases(item, aliases)]
    found.free = {member for name in found.free for member in members_of(name, "Us", aliases)}
    found.principals = {_ESCAPED.sub(r"\1", rule.principal.replace('"', "")) for _, rule in found.rules}
    found.is_complete = not found.problems
    found.knows_members = not any(one.startswith(_MEMBERS_ELSEWHERE) for one in found.principals)
    return found


def _take_folder(
    pattern: str, answers: Answers, found: Sudoers, aliases: dict[tuple[str, str], tuple[str, ...]]
) -> None:
    for path, answer in answers.matching(pattern):
        if _is_read(path):
            _take_file(path, answer, found, aliases)


def _take_file(
    path: str, answer: Answer, found: Sudoers, aliases: dict[tuple[str, str], tuple[str, ...]]
) -> None:
    if answer.ok:
        for item in parse_sudoers(answer.text):
            _take(path, item, found, aliases)
    elif answer.outcome is not Outcome.ABSENT:
        found.problems.append((path, None, missing(_WHAT, answer)))


def _is_read(path: str) -> bool:
    name = path.rsplit("/", 1)[-1]
    return name == "*" or ("." not in name and not name.endswith("~"))


def _take(
    path: str,
    item: Rule | Defaults | Include | Aliases | int,
    found: Sudoers,
    aliases: dict[tuple[str, str], tuple[str, ...]],
) -> None:
    if isinstance(item, Rule):
        found.rules.append((path, item))
    elif isinstance(item, Defaults):
        found.free |= item.free
    elif isinstance(item, Include):
        found.included.add(item.path.rstrip("/"))
        if item.path.rstrip("/") not in _FOLDERS:
            reason = f"包含了未读取的文件 {item.path}", f"includes {item.path}, which was not read"
            found.problems.append((path, item.line, Text(*reason)))
    elif isinstance(item, int):
        found.problems.append((path, item, unreadable(_WHAT)))
    else:
        aliases.update(item)


def parse(answers: Answers, about: About) -> Iterator[Record | Rejected]:
    """A ``sudo_rule`` record for each principal of each rule. No sudoers file, no record."""
    found = read_sudoers(answers)
    for problem in found.problems:
        yield about.refused("sudo_rule", *problem)
    for path, rule in found.rules:
        fields = {
            "asset_id": about.asset_id,
            "file": path,
            "line": rule.line,
            "part": rule.part,
            "principal": rule.principal,
            "is_group": rule.principal.startswith("%"),
            "hosts": list(rule.hosts),
            "run_as": rule.run_as,
            "commands": list(rule.commands),
            "grants_everything": "ALL" in rule.commands,
            "needs_password": found.needs_password(rule),
        }
        yield about.from_file("sudo_rule", path, fields, rule.line)
