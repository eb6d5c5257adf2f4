"""Why a tool gave no list, out of its exit code and error stream. Pure."""

from __future__ import annotations

import json
import re

from hiscomply.hookspecs import CollectDenied, CollectFailed
from hiscomply.model import Text
from hiscomply_backups.fetch import Answer
from hiscomply_kit.tls import tls_failure

_WRONG_PASSWORD = re.compile(
    rb"wrong password or no key found|PassphraseWrong|PasscommandFailure|passphrase supplied .* is incorrect"
)
_DENIED = re.compile(
    rb"(?i)permission denied|PermissionError|\b40[13]\b|access denied|InvalidAccessKeyId|SignatureDoesNotMatch"
)
_TLS = re.compile(r"\b(?:x509|tls): .*")
"""How the library that restic is written with begins what it says of TLS."""
_LONGEST = 200


def refusal(tool: str, where: str, answer: Answer, *, hide: str = "") -> CollectFailed:
    """The failure that fits; ``hide`` is a scratch path that means ``where``."""
    if _WRONG_PASSWORD.search(answer.errors):
        return CollectDenied(
            Text(
                f"{tool} 打不开 {where}:口令不对;未重试",
                f"{tool} cannot open {where}: the password is wrong; it was not tried again",
            )
        )
    told = _last_words(answer.errors)
    if hide:
        told = told.replace(hide, where)
    if _DENIED.search(answer.errors):
        return CollectDenied(
            Text(
                f"{tool} 没有读取 {where} 的权限:{told}",
                f"{tool} is not allowed to read {where}: {told}",
            )
        )
    if found := _TLS.search(told):
        return tls_failure(where, ConnectionError(found[0]))
    return CollectFailed(
        Text(
            f"{tool} 无法列出 {where}(退出码 {answer.code}):{told}",
            f"{tool} cannot list {where} (exit code {answer.code}): {told}",
        )
    )


def unfinished_check(tool: str, where: str, code: int) -> CollectFailed:
    """The failure of a check that came to no result. What the tool says names files, so it is not shown."""
    return CollectFailed(
        Text(
            f"{tool} 未能完成对 {where} 的校验(退出码 {code}),结果未知",
            f"{tool} could not finish its check of {where} (exit code {code}), so its result is not known",
        )
    )


def _last_words(errors: bytes) -> str:
    """The last telling line; of a traceback the error itself, of restic what it calls fatal, and not its advice.

    Borg and newer restic wrap theirs in JSON.
    """
    lines: list[str] = []
    for line in errors.decode("utf-8", "replace").splitlines():
        lines += _unwrapped(line).splitlines()
    errors_told = [line for line in lines if re.match(r"^(?:[\w.]*(?:Error|Exception)\b|Fatal: )", line)]
    telling = errors_told or [line for line in lines if line.strip()]
    shown = "".join(one if one.isprintable() else " " for one in telling[-1].strip()) if telling else "-"
    return shown[:_LONGEST]


def _unwrapped(line: str) -> str:
    if not line.startswith("{"):
        return line
    try:
        return str(json.loads(line)["message"])
    except (ValueError, KeyError, TypeError, RecursionError):
        return line
