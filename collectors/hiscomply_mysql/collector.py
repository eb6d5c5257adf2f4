"""The collector ``mysql``: one session, fact by fact."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, ClassVar

from hiscomply.hookspecs import CollectContext
from hiscomply.model import Record, Rejected, Target, Text
from hiscomply_kit.databases import Instance, gather, server_options
from hiscomply_kit.options import options_schema, said
from hiscomply_mysql.kinds import DEFAULT, KINDS


class MysqlCollector:
    """Asks a server's own tables and variables in a read-only session; never touches a table of an application."""

    name: ClassVar[str] = "mysql"
    version: ClassVar[str] = "1.0"
    summary: ClassVar[Text] = Text(
        "MySQL、MariaDB:账户、口令状态、权限、设置、复制",
        "MySQL and MariaDB: accounts, password state, rights, settings, replication",
    )
    options_schema: ClassVar[Mapping[str, Any]] = options_schema(
        server_options(tuple(KINDS), DEFAULT), ("user", "system_id", "asset_id")
    ) | {"oneOf": [{"required": ["host"]}, {"required": ["socket"]}]}

    def kinds(self, options: Mapping[str, Any]) -> tuple[str, ...]:
        """The kinds of the facts that are asked for."""
        names = options.get("include") or DEFAULT
        return tuple(dict.fromkeys(kind for name in names for kind in KINDS[name]))

    def asks(self, target: Target, project: Path) -> Iterator[Text]:
        """The questions by fact, with server and account."""
        from hiscomply_mysql.facts import FACTS
        from hiscomply_mysql.fetch import where_of
        from hiscomply_mysql.questions import QUESTIONS

        options = target.options
        login = (
            f"{options['user']} ({said(options['password'])})" if "password" in options else options["user"]
        )
        for name in options.get("include") or DEFAULT:
            read = ", ".join(QUESTIONS[one].reads for one in FACTS[name].questions)
            yield Text(
                f"以 {login} 只读查询 {where_of(options)}:{read}",
                f"asks {where_of(options)} as {login}, read-only: {read}",
            )

    def collect(self, target: Target, context: CollectContext) -> Iterator[Record | Rejected]:
        """The records of each fact.

        Raises:
            CollectDenied, CollectTimedOut, CollectFailed: no session; or, after the rest, the facts that were not had.
        """
        from hiscomply_mysql.facts import FACTS
        from hiscomply_mysql.fetch import Session, where_of

        options = target.options
        password = context.secret(options["password"]) if "password" in options else None
        instance = Instance(
            options["system_id"],
            options["asset_id"],
            where_of(options),
            context.now,
            options.get("account_kinds", {}),
        )
        facts = {name: FACTS[name] for name in options.get("include") or DEFAULT}
        with Session(options, password, context.project) as session:
            yield from gather(facts, session.ask, session.is_lost, instance)
