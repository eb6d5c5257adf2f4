"""Kernel parameters: all files of a machine are read in the order of their names, the last value wins.

Source: sysctl.d(5) of systemd 252: files of the same name in /etc hide those in /run and /usr/lib; sysctl.conf is read
last by procps and, by Debian's link 99-sysctl.conf, late by systemd.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath
from typing import ClassVar

from hiscomply.configurations import Configuration, ReadFile, Value
from hiscomply.model import Text
from hiscomply_files.software.effective import value_of
from hiscomply_files.software.machine import unknown_last

_PLACES = ("etc/sysctl.d", "run/sysctl.d", "usr/local/lib/sysctl.d", "usr/lib/sysctl.d", "lib/sysctl.d")


LINK = "99-sysctl.conf"
"""As what systemd reads sysctl.conf: a drop-in behind it overrides it there, and does not with procps."""


class Sysctl:
    """Each machine root of the tree that has ``sysctl.conf`` or a ``sysctl.d``."""

    name: ClassVar[str] = "sysctl"

    def wants(self, path: str, file_format: str) -> bool:
        """Files of the format ``sysctl_conf``."""
        return file_format == "sysctl_conf"

    def configurations(
        self, files: Mapping[str, ReadFile], unread: Mapping[str, Text]
    ) -> Iterator[Configuration]:
        """One for each root. Kernel defaults depend on the kernel's build and are not assumed."""
        roots: dict[str, list[str]] = {}
        for path in (*files, *unread):
            roots.setdefault(_root(path)[0], []).append(path)
        for paths in roots.values():
            ordered = _in_order(paths)
            missing = tuple(unread[path] for path in ordered if path in unread)
            last: dict[str, Value] = {}
            after_link: dict[str, str | None] = {}
            for position, path in enumerate(ordered):
                is_certain = not any(later in unread for later in ordered[position:])
                for setting in files[path].settings if path in files else ():
                    if setting.is_effective:
                        is_sure = is_certain and after_link.get(setting.key, setting.value) == setting.value
                        last[setting.key] = value_of(setting, path, is_certain=is_sure)
                        if PurePosixPath(path).name > LINK and _root(path)[1] >= 0:
                            after_link[setting.key] = setting.value
            yield Configuration(self.name, ordered[-1], [*last.values()], missing=missing)


def _root(path: str) -> tuple[str, int]:
    """The machine's root in the tree, and the rank of the folder that the file is in."""
    file = PurePosixPath(path)
    if file.parent.name != "sysctl.d":
        folder = file.parent.as_posix()
        return (folder[: -len("etc")].rstrip("/") if PurePosixPath(folder).name == "etc" else folder), -1
    folder = file.parent.as_posix()
    for rank, place in enumerate(_PLACES):
        if folder == place or folder.endswith(f"/{place}"):
            return folder[: -len(place)].rstrip("/"), rank
    return file.parent.parent.as_posix(), 0


def _in_order(paths: list[str]) -> list[str]:
    """As they are read; a name that an earlier place has already is left out."""
    taken: dict[str, str] = {}
    for path in sorted(paths, key=lambda one: _root(one)[1]):
        name = PurePosixPath(path).name
        taken.setdefault(name if _root(path)[1] >= 0 else f"~{name}", path)
    return [taken[name] for name in sorted(taken, key=unknown_last)]
