"""The project's key: equal secrets can be seen to be equal, none can be read back."""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
from collections.abc import Callable
from pathlib import Path

from hiscomply.errors import ConfigError, Place

WITHHELD = "hmac-sha256:withheld"
_KEY_BYTES = 32


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


def project_digest(project: Path) -> Callable[[str], str]:
    """A keyed digest with the key of a project, which is made on first use, readable by its owner only.

    Raises:
        ConfigError: the key cannot be read or written.
    """
    file = project / ".hiscomply" / "key"
    try:
        if not file.exists():
            file.parent.mkdir(parents=True, exist_ok=True)
            descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(descriptor, "w") as target:
                target.write(secrets.token_hex(_KEY_BYTES))
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
