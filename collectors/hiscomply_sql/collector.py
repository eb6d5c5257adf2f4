"""The collector ``sql``: one guarded SELECT, read in pieces, its columns matched to the fields of one kind."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, ClassVar

from hiscomply.hookspecs import CollectContext, CollectFailed
from hiscomply.model import Record, Rejected, Target, Text
from hiscomply_kit.options import CLEARTEXT, SECRET, STEP_TIMEOUT, TEXT, TLS, means, options_schema, said
from hiscomply_tables.options import OPTIONS_SCHEMA as _TABLES

_SHARED = _TABLES["properties"]
ROW_LIMIT = 100_000
_LOGIN = re.compile(r"//([^:@/]*)(?::[^/]*)?@")


class SqlCollector:
    """Asks any database that SQLAlchemy has a driver for; a statement that is no SELECT is not sent."""

    name: ClassVar[str] = "sql"
    version: ClassVar[str] = "1.0"
    summary: ClassVar[Text] = Text(
        "任意数据库的一条只读查询(Oracle、SQL Server、达梦有现成查询)",
        "one read-only query of any database (ready ones for Oracle, SQL Server, DM8)",
    )
    options_schema: ClassVar[Mapping[str, Any]] = options_schema(
        {
            "url": {
                "type": "string",
                "pattern": r"^[A-Za-z0-9_]+(\+[A-Za-z0-9_]+)?://",
                **means(
                    "SQLAlchemy 的 URL，含用户，不得含口令。",
                    "SQLAlchemy's URL, with the user and without password.",
                ),
            },
            "password": {
                **SECRET,
                **means(
                    "URL 中用户的口令的所在：写 {env: NAME}、{file: PATH} 或 {command: [PROGRAM]}。",
                    "Where the password of the URL's user is: {env: NAME}, {file: PATH} or {command: "
                    "[PROGRAM]}.",
                ),
            },
            "query": {
                **TEXT,
                **means(
                    "一条 SELECT；其列名即证据字段，或在 columns 中对应。query、query_file、ready 三者选一。",
                    "One SELECT; its columns are named as fields of the evidence, or mapped in columns. "
                    "One of query, query_file and ready.",
                ),
            },
            "query_file": {**TEXT, **means("从项目文件夹算起。", "From the project folder.")},
            "ready": {
                **TEXT,
                **means(
                    "随产品提供的查询：oracle/accounts、sqlserver/backups、dm8/accounts……",
                    "A query that ships: oracle/accounts, sqlserver/backups, dm8/accounts …",
                ),
            },
            "kind": _SHARED["kind"],
            "columns": {
                **_SHARED["columns"],
                **means(
                    "证据字段：查询的列。仅用于列名与字段名不同、或取值需要换算时；其余的列填入同名字段。",
                    "Field of the evidence: column of the query. Only where the names differ or values "
                    "need converting; other columns fill the field of their own name.",
                ),
            },
            "where": _SHARED["where"],
            "empty_values": _SHARED["empty_values"],
            "allow_empty": _SHARED["allow_empty"],
            "row_limit": {
                "type": "integer",
                "minimum": 1,
                "maximum": 5_000_000,
                "default": ROW_LIMIT,
                **means(
                    "行数超过此值时采集失败，不会截断。", "More rows than this are a failure, not a cut."
                ),
            },
            "tls": {
                **TLS,
                **means(
                    "psycopg 与 pymysql：服务器如何证明自己的身份；始终核验。server_name 不可用，"
                    "客户端证书只用于 pymysql。",
                    "psycopg and pymysql: how the server proves who it is; it always must. server_name "
                    "is refused, and a client certificate is for pymysql only.",
                ),
            },
            "use_tls": {
                "type": "boolean",
                "default": True,
                **means("用于 psycopg 与 pymysql。", "For psycopg and pymysql."),
            },
            "driver_tls": {
                "type": "boolean",
                "default": False,
                **means(
                    "用于其他驱动：URL 已使驱动采用 TLS 并核验服务器。",
                    "For other drivers: the URL makes the driver use TLS and verify the server.",
                ),
            },
            "cleartext": CLEARTEXT,
            "step_timeout": STEP_TIMEOUT,
        },
        ("url", "kind"),
    ) | {"oneOf": [{"required": ["query"]}, {"required": ["query_file"]}, {"required": ["ready"]}]}

    def kinds(self, options: Mapping[str, Any]) -> tuple[str, ...]:
        """The one kind that the target names."""
        return (str(options["kind"]),)

    def asks(self, target: Target, project: Path) -> Iterator[Text]:
        """The query, with the database and account."""
        options = target.options
        what = options.get("ready") or options.get("query_file") or "query"
        login = f" ({said(options['password'])})" if "password" in options else ""
        url = _LOGIN.sub(r"//\1@", options["url"]).partition("?")[0]
        yield Text(f"向 {url}{login} 发送一条 SELECT:{what}", f"sends {url}{login} one SELECT: {what}")

    def collect(self, target: Target, context: CollectContext) -> Iterator[Record | Rejected]:
        """The records of the rows.

        Raises:
            CollectDenied, CollectTimedOut, CollectFailed: refused, too slow, too many rows, none at all, or a query that
                does not fit.
        """
        from hiscomply_sql.address import url_of
        from hiscomply_sql.fetch import Answer
        from hiscomply_sql.guard import guarded
        from hiscomply_sql.query import statement_of
        from hiscomply_sql.rows import plan_of, read_rows
        from hiscomply_tables.rows import Tally

        options = target.options
        statement = guarded(statement_of(options, context.project), url_of(options).get_backend_name())
        password = context.secret(options["password"]) if "password" in options else None
        limit, tally = options.get("row_limit", ROW_LIMIT), Tally()
        answer = Answer(statement, options, password, context.project)
        try:
            columns = answer.columns()
            plan = plan_of(options, columns)
            yield from read_rows(
                plan, columns, lambda: _limited(answer.rows(), limit), answer.where, context, tally
            )
        finally:
            answer.close()
        if not (tally.records or tally.rejected or options.get("allow_empty", False)):
            raise CollectFailed(
                Text(
                    "查询没有返回任何行;若属实,请写 allow_empty: true",
                    "the query gave no row; if that is the truth, say allow_empty: true",
                )
            )


def _limited(rows: Iterator[Any], limit: int) -> Iterator[Any]:
    for number, row in enumerate(rows, 1):
        if number > limit:
            raise CollectFailed(
                Text(
                    f"查询返回超过 {limit:,} 行(row_limit)",
                    f"the query gave more than {limit:,} rows (row_limit)",
                )
            )
        yield row
