"""Connections with asyncssh: host keys verified always, one login a host, never again after a refusal."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from functools import cache, lru_cache
from math import inf
from pathlib import Path
from typing import Any

import asyncssh
from asyncssh.kex import get_default_kex_algs

from hiscomply.hookspecs import CollectDenied, CollectFailed
from hiscomply_ssh import reasons
from hiscomply_ssh.login import Login
from hiscomply_ssh.password_gate import gate_of

_RETRY_AFTER_S = 0.5
_JUMP_AGAIN_AFTER_S = 300.0
_CHEAPEST_FIRST = "^aes256-gcm@openssh.com,aes128-gcm@openssh.com"
"""Of asyncssh's own list, none of it left out: processors encrypt by AES themselves, and asyncssh needs one call for it."""
_SLOW_CURVE, _QUICK_CURVE = "curve25519-sha256", "ecdh-sha2-nistp256"


class Client(asyncssh.SSHClient):
    """Notes what the host offered, and gives a password away once."""

    def __init__(self, login: Login) -> None:
        self.place = login.place
        self.password = login.password
        self.gate = gate_of(login)
        self.holds_gate = False
        self.is_kbdint_tried = False
        self.offered: asyncssh.SSHKey | None = None
        self.asked_for: tuple[str, str, int] = ("", "", 22)
        self.connection: asyncssh.SSHClientConnection | None = None

    def connection_made(self, conn: asyncssh.SSHClientConnection) -> None:
        """The TCP connection stands."""
        self.connection = conn

    def validate_host_public_key(self, host: str, addr: str, port: int, key: asyncssh.SSHKey) -> bool:
        """Called for a key that is not among those of known_hosts: refused, and kept for the reason."""
        self.offered, self.asked_for = key, (host, addr, port)
        return False

    async def password_auth_requested(self) -> str | None:
        """The password, at the first asking only."""
        return await self._given()

    def kbdint_auth_requested(self) -> str | None:
        """Willing once to be asked for a password by keyboard-interactive, which PAM likes."""
        is_first, self.is_kbdint_tried = not self.is_kbdint_tried, True
        return "" if is_first and self.password is not None else None

    async def kbdint_challenge_received(
        self, name: str, instructions: str, lang: str, prompts: Any
    ) -> list[str] | None:
        """One hidden question is the one for the password; to anything else there is no answer."""
        if not prompts:
            return []
        if len(prompts) != 1 or prompts[0][1]:
            return None
        given = await self._given()
        return None if given is None else [given]

    async def _given(self) -> str | None:
        given, self.password = self.password, None
        if given is None or self.gate is None:
            return given
        is_open = self.gate.is_open
        may_try = await self.gate.may_try()
        self.holds_gate = may_try and not is_open and not self.gate.is_open
        return given if may_try else None

    def leave_gate(self, *, is_accepted: bool | None) -> None:
        """The login has ended: the next one may try, or none of them."""
        if self.holds_gate and self.gate is not None:
            self.holds_gate = False
            self.gate.told(self.place, is_accepted=is_accepted)

    def auth_completed(self) -> None:
        """Logged in."""
        self.leave_gate(is_accepted=True)

    @property
    def is_greeted(self) -> bool:
        """The host has said its version: from here on a login may have been tried."""
        return bool(self.connection and self.connection.get_extra_info("server_version"))


@asynccontextmanager
async def connected(login: Login) -> AsyncIterator[asyncssh.SSHClientConnection]:
    """A connection on which the account is logged in.

    Raises:
        CollectFailed: with its kinds of denied and timed out; the reason names the place.
    """
    if login.jump is None:
        connection = await _login(login, None)
        try:
            yield connection
        finally:
            connection.close()
        return
    async with _jumps.borrowed(login) as jump:
        connection = await _login(login, jump)
        try:
            yield connection
        finally:
            connection.close()


async def _login(login: Login, tunnel: asyncssh.SSHClientConnection | None) -> asyncssh.SSHClientConnection:
    if not login.known_hosts.is_file():
        raise CollectFailed(reasons.no_known_hosts(login))
    client = Client(login)
    try:
        async with asyncio.timeout(login.connect_timeout_s):
            return await _connect(login, tunnel, client)
    except TimeoutError:
        raise reasons.timed_out(login.place, login.connect_timeout_s) from None
    except (OSError, asyncssh.Error, ValueError) as error:
        known = _known_keys(login, client) if isinstance(error, asyncssh.HostKeyNotVerifiable) else False
        if isinstance(error, asyncssh.PermissionDenied):
            client.leave_gate(is_accepted=False)
            if client.gate is not None and client.gate.refused_by not in (None, login.place):
                raise CollectDenied(reasons.not_tried(login.place, client.gate.refused_by)) from None
        raise reasons.not_connected(login, error, client.offered, is_known=known) from None
    finally:
        client.leave_gate(is_accepted=None)


async def _connect(
    login: Login, tunnel: asyncssh.SSHClientConnection | None, client: Client
) -> asyncssh.SSHClientConnection:
    arguments = _arguments(login, tunnel, client)
    try:
        return await asyncssh.connect(login.place.address, **arguments)
    except (ConnectionRefusedError, ConnectionResetError, asyncssh.ConnectionLost):
        # Once more only where nobody has been asked for a login yet.
        if client.is_greeted:
            raise
    await asyncio.sleep(_RETRY_AFTER_S)
    return await asyncssh.connect(login.place.address, **arguments)


def _arguments(
    login: Login, tunnel: asyncssh.SSHClientConnection | None, client: Client
) -> Mapping[str, Any]:
    arguments: dict[str, Any] = {
        "client_factory": lambda: client,
        "known_hosts": _known_hosts(login),
        "config": [str(login.config)] if login.config else None,
        "agent_forwarding": False,
        "gss_kex": False,
        "gss_auth": False,
        "connect_timeout": login.connect_timeout_s,
        "login_timeout": login.connect_timeout_s,
        "keepalive_interval": 0,
    }
    if login.config is None:
        arguments["encryption_algs"] = _CHEAPEST_FIRST
        arguments["kex_algs"] = _key_exchanges()
    if tunnel is not None:
        arguments["tunnel"] = tunnel
    if login.place.port is not None:
        arguments["port"] = login.place.port
    if login.place.user is not None:
        arguments["username"] = login.place.user
    if not login.is_agent_used:
        arguments["agent_path"] = None
    if login.key_file is not None:
        arguments["client_keys"] = _keys(login)
    elif login.password is not None and not login.is_agent_used:
        arguments["client_keys"] = None
    return arguments


@cache
def _key_exchanges() -> Sequence[str]:
    """asyncssh's own list, with P-256 moved in front of Curve25519, behind all that quantum computers do not break.

    Both curves have the strength of 128 bits. OpenSSH has P-256 from OpenSSL, and Curve25519 from a portable
    reference, which costs a host 2 to 3 ms of processor more.
    """
    names = [name.decode() for name in get_default_kex_algs()]
    if _SLOW_CURVE in names and _QUICK_CURVE in names:
        names.remove(_QUICK_CURVE)
        names.insert(names.index(_SLOW_CURVE), _QUICK_CURVE)
    return names


def _keys(login: Login) -> list[Any]:
    path = login.key_file
    assert path is not None
    try:
        return list(_loaded(path, path.stat().st_mtime_ns, login.passphrase))
    except PermissionError:
        raise CollectDenied(reasons.key_unusable(path, "Permission denied")) from None
    except OSError as error:
        raise CollectFailed(reasons.key_unusable(path, error.strerror or "")) from None
    except (asyncssh.KeyImportError, asyncssh.KeyEncryptionError) as error:
        raise CollectFailed(reasons.key_unusable(path, str(error))) from None


@lru_cache(maxsize=64)
def _loaded(path: Path, _changed: int, passphrase: str | None) -> tuple[Any, ...]:
    # Decrypting a key takes as long as a login: once for all hosts.
    return tuple(asyncssh.load_keypairs([str(path)], passphrase))


def _known_hosts(login: Login) -> asyncssh.SSHKnownHosts:
    changed = login.known_hosts.stat()
    return _read_known_hosts(login.known_hosts, (changed.st_mtime_ns, changed.st_size, changed.st_ino))


@lru_cache(maxsize=64)
def _read_known_hosts(path: Path, _changed: tuple[int, int, int]) -> asyncssh.SSHKnownHosts:
    # A file of a thousand hosts takes longer to read than a login takes: once for all of them.
    return asyncssh.read_known_hosts(str(path))


def _known_keys(login: Login, client: Client) -> bool:
    """True if known_hosts has another key for the host: it was changed, or somebody stands in between."""
    found = asyncssh.match_known_hosts(_known_hosts(login), *client.asked_for)
    return bool(found[0])


class _Jumps:
    """Connections to jump hosts, each shared by all targets behind it and closed after the last one.

    All of it happens on the one loop, so that no lock is needed but the one that keeps a second login waiting.
    """

    def __init__(self) -> None:
        self._locks: dict[Any, asyncio.Lock] = {}
        self._open: dict[Any, asyncssh.SSHClientConnection] = {}
        self._users: dict[Any, int] = {}
        self._failed: dict[Any, tuple[float, CollectFailed]] = {}

    @asynccontextmanager
    async def borrowed(self, login: Login) -> AsyncIterator[asyncssh.SSHClientConnection]:
        """The connection to the jump host of a login."""
        assert login.jump is not None
        own = replace(login, place=login.jump, jump=None, config=None)
        self._users[own] = self._users.get(own, 0) + 1
        try:
            async with self._locks.setdefault(own, asyncio.Lock()):
                until, failure = self._failed.get(own, (0.0, None))
                if failure is not None and asyncio.get_running_loop().time() < until:
                    raise failure
                if own not in self._open or self._open[own].is_closed():
                    self._open[own] = await self._new(own)
            yield self._open[own]
        finally:
            self._users[own] -= 1
            if not self._users[own] and own in self._open:
                self._open.pop(own).close()

    async def _new(self, own: Login) -> asyncssh.SSHClientConnection:
        try:
            return await _login(own, None)
        except CollectFailed as error:
            # Not again for each of the hosts behind it: a refused login would lock the account, and a dead jump host
            # would cost a time-out for every one of them.
            seconds = inf if isinstance(error, CollectDenied) else _JUMP_AGAIN_AFTER_S
            self._failed[own] = asyncio.get_running_loop().time() + seconds, error
            raise


_jumps = _Jumps()
