"""Messages of the ``dicom`` collector, read by another implementation and from recorded bytes."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from hiscomply.hookspecs import CollectDenied, CollectFailed
from hiscomply.model import Record, Rejected
from hiscomply_dicom import parse, wire
from hiscomply_dicom.fetch import Seen

ABOUT = parse.About("CT-01", "dicom://ct:104", datetime(2026, 6, 30, tzinfo=UTC))


def test_another_implementation_reads_the_request() -> None:
    pdu = pytest.importorskip("pynetdicom.pdu")
    request = pdu.A_ASSOCIATE_RQ()
    data = wire.association_request("HISCOMPLY", "LABPACS")
    request.decode(data)
    assert (request.calling_ae_title.strip(), request.called_ae_title.strip()) == ("HISCOMPLY", "LABPACS")
    (context,) = request.presentation_context
    assert context.abstract_syntax == "1.2.840.10008.1.1"
    assert request.pdu_length + 6 == len(data)
    assert request.encode()[:74] == data[:74]


def test_another_implementation_reads_the_echo() -> None:
    pdu = pytest.importorskip("pynetdicom.pdu")
    messages = pytest.importorskip("pynetdicom.dimse_messages")
    data = pdu.P_DATA_TF()
    data.decode(wire.echo_request())
    message = messages.DIMSEMessage()
    assert message.decode_msg(data.to_primitive())
    assert type(message).__name__ == "C_ECHO_RQ"
    assert message.command_set.CommandGroupLength == 56


@pytest.mark.parametrize("kind", [wire.RELEASE, wire.ABORT])
def test_short_messages_say_their_length(kind: bytes) -> None:
    assert wire.head(kind[:6])[1] == len(kind) - 6


@pytest.mark.parametrize("data", [b"HTTP/1", b"\x02\0\xff\xff\xff\xff", b"\x16\x03\x01\0\0\0"])
def test_what_no_node_says_is_refused(data: bytes) -> None:
    with pytest.raises(ValueError, match=r"DICOM|long"):
        wire.head(data)


@pytest.mark.parametrize("size", range(6))
def test_items_that_are_cut_off_are_refused(size: int) -> None:
    item = b"\x21\0\0\x08\1\0\0\0\x40\0\0\0"[:size]
    if size:
        with pytest.raises(ValueError, match="cut off"):
            wire.is_echo_possible(b"\0" * 68 + item)
    else:
        assert not wire.is_echo_possible(b"\0" * 68)


@pytest.mark.parametrize("body", [b"", b"\0" * 6, b"\0" * 20, b"\0" * 6 + b"\0\0\0\x09\x02\0\0\0"])
def test_an_answer_without_a_status_is_no_success(body: bytes) -> None:
    with pytest.raises(ValueError, match="status"):
        wire.echo_status(body)


@pytest.mark.parametrize(
    ("seen", "value"),
    [
        (Seen("accepted"), "false"),
        (Seen("rejected", wire.Rejection(1, 1, 3)), "true"),
        (Seen("rejected", wire.Rejection(1, 1, 1)), "true"),
        (Seen("rejected", wire.Rejection(2, 3, 2)), None),
        (Seen("aborted"), None),
        (Seen("closed"), None),
        (Seen("other"), None),
    ],
)
def test_only_a_lasting_rejection_proves_a_check(seen: Seen, value: str | None) -> None:
    item = parse.calling_check(ABOUT, seen)
    assert (item.fields["value"] if isinstance(item, Record) else None) == value
    assert isinstance(item, Rejected) == (value is None)


@pytest.mark.parametrize(
    ("seen", "value"),
    [
        (Seen("accepted"), "true"),
        (Seen("closed"), "false"),
        (Seen("other"), "false"),
        (Seen("rejected", wire.Rejection(1, 1, 1)), "false"),
        (Seen("rejected", wire.Rejection(2, 3, 2)), None),
    ],
)
def test_a_node_that_is_busy_has_not_refused_cleartext(seen: Seen, value: str | None) -> None:
    item = parse.cleartext(ABOUT, seen)
    assert (item.fields["value"] if isinstance(item, Record) else None) == value


@pytest.mark.parametrize(
    ("seen", "kind"),
    [
        (Seen("accepted", echo=0), type(None)),
        (Seen("accepted"), CollectFailed),
        (Seen("accepted", echo=0x0122), CollectFailed),
        (Seen("rejected", wire.Rejection(1, 1, 3)), CollectDenied),
        (Seen("rejected", wire.Rejection(1, 1, 7)), CollectDenied),
        (Seen("rejected", wire.Rejection(1, 1, 1)), CollectDenied),
        (Seen("rejected", wire.Rejection(2, 3, 1)), CollectFailed),
        (Seen("other"), CollectFailed),
    ],
)
def test_an_echo_that_did_not_succeed_has_its_reason(seen: Seen, kind: type) -> None:
    assert type(parse.refusal("dicom://ct:104", seen, "A", "B")) is kind
