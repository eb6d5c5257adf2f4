"""TLS handshakes that say nothing else: which version is spoken, until when the certificate holds, what is accepted."""

from __future__ import annotations

import socket
import ssl
import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from hiscomply.hookspecs import CollectFailed, CollectTimedOut
from hiscomply.model import Text
from hiscomply_kit.tls import client_context, tls_failure

VERSIONS: Final = {
    "1.0": ssl.TLSVersion.TLSv1,
    "1.1": ssl.TLSVersion.TLSv1_1,
    "1.2": ssl.TLSVersion.TLSv1_2,
    "1.3": ssl.TLSVersion.TLSv1_3,
}
_OLD_CIPHERS: Final = "ALL:@SECLEVEL=0"
_OURS: Final = {"NO_PROTOCOLS_AVAILABLE", "NO_CIPHERS_AVAILABLE", "INTERNAL_ERROR"}
"""Why this machine itself, by a policy of its own, does not speak a version: whether the server would, is not known."""


@dataclass(frozen=True, slots=True)
class Handshake:
    """What a server showed.

    Attributes:
        version: the TLS version that both agreed on (``1.3``).
        lowest: the lowest version that it accepts; None where that could not be found out.
        not_after: end of the certificate's validity, UTC.
    """

    version: str
    lowest: str | None
    not_after: datetime


def connected(host: str, port: int, timeout_s: float) -> socket.socket:
    """A TCP connection.

    Raises:
        CollectTimedOut: no connection in time. CollectFailed: refused, or the host is not found.
    """
    try:
        return socket.create_connection((host.strip("[]"), port), timeout_s)
    except TimeoutError:
        raise _slow(f"{host}:{port}", timeout_s) from None
    except OSError as error:
        told = error.strerror or type(error).__name__
        raise CollectFailed(
            Text(f"无法连接 {host}:{port}：{told}", f"{host}:{port} cannot be reached: {told}")
        ) from None


def shake(
    host: str,
    port: int,
    tls: Mapping[str, Any] | None,
    project: Path,
    timeout_s: float,
    *,
    lowest: bool = True,
) -> Handshake:
    """One verified handshake, and with ``lowest`` one for each version below it until one is taken.

    Raises:
        CollectTimedOut: no answer in time. CollectFailed: no connection, or the server does not prove who it is.
    """
    name = (tls or {}).get("server_name") or host.strip("[]")
    context = client_context(tls, project)
    with connected(host, port, timeout_s) as plain:
        try:
            with context.wrap_socket(plain, server_hostname=name) as secured:
                version = (secured.version() or "").removeprefix("TLSv")
                ends = ssl.cert_time_to_seconds(str((secured.getpeercert() or {})["notAfter"]))
        except TimeoutError:
            raise _slow(f"{host}:{port}", timeout_s) from None
        except (OSError, ssl.SSLError) as error:
            raise tls_failure(f"{host}:{port}", error) from None
    return Handshake(
        "1.0" if version == "1" else version,
        _lowest(host, port, name, tls, project, timeout_s) if lowest else None,
        datetime.fromtimestamp(ends, UTC),
    )


def _lowest(
    host: str, port: int, name: str, tls: Mapping[str, Any] | None, project: Path, timeout_s: float
) -> str | None:
    """The first version from below that the server takes; nothing is sent over it."""
    for version, number in VERSIONS.items():
        context = client_context(tls, project)
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", DeprecationWarning)
                context.set_ciphers(_OLD_CIPHERS)
                context.minimum_version = number
                context.maximum_version = number
            with (
                connected(host, port, timeout_s) as plain,
                context.wrap_socket(plain, server_hostname=name),
            ):
                return version
        except ssl.SSLCertVerificationError:
            # It took this version and then showed a certificate: another one than in newer versions.
            return version
        except (ValueError, CollectFailed, TimeoutError):
            return None
        except OSError as error:
            if getattr(error, "reason", None) in _OURS:
                return None
    return None


def _slow(where: str, timeout_s: float) -> CollectTimedOut:
    return CollectTimedOut(
        Text(f"{where} 在 {timeout_s:g} 秒内没有应答", f"{where} did not answer within {timeout_s:g} seconds")
    )
