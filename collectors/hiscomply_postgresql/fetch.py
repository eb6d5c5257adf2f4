"""All input and output: one read-only session, each question within its time and size."""

from __future__ import annotations

import math
import os
import socket
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

from hiscomply.hookspecs import CollectFailed
from hiscomply.model import Text
from hiscomply_kit.databases import (
    MAX_BYTES,
    MAX_ROWS,
    Row,
    cannot_reach,
    cannot_read,
    deadline,
    first_line,
    no_login,
    no_right,
    timed_out,
    too_much,
    where_of,
)
from hiscomply_kit.needs import need
from hiscomply_kit.tls import client_context, refuse_cleartext, tls_failure
from hiscomply_postgresql.questions import QUESTIONS

PORT: Final = 5432
_COLUMNS: Final = (
    "SELECT c.relname AS relation, a.attname AS name FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid "
    "JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = 'pg_catalog' AND a.attnum > 0 "
    f"AND NOT a.attisdropped AND c.relname IN ({', '.join(sorted({repr(one.relation) for one in QUESTIONS.values()}))})"
)
# SQLSTATE classes: insufficient privilege; cancelled by the time-out
_DENIED, _CANCELLED = "42501", "57014"
# A refused login carries no SQLSTATE in libpq, so the words of the server decide, in the languages met here.
_REFUSALS = (
    *(
        "password authentication failed",
        "no pg_hba.conf entry",
        "authentication failed",
        "is not permitted to log in",
    ),
    *(
        "does not exist",
        "permission denied",
        "no password supplied",
        "pg_hba.conf rejects",
        "requires authentication",
    ),
    *("认证失败", "身份验证失败", "没有用于主机", "不存在", "不允许登录", "锁定", "account has been locked"),
)


class Session:
    """A connection whose every transaction is read-only.

    Args:
        password: None where the server knows the account otherwise (a socket, a certificate).

    Raises:
        CollectDenied: the login is refused. CollectTimedOut, CollectFailed: no connection.
    """

    def __init__(self, options: Mapping[str, Any], password: str | None, project: Path) -> None:
        self._psycopg = need("psycopg", "postgresql")
        self.where = where_of("postgresql", options, PORT)
        self._timeout_s = float(options.get("step_timeout", 30))
        self._password = password
        if "socket" not in options and not options.get("use_tls", True):
            refuse_cleartext(options["host"], is_allowed=options.get("cleartext", False))
        self._connection = self._connect(self._parameters(options, project))
        self._columns: dict[str, frozenset[str]] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._connection.close()

    def is_lost(self) -> bool:
        """True once no more can be asked."""
        return bool(self._connection.closed or self._connection.broken)

    def ask(self, name: str) -> list[Row]:
        """The answer to one question of ``QUESTIONS``.

        Raises:
            CollectDenied: no right to read it. CollectTimedOut: no whole answer in time. CollectFailed: anything else.
        """
        if not self._columns:
            self._look_up_columns()
        question = QUESTIONS[name]
        columns = self._columns.get(question.relation)
        if not columns:
            raise CollectFailed(
                Text(
                    f"{self.where} 没有 {question.relation},此版本读不到这部分",
                    f"{self.where} has no {question.relation}; this version does not tell that",
                )
            )
        return self._rows(question.relation, question.sql(columns))

    def _look_up_columns(self) -> None:
        state = self._rows(
            "transaction_read_only", "SELECT current_setting('transaction_read_only') AS state"
        )
        if [row["state"] for row in state] != ["on"]:
            raise CollectFailed(
                Text(f"{self.where} 不接受只读会话", f"{self.where} does not keep the session read-only")
            )
        found: dict[str, set[str]] = {}
        for row in self._rows("pg_attribute", _COLUMNS):
            found.setdefault(row["relation"], set()).add(row["name"])
        self._columns = {relation: frozenset(names) for relation, names in found.items()}

    def _rows(self, question: str, sql: str) -> list[Row]:
        rows: list[Row] = []
        size = 0
        with deadline(self._connection.fileno(), self._timeout_s + 1) as has_expired:
            try:
                with self._connection.cursor() as cursor:
                    for row in cursor.stream(sql):
                        rows.append(row)
                        size += sum(len(value) for value in row.values() if isinstance(value, str))
                        if len(rows) > MAX_ROWS or size > MAX_BYTES:
                            self._connection.close()
                            raise too_much(self.where, question)
            except (self._psycopg.Error, UnicodeDecodeError, ValueError) as error:
                state = getattr(error, "sqlstate", None)
                if has_expired.is_set() or state == _CANCELLED:
                    raise timed_out(self.where, self._timeout_s) from None
                if state == _DENIED:
                    raise no_right(self.where, question) from None
                raise self._failed(question, error, state) from None
        return rows

    def _failed(self, question: str, error: BaseException, state: str | None) -> CollectFailed:
        # what the server says of a question may quote its data: the code is enough
        told = f"SQLSTATE {state}" if state else first_line(error, self._password)
        return cannot_read(self.where, question, told)

    def _connect(self, parameters: dict[str, Any]) -> Any:
        from psycopg.rows import dict_row

        try:
            connection = self._psycopg.connect(**parameters, autocommit=True, row_factory=dict_row)
        except self._psycopg.errors.ConnectionTimeout:
            raise timed_out(self.where, self._timeout_s) from None
        except (self._psycopg.Error, UnicodeError, ValueError, OSError) as error:
            raise self._no_connection(error) from None
        connection.prepare_threshold = None
        return connection

    def _no_connection(self, error: BaseException) -> CollectFailed:
        whole, told = str(error), first_line(error, self._password)
        if any(
            word in whole for word in ("certificate", "SSL error", "does not support SSL", "SSL was required")
        ):
            return tls_failure(self.where, ConnectionError(told))
        if any(word in whole for word in _REFUSALS):
            return no_login(self.where, told)
        return cannot_reach(self.where, told)

    def _parameters(self, options: Mapping[str, Any], project: Path) -> dict[str, Any]:
        limit_ms = math.ceil(self._timeout_s * 1000)
        parameters = {
            "port": options.get("port", PORT),
            "dbname": options.get("database", "postgres"),
            "user": options["user"],
            "password": self._password,
            "passfile": os.devnull,
            "connect_timeout": max(2, math.ceil(self._timeout_s)),
            "application_name": "hiscomply",
            "gssencmode": "disable",
            "client_encoding": "UTF8",
            "options": f"-c default_transaction_read_only=on -c statement_timeout={limit_ms} "
            f"-c lock_timeout={limit_ms} -c search_path=pg_catalog",
        }
        if "socket" in options:
            return parameters | {"host": options["socket"], "sslmode": "disable"}
        if not options.get("use_tls", True):
            return parameters | {"host": options["host"], "sslmode": "disable"}
        tls = options.get("tls") or {}
        client_context(tls, project)  # the files are there and are what they should be
        ca_file = tls.get("ca_file")
        parameters |= {
            "host": options["host"],
            "sslmode": "verify-full",
            "sslrootcert": str(project / ca_file) if ca_file else "system",
            "sslcertmode": "allow" if "client_cert" in tls else "disable",
            "ssl_min_protocol_version": "TLSv1.2",
        }
        if "client_cert" in tls:
            key = tls.get("client_key", tls["client_cert"])
            parameters |= {"sslcert": str(project / tls["client_cert"]), "sslkey": str(project / key)}
        if name := tls.get("server_name"):
            parameters |= {"host": name, "hostaddr": self._address(options["host"])}
        return parameters

    def _address(self, host: str) -> str:
        try:
            found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
        except OSError as error:
            raise CollectFailed(
                Text(f"找不到主机 {host}:{error}", f"the host {host} is not found: {error}")
            ) from None
        return str(found[0][4][0])
