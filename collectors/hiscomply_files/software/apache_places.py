"""What the ``<Directory>``, ``<Location>`` and ``<Files>`` sections of Apache httpd allow."""

from __future__ import annotations

from collections.abc import Iterator

from hiscomply.configurations import Value
from hiscomply_files.software.directives import Directive

PLACES = ("directory", "directorymatch", "location", "locationmatch", "files", "filesmatch", "proxy", "if")
INNER = ("requireall", "requireany")
PAGES = frozenset({"server-status", "server-info"})
OPEN = frozenset({"all granted", "all granted."})


def places(
    server: Directive, auth: tuple[str | None] | None, path: str, *, is_certain: bool
) -> Iterator[Value]:
    """The values of the sections directly below a server, each with its section.

    Args:
        auth: what basic authentication is here (``cleartext``, ``encrypted``, or not known); None where it is not
            asked, and the folder of everything is: for the program.
    """
    found: dict[str, list[Value]] = {
        "web.directory_listing": [*listing(server)],
        "allowoverride": [*_overrides(server)],
        "root_directory": [*_root(server)],
        "web.status_page": [*status(server)],
    }
    absent = {"web.directory_listing": "off", "allowoverride": "None", "web.status_page": "absent"}
    if auth is not None:
        found.pop("root_directory")
        found["web.basic_auth"] = [*_basic_auth(server, auth[0])]
        absent["web.basic_auth"] = "absent"
    else:
        absent["root_directory"] = "not stated"
    for key, values in found.items():
        yield from values
        if not values:
            yield Value(key, absent[key], path, server.line, origin="default", is_certain=is_certain)


def sections(server: Directive) -> Iterator[Directive]:
    """Sections at any depth, without those of the virtual hosts of a main server."""
    for one in server.inner or ():
        if one.inner is not None and one.name in PLACES:
            yield one
            yield from sections(one)


def listing(server: Directive) -> Iterator[Value]:
    """``Options`` of each section: with signs they change what is inherited, without they replace it."""
    for place in (server, *sections(server)):
        deciding, is_on = place.last("options"), False
        for one in place.all("options"):
            words = [word.lower() for word in one.words]
            if any(word[:1] not in "+-" for word in words):
                is_on = False
            if {"indexes", "+indexes", "all"} & set(words):
                deciding, is_on = one, True
            elif "-indexes" in words:
                deciding, is_on = one, False
        if deciding is not None:
            yield _of(deciding, place, server, "web.directory_listing", "on" if is_on else "off")


def _overrides(server: Directive) -> Iterator[Value]:
    for place in sections(server):
        one = place.last("allowoverride")
        if one is not None:
            yield _of(one, place, server, "allowoverride", one.value)


def _root(server: Directive) -> Iterator[Value]:
    for place in server.all("directory"):
        if place.value == "/":
            rules = _rules(place)
            is_closed = bool(rules) and all(
                one.value == "all denied" for one in rules if one.name == "require"
            )
            is_closed = is_closed and any(one.name == "require" for one in rules)
            state = "denied" if is_closed or _is_denied_as_of_old(place) else "not denied"
            yield place.stating("root_directory", state, section=_shown(place))

    for host in (server, *server.all("virtualhost")):
        for place in host.all("location"):
            rules = [one for one in place.all("require") if (one.value or "").lower() in OPEN]
            if place.value == "/" and rules and not _is_passed_on(host, place):
                yield place.stating("root_directory", f"opened by {_shown(place)}", origin="conditional")


def _is_passed_on(host: Directive, place: Directive) -> bool:
    """Whether all that is asked for comes from a server behind, and none of it from a folder."""
    return bool(place.all("proxypass")) or any(one.words[:1] == ["/"] for one in host.all("proxypass"))


def _is_denied_as_of_old(place: Directive) -> bool:
    return not place.all("allow") and any(
        (one.value or "").lower() == "from all" for one in place.all("deny")
    )


def status(server: Directive) -> Iterator[Value]:
    """Each handler of a page about the server itself, and whether a rule says who may come."""
    for place in sections(server):
        for one in place.all("sethandler"):
            if (one.value or "").lower() in PAGES:
                state = "restricted" if _is_restricted(place) else "open"
                yield _of(one, place, server, "web.status_page", state)


def _is_restricted(place: Directive) -> bool:
    """True if a rule says who may come: not everybody, and not the lack of a rule."""
    rules = [one for one in _rules(place) if one.name == "require"]
    if rules:
        return not any((one.value or "").lower() in OPEN for one in rules)
    is_open = any((one.value or "").lower() == "from all" for one in place.all("allow"))
    return not is_open and any((one.value or "").lower() == "from all" for one in place.all("deny"))


def _rules(place: Directive) -> list[Directive]:
    inner = [rule for one in place.blocks(*INNER) for rule in one.all("require")]
    return [*place.all("require", "deny", "allow"), *inner]


def _basic_auth(server: Directive, state: str | None) -> Iterator[Value]:
    for place in (server, *sections(server)):
        one = place.last("authtype")
        if one is not None and (one.value or "").lower() == "basic":
            yield _of(one, place, server, "web.basic_auth", state)


def _of(one: Directive, place: Directive, server: Directive, key: str, value: str | None) -> Value:
    section = None if place is server else _shown(place)
    return one.stating(key, value, origin="written" if place is server else "conditional", section=section)


def _shown(place: Directive) -> str:
    return f"<{place.name} {place.value or ''}>"
