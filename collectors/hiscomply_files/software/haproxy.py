"""HAProxy: a configuration for the program, one for each frontend, and one for each set of servers behind.

A ``frontend`` or ``listen`` with an address that speaks TLS is of the software ``haproxy_tls_frontend`` (in mode tcp
``haproxy_tls_tcp_frontend``), another of ``haproxy_frontend``; a ``backend`` or ``listen`` with servers is a
``haproxy_backend``. A proxy has what its ``defaults`` say: those it names with ``from``, else the last before it.
Source: the configuration manual of HAProxy 2.6.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import ClassVar

from hiscomply.configurations import Configuration, ReadFile, Value
from hiscomply.model import Text
from hiscomply_files.software.directives import Directive, tree
from hiscomply_files.software.haproxy_backend import backend_values
from hiscomply_files.software.haproxy_frontend import frontend_values, is_tls
from hiscomply_files.software.haproxy_proxy import Proxy
from hiscomply_files.software.web import has_variable, is_loopback

NO_GLOBAL = Text("没有 global 节:只是配置的一部分", "no section global: it is a part of a configuration")
UNNAMED = Text("defaults 节不在文件中", "the section defaults that it names is not in the file")


class Haproxy:
    """Each ``haproxy.cfg`` by itself; a file without ``global`` is incomplete."""

    name: ClassVar[str] = "haproxy"

    def wants(self, path: str, file_format: str) -> bool:
        """Files of the format ``haproxy_cfg``."""
        return file_format == "haproxy_cfg"

    def configurations(
        self, files: Mapping[str, ReadFile], unread: Mapping[str, Text]
    ) -> Iterator[Configuration]:
        """The program, then its proxies in the order of the file."""
        for path, file in files.items():
            yield from _file(path, tree(file))
        for path, reason in unread.items():
            yield Configuration(self.name, path, (), missing=(reason,))


def _file(path: str, sections: list[Directive]) -> Iterator[Configuration]:
    program = [one for section in sections if section.name == "global" for one in section.inner or ()]
    missing = [] if any(section.name == "global" for section in sections) else [NO_GLOBAL]
    missing += _undecided(sections)
    users = [section for section in sections if section.name == "userlist"]
    if program or users:
        pages = [one for section in sections for one in section.all("stats.auth.password")]
        values = tuple(_program(program, users, pages, path, is_certain=not missing))
        yield Configuration(Haproxy.name, path, values, missing=missing)
    named: dict[str, Directive] = {}
    before: Directive | None = None
    names: dict[str, int] = {}
    for section in sections:
        words = section.words
        if section.name == "defaults":
            before = _with_base(section, named)
            named.update({words[0]: before} if words and words[0] != "from" else {})
        elif section.name in ("frontend", "backend", "listen"):
            wanted = _base(words)
            defaults = named.get(wanted) if wanted is not None else before
            lost = [UNNAMED] if wanted is not None and defaults is None else []
            lost += defaults.missing if defaults is not None else []
            proxy = Proxy(section, defaults, program, is_certain=not missing and not lost)
            name = " ".join([section.name, *words[:1]])
            count = names[name] = names.get(name, 0) + 1
            yield from _proxy(proxy, path, name if count == 1 else f"{name}:{count}", [*missing, *lost])


def _base(words: list[str]) -> str | None:
    return words[words.index("from") + 1] if "from" in words[:-1] else None


def _with_base(section: Directive, named: Mapping[str, Directive]) -> Directive:
    """Defaults after those that they begin with (``defaults slow from base``)."""
    wanted = _base(section.words)
    if wanted is None:
        return section
    base = named.get(wanted)
    whole = section.with_inner([*((base.inner or []) if base is not None else []), *(section.inner or [])])
    whole.missing += base.missing if base is not None else [UNNAMED]
    return whole


def _proxy(proxy: Proxy, path: str, name: str, missing: list[Text]) -> Iterator[Configuration]:
    section = proxy.section
    if section.name != "backend":
        software = "haproxy_tls_frontend" if is_tls(proxy) else "haproxy_frontend"
        if is_tls(proxy) and not proxy.is_http:
            software = "haproxy_tls_tcp_frontend"
        values = tuple(frontend_values(proxy))
        yield Configuration(software, path, values, name=name, line=section.line, missing=missing)
    if section.name != "frontend" and section.all("server", "server-template"):
        suffix = " servers" if section.name == "listen" else ""
        values = tuple(backend_values(proxy))
        yield Configuration(
            "haproxy_backend", path, values, name=name + suffix, line=section.line, missing=missing
        )


def _program(
    program: list[Directive],
    users: list[Directive],
    pages: list[Directive],
    path: str,
    *,
    is_certain: bool,
) -> Iterator[Value]:
    for one in program:
        yield one.stating(one.name, one.value)
    user = next((one for one in reversed(program) if one.name in ("user", "uid")), None)
    if user is not None:
        word = user.words[0] if user.words else ""
        yield user.stating("web.user", None if has_variable(word) else word)
    yield from _sockets(program, path, is_certain=is_certain)
    forms = [one for section in users for one in section.inner or () if one.name.startswith("user.")]
    for one in forms:
        is_clear = one.name == "user.insecure-password"
        yield one.stating("user_password_form", "cleartext" if is_clear else "hashed")
    for one in pages:
        yield one.stating("user_password_form", "variable" if has_variable(one.value) else "cleartext")
    if not forms and not pages:
        yield Value("user_password_form", "absent", path, origin="default", is_certain=is_certain)


def _sockets(program: list[Directive], path: str, *, is_certain: bool) -> Iterator[Value]:
    """How far each socket of the program opens it: by level, mode and kind of address."""
    sockets = [one for one in program if one.name == "stats.socket"]
    for one in sockets:
        words = one.words
        address = words[0] if words else ""
        is_local = is_loopback(address)
        is_admin = "level" in words[:-1] and words[words.index("level") + 1] == "admin"
        mode = words[words.index("mode") + 1] if "mode" in words[:-1] else ""
        is_shared = mode[-1:] not in ("", "0")
        if has_variable(address):
            yield one.stating("admin_socket", None)
        elif not is_local or address.startswith(("127.", "localhost", "[::1]", "::1")):
            # Whoever reaches the port is asked nothing.
            yield one.stating("admin_socket", "network admin" if is_admin else "network")
        else:
            yield one.stating("admin_socket", "any local user" if is_admin and is_shared else "restricted")
    if not sockets:
        yield Value("admin_socket", "absent", path, origin="default", is_certain=is_certain)


def _undecided(sections: list[Directive]) -> list[Text]:
    conditions = {one.section for section in sections for one in section.inner or () if one.section}
    return [
        Text(f"无法判断 {condition} 是否成立", f"whether {condition} holds is not known")
        for condition in sorted(conditions)
    ]
