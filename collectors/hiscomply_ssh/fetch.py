"""One conversation with one host: the script goes out, the frames come back, within bounds of time and size."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import dataclass

import asyncssh

from hiscomply.hookspecs import CollectDenied, CollectFailed, CollectTimedOut
from hiscomply.model import Text
from hiscomply_ssh.connect import connected
from hiscomply_ssh.frames import end_mark
from hiscomply_ssh.login import Login
from hiscomply_ssh.script import SHELL

MAX_ANSWER_BYTES = 64_000_000
MAX_COMPLAINT_BYTES = 1_000_000
_GRACE_S = 5.0


@dataclass(frozen=True, slots=True)
class Said:
    """What a host answered, whole or in part.

    Attributes:
        failure: why it is only a part; None when the end arrived.
    """

    out: bytes
    err: bytes
    failure: CollectFailed | None


async def ask(login: Login, script: str, nonce: str, *, step_timeout_s: float, total_s: float) -> Said:
    """Logs in, sends the script, and takes what comes.

    Args:
        step_timeout_s: how long the host may be silent, plus a little: one command is one silence.
        total_s: for connection and answer.

    Raises:
        CollectFailed: the host could not be asked at all.
    """
    out, err = bytearray(), bytearray()
    failure: CollectFailed | None
    try:
        async with asyncio.timeout(total_s), connected(login) as connection:
            failure = await _converse(connection, login, script, nonce, step_timeout_s, out, err)
    except TimeoutError:
        failure = _late(login, total_s)
    return Said(bytes(out), bytes(err), failure)


async def _converse(
    connection: asyncssh.SSHClientConnection,
    login: Login,
    script: str,
    nonce: str,
    step_timeout_s: float,
    out: bytearray,
    err: bytearray,
) -> CollectFailed | None:
    silence_s = step_timeout_s + _GRACE_S
    try:
        async with asyncio.timeout(silence_s):
            process = await connection.create_process(SHELL, encoding=None)
            # What ended before it was told anything says why below, by its exit status.
            with suppress(BrokenPipeError):
                process.stdin.write(script.encode())
                process.stdin.write_eof()
        errors = asyncio.create_task(_take(process.stderr, err, end_mark(nonce), None, MAX_COMPLAINT_BYTES))
        try:
            is_whole = await _take(process.stdout, out, end_mark(nonce), silence_s, MAX_ANSWER_BYTES)
            if len(out) > MAX_ANSWER_BYTES:
                connection.abort()
                return _too_large(login)
            # After the last byte: the rest of the complaints, or the exit status of what ended without the end mark.
            rest = errors if is_whole else asyncio.ensure_future(process.wait_closed())
            await asyncio.wait({rest}, timeout=_GRACE_S)
        finally:
            errors.cancel()
    except TimeoutError:
        connection.abort()
        return _late(login, silence_s)
    except (asyncssh.Error, OSError) as error:
        return _broken(login, f"{type(error).__name__}: {error}"[:120])
    if is_whole:
        return None
    if f"\n{nonce} hello ".encode() not in out and process.exit_status is not None:
        return _no_shell(login, process.exit_status)
    return _broken(login, "")


async def _take(
    stream: asyncssh.SSHReader[bytes], sink: bytearray, end: bytes, silence_s: float | None, limit: int
) -> bool:
    """Reads on until the end mark (True), or the stream's end or too many bytes (False)."""
    while not sink.endswith(end):
        async with asyncio.timeout(silence_s):
            piece = await stream.read(262_144)
        sink += piece
        if not piece or len(sink) > limit:
            return False
    return True


def _too_large(login: Login) -> CollectFailed:
    return CollectFailed(
        Text(
            f"{login.place}:回答超过 {MAX_ANSWER_BYTES} 字节,已中止",
            f"{login.place}: the answer is larger than {MAX_ANSWER_BYTES} bytes and was cut off",
        )
    )


def _late(login: Login, seconds: float) -> CollectTimedOut:
    return CollectTimedOut(
        Text(
            f"{login.place}:已登录,但 {seconds:g} 秒内没有后续回答",
            f"{login.place}: logged in, but nothing more came within {seconds:g} s",
        )
    )


def _broken(login: Login, said: str) -> CollectFailed:
    tail = f" ({said})" if said else ""
    return CollectFailed(
        Text(
            f"{login.place}:回答中途连接断开{tail}",
            f"{login.place}: the connection broke in the middle of the answer{tail}",
        )
    )


def _no_shell(login: Login, status: int) -> CollectDenied:
    return CollectDenied(
        Text(
            f"{login.place}:可以登录,但该账户不能运行 sh(退出码 {status});请检查登录 shell、强制命令与口令是否过期",
            f"{login.place}: the account may log in but not run sh (exit code {status}); look at its login shell, "
            "for a forced command, and whether its password has expired",
        )
    )
