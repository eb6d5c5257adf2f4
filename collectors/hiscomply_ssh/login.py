"""How to log in to one host: whom, as whom, with what, through whom. Plain data, with the secrets in it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from hiscomply.hookspecs import CollectContext

DEFAULT_KNOWN_HOSTS = "~/.ssh/known_hosts"


@dataclass(frozen=True, slots=True)
class Place:
    """A host as it is connected to; None leaves port and user to the client's configuration or default."""

    address: str
    port: int | None = None
    user: str | None = None

    def __str__(self) -> str:
        user = f"{self.user}@" if self.user else ""
        host = f"[{self.address}]" if ":" in self.address else self.address
        return f"{user}{host}:{self.port}" if self.port else f"{user}{host}"


@dataclass(frozen=True, slots=True)
class Login:
    """Everything that a connection needs.

    Attributes:
        key_file: None with neither agent nor password means the keys that OpenSSH would take, ``~/.ssh/id_*``.
        config: an OpenSSH client configuration to connect by.
        connect_timeout_s: until the account is let in, a jump included.
    """

    place: Place
    known_hosts: Path
    key_file: Path | None = None
    passphrase: str | None = field(default=None, repr=False)
    password: str | None = field(default=None, repr=False)
    is_agent_used: bool = False
    jump: Place | None = None
    config: Path | None = None
    connect_timeout_s: float = 15.0


def login_of(options: Mapping[str, Any], context: CollectContext) -> Login:
    """The login of the one host that a target of the fleet stands for.

    Raises:
        CollectFailed: a secret cannot be had.
    """
    host = options["host"]

    def path(name: str) -> Path | None:
        return context.project / Path(options[name]).expanduser() if name in options else None

    def secret(name: str) -> str | None:
        return context.secret(options[name]) if name in options else None

    config = options.get("ssh_config")
    return Login(
        place_of(options),
        path("known_hosts") or Path(DEFAULT_KNOWN_HOSTS).expanduser(),
        path("key_file"),
        secret("passphrase"),
        secret("password"),
        options.get("agent", False),
        jump_of(options),
        context.project / Path(config["file"]).expanduser() if config and host.get("aliased") else None,
        options.get("connect_timeout", 15.0),
    )


def place_of(options: Mapping[str, Any]) -> Place:
    """The host itself."""
    host = options["host"]
    return Place(
        host["address"], host.get("port") or options.get("port"), host.get("user") or options.get("user")
    )


def jump_of(options: Mapping[str, Any]) -> Place | None:
    """The host to go through; the target's user where it names none."""
    jump = options.get("jump")
    if jump is None:
        return None
    user, at, rest = jump.rpartition("@")
    address, _, port = rest.partition(":")
    return Place(address, int(port) if port else None, user if at else options.get("user"))
