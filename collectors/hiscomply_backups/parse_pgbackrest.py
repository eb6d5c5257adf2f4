"""``pgbackrest info --output=json`` and ``verify`` to copies. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from hiscomply.hookspecs import CollectDenied, CollectFailed
from hiscomply.model import Rejected, Text
from hiscomply_backups.copies import Copy, not_understood, parsed, set_aside

_TYPES = {"full": "full", "diff": "differential", "incr": "incremental"}
_BACKUP = re.compile(r"backup: (\S+), status: (valid|invalid|manifest missing)\b")
_WAL = re.compile(r"total WAL checked: (\d+), total valid WAL: (\d+)")

_CONNECTION = re.compile(
    r"(?:HostConnectError|ServiceError|CryptoError)\]?:? "
    r"((?:TLS error|unable to (?:connect to|get address for|verify certificate|find hostname))[^\n]{0,150})"
)
"""What pgBackRest says of a repository host that it does not reach, or that it does not trust."""


@dataclass(frozen=True, slots=True)
class Verified:
    """What ``verify`` found. ``backups`` says of single ones whether they are sound; ``others`` of all the rest."""

    backups: Mapping[str, bool]
    others: bool | None


def read_stanza(output: bytes, stanza: str) -> Mapping[str, Any]:
    """The stanza's part of the answer.

    Raises:
        CollectDenied: its repository may not be read, or cannot be decrypted.
        CollectFailed: there is no such stanza, or it holds no backup.
    """
    found = parsed("pgbackrest", output)
    if not isinstance(found, list):
        raise not_understood("pgbackrest")
    part = next((one for one in found if isinstance(one, dict) and one.get("name") == stanza), None)
    repositories = (part or {}).get("repo")
    if part is None or not isinstance(repositories, list) or not repositories:
        raise not_understood("pgbackrest")
    for one in repositories:
        status = one.get("status") if isinstance(one, dict) else None
        if not isinstance(status, dict):
            raise not_understood("pgbackrest")
        if status.get("code") != 0:
            raise _refusal(str(status.get("message", "")), stanza, one)
    return part


def _refusal(message: str, stanza: str, repository: Mapping[str, Any]) -> CollectFailed:
    # Of a message about a file that cannot be decrypted the greater part is the file itself: never shown.
    key = repository.get("key", "?")
    where = (f"pgBackRest stanza {stanza} 仓库 {key}", f"pgBackRest stanza {stanza}, repository {key}")
    if "Permission denied" in message:
        return CollectDenied(Text(f"{where[0]}:没有读取权限", f"{where[1]}: permission denied"))
    if (broken := _CONNECTION.search(message)) is not None:
        return CollectFailed(
            Text(
                f"{where[0]}:与仓库主机的连接失败:{broken[1]}",
                f"{where[1]}: the connection to the repository's host failed: {broken[1]}",
            )
        )
    is_form = "FormatError" in message or "CryptoError" in message
    is_plain = repository.get("cipher") == "none" and ": Salted__" not in message
    if is_form and (is_plain or "cipher header invalid" in message):
        return CollectFailed(
            Text(
                f"{where[0]}:backup.info 或 archive.info 的内容不是 pgBackRest 的格式,可能已损坏",
                f"{where[1]}: its backup.info or archive.info is not in pgBackRest's form; it may be damaged",
            )
        )
    if is_form:
        return CollectDenied(
            Text(
                f"{where[0]}:无法解密,口令(repo-cipher-pass)不对或未提供,或文件已损坏",
                f"{where[1]}: cannot be decrypted, its password (repo-cipher-pass) is wrong or missing, or it is damaged",
            )
        )
    known = next(
        (one for one in ("missing stanza path", "no valid backups", "missing stanza data") if one in message),
        "",
    )
    told = known or "its info cannot be read"
    return CollectFailed(Text(f"{where[0]}:{known or '信息无法读取'}", f"{where[1]}: {told}"))


def read_backups(
    part: Mapping[str, Any], stanza: str, source: str, repo: int | None
) -> Iterator[Copy | Rejected]:
    """The backups of a stanza, of one repository or all of them; one with page errors is no success."""
    ciphers = {one.get("key"): one.get("cipher") for one in part["repo"]}
    for number, one in enumerate(part.get("backup") or (), 1):
        try:
            key = one["database"]["repo-key"]
            if repo in (None, key):
                yield _copy(one, stanza, ciphers.get(key))
        except (KeyError, TypeError, ValueError, AttributeError, OverflowError, OSError):
            yield set_aside(source, number, "pgbackrest")


def _copy(one: Mapping[str, Any], stanza: str, cipher: object) -> Copy:
    size = one.get("info", {}).get("size")
    error = one.get("error")
    return Copy(
        id=str(one["label"]),
        job=stanza,
        started=datetime.fromtimestamp(one["timestamp"]["start"], UTC),
        ended=datetime.fromtimestamp(one["timestamp"]["stop"], UTC),
        status={True: "failed", False: "success"}.get(error) if isinstance(error, bool) else None,
        type=_TYPES[one["type"]],
        encrypted=None if not isinstance(cipher, str) else cipher != "none",
        size_bytes=size if isinstance(size, int) else None,
        name=stanza,
    )


def read_verified(code: int, output: bytes) -> Verified | None:
    """What ``verify`` found; None where it did not get to the end.

    It ends with 0 on damage too, and only its messages tell. A hole in the archived log spoils all backups.
    """
    text = output.decode("utf-8", "replace")
    backups = {label: status == "valid" for label, status in _BACKUP.findall(text)}
    is_bad = "status: error" in text
    if not is_bad and (code != 0 or "verify command end: completed successfully" not in text):
        return None
    if any(checked != valid for checked, valid in _WAL.findall(text)):
        return Verified(dict.fromkeys(backups, False), False)
    if not is_bad:
        return Verified(backups, True)
    return Verified(backups, None if False in backups.values() else False)
