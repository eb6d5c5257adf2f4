"""TLS handshakes with a server whose certificate is not the same in every version."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from tests.servers.running import certificate

from hiscomply_kit.handshake import _lowest


@pytest.fixture
def server(tmp_path: Path) -> Iterator[tuple[int, Path]]:
    """Speaks 1.2 and newer, as pacs.example."""
    cert, key = certificate(tmp_path, "pacs.example")
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.load_cert_chain(cert, key)
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def answer() -> None:
            with suppress(OSError):
                while True:
                    one, _ = listening.accept()
                    with one, suppress(OSError):
                        context.wrap_socket(one, server_side=True).close()

        thread = threading.Thread(target=answer, daemon=True)
        thread.start()
        yield listening.getsockname()[1], cert
        listening.shutdown(socket.SHUT_RDWR)
        thread.join()


@pytest.mark.parametrize("name", ["pacs.example", "another.example"])
def test_a_version_is_accepted_though_its_certificate_is_not(
    server: tuple[int, Path], name: str, tmp_path: Path
) -> None:
    port, cert = server

    assert _lowest("127.0.0.1", port, name, {"ca_file": str(cert)}, tmp_path, 5) == "1.2"


def test_what_this_machine_does_not_speak_is_not_known_of_the_server(
    server: tuple[int, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    port, cert = server
    wrap = ssl.SSLContext.wrap_socket

    def refuse_old(context: ssl.SSLContext, sock: socket.socket, **options: Any) -> ssl.SSLSocket:
        if context.maximum_version in (ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1):
            error = ssl.SSLError(1, "[SSL: NO_PROTOCOLS_AVAILABLE] no protocols available")
            error.reason = "NO_PROTOCOLS_AVAILABLE"
            raise error
        return wrap(context, sock, **options)

    monkeypatch.setattr(ssl.SSLContext, "wrap_socket", refuse_old)

    assert _lowest("127.0.0.1", port, "pacs.example", {"ca_file": str(cert)}, tmp_path, 5) is None
