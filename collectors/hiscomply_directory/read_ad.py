"""What is asked of an Active Directory domain, in what order, and what follows from what cannot be read."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from hiscomply.hookspecs import CollectFailed
from hiscomply.model import Record, Rejected, Text
from hiscomply_directory.about import About
from hiscomply_directory.entry import Entry, same_dn, sid_text
from hiscomply_directory.fetch import Directory
from hiscomply_directory.groups import Groups
from hiscomply_directory.options import LAG_DAYS, PERSON_FILTER
from hiscomply_directory.parse_ad_accounts import ATTRIBUTES, Domain, parse_account
from hiscomply_directory.parse_policy import (
    DOMAIN_ATTRIBUTES,
    PSO_ATTRIBUTES,
    domain_policy,
    fine_grained_policy,
)
from hiscomply_directory.words import Elsewhere, NotThere, bare_domain, hidden_domain, no_account, no_group

# Microsoft's well-known security identifiers: of the domain, and built in.
_DOMAIN_RIDS: Final = {
    "512": "Domain Admins",
    "518": "Schema Admins",
    "519": "Enterprise Admins",
    "526": "Key Admins",
    "527": "Enterprise Key Admins",
}
_BUILT_IN: Final = {
    "S-1-5-32-544": "Administrators",
    "S-1-5-32-548": "Account Operators",
    "S-1-5-32-549": "Server Operators",
    "S-1-5-32-550": "Print Operators",
    "S-1-5-32-551": "Backup Operators",
}
_MOST_NESTED: Final = 2000
_CONTROLLERS: Final = "(|(primaryGroupID=516)(primaryGroupID=521))"


class ActiveDirectory:
    """One domain. Part of the answers are needed before accounts can be told, and are kept."""

    def __init__(self, directory: Directory, about: About, root: Entry) -> None:
        self._directory = directory
        self._about = about
        self._domain_dn = root.text("defaultNamingContext") or about.base
        named = (*root.texts("defaultNamingContext"), *root.texts("namingContexts"))
        self._is_named = same_dn(self._domain_dn) in map(same_dn, named)
        self._is_root = same_dn(root.text("rootDomainNamingContext") or "") == same_dn(self._domain_dn)
        self._domain_entry: Entry | None = None

    def accounts(self) -> Iterator[Record | Rejected]:
        """Accounts with password states and memberships.

        Raises:
            CollectFailed: at the end, where some may be missing.
        """
        about = self._about
        domain = self._domain()
        sid = _sid(domain)
        if sid is None:  # every domain has one
            raise bare_domain(domain.dn, Text("没有给出 SID", "shows no SID"))
        groups = Groups(is_complete=False)
        failure: CollectFailed | None = None
        try:
            yield from self._read_groups(groups, sid)
        except CollectFailed as error:
            failure = error
        knows, reason = self._knows_log_ins(domain)
        if reason is not None:
            yield about.rejected("account", reason)
        facts = Domain(sid, self._is_root, knows)
        wanted = [
            about.options.get("login_attribute", "sAMAccountName"),
            *([one] if (one := about.options.get("person_attribute")) else []),
            *ATTRIBUTES,
        ]
        person = about.options.get("person_filter", PERSON_FILTER["active_directory"])
        count = 0
        for entry in self._search(about.base, person, wanted):
            count += 1
            yield from parse_account(entry, about, groups, facts)
        if failure is not None:
            raise failure
        if count == 0:
            raise no_account(about.base)

    def policies(self) -> Iterator[Record | Rejected]:
        """The domain's rules and the fine-grained ones."""
        domain = self._domain()
        if not any(domain.texts(name) for name in DOMAIN_ATTRIBUTES):  # every domain has them all
            raise bare_domain(domain.dn, Text("没有给出口令策略", "shows no rules for passwords"))
        yield from domain_policy(domain, self._about)
        if not self._about.options.get("fine_grained", True):
            return
        place = f"CN=Password Settings Container,CN=System,{self._domain_dn}"
        try:
            # whoever may not read the container would see an empty list below it
            list(self._search(place, "(objectClass=*)", ["cn"], "base"))
            entries = list(
                self._search(place, "(objectClass=msDS-PasswordSettings)", PSO_ATTRIBUTES, "level")
            )
        except CollectFailed as error:
            reason = Text(
                f"细粒度口令策略未知:{error.reason.zh};请授予读取权限,或写明 fine_grained: false",
                f"fine-grained password policies not known: {error.reason.en}; grant the right to read them, or say "
                "fine_grained: false",
            )
            yield self._about.rejected("setting", reason, place)
            return
        if not entries:
            reason = Text(
                "看不到细粒度口令策略:没有,或没有读取权限;确认没有时请写明 fine_grained: false",
                "no fine-grained password policy is to be seen: there is none, or the account may not see it; where there is "
                "none, say fine_grained: false",
            )
            yield self._about.rejected("setting", reason, place)
        for entry in entries:
            yield from fine_grained_policy(entry, self._about)

    def _search(
        self, base: str, where: str, attributes: Sequence[str], scope: str = "subtree"
    ) -> Iterator[Entry]:
        """A domain always points at its partitions and at its child domains, which are targets of their own."""
        try:
            yield from self._directory.search(base, where, attributes, scope)
        except Elsewhere:
            return

    def _domain(self) -> Entry:
        if self._domain_entry is None:
            wanted = ["objectSid", "msDS-LogonTimeSyncInterval", *DOMAIN_ATTRIBUTES]
            found: list[Entry] = []
            not_there = CollectFailed(Text("看不到域对象", "the domain's object is not to be seen"))
            try:
                found = list(self._search(self._domain_dn, "(objectClass=*)", wanted, "base"))
            except NotThere as error:
                not_there = error
            if not found:
                # The server named the domain before anybody logged in, so it is there.
                raise hidden_domain(self._domain_dn) if self._is_named else not_there
            self._domain_entry = found[0]
        return self._domain_entry

    def _read_groups(self, groups: Groups, sid: str) -> Iterator[Rejected]:
        wanted = ["objectSid", "sAMAccountName", "memberOf"]
        for entry in self._search(self._domain_dn, "(objectClass=group)", wanted):
            mine = same_dn(entry.dn)
            groups.names[mine] = entry.text("sAMAccountName") or entry.dn
            groups.parents[mine] |= {same_dn(one) for one in entry.texts("memberOf")}
            if (number := _sid(entry)) is not None:
                groups.by_sid[number] = mine
        known = {number: groups.by_sid.get(number) for number in _privileged_sids(sid)}
        extra, missing = groups.named(self._about.options.get("privileged_groups", ()))
        groups.privileged |= extra | {dn for dn in known.values() if dn is not None}
        for word in missing:
            yield self._about.rejected("account", no_group(word))
        has_all_members = self._read_members(groups)
        # without these two nothing in the domain is privileged, which is not so: they are hidden
        essential = (known.get(f"{sid}-512"), known.get("S-1-5-32-544"))
        groups.is_complete = not missing and all(essential) and has_all_members

    def _read_members(self, groups: Groups) -> bool:
        """The members of privileged groups, from the groups' side: an account may hide its memberOf.

        Returns:
            False where some may be missing: no group shows any, which is in no domain so, or there are too many groups.
        """
        left = sorted(groups.privileged)
        seen: set[str] = set()
        has_members = False
        while left and len(seen) < _MOST_NESTED:
            dn = left.pop()
            if dn in seen:
                continue
            seen.add(dn)
            for entry in self._search(dn, "(objectClass=group)", ["member"], "base"):
                for member in map(same_dn, entry.texts("member")):
                    has_members = True
                    groups.parents[member].add(dn)
                    if member in groups.names:
                        left.append(member)
        return has_members and seen.issuperset(left)

    def _knows_log_ins(self, domain: Entry) -> tuple[bool, Text | None]:
        """Whether last log-ins are exact or late by no more than allowed; where they are not, why."""
        controllers = list(self._search(self._domain_dn, _CONTROLLERS, ["dNSHostName"]))
        interval = domain.number("msDS-LogonTimeSyncInterval")
        interval = LAG_DAYS if interval is None else interval
        allowed = self._about.options.get("replication_lag_days", LAG_DAYS)
        if len(controllers) == 1 or 0 < interval <= allowed:
            return True, None
        told = (
            Text("域不更新 lastLogonTimestamp", "the domain does not keep lastLogonTimestamp")
            if interval == 0
            else Text(
                f"域的 lastLogonTimestamp 可滞后 {interval} 天,允许 {allowed} 天",
                f"the domain's lastLogonTimestamp may be {interval} days late, allowed are {allowed}",
            )
        )
        return False, Text(f"最近登录时间未知:{told.zh}", f"last log-ins not known: {told.en}")


def _privileged_sids(sid: str) -> list[str]:
    return [*(f"{sid}-{rid}" for rid in _DOMAIN_RIDS), *_BUILT_IN]


def _sid(entry: Entry) -> str | None:
    raw = entry.values.get("objectsid")
    return sid_text(raw[0]) if raw else None
