"""What a ``.htaccess`` changes, where the servers of the tree let it: each file is of the software ``apache_htaccess``.

Source: the manual of httpd 2.4, core, AllowOverride, AccessFileName, Options, and "How the sections are merged".
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import PurePosixPath

from hiscomply.configurations import Configuration, Value
from hiscomply.model import Text
from hiscomply_files.software.apache_places import listing, sections, status
from hiscomply_files.software.directives import Directive
from hiscomply_files.software.machine import root_of

NAME = "apache_htaccess"
FILE = ".htaccess"
NOT_KNOWN = Text(
    "不知道服务器是否允许它改写(AllowOverride)",
    "whether the servers let it override (AllowOverride) is not known",
)
CLASSES = {"web.directory_listing": "options", "web.status_page": "fileinfo", "serversignature": "all"}
"""The class of AllowOverride that each value needs."""
SERVED = frozenset({"srv", "var", "usr", "opt", "home"})
"""Where a copy of a machine's root has what it serves; source code that lies elsewhere may be served from anywhere."""
HARMLESS = {"web.directory_listing": "off", "web.status_page": "absent", "serversignature": "Off"}


def is_htaccess(path: str) -> bool:
    """Whether the file is one that httpd looks for in the folders that it serves."""
    return PurePosixPath(path).name.lower() == FILE


def overriding(
    path: str, whole: Directive | None, unread: Text | None, servers: Sequence[Directive]
) -> Iterator[Configuration]:
    """The configuration of one such file; none where every server leaves it alone.

    Args:
        whole: its directives; None if it could not be read.
        unread: why not.
        servers: the main files of the tree with all that they include.
    """
    allowed = _allowed(path, servers)
    if allowed == frozenset():
        return
    if whole is None:
        yield Configuration(NAME, path, (), missing=(unread or NOT_KNOWN,))
        return
    values: list[Value] = []
    missing = list(whole.missing)
    for key, stated in _stated(whole).items():
        bad = [one for one in stated if (one.value or "").lower() not in ("off", "restricted")]
        is_ignored = allowed is not None and not _permits(allowed, key)
        if not stated or is_ignored:
            values.append(Value(key, HARMLESS[key], path, origin="inherited"))
            continue
        if allowed is None and bad:
            missing.append(NOT_KNOWN)
        is_certain = allowed is not None and not whole.missing
        values += [replace(one, is_certain=is_certain or one not in bad) for one in stated]
    yield Configuration(NAME, path, values, missing=tuple(dict.fromkeys(missing)))


def _stated(whole: Directive) -> dict[str, list[Value]]:
    signed = [
        one.stating("serversignature", one.value)
        for place in (whole, *sections(whole))
        for one in place.all("serversignature")[-1:]
    ]
    return {
        "web.directory_listing": [*listing(whole)],
        "web.status_page": [*status(whole)],
        "serversignature": signed,
    }


def _permits(allowed: frozenset[str], key: str) -> bool:
    wanted = CLASSES[key]
    if "all" in allowed or wanted in allowed:
        return True
    listed = [word.partition("=")[2] for word in allowed if word.startswith("options=")]
    return wanted == "options" and any("indexes" in one.split(",") for one in listed)


def _allowed(path: str, servers: Sequence[Directive]) -> frozenset[str] | None:
    """The classes that may be overridden in the file's folder, in lower case; empty for none, None if not known."""
    machines = [one for one in servers if _folder(path, one) is not None]
    nearest = max((len(root_of(one.file)) for one in machines), default=0)
    own = [one for one in machines if len(root_of(one.file)) == nearest]
    found = {one for server in own or servers for one in _of_hosts(path, server)}
    return found.pop() if len(found) == 1 else None


def _folder(path: str, server: Directive) -> str | None:
    """Where the file's folder is on the machine of the server; None if that does not show in the tree."""
    root = root_of(server.file)
    parts = PurePosixPath(server.file).parts
    if "etc" not in parts[len(PurePosixPath(root).parts) :]:
        return None  # the tree is no copy of a machine's root
    folder = PurePosixPath(path).parent
    if not folder.is_relative_to(root):
        return None
    below = folder.relative_to(root)
    return f"/{below.as_posix()}" if below.parts[:1] and below.parts[0] in SERVED else None


def _of_hosts(path: str, server: Directive) -> Iterator[frozenset[str] | None]:
    if server.missing or any(one.missing for one in server.nested()):
        yield None
        return
    hosts = server.all("virtualhost")
    stating = [one for host in (server, *hosts) for one in _stating(host)]
    if any(place.last("allowoverridelist") for place in stating) or server.all("accessfilename"):
        yield None
    elif all(_classes(place) == frozenset() for place in stating):
        yield frozenset()  # None by default, and nowhere else
    else:
        folder = _folder(path, server)
        for host in hosts or [server]:
            places = _stating(server) + (_stating(host) if host is not server else [])
            yield None if folder is None else _in_effect(folder, places)


def _in_effect(folder: str, places: Sequence[Directive]) -> frozenset[str] | None:
    """That of the longest section that holds the folder, of equal ones of the last."""
    if any(not _is_plain(one) for one in places):
        return None
    holding = [one for one in places if PurePosixPath(folder).is_relative_to(one.value or "/")]
    if not holding:
        return frozenset()
    return _classes(max(reversed(holding), key=lambda one: len(PurePosixPath(one.value or "/").parts)))


def _is_plain(place: Directive) -> bool:
    value = place.value or ""
    return place.name == "directory" and value.startswith("/") and not set(value) & set("*?[~$")


def _stating(host: Directive) -> list[Directive]:
    return [one for one in sections(host) if one.last("allowoverride") or one.last("allowoverridelist")]


def _classes(place: Directive) -> frozenset[str]:
    one = place.last("allowoverride")
    words = (one.value or "").lower().split() if one is not None else []
    return frozenset(word for word in words if word != "none" and not word.startswith("nonfatal="))
