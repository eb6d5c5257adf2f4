"""Which settings hold a secret, and how it is replaced before it leaves the collector."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache

from hiscomply.frozen import dataclass
from hiscomply.patterns import late

Digest = Callable[[str], str]

WORDS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+")
SECRET_WORDS = frozenset(
    {"password", "passwords", "passwd", "passphrase", "passcode", "pwd", "pass", "pw"}
    | {"secret", "token", "credential", "credentials", "authorization", "requirepass", "masterauth"}
)
SECRET_PAIRS = frozenset(
    {"private key", "api key", "secret key", "access key", "account key", "encryption key", "signing key"}
    | {"master key", "auth key", "password hash", "registered users", "pass admin"}
)
SECRET_ENDINGS = (
    *("password", "passwd", "secret", "storepass", "keypass", "userpass", "dbpass", "rootpass", "configpass"),
    *("apikey", "privatekey", "secretkey", "accesskey"),
)
POINTER_WORDS = frozenset({"file", "path", "ref"})
SECRET_PARENTS = frozenset({"registeredusers", "passwords", "credentials", "stringdata", "secretdata"})
FLAGS = frozenset(
    {"true", "false", "yes", "no", "on", "off", "enabled", "disabled", "none", "null", "{}", "[]"}
)

PLACEHOLDER = late(
    r"""\s*(?:\$\{[^}:]*(?::-?|:?\?[^}]*)?\}|\$[A-Za-z_]\w*|\$\([^)]*\)|\{\{.*\}\}|<%=.*%>|%[A-Za-z_]\w*%|@[\w.-]+@
    |\#\{[^}]*\}\#|__[A-Z0-9_]+__|<[A-Za-z][\w .-]*>|ENC\(.*\)|ENC\[.*\]|\$ANSIBLE_VAULT;.*
    |(?:vault|op|awssm|secretsmanager|keyvault|file|env):\S+|/run/secrets/\S+)\s*""",
    re.X | re.S,
)
# what every pattern below needs to find somewhere; most values have none of it
NOTABLE = re.compile(r"[$<%@#=({:]|__|(?:^|\s)-|-----BEGIN|[Bb]earer|[Bb]asic|/run/")
PEM = late(r"-----BEGIN [A-Z ]*PRIVATE KEY-----")
USERINFO = late(r"(?P<head>://[^\s:/@]*+:)(?P<secret>[^\s/]+)(?=@)")
ASSIGNED = late(
    r"""(?P<head>(?:password|passwd|pwd|passphrase|secret|token|api_?key|requirepass|accountkey)
    [ \t]*+=[ \t]*+)    (?P<secret>'[^']*'|"[^"]*"|[^\s;&,'")]+)""",
    re.X | re.I,
)
OPTION = late(
    r"(?P<head>(?:^|\s)--?[\w-]*(?:password|passwd|token|secret|requirepass)[ \t]+)(?P<secret>[^\s-]\S*)",
    re.I,
)
BEARER = late(r"(?P<head>\b(?:Bearer|Basic)\s+)(?P<secret>[A-Za-z0-9+/._=-]{8,})")
USERS = late(r"""(?P<head>"RegisteredUsers"\s*+:\s*+)(?P<secret>\{\s*+"[^{}]*+\})""")
LIST_ENTRY = late(r"(?P<name>[A-Za-z_][\w.-]*)=(?P<value>.*)", re.S)


@dataclass(frozen=True, slots=True)
class Guarded:
    """A value as it may leave."""

    value: str | None
    is_secret: bool
    is_placeholder: bool


class NeedsDigest(LookupError):
    """A value holds a secret, and there is no digest to put in its place."""


def without_digest(_secret: str) -> str:
    """In the place of a digest, for what is to be remembered: raises NeedsDigest."""
    raise NeedsDigest


@lru_cache(maxsize=4096)
def is_secret_name(key: str, parent: str = "") -> bool:
    """True if a key's last name, or the name of the mapping it stands in, says that its value is a secret."""
    words = _words(key)
    while words and words[-1] in POINTER_WORDS:
        words.pop()
    if not words:
        return False
    if parent.lower() in SECRET_PARENTS:
        return True
    return (
        words[-1] in SECRET_WORDS
        or " ".join(words[-2:]) in SECRET_PAIRS
        or words[-1].endswith(SECRET_ENDINGS)
    )


def guard(key: str, parent: str, value: str | None, digest: Digest, hint: str = "") -> Guarded:
    """The value with every secret in it replaced by its digest.

    Args:
        key: last part of the key path.
        parent: the path it stands in.
        hint: the name of a sibling that names this value (``name: DB_PASSWORD``, ``value: …``).
    """
    if value is None:
        return Guarded(None, is_secret_name(key, _last_name(parent)) and not _is_pointer(key), False)
    entry = LIST_ENTRY.fullmatch(value) if "[" in key else None
    is_of_secret = key.startswith("literals[") and _last_name(parent) == "secretGenerator"
    if entry and (is_of_secret or is_secret_name(entry["name"])):
        inner = guard("secret" if is_of_secret else entry["name"], "", entry["value"], digest)
        return Guarded(f"{entry['name']}={inner.value}", inner.is_secret, inner.is_placeholder)
    is_notable = NOTABLE.search(value) is not None
    is_placeholder = is_notable and PLACEHOLDER.fullmatch(value) is not None
    if is_secret_name(key, _last_name(parent)) or (hint and is_secret_name(hint)):
        if value.lower() in FLAGS:
            return Guarded(value, False, False)
        if is_placeholder or (_is_pointer(key) and re.search(r"[/\\.]", value)):
            return Guarded(value, True, True)
        return Guarded(digest(value) if value else "", True, False)
    return _embedded(value, is_placeholder, digest) if is_notable else Guarded(value, False, False)


def _embedded(value: str, is_placeholder: bool, digest: Digest) -> Guarded:
    """Secrets inside a longer value: URLs, connection strings, command lines, PEM keys."""
    if PEM.search(value):
        return Guarded(digest(value), True, False)
    found: list[bool] = []
    digests: set[str] = set()

    def replace(match: re.Match[str]) -> str:
        secret = match["secret"].strip("'\"")
        if not secret or secret in digests:
            return match.group()
        is_reference = PLACEHOLDER.fullmatch(secret) is not None
        found.append(is_reference)
        if is_reference:
            return match.group()
        replacement = digest(secret)
        digests.add(replacement)
        return match["head"] + replacement

    result = value
    for pattern in (USERINFO, ASSIGNED, OPTION, BEARER, USERS):
        result = pattern.sub(replace, result)
    return Guarded(result, bool(found), all(found) if found else is_placeholder)


def _is_pointer(key: str) -> bool:
    words = _words(key)
    return bool(words) and words[-1] in POINTER_WORDS


def _last_name(path: str) -> str:
    return path.rpartition(".")[2].partition("[")[0]


def _words(key: str) -> list[str]:
    name = key.partition("[")[0]
    words = [word.lower() for word in WORDS.findall(name)]
    while words and words[-1].isdigit():
        words.pop()
    return words
