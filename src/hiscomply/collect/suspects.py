"""What texts must not hold: patient data and secrets, by pattern."""

from __future__ import annotations

import re
from typing import Final

from hiscomply.patterns import late

PATIENT: Final = late(
    r"(?<!\d)[1-9]\d{5}(?:18|19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}[\dXx](?!\d)"
    r"|(?<![0-9A-Fa-f])1[3-9]\d{9}(?![0-9A-Fa-f])"
    r"|(?:病案号|住院号|门诊号|病历号|就诊卡号|\bMRN\b)[::\s#]*\w*\d{4,}"
)
"""18-digit identity numbers with a possible birth date, mobile numbers (not inside a digest), record numbers."""
_KEY: Final = "-----BEGIN [A-Z ]*PRIVATE KEY-----"
_HASHES: Final = (
    r"\$(?:1|2[aby]|5|6|7|y|gy|argon2\w*|scrypt)\$[^\s:]{8,}"
    r"|\beyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*"
    r"|\b(?:AKIA|ghp_|glpat-|xox[abp]-)[\w-]{12,}"
)
_ALONE = late(f"{_KEY}.*|{_HASHES}", re.DOTALL)
SECRET: Final = late(
    f"{_KEY}|{_HASHES}"
    r"|(?i:\b(?:password|passwd|pwd|secret|token|api[_-]?key)\b\s*[=:]\s*)(?!hmac-sha256:)[^\s,;\"'*<$]{3,}"
)
_SUSPECT = late(f"{PATIENT.pattern}|{SECRET.pattern}")
_LONG_NUMBER = re.compile(r"\d\d{10}")
_GIVEN = re.compile(r"[=:](?<=[dtnyDTNY\s][=:])")
"""What stands between the name of a secret, which ends in one of these letters, and the secret."""
_SHORTEST = 7
"""Characters of the shortest match, ``pwd=abc`` or ``MRN1234``."""
MASK: Final = "[…]"


def is_suspect(text: str) -> bool:
    """True if a text holds what looks like patient data or a secret."""
    return len(text) >= _SHORTEST and _has_a_part(text) and _SUSPECT.search(text) is not None


def _has_a_part(text: str) -> bool:
    """True if a text has a part that every match has, of one pattern at least; a fraction of the cost of searching.

    A pattern that is added above needs its part here; a test looks for one that has none.
    """
    return bool(
        "$" in text
        or "号" in text
        or "MRN" in text
        or "eyJ" in text
        or "AKIA" in text
        or "ghp_" in text
        or "glpat-" in text
        or "xox" in text
        or "-----" in text
        or _LONG_NUMBER.search(text)
        or (("=" in text or ":" in text) and _GIVEN.search(text))
    )


def is_secret_alone(text: str) -> bool:
    """True if a text is a key, a hash or a token and says nothing else."""
    return _ALONE.fullmatch(text) is not None


def mask(text: str) -> str:
    """A sentence or a place as it may be shown: without secrets, patient data or broken characters."""
    return whole(_SUSPECT.sub(MASK, text))


def whole(text: str) -> str:
    """The text with ``?`` for halves of characters, which no file can hold."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode("utf-8")
