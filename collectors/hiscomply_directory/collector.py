"""The collector ``directory``: logs in once, then reads one fact after the other."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from hiscomply.hookspecs import CollectContext, CollectFailed, joined_failures
from hiscomply.model import Record, Rejected, Target, Text
from hiscomply_directory.options import FACTS, SCHEMA, facts_of
from hiscomply_kit.options import said

if TYPE_CHECKING:
    from hiscomply_directory.entry import Entry
    from hiscomply_directory.fetch import Directory

_AD_CAPABILITY = "1.2.840.113556.1.4.800"
_ROOT_ATTRIBUTES = (
    "namingContexts",
    "defaultNamingContext",
    "rootDomainNamingContext",
    "supportedCapabilities",
    "supportedControl",
)
Found = Iterator[Record | Rejected]


class DirectoryCollector:
    """Reads an OpenLDAP server or an Active Directory domain, and changes nothing."""

    name: ClassVar[str] = "directory"
    version: ClassVar[str] = "1.0.0"
    summary: ClassVar[Text] = Text(
        "目录服务:OpenLDAP 与 Active Directory 的账户、口令状态、组与口令策略",
        "Directories: accounts, password states, groups and password rules of OpenLDAP and Active Directory",
    )
    options_schema: ClassVar[Mapping[str, Any]] = SCHEMA

    def kinds(self, options: Mapping[str, Any]) -> tuple[str, ...]:
        """The kinds of the facts that are asked for."""
        return tuple(kind for fact in facts_of(options) for kind in FACTS[fact])

    def asks(self, target: Target, project: Path) -> Iterator[Text]:
        """Where it would log in, as whom, and what it would search for."""
        options = target.options
        yield Text(
            f"以 {options['user']} 登录 {options['url']}(口令来自 {said(options['password'])}),只读",
            f"log in to {options['url']} as {options['user']} (password from {said(options['password'])}), read-only",
        )
        base = Text(
            options.get("base", "服务器的命名上下文"), options.get("base", "the server's naming context")
        )
        yield Text(
            f"在 {base.zh} 下搜索:{'、'.join(facts_of(options))}",
            f"search below {base.en} for: {', '.join(facts_of(options))}",
        )

    def collect(self, target: Target, context: CollectContext) -> Found:
        """Records and refusals.

        Raises:
            CollectFailed: not logged in, or part of it was not to be had; what was had is given before.
        """
        from hiscomply_directory.fetch import logged_in

        password = context.secret(target.options["password"])
        with logged_in(target.options, password, context.project) as directory:
            yield from read(directory, target.options, context)


def read(directory: Directory, options: Mapping[str, Any], context: CollectContext) -> Found:
    """What a directory that one is logged in to says.

    Raises:
        CollectFailed: part of it was not to be had; raised at the end, with the kinds that lack records.
    """
    facts = facts_of(options)
    root = next(iter(directory.search("", "(objectClass=*)", _ROOT_ATTRIBUTES, "base")), None)
    if root is None:
        raise CollectFailed(
            Text(f"{directory.where} 没有给出根条目", f"{directory.where} shows no root entry")
        )
    product = _product(directory, options, context, root)
    account_kinds = tuple(kind for fact in facts if fact != "policy" for kind in FACTS[fact])
    steps: list[tuple[tuple[str, ...], Callable[[], Found]]] = []
    if account_kinds:
        steps.append((account_kinds, product.accounts))
    if "policy" in facts:
        steps.append((FACTS["policy"], product.policies))
    failures: list[tuple[str, CollectFailed]] = []
    for kinds, step in steps:
        try:
            yield from (one for one in step() if one.kind in kinds)
        except CollectFailed as error:
            failures.append((directory.where, type(error)(error.reason, kinds)))
    if failures:
        joined = joined_failures(failures)
        is_one = len({error.reason for _, error in failures}) == 1
        raise type(joined)(failures[0][1].reason, joined.kinds) if is_one else joined


def _product(directory: Directory, options: Mapping[str, Any], context: CollectContext, root: Entry) -> Any:
    from hiscomply_directory.about import About
    from hiscomply_directory.read_ad import ActiveDirectory
    from hiscomply_directory.read_openldap import OpenLdap

    kind = options.get("kind", "auto")
    if kind == "auto":
        kind = "active_directory" if _AD_CAPABILITY in root.texts("supportedCapabilities") else "openldap"
    base = options.get("base") or root.text("defaultNamingContext")
    if base is None:
        contexts = root.texts("namingContexts")
        if len(contexts) != 1:
            raise CollectFailed(
                Text(
                    f"{directory.where} 有 {len(contexts)} 个命名上下文;请写明 base",
                    f"{directory.where} has {len(contexts)} naming contexts; say which with base",
                )
            )
        base = contexts[0]
    about = About(directory.where, base, context.now, context.zone, options)
    return (ActiveDirectory if kind == "active_directory" else OpenLdap)(directory, about, root)
