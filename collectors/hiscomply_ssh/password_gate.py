"""One password for many hosts: sent to one of them first, and to no other once it was refused there."""

from __future__ import annotations

import asyncio

from hiscomply_ssh.login import Login, Place


class PasswordGate:
    """For one account name and password, on the one loop. Until it worked once, its logins go one by one.

    An account of a directory is locked after a few wrong passwords, wherever they were tried: a fleet must not
    turn one mistake into a hundred.
    """

    def __init__(self) -> None:
        self._lock = asyncio.Lock()
        self._works = False
        self.refused_by: Place | None = None

    async def may_try(self) -> bool:
        """Waits for its turn. True while not ``is_open``: the gate is held until ``told``."""
        if self._works:
            return True
        await self._lock.acquire()
        if self.refused_by is None and not self._works:
            return True
        self._lock.release()
        return self._works

    @property
    def is_open(self) -> bool:
        """The password worked before: nobody needs to wait."""
        return self._works

    def told(self, place: Place, *, is_accepted: bool | None) -> None:
        """How the login that held the gate ended; None where the host said neither yes nor no."""
        if is_accepted:
            self._works = True
        elif is_accepted is False and not self._works:
            self.refused_by = place
        self._lock.release()


_gates: dict[tuple[str | None, str], PasswordGate] = {}


def gate_of(login: Login) -> PasswordGate | None:
    """The gate that this login shares with all of the same account name and password."""
    if login.password is None:
        return None
    return _gates.setdefault((login.place.user, login.password), PasswordGate())
