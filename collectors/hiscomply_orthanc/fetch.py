"""All input and output of the ``orthanc`` collector: three paths with the login, one without."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from hiscomply.hookspecs import CollectDenied, CollectFailed
from hiscomply.model import Text
from hiscomply_kit.handshake import Handshake, shake
from hiscomply_kit.http import Api

OPEN_PATH: Final = "/system"
"""The path that is asked without a login, to see whether one is needed."""
PATHS: Final = ("/system", "/plugins", "/modalities?expand")
"""Everything that is ever asked with the login; nothing below /patients, /studies, /series or /instances."""
MAX_BYTES: Final = 4_000_000


@dataclass(frozen=True, slots=True)
class Address:
    """Where an Orthanc is asked, and how."""

    url: str
    project: Path
    tls: Mapping[str, Any] | None
    timeout_s: float
    is_cleartext_allowed: bool

    @property
    def port(self) -> int:
        """The TCP port, also where the URL leaves it out."""
        parts = urlsplit(self.url)
        return parts.port or (443 if parts.scheme == "https" else 80)

    @property
    def is_tls(self) -> bool:
        """True for https."""
        return self.url.startswith("https:")


def asks_for_login(address: Address) -> bool:
    """Whether the server wants a login: True at HTTP 401, False where it answers a stranger.

    Raises:
        CollectDenied: HTTP 403, which says no more than that strangers from here are kept out (RemoteAccessAllowed).
        CollectFailed, CollectTimedOut: no answer that says it.
    """
    with _api(address, None) as api:
        status = api.status(OPEN_PATH)
        if status == 401:
            return True
        if status == 403:
            raise CollectDenied(
                Text(
                    f"{address.url} 不接受来自本机的访问（HTTP 403）；请检查 RemoteAccessAllowed",
                    f"{address.url} takes nothing from this machine (HTTP 403); look at RemoteAccessAllowed",
                )
            )
        body = api.get(OPEN_PATH)
    if isinstance(body, dict) and isinstance(body.get("Version"), str):
        return False
    raise unlike(address.url)


def answers(address: Address, login: tuple[str, str] | None) -> dict[str, Any]:
    """The answers by path. Raises as ``Api.get``."""
    with _api(address, login) as api:
        return {path: api.get(path) for path in PATHS}


def handshake(address: Address) -> Handshake:
    """The TLS of the server. Raises as ``hiscomply_kit.handshake.shake``."""
    host = urlsplit(address.url).hostname or ""
    return shake(host, address.port, address.tls, address.project, address.timeout_s)


def unlike(where: str) -> CollectFailed:
    """Something answered, but not as an Orthanc does."""
    return CollectFailed(Text(f"{where} 的回答不像 Orthanc", f"{where} does not answer like an Orthanc"))


def _api(address: Address, login: tuple[str, str] | None) -> Api:
    return Api(
        address.url,
        address.project,
        tls=address.tls,
        login=login,
        timeout_s=address.timeout_s,
        max_bytes=MAX_BYTES,
        cleartext=address.is_cleartext_allowed,
    )
