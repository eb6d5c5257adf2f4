"""systemd services with their drop-ins. Source: systemd.unit(5), systemd.exec(5), systemd.service(5) of systemd 252."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import PurePosixPath
from typing import ClassVar

from hiscomply.configurations import Configuration, ReadFile, Value
from hiscomply.model import Text
from hiscomply_files.software.effective import MAIN_NOT_READ, boolean, lost, value_of
from hiscomply_files.software.following import is_template
from hiscomply_files.software.machine import root_of, unknown_last

_PLACES = ("etc/", "run/", "usr/local/lib/", "usr/lib/", "lib/")
_LISTS = frozenset(
    {"ExecStart", "ExecStartPre", "ExecStartPost", "ExecStop", "Environment", "EnvironmentFile"}
)
_BOOLEANS = frozenset({"NoNewPrivileges", "PrivateTmp", "DynamicUser", "ProtectHome"})
_DEFAULTS = {"User": "root", "NoNewPrivileges": "false", "PrivateTmp": "false", "Type": "simple"}
PREFIX = re.compile(r"[-@:+!|]*")
_SHORT_LIVED = ("oneshot",)


class SystemdService:
    """Each ``*.service`` of the system's manager; the unit in ``/etc`` hides the same one elsewhere.

    Values without ``Service.`` in front. ``Restart`` has no default for services that do their work once.
    """

    name: ClassVar[str] = "systemd_service"

    def wants(self, path: str, file_format: str) -> bool:
        """Services and drop-ins of them; not those of users' own managers."""
        file = PurePosixPath(path)
        if file_format != "systemd" or "systemd/user/" in path:
            return False
        return file.suffix == ".service" or not _is_main(path)

    def configurations(
        self, files: Mapping[str, ReadFile], unread: Mapping[str, Text]
    ) -> Iterator[Configuration]:
        """One for each unit, and for drop-ins of a unit that is not in the tree."""
        units: dict[tuple[str, str], list[str]] = {}
        for path in (*files, *unread):
            file = PurePosixPath(path)
            is_drop_in = not _is_main(path)
            unit = file.parent.name.removesuffix(".d") if is_drop_in else file.name
            units.setdefault((_folder(path, is_drop_in), unit), []).append(path)
        shared: dict[tuple[str, str], None] = {}
        for (folder, unit), paths in units.items():
            if any(map(_is_main, paths)):
                taken = [(folder, one) for one in _shared(unit) if one != unit and (folder, one) in units]
                shared |= dict.fromkeys(taken)
                paths += [path for one in taken for path in units[one] if not _is_main(path)]
        for name, paths in units.items():
            if name in shared and not any(map(_is_main, paths)):
                continue
            drop_ins = _drop_ins(paths)
            mains = sorted((path for path in paths if path not in drop_ins and _is_main(path)), key=_rank)
            ordered = [*mains[:1], *drop_ins]
            missing = [*lost(ordered, unread), *(() if mains else (MAIN_NOT_READ,))]
            values: dict[str, list[Value]] = {}
            for position, path in enumerate(ordered):
                is_certain = not any(later in unread for later in ordered[position:])
                for setting in files[path].settings if path in files else ():
                    section, _, key = setting.key.partition(".")
                    value = replace(value_of(setting, path, is_certain=is_certain), key=key, section=None)
                    if section == "Service":
                        _add(values, value)
            main = ordered[0]
            values = {key: [*map(_known, several)] for key, several in values.items()}
            found = [one for several in values.values() for one in several]
            found += _privileged(values)
            if not missing:
                found += _assumed(values, main)
            yield Configuration(self.name, main, found, missing=tuple(missing))


def _folder(path: str, is_drop_in: bool) -> str:
    """What tells two machines of a tree apart: the root, or the folder of a loose unit."""
    folder = PurePosixPath(path).parent
    if any(f"/{place}" in f"/{path}" for place in _PLACES):
        return root_of(path)
    return (folder.parent if is_drop_in else folder).as_posix()


def _is_main(path: str) -> bool:
    folder = PurePosixPath(path).parent.name
    return folder != "service.d" and not folder.endswith(".service.d")


def _shared(unit: str) -> Iterator[str]:
    """The other names under which drop-ins of a unit stand, the narrowest first: ``his@``, ``his-``, all services."""
    name, is_instance, _ = unit.removesuffix(".service").partition("@")
    if is_instance and unit != f"{name}@.service":
        yield f"{name}@.service"
    while "-" in name:
        name = name.rpartition("-")[0]
        if name:
            yield f"{name}-.service"
    yield "service"


def _rank(path: str) -> int:
    return next((rank for rank, place in enumerate(_PLACES) if f"/{place}" in f"/{path}"), 0)


def _drop_ins(paths: list[str]) -> list[str]:
    taken: dict[str, str] = {}
    for path in sorted((one for one in paths if not _is_main(one)), key=_rank):
        taken.setdefault(PurePosixPath(path).name, path)
    return [taken[name] for name in sorted(taken, key=unknown_last)]


def _add(values: dict[str, list[Value]], value: Value) -> None:
    """An empty assignment clears what was said before; lists add up, of all else the last counts."""
    if value.value is None:
        values.pop(value.key, None)
        return
    if value.key in _BOOLEANS:
        value = replace(value, value=boolean(value.value))
    if value.key in _LISTS:
        values.setdefault(value.key, []).append(value)
    else:
        values[value.key] = [value]


def _known(value: Value) -> Value:
    """Of a user who is filled in later (``%i``, a template) no more than that there is one."""
    is_open = value.key == "User" and ("%" in (value.value or "") or is_template(value.value))
    return replace(value, value=None) if is_open else value


def _privileged(values: Mapping[str, list[Value]]) -> Iterator[Value]:
    """Of a command with ``+`` or ``!`` before it: it runs as root, whatever ``User`` says."""
    for one in values.get("ExecStart", ()):
        prefix = PREFIX.match(one.value or "")
        if prefix and {"+", "!"} & {*prefix.group()}:
            yield replace(one, key="User", value="root")


def _assumed(values: Mapping[str, list[Value]], main: str) -> Iterator[Value]:
    is_dynamic = any(one.value == "true" for one in values.get("DynamicUser", ()))
    kind = values["Type"][0].value if "Type" in values else "simple"
    defaults = dict(_DEFAULTS)
    if is_dynamic:
        del defaults["User"]
        defaults["NoNewPrivileges"] = "true"
        if "User" not in values:
            yield Value("User", "dynamic", main, origin="default")
    if kind not in _SHORT_LIVED:
        defaults["Restart"] = "no"
    for key, value in defaults.items():
        if key not in values:
            yield Value(key, value, main, origin="default")
