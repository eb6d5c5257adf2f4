"""Who is in which group, directly or through groups. Pure, and safe where groups contain each other in a ring."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass, field

from hiscomply_directory.entry import Entry, same_dn


@dataclass(slots=True)
class Groups:
    """The groups of a directory, by the same_dn of each.

    Attributes:
        parents: for a group or member, the groups that it is in directly.
        names: the group's name.
        privileged: groups whose members have power over others.
        logins: for a login that a group names without DN (posixGroup), its groups.
        by_number, by_sid: groups by the number by which members name their primary one; several may have one number.
        doubts: groups of which members may be hidden.
        by_query: groups whose members are what a search finds, which is not made; doubts too.
        is_complete: False where a group may be missing altogether.
    """

    parents: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    names: dict[str, str] = field(default_factory=dict)
    privileged: set[str] = field(default_factory=set)
    logins: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    by_number: dict[int, set[str]] = field(default_factory=lambda: defaultdict(set))
    by_sid: dict[str, str] = field(default_factory=dict)
    doubts: set[str] = field(default_factory=set)
    by_query: set[str] = field(default_factory=set)
    is_complete: bool = True

    def above(self, start: Iterable[str]) -> set[str]:
        """These groups and all that they are in."""
        found: set[str] = set()
        left = list(start)
        while left:
            one = left.pop()
            if one not in found:
                found.add(one)
                left.extend(self.parents.get(one, ()))
        return found

    def of(self, dn: str, more: Iterable[str] = ()) -> set[str]:
        """The groups of a member, nested ones too; ``more`` are groups known from the member's own entry."""
        return self.above([*self.parents.get(same_dn(dn), ()), *more])

    def is_privileged(self, groups: Set[str]) -> bool | None:
        """Whether one of these groups is privileged; None where a group that is hidden could be."""
        if groups & self.privileged:
            return True
        doubtful = any(self.above([one]) & self.privileged for one in self.doubts)
        return None if doubtful or not self.is_complete else False

    def named(self, wanted: Iterable[str]) -> tuple[set[str], list[str]]:
        """The groups of these names or DNs, and the words that name none."""
        by_name: Mapping[str, set[str]] = defaultdict(set)
        for dn, name in self.names.items():
            by_name[name.casefold()].add(dn)
        found: set[str] = set()
        missing = []
        for word in wanted:
            hits = by_name.get(word.casefold(), set()) | ({same_dn(word)} & self.names.keys())
            found |= hits
            if not hits:
                missing.append(word)
        return found, missing


_MEMBERS = ("member", "uniqueMember")
_TELL_MEMBERS = {"groupofnames", "groupofuniquenames", "groupofmembers"}
"""Groups without members are not allowed, or so rare that hidden members are likelier."""


def openldap_groups(entries: Iterable[Entry]) -> Groups:
    """From groups that list their members, by DN or by login, in any mixture, and groups that a search makes."""
    groups = Groups()
    for entry in entries:
        mine = same_dn(entry.dn)
        groups.names[mine] = entry.text("cn") or entry.dn
        members = [one for name in _MEMBERS for one in entry.texts(name)]
        for member in members:
            # the optional unique identifier behind a uniqueMember begins with "#'"
            groups.parents[same_dn(member.split("#'")[0])].add(mine)
        for login in entry.texts("memberUid"):
            groups.logins[login].add(mine)
        number = entry.number("gidNumber")
        if number is not None:
            groups.by_number[number].add(mine)
        if _is_by_query(entry):
            groups.by_query.add(mine)
        if mine in groups.by_query or (entry.classes & _TELL_MEMBERS and not members):
            groups.doubts.add(mine)
    return groups


def _is_by_query(entry: Entry) -> bool:
    """Of class groupOfURLs, or of another with an LDAP search as the overlay dynlist may be told to take it."""
    searches = [one for one in entry.texts("labeledURI") if one.lower().startswith("ldap:///")]
    return "groupofurls" in entry.classes or "memberurl" in entry.values or bool(searches)
