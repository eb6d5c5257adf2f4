"""All input and output of the ``dicom`` collector: one connection for each association."""

from __future__ import annotations

import socket
import ssl
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hiscomply.hookspecs import CollectFailed, CollectTimedOut
from hiscomply.model import Text
from hiscomply_dicom import wire
from hiscomply_kit.handshake import connected
from hiscomply_kit.tls import client_context, tls_failure


@dataclass(frozen=True, slots=True)
class Node:
    """A DICOM node; ``tls`` None is without TLS. ``timeout_s`` is for one association as a whole."""

    host: str
    port: int
    tls: Mapping[str, Any] | None
    project: Path
    timeout_s: float

    @property
    def where(self) -> str:
        """For reasons and sources."""
        return f"dicom://{self.host}:{self.port}"


@dataclass(frozen=True, slots=True)
class Seen:
    """How a node took a request for an association.

    Attributes:
        answer: ``accepted``, ``rejected``, ``aborted``, ``closed`` (without a word) or ``other`` (no DICOM).
        rejection: why, where it rejected.
        echo: the status of C-ECHO, where one was asked for and the service was agreed on.
    """

    answer: str
    rejection: wire.Rejection | None = None
    echo: int | None = None


def associate(node: Node, calling: str, called: str, *, echo: bool) -> Seen:
    """Asks for an association; with ``echo`` one C-ECHO and a release, else it is aborted at once.

    Raises:
        CollectTimedOut: no whole answer in time. CollectFailed: no connection, TLS.
    """
    ends = time.monotonic() + node.timeout_s
    with connected(node.host, node.port, node.timeout_s) as plain:
        if node.tls is None:
            return _Talk(node, plain, ends).associate(calling, called, echo=echo)
        context = client_context(node.tls, node.project)
        name = node.tls.get("server_name") or node.host.strip("[]")
        try:
            with context.wrap_socket(plain, server_hostname=name) as secured:
                return _Talk(node, secured, ends).associate(calling, called, echo=echo)
        except TimeoutError:
            raise _slow(node) from None
        except ssl.SSLError as error:
            raise tls_failure(node.where, error) from None
        except OSError:
            return Seen("closed")


@dataclass(frozen=True, slots=True)
class _Talk:
    node: Node
    link: socket.socket
    ends: float

    def associate(self, calling: str, called: str, *, echo: bool) -> Seen:
        try:
            return self._associate(calling, called, echo=echo)
        except TimeoutError:
            raise _slow(self.node) from None
        except ssl.SSLError:
            raise
        except OSError:
            return Seen("closed")
        except ValueError:
            return Seen("other")

    def _associate(self, calling: str, called: str, *, echo: bool) -> Seen:
        self._send(wire.association_request(calling, called))
        kind, body = self._message()
        if kind == wire.REJECT:
            return Seen("rejected", wire.rejection(body))
        if kind == wire.ABORTED:
            return Seen("aborted")
        if kind != wire.ACCEPT:
            return Seen("other")
        if not (echo and wire.is_echo_possible(body)):
            self._send(wire.ABORT)
            return Seen("accepted")
        self._send(wire.echo_request())
        kind, body = self._message()
        if kind != wire.DATA:
            return Seen("aborted")
        status = wire.echo_status(body)
        self._send(wire.RELEASE)
        return Seen("accepted", echo=status)

    def _send(self, data: bytes) -> None:
        self.link.settimeout(self._left())
        self.link.sendall(data)

    def _message(self) -> tuple[int, bytes]:
        kind, length = wire.head(self._read(wire.HEAD_BYTES))
        return kind, self._read(length)

    def _read(self, size: int) -> bytes:
        data = b""
        while len(data) < size:
            self.link.settimeout(self._left())
            piece = self.link.recv(size - len(data))
            if not piece:
                raise ConnectionResetError
            data += piece
        return data

    def _left(self) -> float:
        left = self.ends - time.monotonic()
        if left <= 0:
            raise TimeoutError
        return left


def _slow(node: Node) -> CollectFailed:
    return CollectTimedOut(
        Text(
            f"{node.where} 在 {node.timeout_s:g} 秒内没有应答",
            f"{node.where} did not answer within {node.timeout_s:g} seconds",
        )
    )
