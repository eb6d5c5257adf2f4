"""Servers that misbehave: silent, talking rubbish, never ending, gone in the middle. Each stands on a loopback port."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager


@contextmanager
def _listening(serve: Callable[[socket.socket, threading.Event], None]) -> Iterator[int]:
    is_over = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.1)

        def accept() -> None:
            while not is_over.is_set():
                with contextlib.suppress(OSError):
                    client, _ = server.accept()
                    threading.Thread(target=handle, args=(client,), daemon=True).start()

        def handle(client: socket.socket) -> None:
            with client, contextlib.suppress(OSError):
                serve(client, is_over)

        thread = threading.Thread(target=accept, daemon=True)
        thread.start()
        try:
            yield server.getsockname()[1]
        finally:
            is_over.set()
            thread.join()


def hung() -> contextlib.AbstractContextManager[int]:
    """Takes connections and never says a word."""
    return _listening(lambda _client, is_over: is_over.wait(600) and None)


@contextmanager
def counting() -> Iterator[tuple[int, list[str]]]:
    """A port, of TCP and UDP, that notes whoever comes, and never says a word."""
    came: list[str] = []

    def serve(_client: socket.socket, is_over: threading.Event) -> None:
        came.append("tcp")
        is_over.wait(600)

    with _listening(serve) as port, socket.socket(type=socket.SOCK_DGRAM) as udp:
        udp.bind(("127.0.0.1", port))
        udp.setblocking(False)
        yield port, came
        with contextlib.suppress(BlockingIOError):
            udp.recv(65536)
            came.append("udp")


def garbage(data: bytes = b"\x00\xff\x13rubbish\r\n\r\n" * 64) -> contextlib.AbstractContextManager[int]:
    """Answers any first words with these bytes, and closes."""

    def serve(client: socket.socket, is_over: threading.Event) -> None:
        client.settimeout(0.3)
        with contextlib.suppress(OSError):
            client.recv(65536)
        client.settimeout(None)
        client.sendall(data)
        _hang_up(client, is_over)

    return _listening(serve)


def http_answer(body: bytes, status: str = "200 OK", kind: str = "application/json") -> bytes:
    """An HTTP answer for ``garbage``: well-formed outside, whatever you like inside."""
    head = f"HTTP/1.1 {status}\r\ncontent-type: {kind}\r\ncontent-length: {len(body)}\r\nconnection: close\r\n\r\n"
    return head.encode() + body


HTTP_HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\nconnection: close\r\n\r\n"


def endless_http(
    piece: bytes = b" " * 65536, head: bytes = HTTP_HEAD
) -> contextlib.AbstractContextManager[int]:
    """A well-formed answer, of HTTP or what begins like this, that never ends."""

    def serve(client: socket.socket, is_over: threading.Event) -> None:
        client.recv(65536)
        client.sendall(head)
        while not is_over.is_set():
            client.sendall(piece)

    return _listening(serve)


def cut_off(port: int, after: int, *, hang: bool = False) -> contextlib.AbstractContextManager[int]:
    """Passes everything on to a real server, until it has answered so many bytes: then it is gone, or silent."""

    def serve(client: socket.socket, is_over: threading.Event) -> None:
        with socket.create_connection(("127.0.0.1", port), 60) as real:
            threading.Thread(target=_pump, args=(client, real), daemon=True).start()
            left = after
            while left > 0 and (data := real.recv(min(65536, left))):
                client.sendall(data)
                left -= len(data)
            if hang:
                is_over.wait(600)
            _hang_up(client, is_over)

    return _listening(serve)


def spoilt(port: int, requests: int, data: bytes) -> contextlib.AbstractContextManager[int]:
    """Passes so many requests on to a real server, one at a time; the next one gets these bytes for an answer."""

    def serve(client: socket.socket, is_over: threading.Event) -> None:
        with socket.create_connection(("127.0.0.1", port), 60) as real:
            threading.Thread(target=_pump, args=(real, client), daemon=True).start()
            for _ in range(requests):
                real.sendall(client.recv(65536))
            client.recv(65536)
            client.sendall(data)
            _hang_up(client, is_over)

    return _listening(serve)


def _pump(source: socket.socket, target: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while data := source.recv(65536):
            target.sendall(data)


def _hang_up(client: socket.socket, is_over: threading.Event) -> None:
    """Says that nothing more comes, and reads on until the client has gone too.

    To close while it still talks would reset the connection, and what it had not read by then would be lost.
    """
    client.shutdown(socket.SHUT_WR)
    client.settimeout(0.1)
    while not is_over.is_set():
        with contextlib.suppress(TimeoutError):
            if not client.recv(65536):
                return
