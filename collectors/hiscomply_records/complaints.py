"""What a program said on its error stream, fit for a report: the last lines, none that may hold a secret. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from hiscomply.model import Text

KEPT_LINES: Final = 3
_WIDTH: Final = 200
_WITHHELD: Final = "[withheld / 已隐去]"
_SHORTEST_SECRET: Final = 4
_SUSPECT: Final = re.compile(
    r"(?i:pass(?:word|wd|phrase)?|pwd|secret|token|api[_-]?key|credential|authorization|bearer|cookie|口令|密码|密钥)"
    r"|-----BEGIN|://[^/\s:@]+:[^/\s@]+@"
    r"|\$(?:1|2[aby]|5|6|7|y|gy|argon2\w*|scrypt)\$"
    r"|\beyJ[\w-]{8,}|\b(?:AKIA|ghp_|glpat-|xox[abp]-)\w"
    r"|(?<!\d)[1-9]\d{16}[\dXx](?!\d)|(?<!\d)1[3-9]\d{9}(?!\d)"
    r"|[A-Za-z0-9+/_=-]{32,}"
)
"""Words that announce a secret, shapes of keys, identity and telephone numbers, and long random-looking runs."""


def last_words(stderr: bytes, secrets: Iterable[str]) -> str:
    """The last lines on one line; a line that may hold a secret is replaced as a whole.

    Args:
        secrets: values that the program was given, in whatever variable.
    """
    known = [secret for secret in secrets if len(secret) >= _SHORTEST_SECRET]
    text = stderr.decode("utf-8", "replace")
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return " | ".join(_safe(line, known) for line in lines[-KEPT_LINES:])


def _safe(line: str, secrets: list[str]) -> str:
    if _SUSPECT.search(line) or any(secret in line for secret in secrets):
        return _WITHHELD
    printable = "".join(character if character.isprintable() else "�" for character in line)
    return printable if len(printable) <= _WIDTH else printable[: _WIDTH - 1] + "…"


def with_complaint(zh: str, en: str, complaint: str) -> Text:
    """A sentence with the program's last words behind it."""
    return Text(f"{zh}:{complaint}", f"{en}: {complaint}") if complaint else Text(zh, en)
