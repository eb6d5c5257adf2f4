"""A socket with two bounds that ldap3 does not have: bytes and seconds for one whole answer."""

from __future__ import annotations

import socket
import ssl
import time
from typing import Any, Final

MAX_BYTES: Final = 64_000_000
"""The largest answer to one request (a page of entries)."""

_START_TLS: Final = "1.3.6.1.4.1.1466.20037"


class TooLarge(OSError):
    """The answer to one request is larger than the bound."""


class BoundedSocket:
    """Stands in for a socket and passes everything on, but ``recv`` ends when an answer takes too long or too much.

    Attributes:
        trouble: the bound that was met, if any; ldap3 does not keep the exception.
    """

    def __init__(self, inner: socket.socket, seconds: float, max_bytes: int) -> None:
        self.inner = inner
        self.trouble: OSError | None = None
        self._seconds = seconds
        self._max_bytes = max_bytes
        self.begin()

    def begin(self) -> None:
        """A new request: the bounds count from here."""
        self._ends = time.monotonic() + self._seconds
        self._left = self._max_bytes

    def recv(self, size: int) -> bytes:
        """Some bytes of the answer.

        Raises:
            TimeoutError: the time for the whole answer is over. TooLarge: it has too many bytes.
        """
        try:
            left_s = self._ends - time.monotonic()
            if left_s <= 0:
                raise TimeoutError
            self.inner.settimeout(left_s)
            data = self.inner.recv(size)
            self._left -= len(data)
            if self._left < 0:
                raise TooLarge
            return data
        except (TimeoutError, TooLarge) as error:
            self.trouble = error
            raise

    def __getattr__(self, name: str) -> Any:
        return getattr(self.inner, name)


class VerifiedTls:
    """What ldap3 calls to begin TLS: the kit's context, which always verifies the server.

    Attributes:
        failure: why the handshake failed, if it did; ldap3 does not keep the exception.
    """

    def __init__(self, context: ssl.SSLContext, server_name: str) -> None:
        self.failure: OSError | None = None
        self._context = context
        self._server_name = server_name

    def wrap_socket(self, connection: Any, do_handshake: bool = False) -> None:
        """Puts TLS over the connection's socket, handshake included."""
        plain = getattr(connection.socket, "inner", connection.socket)
        try:
            connection.socket = self._context.wrap_socket(plain, server_hostname=self._server_name)
        except OSError as error:
            self.failure = error
            raise

    def start_tls(self, connection: Any) -> bool:
        """Asks the server to go on with TLS; False where it will not."""
        connection.extended(_START_TLS)
        if connection.result["result"] != 0:
            return False
        self.wrap_socket(connection)
        connection.tls_started = True
        return True
