"""Runs the script on one host over SSH. All traffic is here."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from hiscomply.hookspecs import CollectDenied, CollectFailed, CollectTimedOut
from hiscomply.model import Text
from hiscomply_kit.needs import need

COMMAND: Final = "powershell -NoProfile -NonInteractive -Command -"
MAX_BYTES: Final = 16_000_000
_KEPT_COMPLAINT: Final = 8192


@dataclass(frozen=True, slots=True)
class Login:
    """How one host is reached.

    Attributes:
        key: path of the private key, or None for a login by password.
        connect_timeout_s, step_timeout_s: for the login, and for the script from its start to its last line.
    """

    host: str
    port: int
    user: str
    known_hosts: Path
    key: Path | None
    passphrase: str | None
    password: str | None
    connect_timeout_s: float
    step_timeout_s: float

    @property
    def where(self) -> str:
        """``user@host:port``, for people."""
        return f"{self.user}@{self.host}:{self.port}"


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


def typed(script: str, asset_id: str, kinds: Sequence[str]) -> bytes:
    """What goes into PowerShell's standard input: one line, since ``-Command -`` reads line by line.

    Neither the asset nor the kinds can hold a quote: the schema of the options sees to that.
    """
    packed = base64.b64encode(script.encode("utf-8")).decode("ascii")
    block = f"[ScriptBlock]::Create([Text.Encoding]::UTF8.GetString([Convert]::FromBase64String('{packed}')))"
    return f"& ({block}) -AssetId '{asset_id}' -Kinds '{','.join(kinds)}'\r\nexit\r\n".encode("ascii")


def ask(login: Login, words: bytes) -> Said:
    """Logs in once and runs the script.

    Raises:
        CollectDenied: the login is refused; it is not tried again.
        CollectTimedOut: no login in time. CollectFailed: no connection, an unknown or changed host key, a bad key file.
    """
    asyncssh = need("asyncssh", "ssh")
    if not login.known_hosts.is_file():
        raise CollectFailed(
            Text(
                f"没有主机密钥文件 {login.known_hosts};请用 ssh-keyscan 取得并核对后写入",
                f"there is no file of host keys {login.known_hosts}; fetch them with ssh-keyscan and compare them",
            )
        )
    options = {"client_keys": [_key(asyncssh, login)] if login.key else []}
    return asyncio.run(_session(asyncssh, login, options, words))


def _key(asyncssh: Any, login: Login) -> Any:
    try:
        return asyncssh.read_private_key(login.key, login.passphrase)
    except (OSError, asyncssh.KeyImportError, asyncssh.KeyEncryptionError) as error:
        told = error.strerror if isinstance(error, OSError) else type(error).__name__
        raise CollectFailed(
            Text(f"私钥文件无法使用:{told}", f"the private key file cannot be used: {told}")
        ) from None


async def _session(asyncssh: Any, login: Login, options: dict[str, Any], words: bytes) -> Said:
    connection = await _connected(asyncssh, login, options)
    said = _Heard()
    try:
        async with asyncio.timeout(login.step_timeout_s):
            return await _run(connection, words, said)
    except TimeoutError:
        seconds = f"{login.step_timeout_s:g}"
        failure: CollectFailed = CollectTimedOut(
            Text(
                f"{login.where} 在 {seconds} 秒内没有答完",
                f"{login.where} did not answer in full within {seconds} seconds",
            )
        )
    except _TooLongError:
        failure = CollectFailed(
            Text(
                f"{login.where} 的回答超过 {MAX_BYTES:,} 字节",
                f"{login.where} answered more than {MAX_BYTES:,} bytes",
            )
        )
    except (asyncssh.Error, OSError) as error:
        failure = _broken(login, error)
    finally:
        connection.abort()
    return Said(bytes(said.output), bytes(said.complaint), None, failure)


async def _connected(asyncssh: Any, login: Login, options: dict[str, Any]) -> Any:
    """One attempt by one method: a second one after a refusal would count towards a lock-out."""
    try:
        async with asyncio.timeout(login.connect_timeout_s):
            return await asyncssh.connect(
                login.host.strip("[]"),
                port=login.port,
                username=login.user,
                password=login.password,
                known_hosts=str(login.known_hosts),
                preferred_auth="publickey" if login.key else "password",
                agent_path=None,
                config=None,
                client_host_keysign=False,
                gss_host=None,
                connect_timeout=None,
                login_timeout=0,
                **options,
            )
    except TimeoutError:
        seconds = f"{login.connect_timeout_s:g}"
        raise CollectTimedOut(
            Text(
                f"{login.where} 在 {seconds} 秒内没有完成登录",
                f"{login.where}: no login within {seconds} seconds",
            )
        ) from None
    except asyncssh.PermissionDenied:
        raise CollectDenied(
            Text(
                f"{login.where} 拒绝登录:请检查账号、密钥或口令;不会重试",
                f"{login.where} refuses the login: check account, key or password; it is not tried again",
            )
        ) from None
    except asyncssh.HostKeyNotVerifiable:
        raise CollectFailed(
            Text(
                f"{login.where} 的主机密钥不在 {login.known_hosts} 中,或与其不符:未登录,请核对",
                f"the host key of {login.where} is not in {login.known_hosts}, or another: no login was tried; compare",
            )
        ) from None
    except (asyncssh.Error, OSError, ValueError) as error:
        raise _broken(login, error) from None


class _TooLongError(Exception):
    pass


class _Heard:
    """What came so far, also when the rest never does."""

    def __init__(self) -> None:
        self.output = bytearray()
        self.complaint = bytearray()


async def _run(connection: Any, words: bytes, said: _Heard) -> Said:
    async with connection.create_process(COMMAND, encoding=None) as process:
        process.stdin.write(words)
        process.stdin.write_eof()
        await asyncio.gather(_hear(process.stdout, said.output), _complain(process.stderr, said.complaint))
        done = await process.wait(check=False)
        return Said(bytes(said.output), bytes(said.complaint), done.exit_status, _cut(done.exit_status))


def _cut(exit_status: int | None) -> CollectFailed | None:
    if exit_status is not None and exit_status >= 0:
        return None
    return CollectFailed(Text("连接在脚本结束前断开", "the connection ended before the script did"))


async def _hear(stream: Any, output: bytearray) -> None:
    while piece := await stream.read(65_536):
        output.extend(piece)
        if len(output) > MAX_BYTES:
            raise _TooLongError


async def _complain(stream: Any, complaint: bytearray) -> None:
    while piece := await stream.read(65_536):
        complaint.extend(piece)
        del complaint[:-_KEPT_COMPLAINT]


def _broken(login: Login, error: BaseException) -> CollectFailed:
    told = getattr(error, "reason", "") or getattr(error, "strerror", "") or type(error).__name__
    shown = "".join(one if one.isprintable() else "�" for one in str(told))[:200]
    return CollectFailed(
        Text(f"与 {login.where} 的连接失败:{shown}", f"the connection to {login.where} failed: {shown}")
    )
