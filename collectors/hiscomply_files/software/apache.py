"""Apache httpd 2.4: a configuration for the program, and one for each virtual host with what it inherits.

A host with ``SSLEngine on`` is of the software ``apache_tls_server``, any other of ``apache_server``. Without any virtual
host the main server is one. Source: the manual of httpd 2.4, core, mod_ssl, mod_log_config, mod_headers, mod_alias.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath
from typing import ClassVar

from hiscomply.configurations import Configuration, ReadFile, Value
from hiscomply.model import Text
from hiscomply_files.software.apache_files import Tree
from hiscomply_files.software.apache_htaccess import is_htaccess, overriding
from hiscomply_files.software.apache_places import places
from hiscomply_files.software.apache_server import Server
from hiscomply_files.software.directives import Directive
from hiscomply_files.software.effective import Default, Including, seconds
from hiscomply_files.software.web import has_variable

_CORE = "httpd 2.4 manual, core"
DEFAULTS: Mapping[str, Default] = {
    "servertokens": Default("Full", _CORE),
    "serversignature": Default("Off", _CORE),
    "traceenable": Default("on", _CORE),
    "timeout": Default("60", _CORE),
    "fileetag": Default("MTime Size", _CORE),
}
ROOTS = frozenset({"httpd.conf", "apache2.conf", "apache.conf"})
NO_MAIN = Text("主文件不在检查范围内", "the main file that includes it was not read")
PROD = frozenset({"prod", "productonly"})


class Apache(Including):
    """Each main file with its includes; virtual hosts of a file that no main file includes are incomplete."""

    name: ClassVar[str] = "apache"

    def wants(self, path: str, file_format: str) -> bool:
        """Files of the format ``apache_conf``."""
        return file_format == "apache_conf"

    def configurations(
        self, files: Mapping[str, ReadFile], unread: Mapping[str, Text]
    ) -> Iterator[Configuration]:
        """The program, then its virtual hosts in the order of the file, then what each ``.htaccess`` changes."""
        own = [path for path in (*files, *unread) if is_htaccess(path)]
        loose = {path: file for path, file in files.items() if is_htaccess(path)}
        lost = {path: why for path, why in unread.items() if is_htaccess(path)}
        files = {path: file for path, file in files.items() if path not in loose}
        unread = {path: why for path, why in unread.items() if path not in lost}
        servers: list[Directive] = []
        yield from self._servers(files, unread, servers)
        for path in own:
            whole = Tree(loose, lost).whole(path) if path in loose else None
            yield from overriding(path, whole, lost.get(path), servers)

    def _servers(
        self, files: Mapping[str, ReadFile], unread: Mapping[str, Text], servers: list[Directive]
    ) -> Iterator[Configuration]:
        """Adds every main file that was read to ``servers``."""
        tree = Tree(files, unread, self.others)
        roots = [path for path in files if PurePosixPath(path).name in ROOTS]
        for path in roots:
            whole = tree.whole(path)
            servers.append(whole)
            yield _program(whole, path)
            yield from _servers(whole, path)
        known = tree.included | set(roots)
        for path in (*files, *unread):
            if path in known or (roots and _is_shelved(path)):
                continue
            if path in unread:
                servers.append(_unread(path))
                yield Configuration(self.name, path, (), missing=(unread[path],))
                continue
            whole = tree.whole(path)
            whole.missing.append(NO_MAIN)
            servers.append(whole)
            if whole.all("virtualhost"):
                yield from _servers(whole, path)


def _unread(path: str) -> Directive:
    return Directive("", None, path, inner=[], missing=[NO_MAIN])


def _is_shelved(path: str) -> bool:
    return bool({"sites-available", "conf-available", "mods-available"} & set(path.split("/")))


def _program(whole: Directive, path: str) -> Configuration:
    certain = not whole.missing
    last = {one.name: one for one in whole.inner or () if one.inner is None}
    values = [one.stating(one.name, one.value) for one in last.values() if one.name != "loadmodule"]
    values += [one.stating(one.name, one.value) for one in whole.all("loadmodule")]
    for key, default in DEFAULTS.items():
        if key not in last:
            values.append(Value(key, default.value, path, origin="default", is_certain=certain))
    named = {one.key: one for one in values}
    tokens, waited = named["servertokens"], named["timeout"]
    is_shown = None if has_variable(tokens.value) else str((tokens.value or "").lower() not in PROD).lower()
    values.append(_as(tokens, "web.version_shown", is_shown))
    values.append(_as(waited, "web.client_timeout_s", seconds(waited.value or "")))
    user = named.get("user")
    if user is not None:
        values.append(_as(user, "web.user", None if has_variable(user.value) else user.value))
    values += [
        one.stating(one.name, one.value, origin="conditional", section=f"<VirtualHost {host.value or ''}>")
        for host in whole.all("virtualhost")
        for one in host.all("traceenable")[-1:]
    ]
    values.extend(places(whole, None, path, is_certain=certain))
    return Configuration(Apache.name, path, values, missing=tuple(dict.fromkeys(whole.missing)))


def _servers(whole: Directive, path: str) -> Iterator[Configuration]:
    hosts = whole.all("virtualhost") or [whole]
    numbers: dict[str, int] = {}
    for host in hosts:
        server = Server(whole, host)
        name = host.key or "main"
        if host.file != path:
            name = f"{host.file.rpartition('/')[2]}:{name}"
        numbers[name] = numbers.get(name, 0) + 1
        yield Configuration(
            "apache_tls_server" if server.is_tls else "apache_server",
            path,
            tuple(server.values()),
            name=name if numbers[name] == 1 else f"{name}:{numbers[name]}",
            line=host.line if host.file == path else None,
            missing=server.missing,
        )


def _as(stated: Value, key: str, value: str | None) -> Value:
    return Value(
        key, value, stated.file, stated.line, stated.column, stated.origin, is_certain=stated.is_certain
    )
