"""Ansible: inventories with the variables beside them, and ``ansible.cfg``.

Each group and each host pattern that sets variables is a configuration of its own (``docs/adr/0025``): what it sets that
is in effect for some host of the inventory, and what is judged, where the variable stands that decides it.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Iterator, Mapping
from typing import ClassVar

from hiscomply.configurations import Configuration, ReadFile, Value
from hiscomply.model import Text
from hiscomply_files.software.ansible_connection import NAMES, Known, judged
from hiscomply_files.software.ansible_effective import Effective
from hiscomply_files.software.ansible_groups import Groups
from hiscomply_files.software.ansible_laying import is_cfg, laying
from hiscomply_files.software.ansible_variables import FORMAT, Layer, VariableFiles, reasons

INVENTORY = "ansible_inventory"
CFG = "ansible_cfg"
ENVIRONMENTS = frozenset({"inventories", "environments"})
"""Folders whose folders are an inventory each."""
NO_INVENTORY = Text(
    "所属的清单不在检查范围内,别处可能覆盖",
    "the inventory that it belongs to is not in the tree, so that something else may override it",
)


class AnsibleInventory:
    """Inventories with ``group_vars`` and ``host_vars``."""

    name: ClassVar[str] = INVENTORY

    def wants(self, path: str, file_format: str) -> bool:
        """Inventories, variables, and the ``ansible.cfg`` that says which folder is an inventory."""
        return file_format in {INVENTORY, FORMAT, CFG}

    def configurations(
        self, files: Mapping[str, ReadFile], unread: Mapping[str, Text]
    ) -> Iterator[Configuration]:
        """One for ``all``, and for each other group and pattern of hosts that sets something in effect."""
        variables = VariableFiles(files, unread)
        lost = [path for path in unread if not is_cfg(path) and not _is_variables(path)]
        paths = [path for path, file in files.items() if file.format == INVENTORY] + lost
        inventories = _inventories(sorted(paths), files)
        here = {posixpath.dirname(found[0]) for found in inventories}
        plays = _plays([base for base in variables.bases if base not in here], here)
        for found in inventories:
            folder = posixpath.dirname(found[0])
            groups = Groups(found, files, unread)
            rules = laying(files, unread, folder)
            groups.missing += rules.unknown
            effective = Effective(groups, variables, folder, plays.get(folder, ()), rules)
            yield from _scopes(found[0], groups, effective)
        taken = here | {base for bases in plays.values() for base in bases}
        for base in variables.bases:
            if base not in taken:
                yield from _alone(base, variables)


def _inventories(paths: list[str], files: Mapping[str, ReadFile]) -> list[list[str]]:
    """The files of each inventory: a file alone, or all of a folder that is one."""
    folders = set(_configured(files))
    found: dict[str, list[str]] = {}
    for path in paths:
        folder = posixpath.dirname(path)
        is_folder = folder in folders or posixpath.basename(posixpath.dirname(folder)) in ENVIRONMENTS
        found.setdefault(folder if is_folder else path, []).append(path)
    return [*found.values()]


def _configured(files: Mapping[str, ReadFile]) -> Iterator[str]:
    """What each ``ansible.cfg`` names as its inventory."""
    for path, file in files.items():
        for setting in file.settings if file.format == CFG else ():
            if setting.key == "defaults.inventory" and setting.is_effective and setting.value:
                for one in setting.value.split(","):
                    yield posixpath.normpath(posixpath.join(posixpath.dirname(path), one.strip()))


def _plays(bases: Iterable[str], inventories: Iterable[str]) -> dict[str, list[str]]:
    """The folders with variables that are no inventory's, by the folder of each inventory that plays there may take.

    A playbook's folder is above its inventories, or beside one of the folders that they are in.
    """
    found: dict[str, list[str]] = {}
    for base in bases:
        around = posixpath.dirname(base)
        below = [one for one in inventories if _is_below(one, base)]
        beside = [one for one in inventories if _is_below(one, around)] if base else []
        for one in below or beside:
            found.setdefault(one, []).append(base)
    return found


def _is_below(path: str, folder: str) -> bool:
    return not folder or path == folder or path.startswith(f"{folder}/")


def _scopes(main: str, groups: Groups, effective: Effective) -> Iterator[Configuration]:
    values: dict[str, list[Value]] = {"group all": []}
    missing: dict[str, list[Text]] = {"group all": list(groups.missing)}
    for layer in effective.layers():
        found = [*effective.values(layer)]
        lost = reasons([layer])
        if found or lost:
            values.setdefault(layer.scope, []).extend(found)
            missing.setdefault(layer.scope, []).extend(lost)
    for scope, found in values.items():
        line = groups.lines.get(scope)
        yield Configuration(INVENTORY, main, found, scope, line, missing=tuple(missing.get(scope, ())))


def _alone(base: str, variables: VariableFiles) -> Iterator[Configuration]:
    """Variables whose inventory is not in the tree: what they say is judged, and what they leave out is not known."""
    for kind, name in variables.entities(base):
        layers = variables.layers(base, kind, name)
        values: dict[str, list[Value]] = {}
        for layer in layers:
            for variable in layer.variables.values():
                values[variable.name] = list(variable.leaves)
        first = next((one for found in values.values() for one in found), None)
        if first is None and not reasons(layers):
            continue
        found = [one for leaves in values.values() for one in leaves]
        found += _judged_alone(layers)
        folder = posixpath.join(base, f"{kind}_vars")
        main = first.file if first is not None else folder
        missing = (*reasons(layers), NO_INVENTORY)
        yield Configuration(INVENTORY, main, found, f"{kind} {name}", missing=missing)


def _judged_alone(layers: list[Layer]) -> Iterator[Value]:
    last = {name: one for layer in layers for name, one in layer.variables.items() if name in NAMES}

    def look(name: str) -> Known:
        return Known(last.get(name), True)

    for variable, one, is_sure in judged(look):
        at = variable.value
        yield Value(one.key, one.value, at.file, at.line, at.column, is_certain=is_sure)


def _is_variables(path: str) -> bool:
    from hiscomply_files.formats.ansible_vars import AnsibleVars

    return AnsibleVars().recognises(path, b"")
