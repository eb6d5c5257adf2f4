"""An Ansible inventory: groups, their hosts, and the few variables that say how to connect. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from hiscomply.model import Text
from hiscomply_ssh.host_names import MAX_HOSTS, expand_name

_ADDRESS = ("ansible_host", "ansible_ssh_host")
_PORT = ("ansible_port", "ansible_ssh_port")
_USER = ("ansible_user", "ansible_ssh_user")
_ASSET = ("hiscomply_asset_id",)
KEPT = frozenset((*_ADDRESS, *_PORT, *_USER, *_ASSET))
"""The variables that are looked at; all others, which may be secrets, are dropped while reading."""


class InventoryError(Exception):
    """An inventory that cannot be read. ``line`` counts from 1; None where the format has no lines to name."""

    def __init__(self, reason: Text, line: int | None = None) -> None:
        super().__init__(reason.en)
        self.reason = reason
        self.line = line


@dataclass(frozen=True, slots=True)
class Machine:
    """A host of the inventory, as its variables say."""

    name: str
    address: str
    port: int | None
    user: str | None
    asset_id: str | None


@dataclass(slots=True)
class Group:
    """Hosts and groups below it, and the variables for all of them."""

    hosts: dict[str, None] = field(default_factory=dict)
    children: dict[str, None] = field(default_factory=dict)
    variables: dict[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class Inventory:
    """What was read; ``all`` is always a group, and every other one is below it."""

    groups: dict[str, Group] = field(default_factory=lambda: {"all": Group()})
    variables: dict[str, dict[str, str]] = field(default_factory=dict)
    """By host."""

    def group(self, name: str) -> Group:
        """The group, made when it is new."""
        return self.groups.setdefault(name, Group())

    def add_hosts(self, group: str, name: str, variables: Mapping[str, Any], line: int | None) -> None:
        """The hosts that a name with ranges stands for.

        Raises:
            InventoryError: a range that cannot be, or too many hosts.
        """
        try:
            names = expand_name(name)
        except ValueError as error:
            raise InventoryError(
                Text(f"主机范围 {name!r} 有误:{error}", f"the range {name!r}: {error}"), line
            ) from None
        for one in names:
            self.group(group).hosts[one] = None
            self.variables.setdefault(one, {}).update(kept(variables))
        if len(self.variables) > MAX_HOSTS:
            raise InventoryError(Text(f"超过 {MAX_HOSTS} 台主机", f"more than {MAX_HOSTS} hosts"), line)

    def hosts_of(self, groups: Sequence[str]) -> list[Machine]:
        """The hosts of the groups and of all below them, each once.

        Raises:
            InventoryError: a port that is none.
        """
        below = dict.fromkeys(host for group in groups for host in self._below(group))
        inherited = self._inherited()
        return [_machine(host, {**inherited.get(host, {}), **self.variables[host]}) for host in below]

    def _below(self, group: str, seen: frozenset[str] = frozenset()) -> list[str]:
        if group == "all":
            return list(self.variables)
        if group in seen or group not in self.groups:
            return []
        found = list(self.groups[group].hosts)
        for child in self.groups[group].children:
            found += self._below(child, seen | {group})
        return found

    def _inherited(self) -> dict[str, dict[str, str]]:
        """Variables of groups by host: those of ``all`` first, a group's after those of the groups above it."""
        found: dict[str, dict[str, str]] = {}
        for group in sorted(self.groups, key=lambda name: (self._depth(name), name)):
            if self.groups[group].variables:
                for host in self._below(group):
                    found.setdefault(host, {}).update(self.groups[group].variables)
        return found

    def _depth(self, name: str, seen: frozenset[str] = frozenset()) -> int:
        if name == "all" or name in seen:
            return 0
        above = [other for other, group in self.groups.items() if name in group.children]
        return 1 + max((self._depth(other, seen | {name}) for other in above), default=0)


def kept(variables: Mapping[str, Any]) -> dict[str, str]:
    """The variables that say how to connect."""
    return {name: str(value) for name, value in variables.items() if name in KEPT and value is not None}


def _machine(name: str, variables: Mapping[str, str]) -> Machine:
    def one(names: Sequence[str]) -> str | None:
        return next((variables[known] for known in names if known in variables), None)

    port = one(_PORT)
    if port is not None and not (port.isdecimal() and 0 < int(port) < 65536):
        raise InventoryError(Text(f"主机 {name} 的端口有误", f"the port of {name} is none"))
    for value in (one(_ADDRESS), one(_USER)):
        if value is not None and "{{" in value:
            raise InventoryError(
                Text(f"主机 {name}:不支持模板 {{{{ }}}}", f"{name}: templates {{{{ }}}} are not supported")
            )
    return Machine(name, one(_ADDRESS) or name, int(port) if port else None, one(_USER), one(_ASSET))


def read_inventory(text: str, file: str) -> Inventory:
    """The inventory, as YAML where the file's name says so, else as INI.

    Raises:
        InventoryError: it is neither.
    """
    from hiscomply_ssh import inventory_ini, inventory_yaml

    is_yaml = file.endswith((".yaml", ".yml", ".json")) or text.lstrip().startswith(("---", "all:"))
    return inventory_yaml.read(text) if is_yaml else inventory_ini.read(text)
