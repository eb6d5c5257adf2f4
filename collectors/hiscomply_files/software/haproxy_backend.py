"""What the servers behind a proxy of HAProxy amount to: health checks, TLS towards them, timeouts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from hiscomply.configurations import Value
from hiscomply_files.software.directives import Directive
from hiscomply_files.software.effective import seconds
from hiscomply_files.software.haproxy_proxy import Proxy
from hiscomply_files.software.web import is_loopback


def backend_values(proxy: Proxy) -> Iterator[Value]:
    """All that it states and has from its defaults, then what follows for each server."""
    if proxy.section.name != "listen":
        yield from proxy.stated()
    servers = proxy.section.all("server", "server-template")
    for server in servers:
        words = _words(proxy, server)
        yield server.stating("health_check", "on" if _is_checked(words) else "off")
    encrypted = [*_certificates(proxy, servers)]
    yield from encrypted or [proxy.absent("web.backend_certificate", "absent")]
    for name in ("connect", "server"):
        waited = proxy.value(f"timeout.{name}", f"{name}_timeout_s", "0")
        yield replace(waited, value=seconds(waited.value or "", "ms"))


def _words(proxy: Proxy, server: Directive) -> list[str]:
    """The words of a server after those of the ``default-server`` lines that hold for it: of its own section those before."""
    before: list[str] = []
    for block in (proxy.defaults, proxy.section):
        for one in block.all("default-server") if block is not None else ():
            if block is not proxy.section or (one.line or 0) < (server.line or 0):
                before += one.words
    return [*before, *server.words[2:]]


def _is_checked(words: list[str]) -> bool:
    """The last of ``check`` and ``no-check`` decides; a server that follows another's checks is checked."""
    state = False
    for word in words:
        state = True if word == "check" else False if word == "no-check" else state
    return state or "track" in words


def _certificates(proxy: Proxy, servers: list[Directive]) -> Iterator[Value]:
    general = proxy.in_program("ssl-server-verify")
    for server in servers:
        words = _words(proxy, server)
        address = server.words[1] if len(server.words) > 1 else ""
        if "ssl" not in words or "no-ssl" in words or is_loopback(address):
            continue
        chosen = general.value if general is not None else "required"
        for index, word in enumerate(words[:-1]):
            chosen = words[index + 1] if word == "verify" else chosen
        yield server.stating("web.backend_certificate", "unverified" if chosen == "none" else "verified")
