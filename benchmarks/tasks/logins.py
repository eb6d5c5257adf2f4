"""Bare log-ins with the connection that the collector uses: connect, run ``true``, close."""

from __future__ import annotations

import asyncio
from pathlib import Path

from benchmarks.task import Watch
from hiscomply_ssh.connect import connected
from hiscomply_ssh.login import Login, Place


def bare(port: int, known_hosts: str, key: str, hosts: int, parallel: int) -> Watch:
    """So many log-ins of root on 127.0.0.1, ``parallel`` of them side by side."""
    login = Login(Place("127.0.0.1", port, "root"), Path(known_hosts), Path(key))

    async def one(turn: asyncio.Semaphore) -> None:
        async with turn, connected(login) as connection:
            await connection.run("true", check=True)

    async def every() -> None:
        turn = asyncio.Semaphore(parallel)
        await asyncio.gather(*(one(turn) for _ in range(hosts)))

    with Watch() as watch:
        asyncio.run(every())
    return watch
