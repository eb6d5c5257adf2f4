"""An Orthanc's answers to records. Pure.

Taken are listed keys only: numbers, switches, versions, host names and AE titles. Names that people chose freely
(the server's, a modality's) are taken only where they are plain words of a configuration.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from hiscomply.model import Record, Rejected, Text
from hiscomply_kit.handshake import Handshake
from hiscomply_kit.settings import effective_setting

FORMAT: Final = "orthanc_effective"
SYSTEM_KEYS: Final = (
    "Version",
    "ApiVersion",
    "DatabaseVersion",
    "DicomAet",
    "DicomPort",
    "HttpPort",
    "PluginsEnabled",
    "CheckRevisions",
    "OverwriteInstances",
    "ReadOnly",
)
_PLAIN: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.:\- ]{0,62}")


@dataclass(frozen=True, slots=True)
class About:
    """The server that the records are about."""

    asset_id: str
    url: str
    now: datetime

    def setting(self, key: str, value: object, path: str) -> Record:
        """One value in effect."""
        text = str(value).lower() if isinstance(value, bool) else str(value)
        number = float(value) if isinstance(value, int) and not isinstance(value, bool) else None
        fields = effective_setting(self.asset_id, self.url, FORMAT, key, text, number)
        return Record("setting", fields, self.url, self.now, pointer=path)

    def refused(self, kind: str, path: str, reason: Text) -> Rejected:
        """Something in an answer that is not as an Orthanc writes it; its text is not repeated."""
        return Rejected(kind, self.url, reason, pointer=path)


def openness(about: About, is_login_needed: bool, path: str) -> Record:
    """Whether strangers are asked for a login, as seen at this address."""
    return about.setting("AuthenticationEnabled", is_login_needed, path)


def transport(about: About, port: int, handshake: Handshake | None) -> Iterator[Record]:
    """The interface, and its TLS; without a handshake it is plain HTTP."""
    fields: dict[str, Any] = {
        "asset_id": about.asset_id,
        "protocol": "https" if handshake else "http",
        "port": port,
    }
    if not handshake:
        fields["tls_min"] = None
    elif handshake.lowest:
        fields["tls_min"] = handshake.lowest
    yield Record("admin_interface", fields, about.url, about.now)
    yield about.setting("SslEnabled", handshake is not None, "TLS")
    if handshake:
        yield about.setting("tls.version", handshake.version, "TLS")
        yield about.setting("tls.certificate_not_after", handshake.not_after.isoformat(), "TLS")


def system(about: About, answer: Mapping[str, Any]) -> Iterator[Record | Rejected]:
    """``/system``: the listed keys, and the version as a package."""
    for key in SYSTEM_KEYS:
        value = answer.get(key)
        if value is None:
            continue
        if isinstance(value, (bool, int)) or (isinstance(value, str) and _PLAIN.fullmatch(value)):
            yield about.setting(key, value, "/system")
        else:
            yield about.refused("setting", "/system", _odd(key))
    fields = {"asset_id": about.asset_id, "name": "orthanc", "version": answer["Version"]}
    if _PLAIN.fullmatch(answer["Version"]):
        yield Record("package", fields, about.url, about.now, pointer="/system")
    else:
        yield about.refused("package", "/system", _odd("Version"))


def plugins(about: About, answer: object) -> Iterator[Record | Rejected]:
    """``/plugins``: which are loaded."""
    names = answer if isinstance(answer, list) else [None]
    for name in names:
        if isinstance(name, str) and _PLAIN.fullmatch(name):
            yield about.setting(f"plugin.{name}", True, "/plugins")
        else:
            yield about.refused("setting", "/plugins", _odd("plugin"))


def modalities(about: About, answer: object) -> Iterator[Record | Rejected]:
    """``/modalities?expand``: AE title, host and TLS of each partner, by AE title."""
    entries = list(answer.values()) if isinstance(answer, dict) else [None]
    seen: dict[str, int] = {}
    for entry in entries:
        fields: dict[str, Any] = entry if isinstance(entry, dict) else {}
        title, host = fields.get("AET"), fields.get("Host")
        if not (_plain(title) and _plain(host)):
            yield about.refused("setting", "/modalities", _odd("modality"))
            continue
        seen[str(title)] = seen.get(str(title), 0) + 1
        again = f"#{seen[str(title)]}" if seen[str(title)] > 1 else ""
        name = f"modality.{title}{again}"
        yield about.setting(f"{name}.Host", host, "/modalities")
        if isinstance(is_tls := fields.get("UseDicomTls"), bool):
            yield about.setting(f"{name}.UseDicomTls", is_tls, "/modalities")


def _plain(value: object) -> bool:
    return isinstance(value, str) and _PLAIN.fullmatch(value) is not None


def _odd(what: str) -> Text:
    return Text(f"{what} 的值不是预期的形式", f"the value of {what} has an unexpected form")
