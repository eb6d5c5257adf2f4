"""What a node did, to records. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from hiscomply.hookspecs import CollectDenied, CollectFailed
from hiscomply.model import Record, Rejected, Text
from hiscomply_dicom.fetch import Seen
from hiscomply_kit.handshake import Handshake
from hiscomply_kit.settings import effective_setting

FORMAT: Final = "dicom_effective"
ANSWERS: Final = {
    "accepted": Text("接受了关联", "accepted the association"),
    "rejected": Text("拒绝了关联", "rejected the association"),
    "aborted": Text("中止了关联", "aborted the association"),
    "closed": Text("没有应答就关闭了连接", "closed the connection without a word"),
    "other": Text("的应答不是 DICOM", "answered something that is no DICOM"),
}


@dataclass(frozen=True, slots=True)
class About:
    """The node that the records are about; ``where`` is ``dicom://host:port``."""

    asset_id: str
    where: str
    now: datetime

    def setting(self, key: str, value: bool | str, number: float | None = None) -> Record:
        """One thing that was seen."""
        text = str(value).lower() if isinstance(value, bool) else value
        fields = effective_setting(self.asset_id, self.where, FORMAT, key, text, number)
        return Record("setting", fields, self.where, self.now)

    def unknown(self, key: str, seen: Seen) -> Rejected:
        """The node's answer does not tell."""
        said = ANSWERS[seen.answer]
        reason = Text(f"{key} 未知：节点{said.zh}", f"{key} not known: the node {said.en}")
        return Rejected("setting", self.where, reason, subject=key)


def transport(about: About, handshake: Handshake | None) -> list[Record]:
    """TLS of the node, as the handshake showed it."""
    if handshake is None:
        return [about.setting("dicom.tls", False)]
    days = (handshake.not_after - about.now).total_seconds() / 86_400
    found = [
        about.setting("dicom.tls", True),
        about.setting("tls.version", handshake.version),
        about.setting("tls.certificate_not_after", handshake.not_after.isoformat()),
        about.setting("tls.certificate_days_left", f"{days:.1f}", round(days, 1)),
    ]
    if handshake.lowest:
        found.append(about.setting("tls.lowest_version", handshake.lowest))
    return found


def cleartext(about: About, seen: Seen) -> Record | Rejected:
    """Whether an association without TLS is accepted, beside those with it; one put off for now does not tell."""
    if seen.rejection and not seen.rejection.is_permanent:
        return about.unknown("dicom.cleartext_accepted", seen)
    return about.setting("dicom.cleartext_accepted", seen.answer == "accepted")


def calling_check(about: About, seen: Seen) -> Record | Rejected:
    """Whether the node minds who calls, from how it took a title that nobody has."""
    return _check(about, "dicom.calling_ae_checked", seen)


def called_check(about: About, seen: Seen) -> Record | Rejected:
    """Whether the node minds by which title it is called, from how it took a wrong one."""
    return _check(about, "dicom.called_ae_checked", seen)


def _check(about: About, key: str, seen: Seen) -> Record | Rejected:
    if seen.answer == "accepted":
        return about.setting(key, False)
    if seen.rejection and seen.rejection.is_permanent:
        return about.setting(key, True)
    return about.unknown(key, seen)


def refusal(where: str, seen: Seen, calling: str, called: str) -> CollectFailed | None:
    """Why the echo did not succeed; None where it did."""
    if seen.answer == "accepted" and seen.echo == 0:
        return None
    if seen.answer == "accepted":
        told = "no Verification / 未提供" if seen.echo is None else f"{seen.echo:#06x}"
        return CollectFailed(
            Text(f"{where} 没有完成 C-ECHO：{told}", f"{where} did not complete C-ECHO: {told}")
        )
    if seen.rejection and seen.rejection.blames_caller:
        return CollectDenied(
            Text(
                f"{where} 不认识主叫 AE {calling}；请在该节点登记，或改用 calling_ae",
                f"{where} does not know the calling AE {calling}; register it there, or set calling_ae",
            )
        )
    if seen.rejection and seen.rejection.blames_called:
        return CollectDenied(
            Text(
                f"{where} 的 AE 不是 {called}；请更正 called_ae",
                f"{where} does not call itself {called}; correct called_ae",
            )
        )
    said = ANSWERS[seen.answer]
    kind = CollectDenied if seen.rejection and seen.rejection.is_permanent else CollectFailed
    return kind(Text(f"{where} {said.zh}", f"{where} {said.en}"))
