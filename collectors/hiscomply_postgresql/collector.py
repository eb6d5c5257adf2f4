"""The collector ``postgresql``: a server's catalogue."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from hiscomply.model import Text
from hiscomply_kit.database_collector import ONE_WAY_IN, DatabaseCollector, Product, server_options
from hiscomply_kit.options import TEXT, means, options_schema
from hiscomply_postgresql.kinds import DEFAULT, KINDS


class PostgresqlCollector(DatabaseCollector):
    """PostgreSQL and its relatives."""

    name: ClassVar[str] = "postgresql"
    version: ClassVar[str] = "1.0"
    summary: ClassVar[Text] = Text(
        "PostgreSQL(兼容 KingbaseES、openGauss):角色、设置、访问规则、归档、复制",
        "PostgreSQL and its relatives KingbaseES, openGauss: roles, settings, host rules, archiving, replication",
    )
    options_schema: ClassVar[Mapping[str, Any]] = (
        options_schema(
            {
                **server_options(tuple(KINDS), DEFAULT),
                "database": {
                    **TEXT,
                    "default": "postgres",
                    **means("登录的数据库。", "The database to log in to."),
                },
            },
            ("user", "system_id", "asset_id"),
        )
        | ONE_WAY_IN
    )
    fact_kinds = KINDS
    default_facts = DEFAULT

    def product(self) -> Product:
        """Facts, questions and sessions of PostgreSQL."""
        from hiscomply_postgresql.facts import FACTS
        from hiscomply_postgresql.fetch import PORT, Session
        from hiscomply_postgresql.questions import QUESTIONS

        return Product(PORT, FACTS, {name: one.relation for name, one in QUESTIONS.items()}, Session)
