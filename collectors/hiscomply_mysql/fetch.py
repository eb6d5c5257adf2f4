"""All input and output: one read-only session, each question within its time and size."""

from __future__ import annotations

import os
import socket
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

from hiscomply.hookspecs import CollectFailed
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
from hiscomply_mysql.questions import (
    COLUMNS,
    QUESTIONS,
    accounts_sql,
    grants_sql,
    is_hidden,
    memberships_sql,
    writers_sql,
)

PORT: Final = 3306
# refused logins: access, host, lock, expired password; and refused questions: table, column, routine, privilege
_NO_LOGIN: Final = frozenset({1044, 1045, 1129, 1130, 1251, 1698, 1820, 1862, 3118, 3159, 4151})
_NO_RIGHT: Final = frozenset({1044, 1142, 1143, 1227, 1370})
_OUT_OF_TIME: Final = frozenset({1317, 1969, 3024})
_UNKNOWN: Final = frozenset({1064, 1109, 1146, 1193})
_BUILT: Final = {
    "accounts": accounts_sql,
    "memberships": memberships_sql,
    "grants": grants_sql,
    "writers": writers_sql,
}


class Session:
    """A connection whose every transaction is read-only.

    Raises:
        CollectDenied: the login is refused. CollectTimedOut, CollectFailed: no connection.
    """

    def __init__(self, options: Mapping[str, Any], password: str | None, project: Path) -> None:
        self._pymysql = need("pymysql", "mysql")
        self.where = where_of("mysql", options, PORT)
        self._timeout_s = float(options.get("step_timeout", 30))
        self._password = password
        self._columns: dict[str, frozenset[str]] | None = None
        self._is_lost = False
        self._line = self._open(options)
        try:
            self._connection = self._log_in(options, project)
        except BaseException:
            self._line.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with suppress(Exception):
            self._connection.close()
        self._line.close()

    def is_lost(self) -> bool:
        """True once no more can be asked."""
        return self._is_lost

    def ask(self, name: str) -> list[Row]:
        """The answer to one question of ``QUESTIONS``.

        Raises:
            CollectDenied: no right to read it. CollectTimedOut: no whole answer in time. CollectFailed: anything else.
        """
        question = QUESTIONS[name]
        if name not in _BUILT:
            return self._rows(question.reads, question.sql, is_optional=question.is_optional)
        if self._columns is None:
            self._columns = self._look_up_columns()
        if not self._columns.get("user"):
            raise no_right(self.where, "mysql.user")
        if is_hidden(name, self._columns):
            raise no_right(self.where, question.reads)
        sql = _BUILT[name](self._columns)
        return [] if sql is None else self._rows(question.reads, sql)

    def _look_up_columns(self) -> dict[str, frozenset[str]]:
        found: dict[str, set[str]] = {}
        for row in self._rows("information_schema.columns", COLUMNS):
            found.setdefault(row["relation"], set()).add(row["name"])
        return {relation: frozenset(names) for relation, names in found.items()}

    def _rows(self, question: str, sql: str, *, is_optional: bool = False) -> list[Row]:
        rows: list[Row] = []
        size = 0
        cursor = self._connection.cursor()
        with deadline(self._line.fileno(), self._timeout_s + 1) as has_expired:
            try:
                cursor.execute(sql)
                for row in cursor:
                    rows.append({name.lower(): value for name, value in row.items()})
                    size += sum(len(value) for value in row.values() if isinstance(value, str))
                    if len(rows) > MAX_ROWS or size > MAX_BYTES:
                        raise too_much(self.where, question)
            except CollectFailed:
                self._cut(cursor)
                raise
            except Exception as error:  # noqa: BLE001 - the library meets garbage with many kinds of errors
                code = _code(error)
                if is_optional and code in _UNKNOWN:
                    return []
                if has_expired.is_set() or code in _OUT_OF_TIME or _is_timeout(error):
                    self._cut(cursor)
                    raise timed_out(self.where, self._timeout_s) from None
                if code in _NO_RIGHT:
                    raise no_right(self.where, question) from None
                if not 1000 <= code < 2000:
                    self._cut(cursor)
                raise self._failed(question, error, code) from None
        return rows

    def _failed(self, question: str, error: BaseException, code: int) -> CollectFailed:
        # what the server says of a question may quote its data: the code is enough
        told = f"{type(error).__name__} {code}" if code else type(error).__name__
        return cannot_read(self.where, question, told)

    def _cut(self, cursor: Any = None) -> None:
        """Ends the connection at once; what the server still sends is not read."""
        self._is_lost = True
        with suppress(OSError):
            self._line.shutdown(socket.SHUT_RDWR)
        if (result := getattr(cursor, "_result", None)) is not None:
            result.unbuffered_active = False  # else the library reads on to the end when it lets go of it

    def _open(self, options: Mapping[str, Any]) -> socket.socket:
        if "socket" not in options and not options.get("use_tls", True):
            refuse_cleartext(options["host"], is_allowed=options.get("cleartext", False))
        try:
            if "socket" in options:
                line = socket.socket(socket.AF_UNIX)
                line.settimeout(self._timeout_s)
                line.connect(options["socket"])
                return line
            return socket.create_connection((options["host"], options.get("port", PORT)), self._timeout_s)
        except TimeoutError:
            raise timed_out(self.where, self._timeout_s) from None
        except OSError as error:
            raise self._no_connection(error) from None

    def _log_in(self, options: Mapping[str, Any], project: Path) -> Any:
        from pymysql.cursors import SSDictCursor

        is_tls = "socket" not in options and options.get("use_tls", True)
        tls = options.get("tls") or {}
        connection = self._pymysql.connect(
            host=tls.get("server_name") or options.get("host", "localhost"),
            unix_socket=options.get("socket"),
            user=options["user"],
            password=(self._password or "").encode(),
            ssl=client_context(tls, project) if is_tls else None,
            ssl_disabled=not is_tls,
            read_timeout=self._timeout_s,
            write_timeout=self._timeout_s,
            charset="utf8mb4",
            autocommit=True,
            local_infile=False,
            cursorclass=SSDictCursor,
            program_name="hiscomply",
            defer_connect=True,
        )
        own = socket.socket(fileno=os.dup(self._line.fileno()))
        with deadline(self._line.fileno(), self._timeout_s + 1) as has_expired:
            try:
                connection.connect(own)
                self._make_read_only(connection)
            except Exception as error:  # noqa: BLE001 - the library meets garbage with many kinds of errors
                self._cut()
                own.close()
                if has_expired.is_set() or _is_timeout(error):
                    raise timed_out(self.where, self._timeout_s) from None
                raise self._no_connection(error) from None
        return connection

    def _make_read_only(self, connection: Any) -> None:
        is_mariadb = "mariadb" in connection.get_server_info().lower()
        limit = (
            f"max_statement_time = {self._timeout_s:g}"
            if is_mariadb
            else f"max_execution_time = {self._timeout_s * 1000:.0f}"
        )
        with connection.cursor() as cursor:
            cursor.execute("SET SESSION TRANSACTION READ ONLY")
            with suppress(self._pymysql.err.Error):  # older servers have no such limit; the line has one
                cursor.execute(f"SET SESSION {limit}")

    def _no_connection(self, error: BaseException) -> CollectFailed:
        import ssl

        code, cause = _code(error), error
        while cause is not None:
            if isinstance(cause, ssl.SSLError):
                return tls_failure(self.where, cause)
            cause = cause.__cause__ or cause.__context__  # type: ignore[assignment]
        told = first_line(error, self._password)
        if code == 2026:
            return tls_failure(self.where, ConnectionError(told))
        if code in _NO_LOGIN:
            return no_login(self.where, told)
        if code == 0 and not isinstance(error, OSError):
            told = type(error).__name__
        return cannot_reach(self.where, told)


def _code(error: BaseException) -> int:
    first = error.args[0] if error.args else 0
    return first if isinstance(first, int) and not isinstance(error, OSError) else 0


def _is_timeout(error: BaseException) -> bool:
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, TimeoutError):
            return True
        cause = cause.__cause__ or cause.__context__
    return False
