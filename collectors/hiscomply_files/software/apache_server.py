"""One virtual host of Apache httpd: what it states, what it inherits, and what that amounts to."""

from __future__ import annotations

import re
from collections.abc import Iterator

from hiscomply.configurations import Origin, Value
from hiscomply.model import Text
from hiscomply_files.software.apache_places import places
from hiscomply_files.software.directives import Directive
from hiscomply_files.software.web import (
    HTTPS,
    TLS_VERSIONS,
    has_variable,
    hsts_seconds,
    is_loopback,
    tls_version,
    weak_ciphers,
)

ADDED_UP = frozenset({"customlog", "transferlog", "serveralias", "redirect", "proxypass", "rewriterule"})
EVERYTHING = frozenset(
    {"^", "^(.*)$", "^(.*)", "(.*)", ".*", "^/(.*)", "^/(.*)$", "^/?(.*)", "^/?(.*)$", "^.*$"}
)
NOT_TLS = re.compile(
    r"%\{HTTPS\}\s+(?:!=\s*on|!\^?on\$?|=?\s*\^?off\$?)|%\{SERVER_PORT\}\s+(?:!\s*\^?443\$?|=?\s*\^?80\$?)|%\{SERVER_NAME\}\s.*",
    re.I,
)
NAMELESS = ("rewriterule", "proxypass", "redirect", "redirectmatch", "redirectpermanent", "rewritecond")


class Server:
    """A ``<VirtualHost>`` below the main server, or the main server itself where there is none."""

    def __init__(self, main: Directive, host: Directive) -> None:
        self.main, self.host = main, host
        below = [reason for one in host.nested("virtualhost") for reason in one.missing]
        self.missing: tuple[Text, ...] = tuple(dict.fromkeys((*main.missing, *host.missing, *below)))
        engine = self._last("sslengine")
        self.is_tls = engine is not None and (engine.value or "").lower() == "on"

    def values(self) -> Iterator[Value]:
        """As written and inherited, then what means the same in every web server (``web.…``)."""
        yield from self._stated()
        state = self._cleartext()
        yield state
        yield from self._tls() if self.is_tls else ()
        yield from self._logs()
        yield from self._backends()
        auth = {"served": "cleartext", None: None}.get(state.value, "encrypted")
        yield from places(self.host, (auth,), self.host.file, is_certain=not self.missing)

    def _last(self, name: str) -> Directive | None:
        return self.host.last(name) or self.main.last(name)

    def _stated(self) -> Iterator[Value]:
        own = {one.name for one in self.host.inner or ()}
        last = {one.name: one for one in self.host.inner or () if one.inner is None}
        for one in self.host.inner or ():
            if one.inner is None and (one.name in ADDED_UP or last[one.name] is one):
                yield one.stating(one.name, one.value)
        if self._last("serversignature") is None:
            yield self.host.stating("serversignature", "Off", origin="default", is_certain=not self.missing)
        if self.host is not self.main:
            outer = {one.name: one for one in self.main.inner or () if one.inner is None}
            for name, one in outer.items():
                if name not in own and name not in (*NAMELESS, "loadmodule", "listen", "define"):
                    yield one.stating(name, one.value, origin="inherited", is_certain=not self.host.missing)

    def _origin(self, one: Directive) -> tuple[Origin, bool]:
        is_own = any(one is other for other in self.host.inner or ())
        return ("written", not self.host.missing) if is_own else ("inherited", not self.missing)

    def _derived(self, one: Directive | None, key: str, value: str | None, default: str | None) -> Value:
        """A value that follows from a directive, or the default's, which stands at the host."""
        if one is None:
            return self.host.stating(key, default, origin="default", is_certain=not self.missing)
        origin, _ = self._origin(one)
        return one.stating(key, value, origin=origin, is_certain=origin == "written" or not self.host.missing)

    def _cleartext(self) -> Value:
        key = "web.cleartext"
        addresses = self.host.words or [one.words[0] for one in self.main.all("listen") if one.words]
        if self.is_tls or (addresses and all(map(is_loopback, addresses))):
            return self.host.stating(key, "absent")
        answer = self._answer()
        return self.host.stating(key, answer, is_certain=answer != "served" or not self.missing)

    def _answer(self) -> str | None:
        """``redirected``, ``refused`` or ``served``; None for a redirect of which a proxy may take a part.

        ProxyPass comes before Redirect and after RewriteRule, as tried with httpd 2.4.71.
        """
        for place in (self.host, *(one for one in self.host.all("location") if one.value == "/")):
            for one in place.all("redirect", "redirectpermanent", "redirectmatch"):
                answer = _redirected(one, is_below=place is not self.host)
                if answer is not None:
                    paths = self._proxied()
                    return answer if not paths else "served" if "/" in paths else None
            if place.name == "location" and any(one.value == "all denied" for one in place.all("require")):
                return "refused"
        return self._rewritten()

    def _proxied(self) -> list[str]:
        passed = [one.words for one in self.host.all("proxypass", "proxypassmatch")]
        return [words[0] for words in passed if words and words[1:2] != ["!"]]

    def _rewritten(self) -> str:
        engine = self.host.last("rewriteengine")
        if engine is None or (engine.value or "").lower() != "on":
            return "served"
        conditions: list[str] = []
        for one in self.host.all("rewritecond", "rewriterule"):
            words = one.words
            if one.name == "rewritecond":
                conditions.append(" ".join(words[:2]))
                continue
            is_all = len(words) > 1 and words[0] in EVERYTHING and HTTPS.match(words[1]) is not None
            is_sent = len(words) > 2 and re.search(r"\bR\b", words[2]) is not None
            # an absolute target of another scheme is a redirect with or without the flag
            if is_all and (is_sent or len(words) == 2) and all(map(NOT_TLS.fullmatch, conditions)):
                return "redirected"
            conditions = []
        return "served"

    def _tls(self) -> Iterator[Value]:
        protocol = self._last("sslprotocol")
        if protocol is not None:
            for version in _versions(protocol.words):
                yield self._derived(protocol, "web.tls_version", version, None)
        for suite in self._suites()[-1:]:
            words = [one for one in suite.words if one.lower() != "ssl"]
            yield self._derived(suite, "web.tls_weak_ciphers", weak_ciphers(":".join(words)), None)
        header = self._last("header.strict-transport-security")
        words = header.words if header is not None else []
        is_unset = "unset" in words
        found = "0" if is_unset else hsts_seconds(header.value or "") if header is not None else None
        yield self._derived(header, "web.hsts_seconds", found, "0")

    def _suites(self) -> list[Directive]:
        """The lists of ciphers in force, without those for TLS 1.3, of which none is weak."""
        for place in (self.host, self.main):
            found = [one for one in place.all("sslciphersuite") if one.words[:1] != ["TLSv1.3"]]
            if found:
                return found
        return []

    def _logs(self) -> Iterator[Value]:
        log = self.host.last("customlog") or self.host.last("transferlog")
        log = log or self.main.last("customlog") or self.main.last("transferlog")
        yield self._derived(log, "web.access_log", _log_state(log), "off")
        errors = self._last("errorlog")
        yield self._derived(errors, "web.error_log", _log_state(errors), "on")

    def _backends(self) -> Iterator[Value]:
        key = "web.backend_certificate"
        found = False
        for place in (self.host, *self.host.nested("virtualhost")):
            for one in place.all("proxypass", "proxypassmatch", "balancermember"):
                match = re.search(r"(?:https|wss)://(\S+)", one.value or "")
                if match is None or is_loopback(match[1]):
                    continue
                found = True
                verify = place.last("sslproxyverify") or self._last("sslproxyverify")
                state = "verified" if verify and (verify.value or "").lower() == "require" else "unverified"
                yield one.stating(key, state, is_certain=verify is not None or not self.missing)
        if not found:
            yield self.host.stating(key, "absent", origin="default", is_certain=not self.missing)


def _redirected(one: Directive, *, is_below: bool) -> str | None:
    """What a redirect does with every request; None if it is about some of them."""
    words = one.words
    if not words:
        return None
    code = "302"
    if one.name != "redirectpermanent" and (words[0].isdigit() or words[0].lower() in _CODES):
        code, words = _CODES.get(words[0].lower(), words[0]), words[1:]
    scope = EVERYTHING if one.name == "redirectmatch" else frozenset({"/"})
    is_everything = bool(words) and words[0] in scope
    if code[0] in "45":
        return "refused" if is_everything else None
    if not words or HTTPS.match(words[-1]) is None:
        return None
    return "redirected" if is_everything or (is_below and len(words) == 1) else None


_CODES = {"permanent": "301", "temp": "302", "seeother": "303", "gone": "410"}


def _versions(given: list[str]) -> list[str | None]:
    """The versions that ``SSLProtocol`` accepts: a word without sign replaces all before it.

    ``all`` is what OpenSSL 1.1.1 and later still has. Source: ssl_engine_config.c, ssl_cmd_protocol_parse.
    """
    if any(map(has_variable, given)):
        return [None]
    enabled: dict[str | None, None] = {}
    for word in given:
        sign, name = (word[0], word[1:]) if word[:1] in ("+", "-") else ("", word)
        versions = [*TLS_VERSIONS[1:]] if name.lower() == "all" else [tls_version(name)]
        if not sign:
            enabled = {}
        for version in versions:
            if sign == "-":
                enabled.pop(version, None)
            else:
                enabled[version] = None
    return [*enabled]


def _log_state(one: Directive | None) -> str | None:
    target = one.words[0] if one is not None and one.words else ""
    return "off" if target in ("", "/dev/null") else "on"
