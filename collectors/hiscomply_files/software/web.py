"""What all web servers have in common: the keys that mean the same in each, and how their words are read.

Keys, of a virtual server unless said otherwise:
    web.tls_version: a value for each version of TLS that is accepted (``TLSv1.2``).
    web.tls_weak_ciphers: the weak families in the list of ciphers, empty if there are none.
    web.cleartext: a value for each address without TLS: ``redirected``, ``refused``, ``served``; ``absent`` without any.
    web.hsts_seconds: for how long browsers are told to come by TLS only; 0 if they are not told.
    web.directory_listing, web.access_log, web.error_log: ``on`` or ``off``.
    web.backend_certificate: ``verified`` or ``unverified`` for each server behind that is spoken to by TLS, else ``absent``.
    web.status_page: ``restricted`` or ``open``, else ``absent``.
    web.basic_auth: ``encrypted`` or ``cleartext``, else ``absent``.
    web.version_shown: ``true`` or ``false``.
    web.user: of the program: the account that its workers run as.
    web.client_timeout_s: how long a silent client is waited for; 0 for without end.

A value of None: it is written in a way that cannot be read from the files alone (a variable).
"""

from __future__ import annotations

import re
from collections.abc import Iterable

TLS_VERSIONS = ("SSLv3", "TLSv1", "TLSv1.1", "TLSv1.2", "TLSv1.3")
WEAK_WORDS = frozenset({"ALL", "COMPLEMENTOFALL", "EXP", "LOW", "MEDIUM", "ADH", "AECDH"}) | frozenset(
    {"NULL", "ENULL", "ANULL", "RC4", "RC2", "DES", "3DES", "MD5", "EXPORT", "EXPORT40", "SEED", "IDEA"}
)
"""Words of an OpenSSL cipher list that let weak ciphers in; openssl-ciphers(1)."""
LEVEL_0 = "@SECLEVEL=0"
"""The level of security that keeps nothing out of ``DEFAULT``."""
NAMED_WEAK = re.compile(r"(?:^|[-_+])(RC4|RC2|DES|3DES|MD5|NULL|EXP(?:1024)?|ADH|AECDH|SEED|IDEA)(?=[-_+]|$)")
LOOPBACK = re.compile(r"(?:unix[:@]|/|abns@|fd@|127\.|\[?::1\]?(?:$|:)|localhost(?:$|:))")
MAX_AGE = re.compile(r'max-age\s*=\s*"?(\d{1,12})', re.I)
HTTPS = re.compile(r"https://", re.I)


def is_loopback(address: str) -> bool:
    """True for an address that only the machine itself reaches."""
    return LOOPBACK.match(address) is not None


def has_variable(text: str | None) -> bool:
    """True if a value holds something that is filled in later."""
    return text is not None and re.search(r"\$[{\w(]|%\{|\{\{", text) is not None


def weak_ciphers(text: str) -> str | None:
    """The weak words that an OpenSSL cipher list lets in, in order; empty if none; None if it is not known.

    A word counts unless a ``!`` somewhere or a ``-`` after it takes it out again.
    """
    if has_variable(text):
        return None
    removed = set[str]()
    found = dict[str, None]()
    written = re.split(r"[:, ]+|(?=@)", text.strip())
    if LEVEL_0 in written and "DEFAULT" in written:
        found[LEVEL_0] = None
    for word in written:
        sign, name = (word[:1], word[1:]) if word[:1] in ("!", "-", "+", "@") else ("", word)
        upper = name.upper()
        if sign == "!":
            removed.add(upper)
        elif sign == "-":
            found.pop(upper, None)
        elif not sign and _is_weak(upper):
            found[upper] = None
    return " ".join(name for name in found if not _is_removed(name, removed))


def _is_weak(name: str) -> bool:
    return name in WEAK_WORDS or NAMED_WEAK.search(name) is not None


def _is_removed(name: str, removed: set[str]) -> bool:
    if name in removed:
        return True
    if name in ("ALL", "COMPLEMENTOFALL", "MEDIUM", "LOW", "EXP", "EXPORT"):
        # what OpenSSL 1.1.1 and later still have below these words
        needed = {"ALL": ({"ANULL"}, {"RC4"}, {"3DES", "DES"}), "MEDIUM": ({"RC4"}, {"3DES", "DES"})}
        return name in needed and all(removed & any_of for any_of in needed[name])
    parts = set(re.split(r"[-_+]", name))
    return bool(parts & removed) or ("3DES" in removed and {"DES", "CBC3"} <= parts)


def hsts_seconds(text: str) -> str | None:
    """The ``max-age`` of a Strict-Transport-Security header; None if it is not a number."""
    match = MAX_AGE.search(text)
    return match[1] if match else None


def versions_from(lowest: str, removed: Iterable[str] = ()) -> list[str]:
    """The versions of TLS from the lowest on that are not removed."""
    without = set(removed)
    return [one for one in TLS_VERSIONS[TLS_VERSIONS.index(lowest) :] if one not in without]


def tls_version(word: str) -> str | None:
    """A version as everybody writes it (``TLSv1.0`` is ``TLSv1``); None if the word names none."""
    name = word.lower().removesuffix(".0") if word.lower().endswith("v1.0") else word.lower()
    return next((one for one in TLS_VERSIONS if one.lower() == name), None)
