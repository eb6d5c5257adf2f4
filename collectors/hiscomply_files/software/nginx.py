"""nginx: a configuration for the program, and one for each virtual server with what it inherits.

A server that speaks TLS on some address is of the software ``nginx_tls_server``, any other of ``nginx_server``.
Source: the documentation of the modules on nginx.org, as of 1.22 to 1.28.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import ClassVar

from hiscomply.configurations import Configuration, ReadFile, Value
from hiscomply.model import Text
from hiscomply_files.software.directives import Directive
from hiscomply_files.software.effective import Default, Including
from hiscomply_files.software.nginx_files import Tree
from hiscomply_files.software.nginx_server import Server

MAIN = frozenset({"http", "events", "stream", "mail"})
DEFAULTS: Mapping[str, Default] = {
    "user": Default("nobody", "nginx.org, ngx_core_module: user"),
    "error_log": Default("logs/error.log", "nginx.org, ngx_core_module: error_log"),
}
NO_MAIN = Text("主文件不在检查范围内", "the main file that includes it was not read")


class Nginx(Including):
    """Each main file with its includes; servers of a file that no main file includes are incomplete."""

    name: ClassVar[str] = "nginx"

    def wants(self, path: str, file_format: str) -> bool:
        """Files of the format ``nginx_conf``."""
        return file_format == "nginx_conf"

    def configurations(
        self, files: Mapping[str, ReadFile], unread: Mapping[str, Text]
    ) -> Iterator[Configuration]:
        """The program, then its servers in the order of the file."""
        tree = Tree(files, unread, self.others)
        roots = [path for path in files if any(one.name in MAIN for one in tree.top(path))]
        for path in roots:
            whole = tree.whole(path)
            yield _program(whole, path)
            for http in whole.all("http"):
                yield from _servers(whole, http, path)
        known = tree.included | set(roots)
        for path in (*files, *unread):
            if path in known or (roots and "sites-available" in path.split("/")):
                continue
            if path in unread:
                yield Configuration(self.name, path, (), missing=(unread[path],))
                continue
            http = tree.whole(path)
            http.missing.append(NO_MAIN)
            yield from _servers(Directive("", None, path, inner=[]), http, path)


def _program(whole: Directive, path: str) -> Configuration:
    values: list[Value] = []
    is_certain = not whole.missing
    for one in whole.inner or ():
        if one.inner is None and one.name not in ("load_module", "env"):
            values.append(one.stating(one.name, one.value))
    stated = {one.key for one in values}
    for key, default in DEFAULTS.items():
        if key not in stated:
            values.append(Value(key, default.value, path, origin="default", is_certain=is_certain))
    user = next(one for one in values if one.key == "user")
    name = (user.value or "").partition(" ")[0]
    values.append(
        Value("web.user", name, user.file, user.line, user.column, user.origin, is_certain=user.is_certain)
    )
    return Configuration(Nginx.name, path, values, missing=tuple(whole.missing))


def _servers(main: Directive, http: Directive, path: str) -> Iterator[Configuration]:
    """The servers of one http block; their names count over all files, so that they are unique."""
    numbers: dict[str, int] = {}
    for block in http.all("server"):
        server = Server(main, http, block)
        name = block.key if block.file == path else f"{block.file.rpartition('/')[2]}:{block.key}"
        numbers[name] = numbers.get(name, 0) + 1
        if numbers[name] > 1:
            name = f"{name}:{numbers[name]}"
        yield Configuration(
            "nginx_tls_server" if server.is_tls else "nginx_server",
            path,
            tuple(server.values()),
            name=name,
            line=block.line if block.file == path else None,
            missing=server.missing,
        )
