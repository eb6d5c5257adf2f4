"""One virtual server of nginx: what it states, what it inherits, and what that amounts to."""

from __future__ import annotations

import re
from collections.abc import Iterator

from hiscomply.configurations import Value
from hiscomply.model import Text
from hiscomply_files.software.directives import Directive
from hiscomply_files.software.effective import seconds
from hiscomply_files.software.nginx_redirect import cleartext
from hiscomply_files.software.web import (
    has_variable,
    hsts_seconds,
    is_loopback,
    tls_version,
    weak_ciphers,
)

DEFAULTS = {
    "ssl_ciphers": "HIGH:!aNULL:!MD5",
    "server_tokens": "on",
    "autoindex": "off",
    "fancyindex": "off",
    "access_log": "logs/access.log combined",
    "error_log": "logs/error.log error",
    "client_header_timeout": "60s",
    "client_max_body_size": "1m",
    "proxy_ssl_verify": "off",
}
"""Source: nginx.org, ngx_http_core_module, ssl, autoindex, log and proxy; ngx-fancyindex, README.

That of ssl_protocols changed with 1.23.4 and 1.27.3."""
ADDED_UP = frozenset({"add_header", "proxy_set_header", "fastcgi_param", "set", "uwsgi_param", "scgi_param"})
PAGES = frozenset({"stub_status", "vhost_traffic_status_display", "check_status", "status_zone_display"})
EVERYBODY = ("0.0.0.0/0", "::/0")
PLACES = ("location", "if", "limit_except")

_SHOWN = {"off": "false", "on": "true", "build": "true"}


class Server:
    """A ``server`` block below its ``http`` block."""

    def __init__(self, main: Directive, http: Directive, block: Directive) -> None:
        self.main, self.http, self.block = main, http, block
        self.missing: tuple[Text, ...] = tuple(
            dict.fromkeys((*main.missing, *http.missing, *block.missing, *self._missing_below()))
        )
        self.listens = block.all("listen")
        self.is_tls = any({"ssl", "quic"} & set(one.words[1:]) for one in self.listens) or any(
            one.value == "on" for one in block.all("ssl")
        )
        self.is_private = bool(self.listens) and all(is_loopback(one.value or "") for one in self.listens)

    def _missing_below(self) -> Iterator[Text]:
        for place in self.block.blocks(*PLACES):
            yield from place.missing

    def values(self) -> Iterator[Value]:
        """As written and inherited, then what means the same in every web server (``web.…``)."""
        yield from self._written()
        yield from self._inherited()
        yield from cleartext(self.block, self.listens, is_certain=not self.missing)
        yield from self._tls() if self.is_tls else ()
        yield from self._logs()
        yield from self._protection()

    def _written(self) -> Iterator[Value]:
        for one in self.block.inner or ():
            if one.inner is None:
                yield one.stating(one.name, one.value)

    def _inherited(self) -> Iterator[Value]:
        own = {one.name.partition(".")[0] for one in self.block.inner or ()}
        for one in self.http.inner or ():
            if one.inner is None and one.name.partition(".")[0] not in own:
                yield one.stating(one.name, one.value, origin="inherited", is_certain=not self.block.missing)

    def _value(self, name: str, places: tuple[Directive, ...] = ()) -> tuple[Directive, Value]:
        """The directive in force in the innermost of the places; by default in the server itself."""
        for place in (*reversed(places), self.block, self.http):
            one = place.last(name)
            if one is not None:
                is_own = place is not self.http
                return one, one.stating(
                    name,
                    one.value,
                    origin="written" if is_own else "inherited",
                    is_certain=is_own or not self.block.missing,
                )
        default = DEFAULTS.get(name)
        return self.block, self.block.stating(name, default, origin="default", is_certain=not self.missing)

    def _tls(self) -> Iterator[Value]:
        protocols, stated = self._value("ssl_protocols")
        if stated.origin != "default":
            for word in protocols.words:
                yield protocols.stating(
                    "web.tls_version", tls_version(word), origin=stated.origin, is_certain=stated.is_certain
                )
        _, stated = self._value("ssl_ciphers")
        yield _as(stated, "web.tls_weak_ciphers", weak_ciphers(stated.value or ""))
        yield from self._hsts()

    def _hsts(self) -> Iterator[Value]:
        key, name = "web.hsts_seconds", "add_header.strict-transport-security"
        level = next((one for one in (self.block, self.http) if _headers(one)), self.http)
        header = level.last(name)
        if header is None:
            yield self.block.stating(key, "0", origin="default", is_certain=not self.missing)
        else:
            origin = "written" if level is self.block else "inherited"
            certain = level is self.block or not self.block.missing
            yield header.stating(key, hsts_seconds(header.value or ""), origin=origin, is_certain=certain)  # type: ignore[arg-type]
        for place in self.block.blocks("location", "if"):
            headers = _headers(place)
            if headers:
                # A place with headers of its own inherits none.
                own = place.last(name)
                found = hsts_seconds(own.value or "") if own is not None else "0"
                yield (own or headers[0]).stating(key, found, origin="conditional", section=_shown(place))

    def _logs(self) -> Iterator[Value]:
        for name in ("access_log", "error_log"):
            directive, stated = self._value(name)
            if name == "error_log" and stated.origin == "default" and self.main.last(name) is not None:
                directive = self.main.last(name) or directive
                stated = directive.stating(name, directive.value, origin="inherited")
            yield _as(stated, f"web.{name}", _log_state(stated.value))
        for name in ("autoindex", "fancyindex"):
            listing = self._value(name)[1]
            if name == "autoindex" or listing.origin != "default":
                yield _as(listing, "web.directory_listing", listing.value)
        for place in self.block.blocks("location"):
            for one in place.all("autoindex", "fancyindex"):
                yield one.stating(
                    "web.directory_listing", one.value, origin="conditional", section=_shown(place)
                )
            for one in place.all("access_log"):
                state = _log_state(one.value)
                yield one.stating("web.access_log", state, origin="conditional", section=_shown(place))
        tokens = self._value("server_tokens")[1]
        yield _as(tokens, "web.version_shown", _SHOWN.get(tokens.value or ""))
        for place in self.block.blocks("location"):
            for one in place.all("server_tokens"):
                is_shown = _SHOWN.get(one.value or "")
                yield one.stating("web.version_shown", is_shown, origin="conditional", section=_shown(place))
        waited = self._value("client_header_timeout")[1]
        yield _as(waited, "web.client_timeout_s", seconds(waited.value or ""))

    def _protection(self) -> Iterator[Value]:
        for key, found in (
            ("web.backend_certificate", [*self._backends(self.block, ())]),
            ("web.status_page", [*self._status(self.block, ())]),
            ("web.basic_auth", [*self._basic_auth()]),
            ("alias_boundary", [*self._aliases()]),
        ):
            yield from found
            if not found:
                yield self.block.stating(key, "absent", origin="default", is_certain=not self.missing)

    def _backends(self, place: Directive, chain: tuple[Directive, ...]) -> Iterator[Value]:
        inside = (*chain, place)
        for one in place.all("proxy_pass", "grpc_pass"):
            target = self._set(one.value or "", inside)
            match = re.match(r"(?:(?:https|grpcs)://|(?P<open>\$))(.*)", target, re.I)
            if match and not is_loopback(match[2]):
                name = "proxy_ssl_verify" if one.name == "proxy_pass" else "grpc_ssl_verify"
                stated = self._value(name, inside)[1]
                is_on = stated.value == "on"
                state = "verified" if is_on else None if match["open"] else "unverified"
                section = _shown(place) if chain else None
                yield one.stating(
                    "web.backend_certificate",
                    state,
                    origin="conditional" if chain else "written",
                    section=section,
                    is_certain=stated.is_certain and not place.missing,
                )
        for inner in place.inner or ():
            if inner.name in PLACES and inner.inner is not None:
                yield from self._backends(inner, inside)

    def _set(self, target: str, inside: tuple[Directive, ...]) -> str:
        """A target whose variable one ``set`` around it fills in."""
        match = re.match(r"\$\{?(\w+)\}?", target)
        found = (
            [] if match is None else [one for place in inside for one in place.all(f"set.{match[1].lower()}")]
        )
        return (
            target if match is None or len(found) != 1 else f"{found[0].value or ''}{target[match.end() :]}"
        )

    def _status(self, place: Directive, chain: tuple[Directive, ...]) -> Iterator[Value]:
        inside = (*chain, place)
        for one in place.inner or ():
            if one.name in PAGES and one.inner is None and one.value != "off":
                is_safe = self.is_private or self._is_restricted(inside)
                yield one.stating(
                    "web.status_page",
                    "restricted" if is_safe else "open",
                    origin="conditional" if chain else "written",
                    section=_shown(place) if chain else None,
                    is_certain=not self.missing,
                )
            elif one.name in PLACES and one.inner is not None:
                yield from self._status(one, inside)

    def _is_restricted(self, inside: tuple[Directive, ...]) -> bool:
        """True if the place is internal, asks who is there, or ends in ``deny all``."""
        for place in reversed((self.http, *inside)):
            if place.all("internal"):
                return True
            rules = place.all("allow", "deny")
            if rules:
                firsts = [
                    next((one.name for one in rules if one.value in ("all", every)), "")
                    for every in EVERYBODY
                ]
                return set(firsts) == {"deny"}
        auth = self._value("auth_basic", inside)[1]
        asked = self._value("auth_request", inside)[1]
        return (auth.value or "off") != "off" or (asked.value or "off") != "off"

    def _basic_auth(self) -> Iterator[Value]:
        served = [one.value for one in cleartext(self.block, self.listens, is_certain=True)]
        state = "cleartext" if "served" in served else None if None in served else "encrypted"
        for place in (self.http, self.block, *self.block.blocks("location", "limit_except")):
            for one in place.all("auth_basic"):
                if one.value != "off":
                    yield one.stating(
                        "web.basic_auth",
                        state,
                        origin="inherited" if place is self.http else "written",
                        section=_shown(place) if place.name in PLACES else None,
                        is_certain=not self.missing,
                    )

    def _aliases(self) -> Iterator[Value]:
        """A prefix without slash before an alias with one lets ``/files../`` climb out of the folder."""
        for place in self.block.blocks("location"):
            prefix = place.words[-1] if place.words else ""
            is_prefix = len(place.words) == 1 or (place.words and place.words[0] == "^~")
            for one in place.all("alias"):
                is_open = bool(is_prefix) and not prefix.endswith("/") and (one.value or "").endswith("/")
                state = "open" if is_open else "closed"
                yield one.stating("alias_boundary", state, origin="conditional", section=_shown(place))


def _headers(place: Directive) -> list[Directive]:
    return [one for one in place.inner or () if one.name.startswith("add_header.")]


def _shown(place: Directive) -> str:
    return f"{place.name} {place.value or ''}".strip()


def _as(stated: Value, key: str, value: str | None) -> Value:
    return Value(
        key, value, stated.file, stated.line, stated.column, stated.origin, is_certain=stated.is_certain
    )


def _log_state(text: str | None) -> str | None:
    target = (text or "").partition(" ")[0]
    if has_variable(target) and "/" not in target:
        return None
    return "off" if target in ("off", "/dev/null", "") else "on"
