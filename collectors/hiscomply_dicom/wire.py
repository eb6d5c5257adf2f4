"""The few DICOM messages of an echo, to bytes and back (PS3.8 clause 9.3, PS3.7 clause 9.3.5). Pure.

Only the Verification service is ever proposed, so a node could not send a study if it wanted to.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

HEAD_BYTES: Final = 6
MAX_BODY_BYTES: Final = 65_536
"""The largest message that is read; answers to an echo are a few hundred bytes."""
ACCEPT, REJECT, DATA, ABORTED = 2, 3, 4, 7

RELEASE: Final = bytes.fromhex("05000000000400000000")
ABORT: Final = bytes.fromhex("07000000000400000000")

_CONTEXT_ID: Final = 1
_APPLICATION: Final = b"1.2.840.10008.3.1.1.1"
_VERIFICATION: Final = b"1.2.840.10008.1.1"
_IMPLICIT_LITTLE_ENDIAN: Final = b"1.2.840.10008.1.2"
_IMPLEMENTATION: Final = b"2.25.193417256330957214871330218427736142517"


@dataclass(frozen=True, slots=True)
class Rejection:
    """Why a node rejected an association, in the numbers of PS3.8 table 9-21."""

    result: int
    source: int
    reason: int

    @property
    def is_permanent(self) -> bool:
        """False where the node only was too busy."""
        return self.result == 1

    @property
    def blames_caller(self) -> bool:
        """The calling AE title is not recognised."""
        return (self.source, self.reason) == (1, 3)

    @property
    def blames_called(self) -> bool:
        """The called AE title is not recognised."""
        return (self.source, self.reason) == (1, 7)


def association_request(calling: str, called: str) -> bytes:
    """A request for an association in which nothing but an echo is possible; titles have at most 16 characters."""
    context = struct.pack(">BBBB", _CONTEXT_ID, 0, 0, 0) + _item(0x30, _VERIFICATION)
    user = _item(0x51, struct.pack(">L", 16_384)) + _item(0x52, _IMPLEMENTATION) + _item(0x55, b"HISCOMPLY")
    body = struct.pack(">HH16s16s32s", 1, 0, _title(called), _title(calling), b"")
    body += _item(0x10, _APPLICATION)
    body += _item(0x20, context + _item(0x40, _IMPLICIT_LITTLE_ENDIAN))
    body += _item(0x50, user)
    return struct.pack(">BBL", 1, 0, len(body)) + body


def echo_request() -> bytes:
    """C-ECHO, as the only message of an association."""
    command = b"".join(
        (
            _element(0x0002, _VERIFICATION + b"\0"),
            _element(0x0100, struct.pack("<H", 0x0030)),
            _element(0x0110, struct.pack("<H", 1)),
            _element(0x0800, struct.pack("<H", 0x0101)),
        )
    )
    command = _element(0x0000, struct.pack("<L", len(command))) + command
    value = struct.pack(">LBB", len(command) + 2, _CONTEXT_ID, 0x03) + command
    return struct.pack(">BBL", DATA, 0, len(value)) + value


def head(data: bytes) -> tuple[int, int]:
    """Type and length of the message that these six bytes begin.

    Raises:
        ValueError: no DICOM node begins like this.
    """
    kind, _, length = struct.unpack(">BBL", data)
    if not 1 <= kind <= 7:
        raise ValueError("no DICOM message")
    if length > MAX_BODY_BYTES:
        raise ValueError("too long for an answer to an echo")
    return kind, length


def is_echo_possible(body: bytes) -> bool:
    """Whether an accepted association has the Verification service in it.

    Raises:
        ValueError: the acceptance is cut off.
    """
    for kind, value in _items(body[68:]):
        if kind == 0x21 and value[:1] == bytes([_CONTEXT_ID]):
            return value[2:3] == b"\0"
    return False


def rejection(body: bytes) -> Rejection:
    """The body of a rejection.

    Raises:
        ValueError: it is cut off.
    """
    if len(body) < 4:
        raise ValueError("a rejection without a reason")
    return Rejection(body[1], body[2], body[3])


def echo_status(body: bytes) -> int:
    """The status in the answer to an echo; 0 is success.

    Raises:
        ValueError: it is no answer to an echo.
    """
    data, at = body[6:], 0
    while at + 8 <= len(data):
        group, element, size = struct.unpack_from("<HHL", data, at)
        if (group, element) == (0, 0x0900) and size == 2 and at + 10 <= len(data):
            return int(struct.unpack_from("<H", data, at + 8)[0])
        at += 8 + size
    raise ValueError("an answer without a status")


def _title(text: str) -> bytes:
    return text.encode("ascii").ljust(16)


def _item(kind: int, value: bytes) -> bytes:
    return struct.pack(">BBH", kind, 0, len(value)) + value


def _element(element: int, value: bytes) -> bytes:
    return struct.pack("<HHL", 0, element, len(value)) + value


def _items(data: bytes) -> Iterator[tuple[int, bytes]]:
    at = 0
    while at < len(data):
        if at + 4 > len(data):
            raise ValueError("cut off")
        kind, _, size = struct.unpack_from(">BBH", data, at)
        if at + 4 + size > len(data):
            raise ValueError("cut off")
        yield kind, data[at + 4 : at + 4 + size]
        at += 4 + size
