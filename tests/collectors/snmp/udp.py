"""Between collector and agent: a relay that may fall silent, and answers that no agent should give."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any


@contextmanager
def answering(answer: Callable[[bytes], bytes | None]) -> Iterator[int]:
    """A loopback port that answers each datagram with what this makes of it."""

    def hear(data: bytes, peer: Any) -> None:
        if (said := answer(data)) is not None:
            own.sendto(said, peer)

    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as own:
        own.bind(("127.0.0.1", 0))
        with _hearing(own, hear):
            yield own.getsockname()[1]


@contextmanager
def _hearing(own: socket.socket, hear: Callable[[bytes, Any], None]) -> Iterator[None]:
    """Calls this with each datagram that a socket gets and its sender, meanwhile."""
    is_over = threading.Event()
    own.settimeout(0.1)

    def serve() -> None:
        while not is_over.is_set():
            with contextlib.suppress(OSError):
                hear(*own.recvfrom(65_535))

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield
    finally:
        is_over.set()
        thread.join()


@contextmanager
def relay(port: int, after: int, then: Callable[[], object]) -> Iterator[int]:
    """Passes datagrams on, and what comes back; before the one of this number something happens to the agent."""
    count = 0
    asker: Any = None

    def there(data: bytes, peer: Any) -> None:
        nonlocal count, asker
        count, asker = count + 1, peer
        if count == after:
            then()
        real.send(data)

    def back(data: bytes, _: Any) -> None:
        own.sendto(data, asker)

    with (
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as own,
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as real,
    ):
        own.bind(("127.0.0.1", 0))
        real.connect(("127.0.0.1", port))
        with _hearing(own, there), _hearing(real, back):
            yield own.getsockname()[1]


Names = Callable[[tuple[int, ...], int], list[tuple[int, ...]]]


def forged(names: Names, value: int | bytes = 1, rows_at_once: int = 20) -> Callable[[bytes], bytes]:
    """Answers to v2c: a value for each object of GET; to GETBULK rows named by the object asked for and their count."""
    from pyasn1.codec.ber import decoder, encoder
    from pysnmp.proto import api

    v2c: Any = api.PROTOCOL_MODULES[api.SNMP_VERSION_2C]
    shown = v2c.Integer(value) if isinstance(value, int) else v2c.OctetString(value)

    def answer(data: bytes) -> bytes:
        message, _ = decoder.decode(data, asn1Spec=v2c.Message())
        request = v2c.apiMessage.get_pdu(message)
        response = v2c.GetResponsePDU()
        v2c.apiPDU.set_defaults(response)
        v2c.apiPDU.set_request_id(response, v2c.apiPDU.get_request_id(request))
        asked = [tuple(name) for name, _ in v2c.apiPDU.get_varbinds(request)]
        is_bulk = request.__class__.__name__ == "GetBulkRequestPDU"
        named = [(name, shown) for name in names(asked[0], rows_at_once)]
        bound = named if is_bulk else [(name, v2c.Integer(1)) for name in asked]
        v2c.apiPDU.set_varbinds(response, bound)
        v2c.apiMessage.set_pdu(message, response)
        return bytes(encoder.encode(message))

    return answer
