"""TLS for clients: the server is always verified, against the system's certificates or the project's own."""

from __future__ import annotations

import ipaddress
import ssl
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from hiscomply.hookspecs import CollectFailed
from hiscomply.model import Text


def client_context(options: Mapping[str, Any] | None, project: Path) -> ssl.SSLContext:
    """A context that verifies the server.

    Args:
        options: as ``hiscomply_kit.options.TLS``; relative files count from the project.

    Raises:
        CollectFailed: a file is missing or holds no certificate.
    """
    options = options or {}
    ca_file = options.get("ca_file")
    try:
        context = ssl.create_default_context(cafile=str(project / ca_file) if ca_file else None)
    except (OSError, ssl.SSLError) as error:
        raise _unreadable(ca_file or "", error) from None
    if certificate := options.get("client_cert"):
        key = options.get("client_key")
        try:
            context.load_cert_chain(project / certificate, project / key if key else None)
        except (OSError, ssl.SSLError) as error:
            raise _unreadable(certificate, error) from None
    return context


def _unreadable(file: str, error: Exception) -> CollectFailed:
    told = error.strerror if isinstance(error, OSError) and error.strerror else "no certificate / 不是证书"
    return CollectFailed(
        Text(f"证书文件 {file} 无法使用:{told}", f"the certificate file {file} cannot be used: {told}")
    )


def tls_failure(where: str, error: BaseException) -> CollectFailed:
    """A TLS error in words, with what to do about the usual ones."""
    told = getattr(error, "verify_message", "") or getattr(error, "reason", "") or str(error)
    return CollectFailed(
        Text(
            f"{where} 的 TLS 校验失败:{told};自签名证书请用 tls.ca_file 指明,名称不符请用 tls.server_name",
            f"{where}: TLS failed: {told}; name a private certificate with tls.ca_file, another name with tls.server_name",
        )
    )


def is_here(host: str) -> bool:
    """True for this machine itself, where nothing crosses a network."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def refuse_cleartext(host: str, *, is_allowed: bool) -> None:
    """Keeps a password off the network.

    Raises:
        CollectFailed: the host is not this machine, and the target does not allow cleartext.
    """
    if not (is_allowed or is_here(host)):
        raise CollectFailed(
            Text(
                f"{host} 未使用 TLS,口令将以明文传输,因此未登录;请改用 TLS,或写明 cleartext: true",
                f"{host} is asked without TLS, so the password would cross the network in the clear and no login was "
                "tried; use TLS, or say cleartext: true",
            )
        )
