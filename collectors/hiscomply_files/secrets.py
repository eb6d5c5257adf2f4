"""How the secrets in settings are replaced before they leave the collector."""

from __future__ import annotations

import re
from collections.abc import Callable

from hiscomply.frozen import dataclass
from hiscomply.patterns import late
from hiscomply_files.secret_commands import COMMANDS
from hiscomply_files.secret_names import is_password_of_peer, is_pointer, is_secret_name, last_name

Digest = Callable[[str], str]

FLAGS = frozenset(
    {"true", "false", "yes", "no", "on", "off", "enabled", "disabled", "none", "null", "{}", "[]"}
)

PLACEHOLDER = late(
    r"""\s*(?:\$\{(?![A-Z_][A-Z0-9_]*-[^}])[^}:]*(?::-?|:?\?[^}]*)?\}|\$[A-Za-z_]\w*|\$\([^)]*\)
    |\{\{(?!.*?\b(?:default|d)(?:\s*+\(\s*+|\s++)["'][^"']).*\}\}|<%=.*%>|%[A-Za-z_]\w*%|@[\w.-]+@
    |\#\{[^}]*\}\#|__[A-Z0-9_]+__|<[A-Za-z][\w .-]*>|ENC\(.*\)|ENC\[.*\]|\$ANSIBLE_VAULT;.*
    |(?:vault|op|awssm|secretsmanager|keyvault|file|env):\S+|/run/secrets/\S+)\s*""",
    re.X | re.S,
)
# what every pattern below needs to find somewhere; most values have none of it
NOTABLE = re.compile(r"[$<%@#=({:\n]|__|(?:^|\s)-|-----BEGIN|[Bb]earer|[Bb]asic|/run/")
PEM = late(r"-----BEGIN [A-Z ]*PRIVATE KEY-----")
USERINFO = late(r"(?P<head>://[^\s:/@]*+:)(?P<secret>[^\s/]+)(?=@)")
ASSIGNED = late(
    r"""(?P<head>(?:password|passwd|pwd|(?<![a-z])pass|passphrase|secret|token|api_?key|requirepass
    |accountkey|密码|口令|webhook/send\?key)[ \t]*+=[ \t]*+)    (?P<secret>'[^']*'|"[^"]*"|[^\s;&,'")]+)""",
    re.X | re.I,
)
VARIABLE = late(
    r"""(?<![\w.-])(?P<head>-{0,2}(?P<name>[^\W\d][\w.-]*+)=)(?P<secret>'[^']*'|"[^"]*"|[^\s;&,'")]+)"""
)
OPTION = late(
    r"(?P<head>(?:^|\s)--?[\w-]*(?:password|passwd|token|secret|requirepass|oauth2-bearer)[ \t]+)(?P<secret>[^\s-]\S*)",
    re.I,
)
BEARER = late(r"(?P<head>\b(?:Bearer|Basic)\s+)(?P<secret>[A-Za-z0-9+/._=-]{8,})")
HEADER = late(
    r"""(?P<head>(?<![\w-])(?:-[A-Za-z]*H|--(?:proxy-)?header)\b["',\s=]*+(?P<name>[A-Za-z][\w-]*+)\s*+:\s*+
    (?:(?i:bearer|basic|token|api-?key|splunk)\s++)?)    (?P<secret>\$\([^)\n]*+\)|\$?\{[^}\n]*+\}+|[^\s"'\\`]++)""",
    re.X,
)
"""``-H "X-Token: his"`` of curl, ``--header=PRIVATE-TOKEN:his`` of wget."""
IN_JSON = late(
    r"""(?P<head>"[\w.-]*(?:password|passwd|pwd|secret|token)"\s*+:\s*+")(?P<secret>[^"]+)""", re.I
)
ORACLE = late(r"(?P<head>jdbc:oracle:\w++:[^\s/@:]++/)(?P<secret>[^\s@]++)(?=@)")
USERS = late(r"""(?P<head>"RegisteredUsers"\s*+:\s*+)(?P<secret>\{\s*+"[^{}]*+\})""")
LINE = late(
    r"""(?m)^(?P<head>[ \t]*+(?:-[ \t]++)?["']?(?P<name>[^\W\d][\w.-]*+)["']?(?:[ \t]*+:[ \t]++|(?<=requirepass)[ \t]++))
    (?P<secret>'[^'\n]*+'|"[^"\n]*+"|[^\s\#'"|>&*\[{][^\s\#]*+)(?=[ \t]*(?:\#|$))""",
    re.X,
)
"""Of a file within a value: ``password: his`` in the YAML of a ConfigMap, ``requirepass his`` in its redis.conf."""
PATTERNS = (USERINFO, ASSIGNED, VARIABLE, OPTION, BEARER, HEADER, USERS, IN_JSON, ORACLE)
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


def guard(key: str, parent: str, value: str | None, digest: Digest, hint: str = "") -> Guarded:
    """The value with every secret in it replaced by its digest.

    Args:
        key: last part of the key path.
        parent: the path it stands in.
        hint: the name of a sibling that names this value (``name: DB_PASSWORD``, ``value: …``).
    """
    if value is None:
        return Guarded(None, is_secret_name(key, last_name(parent)) and not is_pointer(key), False)
    entry = LIST_ENTRY.fullmatch(value) if "[" in key else None
    is_of_secret = key.startswith("literals[") and last_name(parent) == "secretGenerator"
    if entry and (is_of_secret or is_secret_name(entry["name"])):
        inner = guard("secret" if is_of_secret else entry["name"], "", entry["value"], digest)
        return Guarded(f"{entry['name']}={inner.value}", inner.is_secret, inner.is_placeholder)
    is_notable = NOTABLE.search(value) is not None
    is_placeholder = is_notable and PLACEHOLDER.fullmatch(value) is not None
    is_secret = is_secret_name(key, last_name(parent)) or is_password_of_peer(key, parent)
    if is_secret or (hint and is_secret_name(hint)):
        if value.lower() in FLAGS:
            return Guarded(value, False, False)
        if is_placeholder or (is_pointer(key) and re.search(r"[/\\.]", value)):
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
        if not secret or secret in digests or secret.lower() in FLAGS:
            return match.group()
        if match.re.groupindex.get("name") and not _names_secret(match, secret):
            return match.group()
        is_reference = PLACEHOLDER.fullmatch(secret) is not None
        found.append(is_reference)
        if is_reference:
            return match.group()
        replacement = digest(secret)
        digests.add(replacement)
        return match["head"] + replacement

    result = value
    for pattern in (*PATTERNS, *(COMMANDS if " " in value else ()), *((LINE,) if "\n" in value else ())):
        result = pattern.sub(replace, result)
    return Guarded(result, bool(found), all(found) if found else is_placeholder)


def _names_secret(match: re.Match[str], value: str) -> bool:
    """True for a variable that holds a secret and was not replaced already."""
    name = match["name"]
    if ASSIGNED.search(f"{match['head']}x"):
        return False
    return is_secret_name(name) and not (is_pointer(name) and re.search(r"[/\\.]", value))
