"""The collector ``mysql``: a server's own tables and variables."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from hiscomply.model import Text
from hiscomply_kit.database_collector import ONE_WAY_IN, DatabaseCollector, Product, server_options
from hiscomply_kit.options import options_schema
from hiscomply_mysql.kinds import DEFAULT, KINDS


class MysqlCollector(DatabaseCollector):
    """MySQL and MariaDB."""

    name: ClassVar[str] = "mysql"
    version: ClassVar[str] = "1.0"
    summary: ClassVar[Text] = Text(
        "MySQL、MariaDB:账户、口令状态、权限、设置、复制",
        "MySQL and MariaDB: accounts, password state, rights, settings, replication",
    )
    options_schema: ClassVar[Mapping[str, Any]] = (
        options_schema(server_options(tuple(KINDS), DEFAULT), ("user", "system_id", "asset_id")) | ONE_WAY_IN
    )
    fact_kinds = KINDS
    default_facts = DEFAULT

    def product(self) -> Product:
        """Facts, questions and sessions of MySQL."""
        from hiscomply_mysql.facts import FACTS
        from hiscomply_mysql.fetch import PORT, Session
        from hiscomply_mysql.questions import QUESTIONS

        return Product(PORT, FACTS, {name: one.reads for name, one in QUESTIONS.items()}, Session)
