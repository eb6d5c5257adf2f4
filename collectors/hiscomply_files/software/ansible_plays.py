"""Variables of connections that Ansible's playbooks, tasks and roles set: they go before the inventory's, or stand in for them.

Each place that sets one is a configuration of the software ``ansible_inventory`` (``docs/adr/0025``), so that the same
policies judge it: ``site.yml#play 1``, ``roles/his/vars/main.yml#role``.

Source: ansible-core 2.19, playbook guide, variable precedence; inventory/data.py for ``add_host``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import ClassVar

from hiscomply.configurations import Configuration, ReadFile, Value
from hiscomply.hookspecs import Setting
from hiscomply.model import Text
from hiscomply_files.names import posix
from hiscomply_files.software.ansible_connection import LOGIN, NAMES, Known, judged
from hiscomply_files.software.ansible_variables import VAULTED, Layer, is_encrypted, known
from hiscomply_files.software.parts import steps

INVENTORY = "ansible_inventory"
PLAYBOOK, ROLE = "ansible_playbook", "ansible_role_vars"
REMOTE_USER = "remote_user"
_STATED = re.compile(r"\b(ansible_\w+)=")
"""Variables in the short form of a task: ``set_fact: ansible_user=root``."""


class AnsiblePlays:
    """Playbooks, lists of tasks, and variables of roles."""

    name: ClassVar[str] = "ansible_plays"

    def wants(self, path: str, file_format: str) -> bool:
        """Files of the two formats."""
        return file_format in {PLAYBOOK, ROLE}

    def neighbours(self, file: ReadFile) -> Sequence[str] | None:
        """None: each says what it says."""
        return ()

    def configurations(
        self, files: Mapping[str, ReadFile], unread: Mapping[str, Text]
    ) -> Iterator[Configuration]:
        """One for each place that sets something that is judged, and for each file that may."""
        for path, reason in unread.items():
            yield Configuration(INVENTORY, path, (), missing=(reason,))
        for path, file in files.items():
            if is_encrypted(file):
                yield Configuration(INVENTORY, path, (), missing=(VAULTED,))
            elif file.format == ROLE:
                yield from _role(file)
            else:
                yield from _plays(file)


def _role(file: ReadFile) -> Iterator[Configuration]:
    """Its defaults hold where nothing else sets them, and what else does is not looked for here: they are not certain."""
    layer = Layer("role")
    for one in file.settings:
        if one.section is None:
            layer.add(one.key, one, file.path)
    is_sure = "defaults" not in posix(file.path).parts
    values = [*_judged(layer, is_sure)]
    if values:
        yield Configuration(INVENTORY, file.path, values, "role", values[0].line)


def _plays(file: ReadFile) -> Iterator[Configuration]:
    scopes: dict[str, Layer] = {}
    users: dict[str, Setting] = {}
    for one in file.settings:
        path = steps(one.key)
        found = next((at for at, step in enumerate(path) if step in NAMES), None)
        if found is not None and one.section is None:
            above = _joined(path[:found])
            layer = scopes.setdefault(above, Layer(_named(path[:found])))
            layer.add(_joined(path[found:]), one, file.path)
        elif one.value is not None and _STATED.search(one.value):
            layer = scopes.setdefault(_joined(path), Layer(_named(path)))
            for name in _STATED.findall(one.value):
                if name in NAMES:
                    layer.add(name, replace(one, key=name, value=None), file.path)
        elif path[-1:] == [REMOTE_USER]:
            users[_joined(path)] = one
    taken: dict[str, int] = {}
    for above, layer in scopes.items():
        is_sure = _is_of_a_play(above)
        yield from _configuration(file.path, layer.scope, [*_judged(layer, is_sure)], taken)
    for key, one in users.items():
        # the keyword gives way to a variable of the inventory
        text = known(one.value)
        value = Value(LOGIN, text, file.path, one.line, one.column, is_certain=False)
        if (text or "root").strip().lower() == "root":
            yield from _configuration(file.path, _named(steps(key)), [value], taken)


def _configuration(
    path: str, name: str, values: list[Value], taken: dict[str, int]
) -> Iterator[Configuration]:
    if values:
        taken[name] = taken.get(name, 0) + 1
        again = f" ({taken[name]})" if taken[name] > 1 else ""
        yield Configuration(INVENTORY, path, values, f"{name}{again}", values[0].line)


def _is_of_a_play(above: str) -> bool:
    return re.fullmatch(r"\[\d+\]\.vars", above) is not None


def _named(path: Sequence[str]) -> str:
    """``play 2``, and what of it is meant where it is no variable of the whole play."""
    number = int(path[0][1:-1]) + 1 if path and path[0][:1] == "[" else 0
    rest = _joined(path[1:])
    return f"play {number}" if rest in ("", "vars") else f"play {number} {rest}"


def _joined(path: Sequence[str]) -> str:
    return "".join(step if step[0] == "[" else f".{step}" for step in path).lstrip(".")


def _judged(layer: Layer, is_sure: bool) -> Iterator[Value]:
    def look(name: str) -> Known:
        return Known(layer.variables.get(name), True)

    for variable, one, is_known in judged(look):
        at = variable.value
        yield Value(one.key, one.value, at.file, at.line, at.column, is_certain=is_sure and is_known)
