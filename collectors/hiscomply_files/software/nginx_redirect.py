"""What a server of nginx does with a request that comes without TLS."""

from __future__ import annotations

import re
from collections.abc import Iterator

from hiscomply.configurations import Value
from hiscomply_files.software.directives import Directive
from hiscomply_files.software.web import HTTPS, is_loopback

PLAIN = re.compile(
    r"""\(\s*(?:\$scheme\s+(?:=|~\*?)\s+\^?http\$?|\$https\s+!=\s+on|\$https\s+=\s+['"]{0,2}|\$server_port\s+=\s+80
    |\$ssl_protocol\s+=\s+['"]{0,2}|\$scheme\s+!=\s+https)\s*\)""",
    re.X,
)
EVERYTHING = frozenset({"^", "^(.*)", "^(.*)$", "^/(.*)", "^/(.*)$", "(.*)", ".*", "^.*", "^.*$", "/", "^/"})
CATCH_ALL = frozenset({"/", "^~ /", "~ /", "~ ^/", "~ .*", "~* .*", "~ ^"})
CHALLENGE = "/.well-known/acme-challenge"
"""Certificate authorities ask for this without TLS; RFC 8555, 8.3."""


def cleartext(block: Directive, listens: list[Directive], *, is_certain: bool) -> Iterator[Value]:
    """A value ``web.cleartext`` for each address without TLS that others reach, or ``absent``.

    Args:
        is_certain: False if something of the server was not read.
    """
    key = "web.cleartext"
    if not listens:
        # The default of listen is *:80.
        yield block.stating(key, _outcome(block), origin="default", is_certain=is_certain)
        return
    is_all_tls = any(one.value == "on" for one in block.all("ssl"))
    found = False
    for one in listens:
        words = one.words
        if is_all_tls or {"ssl", "quic"} & set(words[1:]) or is_loopback(words[0] if words else ""):
            continue
        found = True
        outcome = _outcome(block)
        yield one.stating(key, outcome, is_certain=is_certain or outcome != "served")
    if not found:
        yield block.stating(key, "absent", is_certain=is_certain)


def _outcome(block: Directive) -> str | None:
    """``redirected``, ``refused``, ``served``, or None if it depends on a variable."""
    for one in block.inner or ():
        if one.name == "if" and one.inner is not None and PLAIN.fullmatch(one.value or ""):
            answer = _answer(one)
            if answer != "served":
                return answer
    own = _answer(block)
    if own != "served":
        return own
    places = [one for one in block.inner or () if one.name == "location" and one.inner is not None]
    answers = [_answer(one) for one in places if CHALLENGE not in (one.value or "")]
    if not any((one.value or "") in CATCH_ALL for one in places):
        return "served"
    if "served" in answers:
        return "served"
    return None if None in answers else "redirected" if "redirected" in answers else "refused"


def _answer(block: Directive) -> str | None:
    """What the first return or rewrite directly in a block does."""
    for one in block.inner or ():
        if one.inner is not None:
            continue
        words = one.words
        if one.name == "return" and words:
            return _returned(words)
        if one.name == "rewrite" and len(words) > 1 and words[0] in EVERYTHING and _is_away(words[1]):
            return "redirected"
    if any(one.value == "all" for one in block.all("deny")) and not _allows(block):
        return "refused"
    return "served"


def _allows(block: Directive) -> bool:
    """True if somebody is let in here or at a place below, which has its own rules then."""
    return bool(block.all("allow")) or any(one.all("allow", "deny") for one in block.blocks("location"))


def _returned(words: list[str]) -> str | None:
    code = words[0] if words[0].isdigit() else "302"
    if code.startswith("3"):
        target = words[-1]
        if _is_away(target):
            return "redirected"
        return None if target.startswith("$") else "served"
    return "served" if code.startswith("2") else "refused"


def _is_away(target: str) -> bool:
    return HTTPS.match(target) is not None
