"""What is asked of an OpenLDAP server, in what order, and what follows from what cannot be read."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from hiscomply.hookspecs import CollectFailed
from hiscomply.model import Record, Rejected, Text
from hiscomply_directory.about import About
from hiscomply_directory.entry import Entry, is_below, same_dn
from hiscomply_directory.fetch import Directory
from hiscomply_directory.groups import Groups, openldap_groups
from hiscomply_directory.options import PERSON_FILTER
from hiscomply_directory.parse_openldap_accounts import ATTRIBUTES, Policy, Rules, parse_account
from hiscomply_directory.parse_policy import PPOLICY_ATTRIBUTES, no_policy, ppolicy
from hiscomply_directory.words import NO_DEFAULT, Elsewhere, by_query, no_account, no_group, no_policy_seen

_PPOLICY: Final = "1.3.6.1.4.1.42.2.27.8.5.1"
_GROUPS: Final = (
    "(|(objectClass=groupOfNames)(objectClass=groupOfUniqueNames)(objectClass=groupOfMembers)(objectClass=posixGroup)"
    "(objectClass=groupOfURLs)(memberURL=*))"
)
_GROUP_ATTRIBUTES: Final = (
    "objectClass",
    "cn",
    "member",
    "uniqueMember",
    "memberUid",
    "gidNumber",
    "memberURL",
    "labeledURI",
)


class OpenLdap:
    """One naming context of a server."""

    def __init__(self, directory: Directory, about: About, root: Entry) -> None:
        self._directory = directory
        self._about = about
        contexts = [one for one in root.texts("namingContexts") if is_below(about.base, one)]
        self._context = max(contexts, key=len, default=about.base)
        self._has_rules = _PPOLICY in root.texts("supportedControl")
        self._elsewhere: Elsewhere | None = None
        self._policies: list[Entry] | None = None

    def accounts(self) -> Iterator[Record | Rejected]:
        """Accounts with password states and memberships.

        Raises:
            CollectFailed: at the end, where some may be missing.
        """
        about = self._about
        failures: list[CollectFailed] = []
        groups: Groups | None = None
        rules = Rules({}, None, None)
        try:
            groups = openldap_groups(self._search(self._context, _GROUPS, _GROUP_ATTRIBUTES))
            groups.privileged, missing = groups.named(about.options.get("privileged_groups", ()))
            groups.is_complete = not missing and self._elsewhere is None
            for word in missing:
                yield about.rejected("account", no_group(word))
            yield from self._not_resolved(groups)
        except CollectFailed as error:
            failures.append(error)
        try:
            rules = self._rules()
        except CollectFailed as error:
            failures.append(error)
        wanted = [
            about.options.get("login_attribute", "uid"),
            *([one] if (one := about.options.get("person_attribute")) else []),
            *ATTRIBUTES,
        ]
        count = 0
        for entry in self._search(about.base, self._person_filter(), wanted):
            count += 1
            yield from parse_account(entry, about, groups, rules)
        failures += [self._elsewhere] if self._elsewhere else []
        if failures:
            raise failures[0]
        if count == 0:
            raise no_account(about.base)

    def _not_resolved(self, groups: Groups) -> Iterator[Rejected]:
        """Groups whose members are what a search finds: who is in them is not known."""
        for group in sorted(groups.by_query):
            reason = by_query(groups.names[group])
            yield self._about.rejected("entitlement", reason)
            if groups.above([group]) & groups.privileged:
                yield self._about.rejected("account", reason)

    def policies(self) -> Iterator[Record | Rejected]:
        """Every ppolicy entry; in effect where it is the target's ``default_policy`` or an account names it."""
        entries = self._policy_entries()
        if not entries and not self._has_rules:
            yield from no_policy(self._about)
        elif not entries:
            reason = Text("没有可见的 ppolicy 口令策略", "no ppolicy entry is to be seen")
            yield self._about.rejected("setting", reason)
        default = self._default()
        named = self._named_policies() if entries else set()
        yield from self._not_seen(default, named, {same_dn(one.dn) for one in entries})
        for entry in entries:
            in_use = same_dn(entry.dn) in {default, *named}
            yield from ppolicy(entry, self._about, is_effective=True if in_use else None)
        if self._elsewhere is not None:
            raise self._elsewhere

    def _named_policies(self) -> set[str]:
        """The policies that accounts name for themselves."""
        wanted = "pwdPolicySubentry"
        return {
            same_dn(one)
            for entry in self._search(self._context, f"({wanted}=*)", [wanted])
            for one in entry.texts(wanted)
        }

    def _not_seen(self, default: str | None, named: set[str], seen: set[str]) -> Iterator[Rejected]:
        """Policies that hold for somebody and are not among those that are to be seen."""
        if not seen:
            return
        if default is None:
            yield self._about.rejected("setting", NO_DEFAULT)
        missing = sorted((named | ({default} if default else set())) - seen)
        if missing:
            yield self._about.rejected("setting", no_policy_seen(len(missing)), missing[0])

    def _default(self) -> str | None:
        default = self._about.options.get("default_policy")
        return same_dn(default) if default else None

    def _search(
        self, base: str, where: str, attributes: Sequence[str], scope: str = "subtree"
    ) -> Iterator[Entry]:
        """As the directory's; a part of the tree that is on another server is kept in mind until the end."""
        try:
            yield from self._directory.search(base, where, attributes, scope)
        except Elsewhere as error:
            self._elsewhere = error

    def _policy_entries(self) -> list[Entry]:
        if self._policies is None:
            self._policies = list(self._search(self._context, "(objectClass=pwdPolicy)", PPOLICY_ATTRIBUTES))
        return self._policies

    def _rules(self) -> Rules:
        entries = self._policy_entries()
        custom = self._about.options.get("disabled_filter")
        disabled = None
        if custom:
            where = f"(&{self._person_filter()}{custom})"
            disabled = frozenset(
                same_dn(entry.dn) for entry in self._search(self._about.base, where, ["1.1"])
            )
        return Rules(
            policies={same_dn(one.dn): _policy(one) for one in entries},
            default=self._default(),
            disabled=disabled,
        )

    def _person_filter(self) -> str:
        return str(self._about.options.get("person_filter", PERSON_FILTER["openldap"]))


def _policy(entry: Entry) -> Policy:
    return Policy(
        max_age_s=entry.number("pwdMaxAge") or 0,
        locks=entry.is_true("pwdLockout"),
        lockout_s=entry.number("pwdLockoutDuration") or 0,
    )
