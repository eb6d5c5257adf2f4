"""Runs the script on one host over a connection of the collector ``ssh``. All traffic is here."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Final

import asyncssh

from hiscomply.hookspecs import CollectFailed, CollectTimedOut
from hiscomply.model import Text
from hiscomply_ssh.connect import connected
from hiscomply_ssh.login import Login
from hiscomply_windows.command import COMMAND

MAX_BYTES: Final = 16_000_000
_KEPT_COMPLAINT: Final = 8192


@dataclass(frozen=True, slots=True)
class Said:
    """What the host answered.

    Attributes:
        failure: why it is not the whole answer; what came before stands in ``output`` all the same.
    """

    output: bytes
    complaint: bytes
    exit_code: int | None
    failure: CollectFailed | None = None


async def ask(login: Login, words: bytes, step_timeout_s: float) -> Said:
    """Logs in once and runs the script.

    Args:
        step_timeout_s: for the script, from its start to its last line.

    Raises:
        CollectFailed: with its kinds of denied and timed out: the host could not be asked at all.
    """
    heard = _Heard()
    async with connected(login) as connection:
        try:
            async with asyncio.timeout(step_timeout_s):
                return await _run(connection, words, heard)
        except TimeoutError:
            failure = _late(login, step_timeout_s)
        except _TooLongError:
            failure = _too_long(login)
        except (asyncssh.Error, OSError) as error:
            failure = _broken(login, error)
        connection.abort()
    return Said(bytes(heard.output), bytes(heard.complaint), None, failure)


class _TooLongError(Exception):
    pass


class _Heard:
    """What came so far, also when the rest never does."""

    def __init__(self) -> None:
        self.output = bytearray()
        self.complaint = bytearray()


async def _run(connection: asyncssh.SSHClientConnection, words: bytes, heard: _Heard) -> Said:
    # No context manager: its end waits for the host, which may never answer again.
    process = await connection.create_process(COMMAND, encoding=None)
    process.stdin.write(words)
    process.stdin.write_eof()
    await asyncio.gather(_hear(process.stdout, heard.output), _complain(process.stderr, heard.complaint))
    done = await process.wait(check=False)
    return Said(bytes(heard.output), bytes(heard.complaint), done.exit_status, _cut(done.exit_status))


async def _hear(stream: asyncssh.SSHReader[bytes], output: bytearray) -> None:
    while piece := await stream.read(65_536):
        output.extend(piece)
        if len(output) > MAX_BYTES:
            raise _TooLongError


async def _complain(stream: asyncssh.SSHReader[bytes], complaint: bytearray) -> None:
    while piece := await stream.read(65_536):
        complaint.extend(piece)
        del complaint[:-_KEPT_COMPLAINT]


def _cut(exit_status: int | None) -> CollectFailed | None:
    if exit_status is not None and exit_status >= 0:
        return None
    return CollectFailed(Text("连接在脚本结束前断开", "the connection ended before the script did"))


def _late(login: Login, seconds: float) -> CollectFailed:
    return CollectTimedOut(
        Text(
            f"{login.place} 在 {seconds:g} 秒内没有答完",
            f"{login.place} did not answer in full within {seconds:g} seconds",
        )
    )


def _too_long(login: Login) -> CollectFailed:
    return CollectFailed(
        Text(
            f"{login.place} 的回答超过 {MAX_BYTES:,} 字节",
            f"{login.place} answered more than {MAX_BYTES:,} bytes",
        )
    )


def _broken(login: Login, error: BaseException) -> CollectFailed:
    told = getattr(error, "reason", "") or getattr(error, "strerror", "") or type(error).__name__
    shown = "".join(one if one.isprintable() else "�" for one in str(told))[:200]
    return CollectFailed(
        Text(f"与 {login.place} 的连接失败:{shown}", f"the connection to {login.place} failed: {shown}")
    )
