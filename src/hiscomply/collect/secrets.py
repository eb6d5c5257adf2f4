"""The project's key, which lets equal secrets be seen to be equal; and where the secrets of targets come from."""

from __future__ import annotations

import hashlib
import hmac
import os
import tempfile
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from hiscomply.errors import ConfigError, Place
from hiscomply.hookspecs import CollectDenied, CollectFailed, CollectTimedOut
from hiscomply.model import Text

WITHHELD = "hmac-sha256:withheld"
_KEY_BYTES = 32
_COMMAND_TIMEOUT_S = 30.0
_MAX_SECRET_BYTES = 65_536


def withholding() -> Callable[[str], str]:
    """What stands for secrets where there is no project to keep a key in: their number, in order of sight.

    Two secrets must not become the same text: where one is part of a natural key, that would make two
    subjects one.
    """
    seen: dict[str, str] = {}
    return lambda secret: seen.setdefault(secret, f"{WITHHELD}-{len(seen) + 1}")


def _key_of(text: str) -> bytes:
    key = bytes.fromhex(text)
    if len(key) < _KEY_BYTES:
        raise ValueError(f"it has {len(key)} bytes and not {_KEY_BYTES}")
    return key


def _make_key(file: Path) -> None:
    """A key that is there whole or not at all, and never in the place of one that another run has just made."""
    file.parent.mkdir(parents=True, exist_ok=True)
    descriptor, name = tempfile.mkstemp(prefix="key.", dir=file.parent)
    made = Path(name)
    try:
        with os.fdopen(descriptor, "w") as target:
            target.write(os.urandom(_KEY_BYTES).hex())
        try:
            with suppress(FileExistsError):
                os.link(made, file)
        except OSError:
            # A share without hard links.
            made.replace(file)
    finally:
        made.unlink(missing_ok=True)


def project_digest(project: Path) -> Callable[[str], str]:
    """A keyed digest with the key of a project, which is made on first use, readable by its owner only.

    Raises:
        ConfigError: the key cannot be read or written.
    """
    file = project / ".hiscomply" / "key"
    try:
        if not file.exists():
            _make_key(file)
        key = _key_of(file.read_text())
    except (OSError, ValueError) as error:
        raise ConfigError(
            f"the project's key cannot be used: {error} / 项目密钥无法使用",
            place=Place(str(file)),
            hint="check the folder's permissions; a damaged key may be deleted / 请检查权限,损坏的密钥可删除",
        ) from error

    def digest(secret: str) -> str:
        return (
            "hmac-sha256:" + hmac.new(key, secret.encode("utf-8", "replace"), hashlib.sha256).hexdigest()[:24]
        )

    return digest


def read_secret(spec: Mapping[str, Any], project: Path) -> str:
    """The secret that an option of ``hookspecs.SECRET_SCHEMA`` leads to, without the newline at its end.

    Args:
        project: where relative paths count from, and where a command runs.

    Raises:
        CollectFailed: it is not there, is empty, or stands in a file that everybody may read. The reason says where
            it was looked for, never what was found.
    """
    if "env" in spec:
        where, found = f"${spec['env']}", os.environ.get(spec["env"])
        if found is None:
            raise CollectFailed(
                Text(f"未设置环境变量 {spec['env']}", f"the environment variable {spec['env']} is not set")
            )
    elif "file" in spec:
        where, found = str(spec["file"]), _from_file(project / spec["file"], str(spec["file"]))
    else:
        where, found = str(spec["command"][0]), _from_command(spec["command"], project)
    secret = found.removesuffix("\n").removesuffix("\r")
    if not secret:
        raise CollectFailed(Text(f"{where} 中的密钥为空", f"the secret from {where} is empty"))
    return secret


def _from_file(path: Path, shown: str) -> str:
    try:
        if path.stat().st_mode & 0o007:
            raise CollectFailed(
                Text(
                    f"密钥文件 {shown} 人人可访问;请执行 chmod 600",
                    f"everybody has rights on the secret file {shown}; chmod 600 it",
                )
            )
        with path.open(encoding="utf-8", newline="") as stream:
            return stream.read(_MAX_SECRET_BYTES)
    except PermissionError:
        raise CollectDenied(
            Text(f"没有读取密钥文件 {shown} 的权限", f"not allowed to read the secret file {shown}")
        ) from None
    except OSError as error:
        raise CollectFailed(
            Text(
                f"密钥文件 {shown} 无法读取:{error.strerror}",
                f"the secret file {shown} cannot be read: {error.strerror}",
            )
        ) from None
    except UnicodeDecodeError:
        raise CollectFailed(
            Text(f"密钥文件 {shown} 不是 UTF-8 文本", f"the secret file {shown} is not UTF-8 text")
        ) from None


def _from_command(command: Sequence[str], project: Path) -> str:
    import subprocess

    shown = command[0]
    try:
        done = subprocess.run(  # noqa: S603 - the officer's own command from the project file, without a shell
            list(command),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=_COMMAND_TIMEOUT_S,
            cwd=project,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise CollectTimedOut(
            Text(
                f"取密钥的命令 {shown} 在 {_COMMAND_TIMEOUT_S:g} 秒内未结束",
                f"the secret's command {shown} did not end within {_COMMAND_TIMEOUT_S:g} seconds",
            )
        ) from None
    except OSError as error:
        raise CollectFailed(
            Text(
                f"取密钥的命令 {shown} 无法运行:{error.strerror}",
                f"the secret's command {shown} cannot be run: {error.strerror}",
            )
        ) from None
    if done.returncode:
        raise CollectFailed(
            Text(
                f"取密钥的命令 {shown} 以退出码 {done.returncode} 结束",
                f"the secret's command {shown} ended with exit code {done.returncode}",
            )
        )
    return done.stdout.decode("utf-8", "replace")
