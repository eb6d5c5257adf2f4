"""All input and output: the statement is sent once, its rows come in pieces, each within its time."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, suppress
from pathlib import Path
from queue import Empty, Full, Queue
from typing import Any, Final

from hiscomply.hookspecs import CollectDenied, CollectFailed
from hiscomply.model import Text
from hiscomply_kit.databases import MAX_BYTES, first_line, no_login, timed_out
from hiscomply_kit.tls import tls_failure
from hiscomply_sql.address import connect_arguments, read_only_statement, shown, url_of

_PIECE: Final = 500
_REFUSALS: Final = (
    *(
        "authentication failed",
        "Access denied",
        "ORA-01017",
        "ORA-28000",
        "Login failed",
        "28P01",
        "(1045,",
        "28000",
    ),
    *("认证失败", "用户名或密码错误", "登录失败", "no pg_hba.conf entry"),
)
_NO_RIGHT: Final = (
    *(
        "permission denied",
        "command denied",
        "ORA-00942",
        "ORA-01031",
        "SELECT permission was denied",
        "(1142,",
    ),
    *("权限不够", "没有查询权限", "没有[", "InsufficientPrivilege"),
)
Piece = tuple[str, Any]


class Answer:
    """The rows of one statement.

    A driver may hang in a call that nobody can interrupt, so it works in a thread of its own that is left behind.
    """

    def __init__(
        self, statement: str, options: Mapping[str, Any], password: str | None, project: Path
    ) -> None:
        self._url = url_of(options)
        self.where = shown(self._url)
        self._timeout_s = float(options.get("step_timeout", 30))
        self._password = password
        self._pieces: Queue[Piece] = Queue(4)
        self._is_over = threading.Event()
        self._is_connected = False
        arguments = connect_arguments(self._url, options, project)
        self._thread = threading.Thread(target=self._work, args=(statement, arguments), daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Lets the thread go."""
        self._is_over.set()
        self._thread.join(1.0)

    def columns(self) -> list[str]:
        """The names of the columns. Raises CollectDenied, CollectTimedOut, CollectFailed."""
        _, names = self._next()
        return list(names)

    def rows(self) -> Iterator[Sequence[Any]]:
        """The rows in order. Raises as ``columns``."""
        while True:
            what, rows = self._next()
            if what == "end":
                return
            yield from rows

    def _next(self) -> Piece:
        try:
            what, value = self._pieces.get(timeout=self._timeout_s + 1)
        except Empty:
            raise timed_out(self.where, self._timeout_s) from None
        if what == "error":
            raise value
        return what, value

    def _give(self, what: str, value: Any) -> None:
        while not self._is_over.is_set():
            with suppress(Full):
                self._pieces.put((what, value), timeout=0.2)
                return

    def _work(self, statement: str, arguments: Mapping[str, Any]) -> None:
        try:
            self._ask(statement, arguments)
        except CollectFailed as failure:
            self._give("error", failure)
        except BaseException as error:  # noqa: BLE001 - drivers raise anything, and the one who waits must hear of it
            self._give("error", self._failure(error))

    def _ask(self, statement: str, arguments: Mapping[str, Any]) -> None:
        from sqlalchemy import create_engine
        from sqlalchemy.pool import NullPool

        url = self._url.set(password=self._password) if self._password else self._url
        engine = create_engine(url, connect_args=dict(arguments), poolclass=NullPool)
        with ExitStack() as at_the_end, engine.connect() as connection:
            self._is_connected = True
            self._make_read_only(connection)
            self._limit_time(connection)
            options = {"stream_results": True, "max_row_buffer": _PIECE, "no_parameters": True}
            result = connection.execution_options(**options).exec_driver_sql(statement)
            at_the_end.callback(_close, result.cursor)
            self._give("columns", list(result.keys()))
            for piece in self._cut(result):
                self._give("rows", piece)
                if self._is_over.is_set():
                    return
            connection.rollback()
        self._give("end", None)

    def _cut(self, rows: Iterable[Sequence[Any]]) -> Iterator[list[tuple[Any, ...]]]:
        """Pieces of the answer, of which none may be larger than an answer of any other database.

        Raises:
            CollectFailed: one is larger, however few its rows are.
        """
        piece, size = [], 0
        for row in rows:
            piece.append(tuple(row))
            size += sum(len(value) for value in piece[-1] if isinstance(value, str | bytes))
            if size > MAX_BYTES:
                raise _too_large(self.where)
            if len(piece) == _PIECE:
                yield piece
                piece, size = [], 0
        if piece:
            yield piece

    def _make_read_only(self, connection: Any) -> None:
        backend = self._url.get_backend_name()
        if begin := read_only_statement(backend):
            connection.exec_driver_sql(begin)
            if backend in {"mysql", "mariadb"}:
                connection.commit()  # it holds from the next transaction on

    def _limit_time(self, connection: Any) -> None:
        raw = connection.connection.dbapi_connection
        if hasattr(raw, "call_timeout"):  # Oracle, milliseconds
            raw.call_timeout = int(self._timeout_s * 1000)
        elif self._url.get_driver_name() == "pyodbc":
            raw.timeout = max(1, int(self._timeout_s))

    def _failure(self, error: BaseException) -> CollectFailed:
        from sqlalchemy.exc import NoSuchModuleError

        if isinstance(error, NoSuchModuleError | ImportError):
            name = self._url.drivername
            return CollectFailed(
                Text(
                    f"缺少 {name} 的驱动,请安装其 Python 包",
                    f"the driver for {name} is missing; install its package",
                )
            )
        origin = getattr(error, "orig", None) or error
        whole, told = str(origin), first_line(origin, self._password)
        if "timeout" in whole.lower() or "timed out" in whole.lower() or isinstance(origin, TimeoutError):
            return timed_out(self.where, self._timeout_s)
        # a connection that breaks later speaks of TLS, too, and no certificate would mend it
        if not self._is_connected and any(word in whole for word in ("certificate", "SSL", "CERTIFICATE")):
            return tls_failure(self.where, ConnectionError(told))
        if any(word in whole for word in _REFUSALS):
            return no_login(self.where, told)
        if any(word in whole or word in type(origin).__name__ for word in _NO_RIGHT):
            return CollectDenied(
                Text(f"账号无权执行查询({self.where})", f"the account may not run the query on {self.where}")
            )
        # what a server says of a query may quote its data: the name of the error is enough
        name = type(origin).__name__
        code = getattr(origin, "sqlstate", None) or next(
            (arg for arg in origin.args if isinstance(arg, int)), ""
        )
        return CollectFailed(
            Text(
                f"{self.where} 无法查询:{name} {code}".rstrip(),
                f"{self.where} cannot be asked: {name} {code}".rstrip(),
            )
        )


def _too_large(where: str) -> CollectFailed:
    return CollectFailed(
        Text(
            f"{where} 的查询结果中 {_PIECE} 行超过 {MAX_BYTES:,} 字节;请只查询所需的列",
            f"{where} answered the query with {_PIECE} rows of more than {MAX_BYTES:,} bytes; ask for fewer columns",
        )
    )


def _close(cursor: Any) -> None:
    """Closes a cursor once more, after its connection: one whose connection broke is else never closed."""
    with suppress(Exception):
        cursor.close()
