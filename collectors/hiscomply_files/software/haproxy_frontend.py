"""What a frontend of HAProxy amounts to: addresses, TLS, redirects, logs, its page of statistics."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from hiscomply.configurations import Value
from hiscomply_files.software.directives import Directive
from hiscomply_files.software.effective import seconds
from hiscomply_files.software.haproxy_proxy import Proxy
from hiscomply_files.software.web import (
    HTTPS,
    TLS_VERSIONS,
    hsts_seconds,
    is_loopback,
    tls_version,
    versions_from,
    weak_ciphers,
)

FORCED = re.compile(r"force-(sslv3|tlsv1\d)")
REMOVED = re.compile(r"no-(sslv3|tlsv1\d)")
NOT_TLS = frozenset({"if !{ ssl_fc }", "unless { ssl_fc }", "if ! { ssl_fc }", ""})
_LOG_OPTIONS = frozenset({"len", "format", "sample", "profile"})
"""What may stand between the target of a log and its facility, each with a word of its own."""
_LEVELS_ABOVE = frozenset({"emerg", "alert", "crit", "err", "warning", "notice"})
_LEVELS_OF_REQUESTS = frozenset({"info", "debug"})


def is_tls(proxy: Proxy) -> bool:
    """True if some address speaks TLS."""
    return any(_speaks_tls(one) for one in proxy.section.all("bind"))


def frontend_values(proxy: Proxy) -> Iterator[Value]:
    """All that it states and has from its defaults, then what means the same in every web server (``web.…``)."""
    yield from proxy.stated()
    outcomes = [*_cleartext(proxy)]
    yield from outcomes
    if is_tls(proxy):
        for bind in filter(_speaks_tls, proxy.section.all("bind")):
            yield from _versions(proxy, bind)
            yield from _ciphers(proxy, bind)
        if proxy.is_http:
            yield _hsts(proxy)
    yield _log(proxy)
    waited = proxy.value("timeout.client", "web.client_timeout_s", "0")
    yield replace(waited, value=seconds(waited.value or "", "ms"))
    yield from _statistics(proxy, [one.value for one in outcomes])


def _speaks_tls(bind: Directive) -> bool:
    return "ssl" in bind.words[1:]


def _cleartext(proxy: Proxy) -> Iterator[Value]:
    key, found = "web.cleartext", False
    for bind in proxy.section.all("bind"):
        address = bind.words[0] if bind.words else ""
        if _speaks_tls(bind) or all(map(is_loopback, address.split(","))):
            continue
        if not proxy.is_http and not address.endswith(":80"):
            continue
        found = True
        # what passes through unread on the port of HTTP is for the servers behind to answer
        answer = _answer(proxy) if proxy.is_http else None
        yield bind.stating(key, answer, is_certain=proxy.is_certain or answer != "served")
    if not found:
        yield proxy.absent(key, "absent")


def _answer(proxy: Proxy) -> str | None:
    """``redirected``, ``refused``, ``served``, or None if it depends on more than whether the request came by TLS."""
    answer: str | None = "served"
    for one in proxy.section.all("http-request", "redirect"):
        words = one.words
        if one.name == "redirect":
            words = ["redirect", *words]
        text = " ".join(words)
        at = next((index for index, word in enumerate(words) if word in ("if", "unless")), len(words))
        condition = " ".join(words[at:])
        is_away = words[:1] == ["redirect"] and (
            "scheme https" in text or any(HTTPS.match(word) for word in words)
        )
        if is_away and condition in NOT_TLS:
            return "redirected"
        if is_away and "ssl_fc" in condition:
            answer = None
        if words[:1] in (["deny"], ["reject"], ["silent-drop"]) and condition in NOT_TLS:
            return "refused"
    return answer


def _versions(proxy: Proxy, bind: Directive) -> Iterator[Value]:
    """The versions of one address: its own words after those that ``global`` gives to all."""
    key = "web.tls_version"
    general = proxy.in_program("ssl-default-bind-options")
    lowest, removed, place = None, set[str](), bind
    for one in (general, bind):
        words = one.words if one is not None else []
        for index, word in enumerate(words):
            forced, without = FORCED.fullmatch(word), REMOVED.fullmatch(word)
            if word in ("ssl-min-ver", "ssl-max-ver") and index + 1 < len(words):
                version = tls_version(words[index + 1])
                if word == "ssl-min-ver":
                    lowest, place = version, one or bind
                elif version is not None:
                    removed |= set(TLS_VERSIONS[TLS_VERSIONS.index(version) + 1 :])
            elif forced is not None:
                yield (one or bind).stating(key, _spelled(forced[1]))
                return
            elif without is not None:
                removed.add(_spelled(without[1]) or "")
                place = one or bind
    if lowest is None and {"TLSv1", "TLSv1.1"} <= removed:
        lowest = "TLSv1.2"
    if lowest is not None:
        # Without a lowest version the default holds, which changed with 2.2: no value, so not known.
        for version in versions_from(lowest, removed):
            yield place.stating(key, version, origin="written" if place is bind else "inherited")


def _spelled(word: str) -> str | None:
    return tls_version(f"{word[:-1]}.{word[-1]}") if word.startswith("tls") else "SSLv3"


def _ciphers(proxy: Proxy, bind: Directive) -> Iterator[Value]:
    words = bind.words
    if "ciphers" in words[:-1]:
        yield bind.stating("web.tls_weak_ciphers", weak_ciphers(words[words.index("ciphers") + 1]))
        return
    general = proxy.in_program("ssl-default-bind-ciphers")
    if general is not None:
        yield general.stating("web.tls_weak_ciphers", weak_ciphers(general.value or ""), origin="inherited")


def _hsts(proxy: Proxy) -> Value:
    for block in (proxy.section, proxy.defaults):
        for one in block.all("http-response", "http-after-response", "rspadd") if block is not None else ():
            if "strict-transport-security" in (one.value or "").lower():
                words = one.words
                at = next((index for index, word in enumerate(words) if word in ("if", "unless")), len(words))
                condition = " ".join(words[at:])
                found = hsts_seconds(one.value or "") if condition in ("", "if { ssl_fc }") else None
                return one.stating("web.hsts_seconds", found)
    return proxy.absent("web.hsts_seconds", "0")


def _log(proxy: Proxy) -> Value:
    targets = [*_log_targets(proxy)]
    if not targets:
        return proxy.absent("web.access_log", "off")
    only_errors = proxy.last("option.dontlog-normal")
    if only_errors is not None:
        return only_errors[0].stating(
            "web.access_log", "off", origin="written" if only_errors[1] else "inherited"
        )
    taking = {one: _takes_requests(one, proxy.program) for one, _ in targets}
    one, is_own = next(
        (target for wanted in (True, None) for target in targets if taking[target[0]] is wanted), targets[0]
    )
    known = {True: "on", False: "off", None: None}[taking[one]]
    return one.stating(
        "web.access_log",
        known,
        origin="written" if is_own else "inherited",
        is_certain=known == "on" or proxy.is_certain or one.value != "global",
    )


def _log_targets(proxy: Proxy) -> Iterator[tuple[Directive, bool]]:
    """Every ``log`` of the proxy and of its defaults since the last ``no log``, the last first; whether it is its own."""
    for block in (proxy.section, proxy.defaults):
        for one in reversed(block.inner or [] if block is not None else []):
            if one.name == "no.log":
                return
            if one.name == "log":
                yield one, block is proxy.section


def _takes_requests(log: Directive, program: Sequence[Directive]) -> bool | None:
    """Whether requests, which HAProxy tells at the level ``info``, reach a target; None where a level is no known word."""
    if log.value == "global":
        states = [_takes_requests(one, program) for one in program if one.name == "log"]
        return True if True in states else None if None in states else False
    words = log.words[1:]
    while words and words[0] in _LOG_OPTIONS:
        words = words[2:]
    if len(words) < 2:
        return True
    return True if words[1] in _LEVELS_OF_REQUESTS else False if words[1] in _LEVELS_ABOVE else None


def _statistics(proxy: Proxy, outcomes: list[str | None]) -> Iterator[Value]:
    page = proxy.last("stats.enable") or proxy.last("stats.uri") or proxy.last("stats.admin")
    auth = proxy.last("stats.auth")
    page = page or auth
    if page is None:
        yield proxy.absent("web.status_page", "absent")
    else:
        binds = proxy.section.all("bind")
        is_private = bool(binds) and all(is_loopback(one.words[0] if one.words else "") for one in binds)
        state = "restricted" if auth or is_private else _asked(proxy)
        yield page[0].stating("web.status_page", state, is_certain=proxy.is_certain)
    if auth is None:
        yield proxy.absent("web.basic_auth", "absent")
    else:
        state = "cleartext" if "served" in outcomes else None if None in outcomes else "encrypted"
        yield auth[0].stating("web.basic_auth", state)


def _asked(proxy: Proxy) -> str | None:
    """Whether rules keep the page from everybody; None if they are about some requests, not surely about the page."""
    if any(re.match(r"(?:auth|deny)\b", one.value or "") for one in proxy.section.all("stats.http-request")):
        return "restricted"
    rules = [one.words for one in proxy.section.all("http-request")]
    if any(words[:1] == ["auth"] and "if" not in words for words in rules):
        return "restricted"
    return None if any(words[:1] in (["auth"], ["deny"], ["allow"]) for words in rules) else "open"
