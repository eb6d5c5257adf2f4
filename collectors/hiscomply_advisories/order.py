"""Versions as keys: plain ASCII texts that sort, byte by byte, as dpkg, rpm or apk order the versions.

So a database compares a million versions without knowing their grammar, and each distinct version is read once.

    >>> dpkg_key("1.0~rc1") < dpkg_key("1.0") == dpkg_key("0:1.0-0") < dpkg_key("1.0-0+deb12u1")
    True
    >>> rpm_key("1.0~rc1-1") < rpm_key("1.0-1") < rpm_key("1.0^git1-1") < rpm_key("1.0.1-1")
    True
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Final

TOP: Final = "~"
"""Above every character that a key is made of."""

_TILDE, _END, _CARET, _LETTERS, _NUMBER = '!"#$%'
"""Ranks of rpm's parts of a version, lowest first; dpkg needs the first two only."""
_DPKG = re.compile(r"(?:(\d+):)?(\d[A-Za-z0-9.+~:-]*?|[A-Za-z][A-Za-z0-9.+~:-]*?)(?:-([A-Za-z0-9+.~]*))?")
_DPKG_PART = re.compile(r"(\D*)(\d*)")
_RPM = re.compile(r"(?:(\d*):)?([^\s:-]+)(?:-([^\s:-]+))?")
_RPM_PART = re.compile(r"(\d+)|([A-Za-z]+)|([~^])|[^A-Za-z0-9~^]+")
_APK = re.compile(
    r"(\d+(?:\.\d+)*)([a-z]?)((?:_(?:alpha|beta|pre|rc|cvs|svn|git|hg|p)\d*)*)(?:~[0-9a-f]+)?(?:-r(\d+))?"
)
_APK_SUFFIX = re.compile(r"_([a-z]+)(\d*)")
_APK_RANK: Final[Mapping[str, str]] = dict(
    zip(("alpha", "beta", "pre", "rc", "", "cvs", "svn", "git", "hg", "p"), "0123456789", strict=True)
)
_OTHERS = "{|}"
"""First characters of what sorts after the letters: dpkg's ``+``, ``-``, ``.``, ``:`` in the order of ASCII."""
_WEIGHT: Final[Mapping[str, str]] = {
    "~": _TILDE,
    "+": _OTHERS[0],
    "-": _OTHERS[1],
    ".": _OTHERS[2] + "0",
    ":": _OTHERS[2] + "1",
}


def dpkg_key(version: str) -> str:
    """The key of a Debian or Ubuntu version.

    Raises:
        ValueError: it is none.
    """
    found = _DPKG.fullmatch(version.strip())
    if not found:
        raise ValueError(f"{version[:60]!r} is no version of a Debian package")
    epoch, upstream, revision = found.groups()
    if epoch is None and ":" in upstream:
        raise ValueError(f"{version[:60]!r} is no version of a Debian package: its epoch is no number")
    return _number(epoch or "") + _dpkg_text(upstream) + _dpkg_text(revision or "")


def _dpkg_text(text: str) -> str:
    # Text and number take turns. What is left out of a pair is empty or 0; the mark at the end stands where another
    # text would go on, so that only a tilde comes before it.
    parts = []
    for letters, digits in _DPKG_PART.findall(text)[:-1] or [("", "")]:
        weighed = letters if letters.isalpha() else "".join(_WEIGHT.get(one, one) for one in letters)
        parts.append(f"{weighed}{_END}{_number(digits)}")
    return "".join(parts) + _END


def rpm_key(version: str, *, is_open: bool = False) -> str:
    """The key of an rpm version, ``[epoch:]version[-release]``; without an epoch it is 0.

    Args:
        is_open: a version without release stands for the highest one of its releases.

    Raises:
        ValueError: it is none.
    """
    found = _RPM.fullmatch(version.strip())
    if not found:
        raise ValueError(f"{version[:60]!r} is no version of an rpm package")
    epoch, number, release = found.groups()
    ending = TOP if is_open and release is None else rpm_text(release or "")
    return _number(epoch or "") + rpm_text(number) + ending


def rpm_key_without_epoch(version: str, *, is_open: bool = False) -> str:
    """The key of what follows the epoch.

    Names of files and some feeds leave out every epoch, 0 or not: what they say is compared with the rest of an
    installed version.

    Raises:
        ValueError: it is no version.
    """
    return rpm_key(version.rpartition(":")[2], is_open=is_open)[len(_number("")) :]


def rpm_text(text: str) -> str:
    """The key of a version or a release alone."""
    parts = []
    for digits, letters, mark in _RPM_PART.findall(text):
        if digits:
            parts.append(_NUMBER + _number(digits))
        elif letters:
            parts.append(f"{_LETTERS}{letters}{_TILDE}")
        elif mark:
            parts.append(_TILDE if mark == "~" else _CARET)
    return "".join(parts) + _END


def apk_key(version: str) -> str:
    """The key of an Alpine version, without the build's own hash.

    Raises:
        ValueError: it is none.
    """
    found = _APK.fullmatch(version.strip())
    if not found:
        raise ValueError(f"{version[:60]!r} is no version of an Alpine package")
    numbers, letter, suffixes, release = found.groups()
    first, *others = numbers.split(".")
    # A part with a leading zero counts as the digits after a decimal point.
    shown = _number(first) + "".join(
        f"1{one}{_END}" if one[0] == "0" else f"2{_number(one)}" for one in others
    )
    ranked = "".join(f"{_APK_RANK[name]}{_number(number)}" for name, number in _APK_SUFFIX.findall(suffixes))
    return f"{shown}{_END}{letter}{_END}{ranked}{_APK_RANK['']}{_number(release or '')}"


def _number(digits: str) -> str:
    """Digits so that texts sort by value: how many there are, then those without leading zeros."""
    digits = digits.lstrip("0")
    size = len(digits)
    return f"{chr(48 + size)}{digits}" if size < 60 else f"{chr(108)}{size:06d}{digits}"


KEYS: Final[Mapping[str, Callable[[str], str]]] = {"dpkg": dpkg_key, "rpm": rpm_key, "apk": apk_key}
